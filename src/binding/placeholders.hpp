#pragma once

#include "binding/source.hpp"
#include <contego/command_type.hpp>
#include <contego/parameter.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// A stretch of a text of the skeleton: constant, a placeholder, or a brace that is wrong.
struct stretch {
    std::string text; ///< the constant, or the name between the braces
    bool is_placeholder = false;
    std::size_t line = 0; ///< line ends before it in the text
    std::string mistake;
};

/// `{{` and `}}` are braces; what stands in single braces is a name.
[[nodiscard]] std::vector<stretch> split_placeholders(std::string_view text);

/// What names mean at a point of a request skeleton, and whether they may be used there.
///
/// Inside a list, a name is the item's if items have it, even where this one does not; else it is looked up
/// further out, in the end among the command's parameters. Mistakes are noted in the source.
class names_in_request {
public:
    names_in_request(source& file, command_type type) : file_(file), type_(type) {}

    struct meaning {
        std::size_t levels; ///< lists to step out of
        parameter_kind kind;
    };

    /// A name in a placeholder; nothing where it may not stand there.
    [[nodiscard]] std::optional<meaning> use(const std::string& name, std::size_t line);

    /// A name in b:if, up to leave_condition(). Gives the lists to step out of.
    std::size_t condition(const std::string& name, std::size_t line);

    void leave_condition() { conditions_.pop_back(); }

    /// A name in b:each, up to leave_list(); nothing, and no leaving, where the name is no list.
    [[nodiscard]] std::optional<std::size_t> enter_list(const std::string& name, std::size_t line);
    void leave_list(std::size_t line);

    /// Notes each mandatory parameter of the command that was never used.
    void check_mandatory(std::size_t line);

private:
    struct found {
        parameter what;
        std::size_t depth; ///< 0: the command's own
    };

    struct open_list {
        std::string name;
        std::span<const parameter> fields;
        bool identified = false; ///< the CA ID of the item was written
    };

    [[nodiscard]] std::optional<found> look_up(std::string_view name) const;
    [[nodiscard]] bool is_guarded(const found& f) const;
    void unknown(std::string_view name, std::size_t line);

    source& file_;
    command_type type_;
    std::vector<open_list> lists_;
    std::vector<std::pair<std::string, std::size_t>> conditions_; // name and depth
    std::set<std::string> used_;                                  // the command's own
};

} // namespace contego::wire
