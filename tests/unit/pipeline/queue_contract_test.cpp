#include "support/contract_queue.hpp"
#include "unit/pipeline/fakes.hpp"
#include "unit/pipeline/wire.hpp"

#include <limits>

namespace contego::testing {
namespace {

class queue_in_memory final : public queue_player {
public:
    request_source& source() override { return source_; }

    outcome_store& store() override { return store_; }

    std::int64_t insert(const std::vector<std::string>& cards, std::chrono::milliseconds due_in) override {
        auto r = request_for(++inserted_, "GET_PAIRING_STATUS_FOR_CARD", {});
        r.size = 50;
        queue_.insert(std::move(r), {cards.begin(), cards.end()}, due_in);
        return inserted_;
    }

    void pass(std::chrono::milliseconds time) override { queue_.pass(time); }

    void take_over() override { queue_.take_over(); }

    void cut() override { source_.failures = store_.failures = std::numeric_limits<int>::max(); }

    void restore() override { source_.failures = store_.failures = 0; }

private:
    memory_queue queue_;
    fake_request_source source_{queue_};
    fake_outcome_store store_{queue_};
    std::int64_t inserted_ = 0;
};

INSTANTIATE_TEST_SUITE_P(fake,
                         queue_contract,
                         ::testing::Values(queue_factory{"memory",
                                                         [] { return std::make_unique<queue_in_memory>(); }}),
                         [](const auto& f) { return std::string(f.param.name); });

} // namespace
} // namespace contego::testing
