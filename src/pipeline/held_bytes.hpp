#pragma once

#include <contego/recorded_run.hpp>
#include <contego/request.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace contego::pipeline {

/// Counts the text of the parameters of the requests that are claimed and not recorded yet, in bytes.
class held_bytes {
public:
    void add(const request& r) {
        held_ += r.size;
        of_claim_[{r.id, r.fence}] += r.size;
    }

    /// The run was recorded. If it ends its claim, the bytes of the request are free.
    void recorded(const recorded_run& run) {
        if (!run.end) return;
        const auto claim = of_claim_.find({run.request_id, run.fence});
        if (claim == of_claim_.end()) return;
        held_ -= claim->second;
        of_claim_.erase(claim);
    }

    [[nodiscard]] std::size_t below(std::size_t most) const { return most > held_ ? most - held_ : 0; }

private:
    std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> of_claim_; ///< by request and fence
    std::size_t held_ = 0;
};

} // namespace contego::pipeline
