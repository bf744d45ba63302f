#pragma once

#include "binding/call_kind.hpp"
#include "binding/condition.hpp"
#include "binding/sent_value.hpp"
#include "binding/source.hpp"
#include <contego/parameter.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// A piece of a text in the skeleton: a constant, a placeholder, or a wrong brace.
struct stretch {
    std::string text; ///< the constant, or the name between the braces
    bool is_placeholder = false;
    std::size_t line = 0; ///< line ends before it in the text
    std::string mistake;
};

/// Splits a text at its placeholders. A name in single braces is a placeholder; `{{` and `}}` are braces.
[[nodiscard]] std::vector<stretch> split_placeholders(std::string_view text);

/// Returns the name of the secret that a placeholder `secret.NAME` means, and notes in the file that it is
/// used. Returns nullopt for any other placeholder.
[[nodiscard]] std::optional<std::string>
secret_in(source& file, std::string_view placeholder, std::size_t line);

/// The placeholder of the token of the session.
inline constexpr std::string_view session_name = "session";

/// Notes a mistake if the login uses a value that belongs to a request.
void check_sent_value(source& file, call_kind call, sent_value v, std::size_t line);

/// The meaning of names at a point of a request skeleton, and whether they are allowed there.
///
/// Inside a list, a name means a field of the item if items have such a field, even if this item lacks it.
/// Otherwise the name is looked up in the lists outside, and at last among the command's parameters. Mistakes
/// are noted in the source.
class names_in_request {
public:
    names_in_request(source& file, call_kind call) : file_(file), call_(call) {}

    struct meaning {
        std::size_t levels; ///< how many lists to step out of
        parameter_kind kind;
        std::string list; ///< the list whose items have it; empty: the command itself
    };

    /// Uses a name in a placeholder. Returns nullopt if the name is not allowed there.
    [[nodiscard]] std::optional<meaning> use(const std::string& name, std::size_t line);

    /// Begins a condition on a name; it lasts until leave_condition(). Returns how many lists to step out of.
    std::size_t enter_condition(const std::string& name, const condition& when, std::size_t line);

    void leave_condition() { conditions_.pop_back(); }

    /// Begins a b:each on a name; it lasts until leave_list(). Returns nullopt if the name is not a list; do
    /// not call leave_list() then.
    [[nodiscard]] std::optional<std::size_t> enter_list(const std::string& name, std::size_t line);
    void leave_list(std::size_t line);

    /// Notes a mistake for each mandatory parameter of the call that was never used.
    void check_mandatory(std::size_t line);

    /// Returns one bit for each parameter of the command, set if no placeholder, condition or list names it.
    [[nodiscard]] std::uint32_t without_place() const;

private:
    struct found {
        parameter what;
        std::size_t depth; ///< 0: a parameter of the command itself
    };

    struct open_list {
        std::string name;
        std::span<const parameter> fields;
        bool identified = false; ///< the CA ID of the item was written
    };

    [[nodiscard]] std::optional<found> look_up(std::string_view name) const;
    [[nodiscard]] bool is_guarded(const found& f) const;
    void unknown(std::string_view name, std::size_t line);
    void note_use(const std::string& name);

    source& file_;
    call_kind call_;
    std::vector<open_list> lists_;
    std::vector<std::pair<std::string, std::size_t>> conditions_; // name and depth
    std::set<std::string> used_;                                  // parameters of the command itself
    std::set<std::string> named_; // the same, and parameters that only a condition names
};

} // namespace contego::wire
