#pragma once

#include <contego/reply.hpp>

#include <string>

namespace contego {

/// The meaning of an exchange for a login.
struct login_answer {
    std::string token; ///< a secret: printable ASCII, 4 to 16,384 characters; empty if the login failed
    reply answer;      ///< `success` if and only if there is a token; its texts show no secret
};

} // namespace contego
