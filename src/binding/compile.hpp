#pragma once

#include "binding/call_kind.hpp"
#include "binding/compiled_header.hpp"
#include "binding/correlation.hpp"
#include "binding/digests.hpp"
#include "binding/extract.hpp"
#include "binding/formats.hpp"
#include "binding/outcome_table.hpp"
#include "binding/skeleton.hpp"
#include "binding/source.hpp"
#include <contego/limits.hpp>
#include <contego/parameter.hpp>
#include <contego/plural_rule.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace contego::wire {

// Each part of a binding file has one function here. Each notes its mistakes in the source and goes on, so
// that a deployer sees all mistakes at once. Their results are used only if there was no mistake.

enum class soap_version { soap_1_1, soap_1_2 };

/// Compiles the `limits` element.
[[nodiscard]] limits compile_limits(source& file, pugi::xml_node element);

/// Reads rows of outcomes into a table, one at a time.
///
/// A row replaces the row that an earlier reader put there: the rows of a command replace the common rows. If
/// one reader finds the same row twice, it notes a mistake.
class outcome_rows {
public:
    outcome_rows(source& file, outcome_table& table) : file_(file), table_(table) {}

    /// Reads the element if it is a row. Returns false if it is another element.
    bool read(pugi::xml_node element);

private:
    void read_status(pugi::xml_node element);
    void read_fault(pugi::xml_node element);
    void read_http(pugi::xml_node element);
    void read_transport(pugi::xml_node element);
    [[nodiscard]] std::optional<outcome_row> row_of_answer(pugi::xml_node element);
    [[nodiscard]] std::optional<outcome_row> row_of_failure(pugi::xml_node element);
    void unknown_outcome(pugi::xml_node element, std::string_view name);
    [[nodiscard]] bool is_new(pugi::xml_node element, const std::string& key);

    source& file_;
    outcome_table& table_;
    std::set<std::string> seen_;
};

/// Reads the `ignores` attribute of the root or of a command: names of optional parameters, separated by
/// blanks. Notes a mistake for each name that no command of `types` has as an optional parameter.
[[nodiscard]] std::set<std::string>
compile_ignored(source& file, pugi::xml_node element, std::span<const command_type> types);

/// Returns the parameters without a place that a request must not give, as bits: those of `without_place`
/// that are neither ignored nor a distributor, which is a matter of the CRM alone.
[[nodiscard]] std::uint32_t
refused_parameters(command_type type, std::uint32_t without_place, const std::set<std::string>& ignored);

/// The call that a skeleton belongs to.
struct skeleton_owner {
    call_kind call;
    soap_version version{};
    character_set characters{};
    std::string path;
    std::optional<std::string> action;
    bool is_plural = false; ///< an element is repeated for each request of a call
    contego::wire::formats& formats;
    contego::wire::digests& digests;
};

/// Compiles the `request` element of a command or a session. Its parts were expanded before.
[[nodiscard]] skeleton compile_skeleton(source& file, pugi::xml_node request, const skeleton_owner& owner);

/// Reads the attributes `plural` and `plural-wait` of a command. Returns nullopt if it is not plural.
[[nodiscard]] std::optional<plural_rule>
compile_plural(source& file, pugi::xml_node element, command_type type);

struct compiled_command;

/// Notes the mistakes that make it impossible to share a call of this plural command.
void check_plural(source& file, pugi::xml_node element, const compiled_command& c);

/// Compiles the `reply` element of a command. Its rows go into `outcomes`; its correlation is ignored.
[[nodiscard]] extractor
compile_reply(source& file, pugi::xml_node reply, command_type type, formats& known, outcome_table& outcomes);

/// Compiles the query in an attribute. Returns an empty query if there is none or if it is a mistake.
[[nodiscard]] pugi::xpath_query compile_query(source& file, pugi::xml_node element, const char* attribute);

/// Compiles a `header` element for one call.
[[nodiscard]] compiled_header
compile_header(source& file, pugi::xml_node element, call_kind call, formats& known, digests& all);

/// Compiles a `correlation` element for one command.
[[nodiscard]] correlation
compile_correlation(source& file, pugi::xml_node element, command_type type, formats& known);

} // namespace contego::wire
