#pragma once

#include "http/endpoint.hpp"
#include <contego/envelope.hpp>

#include <string>
#include <string_view>

namespace contego::http {

/// User and password as the header Authorization has them.
[[nodiscard]] std::string basic_credentials(const endpoint_options& o);

/// What is the same in every request to an endpoint: everything between path and content type.
[[nodiscard]] std::string constant_headers(const endpoint& where);

/// The whole request, header and body, ready to be written; empty where path, content type or action hold a
/// character that would change the meaning of the header.
[[nodiscard]] std::string
request_text(const endpoint& where, std::string_view constant_headers, const envelope& e);

} // namespace contego::http
