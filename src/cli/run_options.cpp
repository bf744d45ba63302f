#include "cli/run_options.hpp"

#include "cli/setting_options.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace contego::daemon {
namespace {

/// Arguments of contego.start_run that are given as they are.
constexpr std::array<setting_option, 15> setting_options{{
    {"action", "CODE", "code of the direct command that is sent for each card"},
    {"cards", "FILE", "file with one card in each line; - reads standard input"},
    {"query",
     "SQL",
     "query with a column `card`; it runs with your rights, and names tables with their schema"},
    {"columns",
     "JSON",
     R"(parameters of each card, as an object from parameter to column of the query: {"message": "text"})"},
    {"parameters", "JSON", "parameters of all cards, as a JSON object"},
    {"provider", "NAME", "send to the CAS of this provider (default: default)"},
    {"priority", "NAME", "REGULAR (default) or EXPRESS"},
    {"pace", "N", "feed at most this many requests per second"},
    {"most-in-flight", "N", "at most this many requests at once (default: the pace, but at least 100)"},
    {"from-date", "DATE", "send nothing before this date; a date without a time zone is in UTC"},
    {"until-date", "DATE", "send nothing from this date on"},
    {"time-zone", "NAME", "time zone of the quiet hours, such as Europe/Athens"},
    {"process-name", "TEXT", "process name of the requests (default: that of the CRM for the command)"},
    {"process-id", "TEXT", "process ID of the requests (default: the number of the run)"},
    {"idempotency-key", "TEXT", "if you started a run with this key before, start no other"},
}};

void add_start(CLI::App& run, run_arguments& arguments) {
    auto& to = *run.add_subcommand("start", "start a run, or check one with --dry-run");
    add_configuration(to, arguments.configuration_file);
    for (const auto& setting : setting_options)
        add_setting(to, arguments.settings, setting);
    to.get_option("--action")->required();
    to.get_option("--query")->excludes("--cards");
    to.get_option("--columns")->needs("--query");
    add_quiet_hours(to, arguments.settings, "send nothing between these local times");
    add_reason(to, arguments.reason);
    auto* dry = to.add_flag("--dry-run",
                            arguments.dry_run,
                            "only count the cards, and check the request of each with the site's binding");
    add_watch(to, arguments.watch);
    to.get_option("--watch")->excludes(dry);
    to.callback([&arguments] { arguments.verb = "start"; });
}

/// Options of `run revert` that `run start` has, too.
constexpr std::array<std::string_view, 4> options_of_both{"priority", "from-date", "until-date", "time-zone"};

constexpr std::array<setting_option, 2> mistake_options{{
    {"run", "N", "undo the requests of this run"},
    {"filter", "JSON", R"(undo the requests that match every member, such as {"process_id": "BATCH-17"})"},
}};

constexpr setting_option revert_pace{"pace", "N", "feed at most this many requests per second (default: 20)"};

/// Returns the mistake if the text is not the number of a run, or else an empty text.
std::string number_mistake(const std::string& text) {
    constexpr std::size_t most_digits = 18; // fewer than a 64-bit number has
    const bool good = !text.empty() && text.size() <= most_digits && text.front() != '0' &&
                      text.find_first_not_of("0123456789") == std::string::npos;
    return good ? std::string() : "must be the number of a run (was " + text + ')';
}

void add_revert(CLI::App& run, run_arguments& arguments) {
    auto& to = *run.add_subcommand("revert",
                                   "Undo requests that were a mistake: start a run that sends the opposite "
                                   "of each.");
    add_configuration(to, arguments.configuration_file);
    auto& one = *to.add_option_group("Exactly one of");
    for (const auto& setting : mistake_options)
        add_setting(one, arguments.settings, setting);
    one.get_option("--run")->check(number_mistake);
    one.require_option(1);
    add_setting(to, arguments.settings, revert_pace);
    for (const auto& setting : setting_options)
        if (std::ranges::find(options_of_both, setting.name) != options_of_both.end())
            add_setting(to, arguments.settings, setting);
    to.add_flag_callback(
        "--cancel-unknown",
        [&arguments] { arguments.settings["cancel_unknown"] = "true"; },
        "also cancel services that no request before the mistake gave");
    add_quiet_hours(to, arguments.settings, "send nothing between these local times");
    to.add_option("--reason",
                  arguments.reason,
                  "reason, which contego.operator_action keeps; needed unless --dry-run")
        ->type_name("TEXT");
    auto* dry =
        to.add_flag("--dry-run", arguments.dry_run, "show the commands of the undo, and start nothing");
    add_watch(to, arguments.watch);
    to.get_option("--watch")->excludes(dry);
    to.footer("Exit status: 0 done, or there is nothing to send; 1 failed, no request was found, or the "
              "watched run paused or has failed cards; 2 bad input or configuration.");
    to.callback([&arguments] { arguments.verb = "revert"; });
}

CLI::App& add_verb(CLI::App& run, const char* verb, const char* meaning, run_arguments& arguments) {
    auto& to = *run.add_subcommand(verb, meaning);
    add_configuration(to, arguments.configuration_file);
    to.callback([&arguments, verb] { arguments.verb = verb; });
    return to;
}

void add_verb_on_one(CLI::App& run, const char* verb, const char* meaning, run_arguments& arguments) {
    auto& to = add_verb(run, verb, meaning, arguments);
    to.add_option("RUN", arguments.run, "number of the run")->required();
    if (std::string_view(verb) != "show") add_reason(to, arguments.reason);
    if (std::string_view(verb) != "forget") add_watch(to, arguments.watch);
}

} // namespace

void add_run(CLI::App& app, run_arguments& arguments) {
    auto& run = *app.add_subcommand("run", "send one direct command for many cards, at a pace");
    run.require_subcommand(1);
    add_start(run, arguments);
    add_verb(run, "list", "list the latest 50 runs", arguments);
    add_verb_on_one(run, "show", "show the progress and the errors of a run", arguments);
    add_verb_on_one(run, "pause", "pause a run: withdraw its requests that are not in flight", arguments);
    add_verb_on_one(run, "resume", "let a paused run go on", arguments);
    add_verb_on_one(
        run, "cancel", "cancel all cards that are not sent yet; this cannot be undone", arguments);
    add_verb_on_one(run, "retry-failed", "feed the cards again whose requests were rejected", arguments);
    add_revert(run, arguments);
    add_verb(run, "renewals", "list the policies by which daemons renew windows", arguments);
    add_verb_on_one(run, "forget", "delete a run that has ended; its requests stay", arguments);
}

} // namespace contego::daemon
