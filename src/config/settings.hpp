#pragma once

#include "config/configuration.hpp"
#include "config/setting.hpp"

#include <string>

namespace contego::daemon {

[[nodiscard]] const settings<configuration>& top_settings();
[[nodiscard]] const settings<database_configuration>& database_settings();
[[nodiscard]] const settings<provider_configuration>& provider_settings();
[[nodiscard]] const settings<http::tls_options>& tls_settings();
[[nodiscard]] const settings<http::breaker_options>& breaker_settings();
[[nodiscard]] const settings<pipeline::retry_policy>& retry_settings();
[[nodiscard]] const settings<log_configuration>& log_settings();
[[nodiscard]] const settings<admin_configuration>& admin_settings();

/// Returns the description of all keys as a Markdown document, which is docs/configuration.md.
[[nodiscard]] std::string describe_settings();

} // namespace contego::daemon
