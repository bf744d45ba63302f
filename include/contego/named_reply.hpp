#pragma once

#include <contego/reply.hpp>

#include <string>

namespace contego {

/// One item of an answer: a smartcard and what the answer says about it.
struct named_reply {
    std::string card; ///< as the CAS writes it
    reply answer;
};

} // namespace contego
