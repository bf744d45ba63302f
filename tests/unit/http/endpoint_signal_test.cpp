#include "http/endpoint_signal.hpp"

#include <gtest/gtest.h>

namespace contego::http {
namespace {

struct row {
    exchange_state state;
    transport_error error;
    int status;
    endpoint_signal_kind endpoint;
    bool loss;
};

std::ostream& operator<<(std::ostream& out, const row& r) {
    return out << name_of(r.error) << " HTTP " << r.status;
}

class signal_table : public ::testing::TestWithParam<row> {};

TEST_P(signal_table, is_kept) {
    exchange e;
    e.state = GetParam().state;
    e.error = GetParam().error;
    e.http_status = GetParam().status;

    const auto seen = signal_in(e);

    EXPECT_EQ(seen.endpoint, GetParam().endpoint);
    EXPECT_EQ(seen.loss, GetParam().loss);
    EXPECT_EQ(seen.why.empty(), seen.endpoint == endpoint_signal_kind::life);
}

constexpr auto answered = exchange_state::answered;
constexpr auto sent = exchange_state::sent_no_answer;
constexpr auto not_sent = exchange_state::not_sent;

INSTANTIATE_TEST_SUITE_P(
    rows,
    signal_table,
    ::testing::Values(
        row{answered, transport_error::none, 200, endpoint_signal_kind::life, false},
        row{answered, transport_error::none, 500, endpoint_signal_kind::life, false}, // a SOAP fault
        row{answered, transport_error::none, 404, endpoint_signal_kind::life, false},
        row{answered, transport_error::none, 429, endpoint_signal_kind::life, true},
        row{answered, transport_error::none, 401, endpoint_signal_kind::refusal, false},
        row{answered, transport_error::none, 403, endpoint_signal_kind::refusal, false},
        row{answered, transport_error::none, 407, endpoint_signal_kind::refusal, false},
        row{answered, transport_error::none, 502, endpoint_signal_kind::death, false},
        row{answered, transport_error::none, 503, endpoint_signal_kind::death, true},
        row{answered, transport_error::none, 504, endpoint_signal_kind::death, false},
        row{not_sent, transport_error::resolve, 0, endpoint_signal_kind::death, false},
        row{not_sent, transport_error::connect, 0, endpoint_signal_kind::death, false},
        row{not_sent, transport_error::tls, 0, endpoint_signal_kind::death, false},
        row{not_sent, transport_error::exhausted, 0, endpoint_signal_kind::nothing, false},
        row{sent, transport_error::timeout, 0, endpoint_signal_kind::death, true},
        row{sent, transport_error::closed, 0, endpoint_signal_kind::death, false},
        row{sent, transport_error::malformed, 0, endpoint_signal_kind::garble, false},
        row{sent, transport_error::too_large, 0, endpoint_signal_kind::life, false}));

} // namespace
} // namespace contego::http
