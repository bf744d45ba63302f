#pragma once

#include "binding/format.hpp"
#include "binding/source.hpp"
#include <contego/parameter.hpp>

#include <pugixml.hpp>

#include <map>
#include <string>
#include <string_view>

namespace contego::wire {

/// The `format` elements of a file.
class formats {
public:
    explicit formats(source& file) : file_(file) {}

    /// Compiles an element and adds the format.
    void add(pugi::xml_node element);

    /// Returns the format of this name for a value of this kind. Notes a mistake and returns nullptr if there
    /// is none, or if it cannot write such a value. `value` names the value for the mistake.
    [[nodiscard]] format_pointer
    find(std::string_view name, format_content content, std::string_view value, std::size_t line);

    /// Returns the format of this name for reading. Notes a mistake and returns nullptr if there is none, or
    /// if it cannot be undone.
    [[nodiscard]] format_pointer find_to_read(std::string_view name, std::size_t line);

private:
    [[nodiscard]] format_pointer look_up(std::string_view name, std::size_t line);

    source& file_;
    std::map<std::string, format_pointer, std::less<>> all_;
};

/// Returns what a parameter of this kind is for a format.
[[nodiscard]] format_content content_of(parameter_kind kind);

/// A placeholder as it is written: `start_date:stamp` has a name and a format.
struct formatted_name {
    std::string name;
    std::string format; ///< empty: none
};

/// Splits a placeholder at its first colon.
[[nodiscard]] formatted_name split_format(std::string_view placeholder);

// Each kind of format has one function here. Each notes its mistakes in the file, and returns nullptr then.

/// Compiles `time` and `zone`.
[[nodiscard]] format_pointer make_time_format(source& file, pugi::xml_node element, std::string name);

/// Compiles `cut-first`, `cut-last`, `pad`, `with` and `length`.
[[nodiscard]] format_pointer make_text_format(source& file, pugi::xml_node element, std::string name);

/// Compiles `divide`.
[[nodiscard]] format_pointer make_unit_format(source& file, pugi::xml_node element, std::string name);

/// Compiles `row` elements and `otherwise`.
[[nodiscard]] format_pointer make_table_format(source& file, pugi::xml_node element, std::string name);

} // namespace contego::wire
