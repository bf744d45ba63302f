#include "cli/reconcile_options.hpp"

#include "cli/setting_options.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace contego::daemon {
namespace {

/// Arguments of contego.reconcile that are given as they are.
constexpr std::array<setting_option, 14> setting_options{{
    {"cards", "FILE", "file with one card in each line; - reads standard input (default: all cards)"},
    {"query",
     "SQL",
     "query with a column `card`; it runs with your rights, and names tables with their schema"},
    {"against", "NAME", "compare with the ledger (default), or with expected, the list of the CRM"},
    {"read", "NAME", "read only the services, or only the boxes (default: both)"},
    {"provider", "NAME", "read from the CAS of this provider (default: default)"},
    {"priority", "NAME", "REGULAR (default) or EXPRESS"},
    {"pace", "N", "read at most this many cards per second (default: 50)"},
    {"most-in-flight", "N", "at most this many requests at once (default: the pace, but at least 100)"},
    {"from-date", "DATE", "read nothing before this date; a date without a time zone is in UTC"},
    {"until-date", "DATE", "read nothing from this date on"},
    {"time-zone", "NAME", "time zone of the quiet hours, such as Europe/Athens"},
    {"heal-at-most-cards",
     "N",
     "correct the differences without a person if at most this many cards have some"},
    {"heal-at-most-percent",
     "P",
     "correct the differences without a person if at most this percentage of the cards has some"},
    {"unknown-codes",
     "CODE,...",
     "error codes with which the CAS says that it does not know a card, with commas between them "
     "(default: CLIENT_NOT_FOUND,CLIENT_NOT_MANAGED_BY_SMS)"},
}};

CLI::App& add_verb(CLI::App& to, const char* verb, const char* meaning, reconcile_arguments& arguments) {
    auto& one = *to.add_subcommand(verb, meaning);
    add_configuration(one, arguments.configuration_file);
    one.callback([&arguments, verb] { arguments.verb = verb; });
    return one;
}

void add_number(CLI::App& to, reconcile_arguments& arguments) {
    to.add_option("RECONCILIATION", arguments.reconciliation, "number of the reconciliation")->required();
}

/// Kinds of differences. A command can correct the first four; a person must decide about the last.
constexpr std::array<const char*, 5> kinds{
    "missing", "extra", "wrong_window", "wrong_pairing", "unknown_card"};
constexpr std::size_t kinds_to_heal = 4;

/// Accepts the first `count` kinds.
void add_kinds(CLI::App& to, reconcile_arguments& arguments, std::size_t count) {
    std::string names;
    for (std::size_t n = 0; n < count; ++n)
        names += (n == 0 ? "" : n + 1 == count ? " or " : ", ") + std::string(kinds.at(n));
    to.add_option("--kind", arguments.kinds, "only this kind: " + names + "; may be given several times")
        ->type_name("NAME")
        ->check([names, count](const std::string& text) {
            const auto end = kinds.begin() + static_cast<std::ptrdiff_t>(count);
            return std::find(kinds.begin(), end, text) != end ? std::string()
                                                              : "must be " + names + " (was " + text + ')';
        });
}

void add_start(CLI::App& to, reconcile_arguments& arguments) {
    for (const auto& setting : setting_options)
        add_setting(to, arguments.settings, setting);
    to.get_option("--query")->excludes("--cards");
    add_quiet_hours(to, arguments.settings, "read nothing between these local times");
    add_reason(to, arguments.reason);
    auto* dry = to.add_flag("--dry-run", arguments.dry_run, "only count the cards");
    add_watch(to, arguments.watch);
    to.get_option("--watch")->excludes(dry);
}

} // namespace

void add_reconcile(CLI::App& app, reconcile_arguments& arguments) {
    auto& to = *app.add_subcommand("reconcile", "compare what the CAS has with what cards should have");
    to.require_subcommand(1);
    add_start(add_verb(to, "start", "read cards at a pace, and compare them", arguments), arguments);
    add_verb(to, "list", "list the latest 50 reconciliations", arguments);
    auto& show = add_verb(to, "show", "show the counts and the progress of a reconciliation", arguments);
    add_number(show, arguments);
    add_watch(show, arguments.watch);
    auto& drift = add_verb(to, "drift", "list the open differences that a reconciliation found", arguments);
    add_number(drift, arguments);
    add_kinds(drift, arguments, kinds.size());
    auto& heal = add_verb(to, "heal", "correct the open differences that a reconciliation found", arguments);
    add_number(heal, arguments);
    add_kinds(heal, arguments, kinds_to_heal);
    heal.add_option("--pace",
                    arguments.pace,
                    "correct at most this many cards per second (default: the pace of the reconciliation)")
        ->type_name("N");
    heal.add_option("--reason",
                    arguments.reason,
                    "reason, which contego.operator_action keeps; needed unless --preview")
        ->type_name("TEXT");
    auto* preview =
        heal.add_flag("--preview", arguments.preview, "only count the corrections, and queue nothing");
    add_watch(heal, arguments.watch);
    heal.get_option("--watch")->excludes(preview);
    to.footer("A reconciliation is a run: `contegod run` pauses, resumes and cancels it by its number.\n"
              "Exit status: 0 done, 1 failed, or a watched reconciliation found a difference or did not end, "
              "2 bad input or configuration.");
}

} // namespace contego::daemon
