#include "cli/cards_file.hpp"
#include "cli/commands.hpp"
#include "cli/run_watch.hpp"
#include "cli/subcommand.hpp"
#include "config/load_binding.hpp"
#include "database/sqlstate.hpp"
#include "json/json.hpp"
#include "queue/runs.hpp"
#include <contego/plan.hpp>
#include <contego/violation.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace contego::daemon {
namespace {

/// Most kinds of faults that a dry run prints.
constexpr std::size_t most_faults_shown = 10;

/// Returns the options of the subcommand as arguments of its SQL function, or nothing after it printed a
/// mistake.
std::optional<value::object> settings_of(const run_arguments& arguments) {
    value::object all{{"dry_run", arguments.dry_run}, {"parameters", value::object{}}};
    if (!arguments.reason.empty()) all.emplace("reason", arguments.reason);
    for (const auto& [name, text] : arguments.settings) {
        if (name == "cards") {
            auto cards = cards_in(text, "run start");
            if (!cards) return std::nullopt;
            all[name] = std::move(*cards);
        } else if (name == "parameters" || name == "columns" || name == "filter") {
            try {
                all[name] = json::parse(text);
            } catch (const json::parse_error& e) {
                std::cerr << "run " << arguments.verb << ": --" << name << ": not JSON: " << e.what() << '\n';
                return std::nullopt;
            }
        } else {
            all[name] = text;
        }
    }
    return all;
}

/// Cards with the same fault.
struct fault {
    std::size_t cards = 0;
    std::string example;
};

/// Plans the request of each card, as the daemon will, and prints the faults. Returns whether there are any.
bool print_faults(queue::runs& on, const value::object& settings, const limits& site) {
    const auto action = *settings.at("action").text();
    std::map<std::string, fault> faults;
    on.preview(settings, [&](std::string_view card, std::string_view parameters) {
        const auto planned = plan(action, json::parse(parameters), site);
        const auto* why = std::get_if<refusal>(&planned);
        if (why == nullptr) return;
        auto& one = faults[why->all.front().field + ": " + why->all.front().rule];
        if (one.cards++ == 0) one.example = card;
    });
    std::size_t shown = 0;
    for (const auto& [rule, one] : faults)
        if (++shown <= most_faults_shown)
            std::cout << one.cards << " cards, such as " << one.example << ": " << rule << '\n';
    if (shown > most_faults_shown) std::cout << shown - most_faults_shown << " more kinds of faults\n";
    return !faults.empty();
}

void print(const queue::run_start& s) {
    if (s.run)
        std::cout << "run " << *s.run << (s.is_new ? " started" : " was started before with this key")
                  << '\n';
    std::cout << "cards: " << s.cards << '\n';
    if (s.duplicates > 0) std::cout << "named more than once, and sent once: " << s.duplicates << '\n';
    if (!s.opens_date.empty()) std::cout << "sends from: " << s.opens_date << '\n';
    if (!s.lasts.empty()) std::cout << "lasts at its pace: " << s.lasts << '\n';
}

int start(queue::runs& on, const run_arguments& arguments, const configuration& c) {
    const auto settings = settings_of(arguments);
    if (!settings) return exit_status::bad_input;
    if (!settings->contains("cards") && !settings->contains("query")) {
        std::cerr << "run start: give the cards: --cards FILE or --query SQL\n";
        return exit_status::bad_input;
    }
    const auto said = on.start(*settings);
    print(said);
    if (said.run) return arguments.watch ? watch_run(on, *said.run) : 0;

    const auto* named = settings->contains("provider") ? settings->at("provider").text() : nullptr;
    const std::string provider = named == nullptr ? "default" : *named;
    const auto known = c.providers.find(provider);
    if (known == c.providers.end()) {
        std::cerr << "run start: the configuration has no provider " << provider
                  << ", so nothing is checked\n";
        return exit_status::failed;
    }
    const auto loaded = load_binding(known->second);
    if (print_mistakes("providers." + provider,
                       std::holds_alternative<binding>(loaded) ? std::vector<std::string>{}
                                                               : std::get<std::vector<std::string>>(loaded)))
        return exit_status::bad_input;
    if (print_faults(on, *settings, std::get<binding>(loaded).limits())) return exit_status::failed;
    std::cout << "every request can be sent; nothing was started\n";
    return 0;
}

void print(const queue::revert_step& s) {
    std::cout << s.card << "  " << s.effect;
    if (!s.kind.empty()) std::cout << ' ' << s.kind << ' ' << s.name;
    if (!s.end_date.empty()) std::cout << " until " << s.end_date;
    if (!s.why.empty()) std::cout << ": " << s.why;
    std::cout << '\n';
}

bool is_command(const queue::revert_step& s) {
    return s.effect == "ADD" || s.effect == "CANCEL" || s.effect == "PAIR";
}

int preview_revert(queue::runs& on, const value::object& settings) {
    std::size_t commands = 0;
    std::set<std::string> cards;
    on.preview_revert(settings, [&](const queue::revert_step& s) {
        print(s);
        commands += is_command(s) ? 1 : 0;
        cards.insert(s.card);
    });
    std::cout << commands << " commands for " << cards.size() << " cards; nothing was started\n";
    return 0;
}

/// Prints a mistake and returns true if the filter names an action that no request can have.
bool names_unknown_action(const value::object& settings) {
    const auto filter = settings.find("filter");
    const auto* action = filter == settings.end() ? nullptr : filter->second.find("action");
    if (action == nullptr || action->text() == nullptr) return false;
    const auto planned = plan(*action->text(), value::object{}, limits{});
    const auto* why = std::get_if<refusal>(&planned);
    if (why == nullptr || why->code != "UNKNOWN_ACTION") return false;
    std::cerr << "run revert: filter." << describe(why->all) << '\n';
    return true;
}

int revert(queue::runs& on, const run_arguments& arguments) {
    const auto settings = settings_of(arguments);
    if (!settings || names_unknown_action(*settings)) return exit_status::bad_input;
    if (arguments.dry_run) return preview_revert(on, *settings);
    if (arguments.reason.empty()) {
        std::cerr << "run revert: give a reason: --reason TEXT, or see the plan with --dry-run\n";
        return exit_status::bad_input;
    }
    const auto said = on.revert(*settings);
    if (said.run)
        std::cout << "run " << *said.run << " started: " << said.commands << " commands for " << said.cards
                  << " cards\n";
    else
        std::cout << "nothing to send\n";
    if (said.left_alone > 0) std::cout << "left alone: " << said.left_alone << '\n';
    if (said.not_undone > 0)
        std::cout << "cannot be undone: " << said.not_undone << "\nHINT: --dry-run lists them\n";
    return said.run && arguments.watch ? watch_run(on, *said.run) : 0;
}

int list_renewals(queue::runs& on) {
    for (const auto& p : on.renewals())
        std::cout << p.provider << "  " << std::left << std::setw(12) << p.service << std::right
                  << (p.active ? "active    " : "inactive  ") << p.windows << " windows to renew  " << p.rule
                  << (p.latest.empty() ? "" : "  (" + p.latest + ')') << '\n';
    return 0;
}

/// Returns how many open differences are deleted with the run. Only a reconciliation has some.
std::int64_t differences_to_forget(queue::runs& on, const run_arguments& arguments) {
    if (arguments.verb != "forget") return 0;
    const auto found = on.list(arguments.run);
    return !found.empty() && found.front().action == "RECONCILE" ? on.open_differences(arguments.run) : 0;
}

int change(queue::runs& on, const run_arguments& arguments) {
    auto verb = arguments.verb;
    std::ranges::replace(verb, '-', '_');
    const auto deleted = differences_to_forget(on, arguments);
    const auto e = on.change(arguments.run, verb, arguments.reason);
    if (!e.refused.empty()) {
        std::cerr << "refused: " << e.refused << '\n';
        return exit_status::failed;
    }
    std::cout << "run " << arguments.run << ": " << e.before << " -> "
              << (e.after.empty() ? "forgotten" : e.after) << '\n';
    if (deleted > 0)
        std::cout << deleted
                  << (deleted == 1 ? " open difference was deleted\n" : " open differences were deleted\n");
    return arguments.watch ? watch_run(on, arguments.run) : 0;
}

int act(queue::runs& on, const run_arguments& arguments) {
    if (arguments.verb == "renewals") return list_renewals(on);
    if (arguments.verb == "revert") return revert(on, arguments);
    if (arguments.verb == "list") {
        for (const auto& p : on.list())
            print_run(p);
        return 0;
    }
    if (arguments.verb != "show") return change(on, arguments);
    return arguments.watch ? watch_run(on, arguments.run) : print_run(on, arguments.run);
}

} // namespace

int run_command(const run_arguments& arguments) {
    const auto c = configured(arguments.configuration_file);
    if (!c) return exit_status::bad_input;
    return with_schema(*c, [&](const queue::database_options& database) {
        queue::runs on(database);
        try {
            return arguments.verb == "start" ? start(on, arguments, *c) : act(on, arguments);
        } catch (const queue::server_error& e) {
            if (e.sqlstate().starts_with("08") || e.sqlstate().starts_with("57")) throw;
            std::cerr << "run " << arguments.verb << ": " << e.what() << '\n';
            return exit_status::failed;
        }
    });
}

} // namespace contego::daemon
