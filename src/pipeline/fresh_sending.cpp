#include "pipeline/fresh_sending.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace contego::pipeline {
namespace {

void fill(std::array<std::uint8_t, 16>& bytes) {
    // Up to 256 bytes come whole, or not at all.
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<::ssize_t>(bytes.size()))
        throw std::system_error(errno, std::generic_category(), "getrandom");
}

} // namespace

sending fresh_sending(std::int64_t request_id, const send_step& next) {
    sending s{.request_id = request_id, .sequence = next.sequence, .outside_plan = next.outside_plan};
    s.now = std::chrono::system_clock::now();
    fill(s.random);
    fill(s.nonce);
    return s;
}

} // namespace contego::pipeline
