#pragma once

#include <contego/command_type.hpp>
#include <contego/exchange.hpp>
#include <contego/outcome.hpp>
#include <contego/value.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace contego {

/// The stored record of one command after an attempt, or after it was skipped.
struct command_record {
    int sequence = 0; ///< position in the plan, from 1
    command_type type{};
    value::object parameters; ///< masked
    std::string request;      ///< envelope as sent, masked; UTF-8
    std::string response;     ///< body as received, masked; UTF-8
    std::string reference_number;
    std::string status_code;
    std::optional<contego::outcome> outcome; ///< none: skipped, its condition did not hold
    exchange_state got{};                    ///< how far the exchange got; meaningless if it was skipped
    /// The command was not sent again: envelope and answer are those of the GET that showed that it was done.
    bool read_back = false;
    std::string error_code;
    std::string error_description;
    value result;
    /// When the exchange began; becomes a time of the database's clock when it is written.
    std::chrono::steady_clock::time_point sent;
    std::chrono::steady_clock::duration duration{};
};

} // namespace contego
