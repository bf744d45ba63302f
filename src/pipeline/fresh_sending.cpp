#include "pipeline/fresh_sending.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace contego::pipeline {
namespace {

/// Random bytes for one sending, from one system call: it gives up to 256 bytes whole, or none.
std::array<std::uint8_t, 32> random_bytes() {
    std::array<std::uint8_t, 32> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<::ssize_t>(bytes.size()))
        throw std::system_error(errno, std::generic_category(), "getrandom");
    return bytes;
}

} // namespace

sending fresh_sending(std::int64_t request_id, const send_step& next) {
    sending s{.request_id = request_id, .sequence = next.sequence, .outside_plan = next.outside_plan};
    s.now = std::chrono::system_clock::now();
    const auto bytes = random_bytes();
    std::copy_n(bytes.begin(), s.random.size(), s.random.begin());
    std::copy_n(bytes.begin() + s.random.size(), s.nonce.size(), s.nonce.begin());
    return s;
}

} // namespace contego::pipeline
