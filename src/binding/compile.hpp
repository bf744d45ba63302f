#pragma once

#include "binding/correlation.hpp"
#include "binding/extract.hpp"
#include "binding/outcome_table.hpp"
#include "binding/skeleton.hpp"
#include "binding/source.hpp"
#include <contego/limits.hpp>

#include <set>
#include <string>

namespace contego::wire {

// One function for each part of a binding file. All note what is wrong in the source and go on, so that a
// deployer sees every mistake at once; what they return is used only if there was none.

enum class soap_version { soap_1_1, soap_1_2 };

[[nodiscard]] limits compile_limits(source& file, pugi::xml_node element);

/// Reads rows of outcomes, one at a time, into a table. A row replaces what the table had from an earlier
/// reader (the common rows, under those of a command); the same row twice from one reader is a mistake.
class outcome_rows {
public:
    outcome_rows(source& file, outcome_table& table) : file_(file), table_(table) {}

    /// Reads the element if it is a row; false where it is another element.
    bool read(pugi::xml_node element);

private:
    void read_status(pugi::xml_node element);
    void read_fault(pugi::xml_node element);
    void read_http(pugi::xml_node element);
    void read_transport(pugi::xml_node element);
    [[nodiscard]] std::optional<outcome> outcome_of_row(pugi::xml_node element, bool may_succeed);
    [[nodiscard]] bool is_new(pugi::xml_node element, const std::string& key);

    source& file_;
    outcome_table& table_;
    std::set<std::string> seen_;
};

/// The `request` element of a command.
[[nodiscard]] skeleton compile_skeleton(
    source& file, pugi::xml_node request, command_type type, soap_version version, character_set characters);

/// The `reply` element of a command; its rows go into `outcomes`, its correlation is left out.
[[nodiscard]] extractor
compile_reply(source& file, pugi::xml_node reply, command_type type, outcome_table& outcomes);

/// The query in an attribute; empty if there is none, or if it is a mistake.
[[nodiscard]] pugi::xpath_query compile_query(source& file, pugi::xml_node element, const char* attribute);

/// A `correlation` element, as it applies to one command.
[[nodiscard]] correlation compile_correlation(source& file, pugi::xml_node element, command_type type);

} // namespace contego::wire
