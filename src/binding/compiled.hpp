#pragma once

#include "binding/compiled_header.hpp"
#include "binding/correlation.hpp"
#include "binding/extract.hpp"
#include "binding/outcome_table.hpp"
#include "binding/skeleton.hpp"
#include <contego/binding.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace contego {

namespace wire {

/// Everything that the file says about one command.
struct compiled_command {
    bool repeat_safe = false;
    bool one_way = false;      ///< an empty answer with 200, 202 or 204 is a success
    bool uses_session = false; ///< its envelope or a header holds the token of the session
    std::string path;
    std::optional<std::string> soap_action; ///< nullopt: no header is sent
    std::string content_type;
    std::vector<compiled_header> headers;
    skeleton request;
    std::size_t reply_line = 0; ///< of the element `reply`
    extractor answer;
    correlation correlates;
    std::optional<plural_rule> plural; ///< nullopt: each request has its own call
    skeleton card;                     ///< of a plural command: how its smartcard is shown
    outcome_table outcomes;            ///< the common rows, overridden by those of the command
};

/// Everything that the file says about the session.
struct compiled_session {
    compiled_command call; ///< the login; `repeat_safe` and `outcomes` serve to interpret its answer
    std::chrono::seconds lifetime{0}; ///< 0: the session ends when an answer says so
    // The place of the token in the answer: one of these.
    pugi::xpath_query token; ///< in the whole envelope
    std::string header;      ///< name of an HTTP header; empty: not there
    std::string cookie;      ///< name of a cookie; empty: not there
};

} // namespace wire

/// A binding file after compilation. It never changes.
struct binding::compiled {
    contego::limits limits;
    std::array<wire::compiled_command, command_types.size()> commands;
    std::optional<wire::compiled_session> session;
    std::map<std::string, secret_use> secrets; ///< by name
    std::vector<binding_error> remarks;
    std::size_t most_in_call = 1; ///< of any command

    /// Returns the compiled command of this type.
    [[nodiscard]] const wire::compiled_command& of(command_type type) const {
        return commands.at(static_cast<std::size_t>(type));
    }
};

} // namespace contego
