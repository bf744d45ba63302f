#include "cli/cards_file.hpp"
#include "cli/commands.hpp"
#include "cli/run_watch.hpp"
#include "cli/subcommand.hpp"
#include "database/sqlstate.hpp"
#include "queue/reconciliations.hpp"
#include "queue/runs.hpp"

#include <iomanip>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace contego::daemon {
namespace {

/// The parts of the database that the subcommands use.
struct tables {
    queue::reconciliations& reconciliations;
    queue::runs& runs;
};

/// Returns the arguments of contego.reconcile, or nothing after it printed a mistake.
std::optional<value::object> settings_of(const reconcile_arguments& arguments) {
    value::object all{{"dry_run", arguments.dry_run}};
    if (!arguments.reason.empty()) all.emplace("reason", arguments.reason);
    for (const auto& [name, text] : arguments.settings) {
        if (name != "cards") {
            all[name] = text;
            continue;
        }
        auto cards = cards_in(text, "reconcile start");
        if (!cards) return std::nullopt;
        all[name] = std::move(*cards);
    }
    return all;
}

/// Returns the outcome of the comparison. There is none before the first card is compared.
std::string comparison(const queue::reconciliation& r) {
    auto text = std::to_string(r.compared) + " of " + std::to_string(r.cards) + " compared with " + r.against;
    if (r.compared == 0) return text;
    text += r.unlike == 0   ? ": no difference"
            : r.unlike == 1 ? ": 1 card differs: " + r.found
                            : ": " + std::to_string(r.unlike) + " cards differ: " + r.found;
    if (r.heals > 0) text += " after the corrections of " + std::to_string(r.heals);
    return text;
}

void print(const queue::reconciliation& r) {
    std::vector<std::string> parts;
    if (r.compared > 0 || r.failed == 0) parts.push_back(comparison(r));
    if (r.passed_over > 0) parts.push_back(std::to_string(r.passed_over) + " passed over");
    if (r.failed > 0)
        parts.push_back(std::to_string(r.failed) + " of " + std::to_string(r.cards) +
                        (r.heals > 0 ? " not corrected" : " not read") +
                        (r.errors.empty() ? "" : ": " + r.errors));
    std::cout << std::setw(8) << r.number << "  " << std::left << std::setw(10) << r.state << std::right;
    for (std::size_t n = 0; n < parts.size(); ++n)
        std::cout << (n == 0 ? "" : "; ") << parts[n];
    std::cout << '\n';
    if (!r.not_compared.empty()) std::cout << "          " << r.not_compared << '\n';
    if (!r.why.empty()) std::cout << "          " << r.why << '\n';
}

/// Returns the reconciliation, or nothing after it printed that there is none.
std::optional<queue::reconciliation> known(const tables& on, std::int64_t number) {
    const auto found = on.reconciliations.list(number);
    if (!found.empty()) return found.front();
    std::cerr << "there is no reconciliation " << number << '\n';
    return std::nullopt;
}

/// Returns the number of the reconciliation whose differences these are: a healing keeps none of its own.
std::int64_t owner_of_differences(const queue::reconciliation& r) {
    return r.heals > 0 ? r.heals : r.number;
}

/// Shows the progress if asked to, and then the counts. A watched reconciliation is good if it ended and all
/// its cards are alike.
int show(const tables& on, std::int64_t number, bool watched) {
    if (watched) static_cast<void>(watch_run(on.runs, number));
    const auto r = known(on, number);
    if (!r) return exit_status::failed;
    print(*r);
    const auto owner = owner_of_differences(*r);
    if (const auto states = on.reconciliations.states(owner); !states.empty())
        std::cout << "          differences of " << owner << " now: " << states << '\n';
    const bool good = r->state == "DONE" && r->unlike == 0 && r->failed == 0 && r->passed_over == 0;
    return watched && !good ? exit_status::failed : 0;
}

int start(const tables& on, const reconcile_arguments& arguments) {
    const auto settings = settings_of(arguments);
    if (!settings) return exit_status::bad_input;
    const auto said = on.reconciliations.start(*settings);
    if (said.reconciliation) std::cout << "reconciliation " << *said.reconciliation << " started\n";
    std::cout << "cards: " << said.cards << "\nreads from: " << said.opens_date << '\n';
    if (!said.lasts.empty()) std::cout << "lasts at its pace: " << said.lasts << '\n';
    return said.reconciliation && arguments.watch ? show(on, *said.reconciliation, true) : 0;
}

void print(const queue::difference& d) {
    std::cout << d.card << "  " << d.kind << (d.name.empty() ? "" : " " + d.name);
    if (!d.should_have.empty()) std::cout << "  should have " << d.should_have;
    if (!d.has.empty()) std::cout << "  has " << d.has;
    std::cout << "  " << d.state << " since " << d.found_date << "  "
              << (d.correction.empty() ? "a person must decide" : d.correction);
    if (d.failed_request > 0)
        std::cout << "  not corrected by request " << d.failed_request
                  << (d.error_code.empty() ? "" : ": " + d.error_code);
    std::cout << '\n';
}

int drift(const tables& on, const reconcile_arguments& arguments) {
    const auto r = known(on, arguments.reconciliation);
    if (!r) return exit_status::failed;
    bool some = false;
    on.reconciliations.drift(owner_of_differences(*r), arguments.kinds, [&some](const queue::difference& d) {
        print(d);
        some = true;
    });
    if (!some) std::cout << "no open difference\n";
    return 0;
}

int heal(const tables& on, const reconcile_arguments& arguments) {
    if (!arguments.preview && arguments.reason.empty()) {
        std::cerr
            << "reconcile heal: give a reason: --reason TEXT, or count the corrections with --preview\n";
        return exit_status::bad_input;
    }
    std::optional<std::int64_t> run;
    for (const auto& h : on.reconciliations.heal(arguments.reconciliation,
                                                 arguments.preview,
                                                 arguments.kinds,
                                                 arguments.reason,
                                                 arguments.pace)) {
        std::cout << std::setw(8) << h.differences << "  " << h.kind << " of " << h.cards
                  << (h.cards == 1 ? " card: " : " cards: ")
                  << (h.correction.empty() ? "a person must decide" : h.correction) << '\n';
        if (h.run) run = h.run;
    }
    if (run)
        std::cout << "run " << *run << " corrects them\n";
    else
        std::cout << (arguments.preview ? "nothing was queued\n" : "there is nothing to correct\n");
    return run && arguments.watch ? show(on, *run, true) : 0;
}

int act(const tables& on, const reconcile_arguments& arguments) {
    if (arguments.verb == "start") return start(on, arguments);
    if (arguments.verb == "show") return show(on, arguments.reconciliation, arguments.watch);
    if (arguments.verb == "drift") return drift(on, arguments);
    if (arguments.verb == "heal") return heal(on, arguments);
    for (const auto& r : on.reconciliations.list())
        print(r);
    return 0;
}

} // namespace

int reconcile_command(const reconcile_arguments& arguments) {
    const auto c = configured(arguments.configuration_file);
    if (!c) return exit_status::bad_input;
    return with_schema(*c, [&](const queue::database_options& database) {
        queue::reconciliations reconciliations(database);
        queue::runs runs(database);
        try {
            return act({reconciliations, runs}, arguments);
        } catch (const queue::server_error& e) {
            if (e.sqlstate().starts_with("08") || e.sqlstate().starts_with("57")) throw;
            std::cerr << "reconcile " << arguments.verb << ": " << e.what() << '\n';
            return exit_status::failed;
        }
    });
}

} // namespace contego::daemon
