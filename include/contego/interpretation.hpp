#pragma once

#include <contego/reply.hpp>

#include <string>

namespace contego {

/// The meaning of an exchange for a command, and the text of the answer that is stored.
struct interpretation {
    reply answer;
    /// The answer's body: valid UTF-8 without NUL, at most 1 MiB, with every secret of the command as `****`.
    /// It may hold any bytes that came instead of an answer. If the body repeats a secret in a form that
    /// cannot be cut out, a notice replaces the whole body.
    std::string storable;
};

} // namespace contego
