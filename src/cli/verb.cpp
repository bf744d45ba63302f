#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include "queue/verbs.hpp"

#include <algorithm>
#include <iomanip>
#include <span>

namespace contego::daemon {
namespace {

/// Most requests in one transaction, so that each transaction holds its locks for a short time only.
constexpr std::size_t most_at_once = 500;

struct tally {
    std::size_t done = 0;
    std::size_t refused = 0;
};

/// Returns a mistake that only all arguments together show; empty if there is none.
std::string mistake_in(const verb_arguments& arguments) {
    if (arguments.ids.empty() && arguments.filter.empty())
        return "name the requests: give --id N, or a filter such as --error-code CODE";
    if (!arguments.filter.empty() && !arguments.preview && !arguments.yes)
        return "a filter may find many requests: look at them with --preview, then give --yes";
    const bool vouches = arguments.verb == "close" || arguments.verb == "skip";
    if (vouches && !arguments.preview && arguments.reason.empty())
        return "give --reason with a text that says who did the work by hand, and how";
    return {};
}

value::object document_of(const std::map<std::string, std::string>& filter) {
    value::object members;
    for (const auto& [name, text] : filter)
        members.emplace(name, text);
    return members;
}

void print(const queue::verb_effect& e) {
    std::cout << std::setw(12) << e.request_id << "  " << std::left << std::setw(38) << e.action
              << std::right;
    if (e.refused.empty())
        std::cout << e.before << " -> " << e.after << '\n';
    else
        std::cout << "refused: " << e.refused << '\n';
}

tally act(queue::verbs& on, const verb_arguments& arguments, std::span<const std::int64_t> ids) {
    tally all;
    for (std::size_t first = 0; first < ids.size(); first += most_at_once) {
        const auto some = ids.subspan(first, std::min(most_at_once, ids.size() - first));
        for (const auto& e : on.act(arguments.verb, some, arguments.reason, arguments.preview)) {
            print(e);
            ++(e.refused.empty() ? all.done : all.refused);
        }
        if (ids.size() > most_at_once)
            std::cerr << arguments.verb << ": " << first + some.size() << " of " << ids.size() << '\n';
    }
    return all;
}

} // namespace

int verb_command(const verb_arguments& arguments) {
    if (const auto mistake = mistake_in(arguments); !mistake.empty()) {
        std::cerr << arguments.verb << ": " << mistake << '\n';
        return exit_status::bad_input;
    }
    const auto c = configured(arguments.configuration_file);
    if (!c) return exit_status::bad_input;
    return with_schema(*c, [&](const queue::database_options& database) {
        queue::verbs on(database);
        const auto ids = arguments.ids.empty() ? on.matching(document_of(arguments.filter)) : arguments.ids;
        const auto all = act(on, arguments, ids);
        std::cout << (arguments.preview ? "would " : "") << arguments.verb << ": " << all.done
                  << ", refused: " << all.refused << '\n';
        return all.refused == 0 ? 0 : exit_status::failed;
    });
}

} // namespace contego::daemon
