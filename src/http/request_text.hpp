#pragma once

#include "http/endpoint.hpp"
#include <contego/envelope.hpp>

#include <string>
#include <string_view>

namespace contego::http {

/// Returns user and password, encoded as in the header Authorization.
[[nodiscard]] std::string basic_credentials(const endpoint_options& o);

/// Returns the part that all requests to an endpoint share: everything between path and content type.
[[nodiscard]] std::string constant_headers(const endpoint& where);

/// Returns the whole request, header and body, ready to be written. Empty if path, content type or action
/// contain a character that would change the meaning of the header.
[[nodiscard]] std::string
request_text(const endpoint& where, std::string_view constant_headers, const envelope& e);

} // namespace contego::http
