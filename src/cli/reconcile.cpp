#include "cli/cards_file.hpp"
#include "cli/commands.hpp"
#include "cli/run_watch.hpp"
#include "cli/subcommand.hpp"
#include "database/sqlstate.hpp"
#include "queue/reconciliations.hpp"
#include "queue/runs.hpp"

#include <iomanip>
#include <iostream>

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

void print(const queue::reconciliation& r) {
    std::cout << std::setw(8) << r.number << "  " << std::left << std::setw(10) << r.state << std::right
              << r.compared << " of " << r.cards << " compared with " << r.against << ": "
              << (r.unlike == 0 ? "no difference" : std::to_string(r.unlike) + " unlike (" + r.found + ")");
    if (r.heals > 0) std::cout << " after the corrections of " << r.heals;
    if (r.passed_over > 0) std::cout << ", " << r.passed_over << " passed over";
    if (r.failed > 0) std::cout << ", " << r.failed << " not read";
    std::cout << '\n';
    if (!r.not_compared.empty())
        std::cout << "          no answer returned these, so they are not compared: " << r.not_compared
                  << '\n';
    if (!r.why.empty()) std::cout << "          " << r.why << '\n';
}

/// Shows the progress if asked to, and then the counts. A watched reconciliation is good if it ended and all
/// its cards are alike.
int show(const tables& on, std::int64_t number, bool watched) {
    if (watched) static_cast<void>(watch_run(on.runs, number));
    const auto found = on.reconciliations.list(number);
    if (found.empty()) {
        std::cerr << "there is no reconciliation " << number << '\n';
        return exit_status::failed;
    }
    const auto& r = found.front();
    print(r);
    const bool good = r.state == "DONE" && r.unlike == 0 && r.failed == 0 && r.passed_over == 0;
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

int drift(const tables& on, const reconcile_arguments& arguments) {
    on.reconciliations.drift(arguments.reconciliation, arguments.kinds, [](const queue::difference& d) {
        std::cout << d.card << "  " << d.kind << (d.name.empty() ? "" : " " + d.name);
        if (!d.should_have.empty()) std::cout << "  should have " << d.should_have;
        if (!d.has.empty()) std::cout << "  has " << d.has;
        std::cout << "  " << d.state << " since " << d.found_date << "  "
                  << (d.correction.empty() ? "a person must decide" : d.correction) << '\n';
    });
    return 0;
}

int heal(const tables& on, const reconcile_arguments& arguments) {
    std::optional<std::int64_t> run;
    for (const auto& h : on.reconciliations.heal(
             arguments.reconciliation, arguments.preview, arguments.kinds, arguments.reason)) {
        std::cout << std::setw(8) << h.differences << "  " << h.kind << " of " << h.cards
                  << " cards: " << (h.correction.empty() ? "a person must decide" : h.correction) << '\n';
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
