#include "pipeline/fresh_sending.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

namespace contego::pipeline {
namespace {

/// A supply of random bytes: a system call for each sending would cost as much as rendering the envelope. The
/// system gives up to 256 bytes whole, or none.
class random_supply {
public:
    void fill(std::span<std::uint8_t> with_bytes) {
        if (left_ < with_bytes.size()) refill();
        left_ -= with_bytes.size();
        std::ranges::copy(std::span(bytes_).subspan(left_, with_bytes.size()), with_bytes.begin());
    }

private:
    void refill() {
        left_ = 0;
        if (::getrandom(bytes_.data(), bytes_.size(), 0) != static_cast<::ssize_t>(bytes_.size()))
            throw std::system_error(errno, std::generic_category(), "getrandom");
        left_ = bytes_.size();
    }

    std::array<std::uint8_t, 256> bytes_{};
    std::size_t left_ = 0; ///< bytes that nobody has used: the first ones
};

} // namespace

sending fresh_sending() {
    sending s;
    s.now = std::chrono::system_clock::now();
    static thread_local random_supply supply;
    supply.fill(s.random);
    supply.fill(s.nonce);
    return s;
}

sending fresh_sending(std::int64_t request_id, const send_step& next) {
    auto s = fresh_sending();
    s.request_id = request_id;
    s.sequence = next.sequence;
    s.outside_plan = next.outside_plan;
    return s;
}

} // namespace contego::pipeline
