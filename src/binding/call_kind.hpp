#pragma once

#include <contego/command_type.hpp>
#include <contego/parameter.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace contego::wire {

/// The call that a text of the binding file belongs to: a command, or the login, which has no parameters and
/// belongs to no request.
class call_kind {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a command is a kind of call
    call_kind(command_type type) : type_(type) {}

    [[nodiscard]] static call_kind login() { return {}; }

    [[nodiscard]] bool is_login() const { return !type_; }

    /// Returns the command. Precondition: this is not the login.
    [[nodiscard]] command_type command() const {
        return *type_; // NOLINT(bugprone-unchecked-optional-access): a precondition
    }

    [[nodiscard]] std::span<const parameter> parameters() const {
        return type_ ? parameters_of(*type_) : std::span<const parameter>();
    }

    /// Returns the name for messages.
    [[nodiscard]] std::string_view name() const { return type_ ? name_of(*type_) : "the login"; }

private:
    call_kind() = default;

    std::optional<command_type> type_;
};

} // namespace contego::wire
