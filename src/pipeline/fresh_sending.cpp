#include "pipeline/fresh_sending.hpp"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace contego::pipeline {

sending fresh_sending(std::int64_t request_id, const send_step& next) {
    sending s{.request_id = request_id, .sequence = next.sequence, .outside_plan = next.outside_plan};
    s.now = std::chrono::system_clock::now();
    // Up to 256 bytes come whole, or not at all.
    if (::getrandom(s.random.data(), s.random.size(), 0) != static_cast<::ssize_t>(s.random.size()))
        throw std::system_error(errno, std::generic_category(), "getrandom");
    return s;
}

} // namespace contego::pipeline
