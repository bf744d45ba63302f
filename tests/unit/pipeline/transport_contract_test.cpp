#include "support/contract_transport.hpp"
#include "unit/pipeline/fakes.hpp"

namespace contego::testing {
namespace {

std::optional<exchange> outcome_of(far_end what) {
    if (what == far_end::silent) return std::nullopt;
    exchange e;
    if (what == far_end::refuses) {
        e.error = transport_error::connect;
        e.detail = "nobody listens";
        return e;
    }
    e.state = exchange_state::answered;
    e.http_status = 200;
    e.content_type = "text/xml";
    e.body = "<answer/>";
    return e;
}

class cas_in_memory final : public transport_player {
public:
    explicit cas_in_memory(far_end what)
        : cas_(network.get_executor(), [what] { return outcome_of(what); }) {}

    transport& endpoint() override { return cas_; }

private:
    fake_transport cas_;
};

INSTANTIATE_TEST_SUITE_P(fake,
                         transport_contract,
                         ::testing::Values(transport_factory{
                             "memory", [](far_end what) { return std::make_unique<cas_in_memory>(what); }}),
                         [](const auto& f) { return std::string(f.param.name); });

} // namespace
} // namespace contego::testing
