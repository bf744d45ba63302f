#pragma once

#include "pipeline/execution.hpp"
#include <contego/sending.hpp>

namespace contego::pipeline {

/// Returns a sending of the next command now, with random bytes that no other sending has. Throws
/// std::system_error if the system gives no random bytes.
[[nodiscard]] sending fresh_sending(std::int64_t request_id, const send_step& next);

/// The same for a login, which belongs to no request.
[[nodiscard]] sending fresh_sending();

} // namespace contego::pipeline
