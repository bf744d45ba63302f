#include "cli/commands.hpp"
#include "daemon/prepare_process.hpp"
#include "schema/schema_text.hpp"
#include "telemetry/commit.hpp"
#include "telemetry/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <utility>

namespace {

using namespace contego::daemon;

void add_configuration(CLI::App& to, std::filesystem::path& file) {
    to.add_option("--config", file, "configuration file")->required()->type_name("FILE");
}

void add_dry_run(CLI::App& to, const char* what, const char* meaning, dry_run_arguments& arguments) {
    to.add_option(what, arguments.what, meaning)->required();
    to.add_option("--parameters",
                  arguments.parameters,
                  "parameters as a JSON object; @FILE reads them from a file, - from standard input")
        ->required();
    to.add_option(
          "--binding", arguments.binding_file, "binding file (default: the binding that contegod contains)")
        ->type_name("FILE");
}

/// Members of the filter of contego.matching, as options.
constexpr std::array<std::pair<const char*, const char*>, 11> filters{{
    {"provider", "only requests of this provider"},
    {"action", "only requests with this action"},
    {"progress", "only requests with this progress, such as HELD or REJECTED"},
    {"error-code", "only requests with this error code"},
    {"subscription", "only requests of this subscription"},
    {"process-name", "only requests of this process name"},
    {"process-id", "only requests of this process ID"},
    {"card", "only requests that touch this smartcard (CA ID)"},
    {"box", "only requests that touch this set-top box (CA ID)"},
    {"created-from", "only requests inserted at this date or later"},
    {"created-to", "only requests inserted before this date"},
}};

void add_verb(CLI::App& app, const char* verb, const char* meaning, verb_arguments& arguments) {
    auto& to = *app.add_subcommand(verb, meaning);
    add_configuration(to, arguments.configuration_file);
    auto* ids =
        to.add_option("--id", arguments.ids, "ID of a request; may be given several times")->type_name("N");
    to.add_option("--reason", arguments.reason, "reason for the action, which contego.operator_action keeps")
        ->type_name("TEXT");
    auto* preview = to.add_flag("--preview", arguments.preview, "only print what the verb would do");
    to.add_flag("--yes", arguments.yes, "act on all requests that the filter finds")->excludes(preview);
    for (const auto& [name, help] : filters) {
        std::string member = name;
        std::ranges::replace(member, '-', '_');
        to.add_option_function<std::string>(
              std::string("--") + name,
              [&arguments, member](const std::string& text) { arguments.filter[member] = text; },
              help)
            ->excludes(ids)
            ->group("Filter (a request must match every option given)");
    }
    to.callback([&arguments, verb] { arguments.verb = verb; });
}

CLI::App& add_data_loss(CLI::App& app, data_loss_arguments& arguments) {
    auto& to = *app.add_subcommand(
        "after-data-loss",
        "let claiming go on after a failover, a restore or a copy of the database, and mark "
        "open requests as maybe sent");
    add_configuration(to, arguments.configuration_file);
    to.add_option("--reason", arguments.reason, "text that names the failover, restore or copy")
        ->type_name("TEXT");
    auto* nothing = to.add_flag("--nothing-lost",
                                arguments.nothing_lost,
                                "you vouch that the database has every acknowledged write: mark no request");
    to.add_flag("--unnoticed",
                arguments.unnoticed,
                "data was lost although claiming is not stopped, for example by a restored disk snapshot")
        ->excludes(nothing);
    to.add_flag("--preview", arguments.preview, "only print how many requests would be marked");
    return to;
}

std::string version_line() {
    const auto newest = contego::queue::embedded_schema().migrations.back().version;
    return std::string("contegod ") + version + " (commit " + commit + ", schema " + std::to_string(newest) +
           ')';
}

int run(int argc, char** argv) {
    CLI::App app("contegod: takes provisioning requests from a database table, sends them to Conax Contego, "
                 "and writes back the outcomes");
    app.set_version_flag("--version", version_line());
    app.require_subcommand(1);
    app.footer("Exit status: 0 done, 1 failed, 2 bad input or configuration.");

    std::filesystem::path file;
    auto& serve = *app.add_subcommand("serve", "run the daemon");
    add_configuration(serve, file);

    migrate_arguments migration;
    auto& migrate = *app.add_subcommand("migrate", "bring the schema of the database up to date");
    add_configuration(migrate, migration.configuration_file);
    auto* status_flag =
        migrate.add_flag("--status",
                         migration.status,
                         "only list the migrations that are applied and those still to be applied");
    migrate.add_flag("--dry-run", migration.dry_run, "only print the SQL that would run")
        ->excludes(status_flag);

    check_arguments checking;
    auto& check = *app.add_subcommand(
        "check", "report every mistake in the configuration and in the files that it names");
    auto* keys = check.add_flag("--keys", checking.keys, "print the description of every key as Markdown");
    check.add_option("--config", checking.configuration_file, "configuration file")
        ->type_name("FILE")
        ->excludes(keys);

    dry_run_arguments dry;
    auto& plan = *app.add_subcommand("plan", "print the commands of an action as JSON, without sending them");
    add_dry_run(plan, "--action", "code of a CRM action or of a command", dry);
    auto& render = *app.add_subcommand("render", "print the envelope of a command, without sending it");
    add_dry_run(render, "--command", "code of a command", dry);

    auto& status =
        *app.add_subcommand("status", "print the number of open requests by provider and progress");
    add_configuration(status, file);

    doctor_arguments doctoring;
    auto& doctor = *app.add_subcommand(
        "doctor", "check the installation for common faults, and say how to correct them");
    add_configuration(doctor, doctoring.configuration_file);
    doctor.add_flag("--json", doctoring.json, "print the findings as JSON");
    doctor
        .add_option("--longest-transaction",
                    doctoring.longest_transaction_s,
                    "report transactions that keep dead rows for longer than this")
        ->type_name("SECONDS")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    doctor.footer("Checks:\n" + describe_checks() +
                  "Exit status: 0 no check found an error, 1 some did, 2 bad input or configuration.");

    verb_arguments acting;
    add_verb(app, "retry", "run held, retrying or rejected requests again, with no attempts counted", acting);
    add_verb(app, "cancel", "end requests that are not in flight; this cannot be undone", acting);
    add_verb(app, "hold", "hold requests until they are released", acting);
    add_verb(app, "release", "release held requests, so that they run", acting);
    add_verb(
        app, "close", "mark requests as COMPLETED that were carried out by hand; needs a reason", acting);
    add_verb(app,
             "skip",
             "release held requests without the command at which they stopped; needs a reason",
             acting);

    data_loss_arguments losing;
    const auto& after_data_loss = add_data_loss(app, losing);

    try {
        app.parse(argc, argv);
        if (check.parsed() && !checking.keys && checking.configuration_file.empty())
            throw CLI::RequiredError("--config");
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }

    if (!acting.verb.empty()) return verb_command(acting);
    if (after_data_loss.parsed()) return data_loss_command(losing);
    if (serve.parsed()) return serve_command(file);
    if (migrate.parsed()) return migrate_command(migration);
    if (check.parsed()) return check_command(checking);
    if (plan.parsed()) return plan_command(dry);
    if (render.parsed()) return render_command(dry);
    if (doctor.parsed()) return doctor_command(doctoring);
    return status_command(file);
}

} // namespace

int main(int argc, char** argv) {
    open_standard_streams();
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        std::cerr << "contegod: " << e.what() << '\n';
        return 1;
    }
}
