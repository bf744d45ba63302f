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
    to.add_option("--parameters", arguments.parameters, "JSON object; @FILE reads a file, - standard input")
        ->required();
    to.add_option("--binding", arguments.binding_file, "binding file; without it the default binding")
        ->type_name("FILE");
}

/// Members of contego.matching, as options.
constexpr std::array<std::pair<const char*, const char*>, 11> filters{{
    {"provider", "of this provider"},
    {"action", "with this action"},
    {"progress", "in this progress, such as HELD or REJECTED"},
    {"error-code", "with this error code"},
    {"subscription", "of this subscription"},
    {"process-name", "of this process"},
    {"process-id", "of this process number"},
    {"card", "that touch this smartcard (CA ID)"},
    {"box", "that touch this set-top box (CA ID)"},
    {"created-from", "inserted at this date or later"},
    {"created-to", "inserted before this date"},
}};

void add_verb(CLI::App& app, const char* verb, const char* meaning, verb_arguments& arguments) {
    auto& to = *app.add_subcommand(verb, meaning);
    add_configuration(to, arguments.configuration_file);
    auto* ids = to.add_option("--id", arguments.ids, "number of a request; may be repeated")->type_name("N");
    to.add_option("--reason", arguments.reason, "why; kept in contego.operator_action")->type_name("TEXT");
    auto* preview = to.add_flag("--preview", arguments.preview, "only say what would be done");
    to.add_flag("--yes", arguments.yes, "do it to all that the filter finds")->excludes(preview);
    for (const auto& [name, which] : filters) {
        std::string member = name;
        std::ranges::replace(member, '-', '_');
        to.add_option_function<std::string>(
              std::string("--") + name,
              [&arguments, member](const std::string& text) { arguments.filter[member] = text; },
              std::string("those ") + which)
            ->excludes(ids)
            ->group("Filter (all that are given must fit)");
    }
    to.callback([&arguments, verb] { arguments.verb = verb; });
}

std::string version_line() {
    const auto newest = contego::queue::embedded_schema().steps.back().version;
    return std::string("contegod ") + version + " (commit " + commit + ", schema " + std::to_string(newest) +
           ')';
}

int run(int argc, char** argv) {
    CLI::App app("contegod: takes provisioning requests from a CRM's table to Conax Contego and back");
    app.set_version_flag("--version", version_line());
    app.require_subcommand(1);
    app.footer("Exit status: 0 done, 1 failed, 2 bad input or configuration.");

    std::filesystem::path file;
    auto& serve = *app.add_subcommand("serve", "run the daemon");
    add_configuration(serve, file);

    migrate_arguments migration;
    auto& migrate = *app.add_subcommand("migrate", "bring the database's schema up to date");
    add_configuration(migrate, migration.configuration_file);
    auto* status_flag =
        migrate.add_flag("--status", migration.status, "only say what is applied, and what would be");
    migrate.add_flag("--dry-run", migration.dry_run, "only print the SQL that would run")
        ->excludes(status_flag);

    check_arguments checking;
    auto& check =
        *app.add_subcommand("check", "report every mistake in the configuration, its bindings and its files");
    auto* keys = check.add_flag("--keys", checking.keys, "print what every key means, as Markdown");
    check.add_option("--config", checking.configuration_file, "configuration file")
        ->type_name("FILE")
        ->excludes(keys);

    dry_run_arguments dry;
    auto& plan = *app.add_subcommand("plan", "print the commands of an action as JSON; nothing is sent");
    add_dry_run(plan, "--action", "CRM action, or code of a command", dry);
    auto& render = *app.add_subcommand("render", "print the envelope of a command; nothing is sent");
    add_dry_run(render, "--command", "code of a command", dry);

    auto& status = *app.add_subcommand("status", "print how the queue stands");
    add_configuration(status, file);

    doctor_arguments doctoring;
    auto& doctor =
        *app.add_subcommand("doctor", "look for what commonly goes wrong, and say what to do about it");
    add_configuration(doctor, doctoring.configuration_file);
    doctor.add_flag("--json", doctoring.json, "print the findings as JSON");
    doctor
        .add_option("--longest-transaction",
                    doctoring.longest_transaction_s,
                    "seconds that a transaction may keep dead rows before it is a finding")
        ->type_name("SECONDS")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    doctor.footer("Checks:\n" + describe_checks() +
                  "Exit status: 0 no error, 1 errors, 2 bad input or configuration.");

    verb_arguments acting;
    add_verb(app, "retry", "send again what is held, retrying or rejected, with its attempts at 0", acting);
    add_verb(app, "cancel", "end requests that are not in flight; cannot be taken back", acting);
    add_verb(app, "hold", "keep requests back until they are released", acting);
    add_verb(app, "release", "let go what is held", acting);
    add_verb(app, "close", "end requests that were done by hand: COMPLETED; needs a reason", acting);
    add_verb(
        app, "skip", "let go what is held, without the command at which it stands; needs a reason", acting);

    try {
        app.parse(argc, argv);
        if (check.parsed() && !checking.keys && checking.configuration_file.empty())
            throw CLI::RequiredError("--config");
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }

    if (!acting.verb.empty()) return verb_command(acting);
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
