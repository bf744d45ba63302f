#include "cli/commands.hpp"
#include "cli/reconcile_options.hpp"
#include "cli/run_options.hpp"
#include "cli/setting_options.hpp"
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

void add_parameters(CLI::App& to, std::string& parameters) {
    to.add_option("--parameters",
                  parameters,
                  "parameters as a JSON object; @FILE reads them from a file, - from standard input")
        ->required();
}

void add_provider(CLI::App& to, std::string& provider) {
    to.add_option("--provider", provider, "provider of the configuration (default: the only one)")
        ->type_name("NAME");
}

void add_binding(CLI::App& to, binding_choice& wire) {
    auto* file = to.add_option("--binding",
                               wire.binding_file,
                               "binding file (default: the binding that contegod contains)")
                     ->type_name("FILE");
    to.add_option("--config",
                  wire.configuration_file,
                  "configuration file: use the binding, the secrets and the endpoint of its provider")
        ->type_name("FILE")
        ->excludes(file);
    add_provider(to, wire.provider);
}

void add_dry_run(CLI::App& to, dry_run_arguments& arguments) {
    add_parameters(to, arguments.parameters);
    add_binding(to, arguments.wire);
}

CLI::App& add_check(CLI::App& app, check_arguments& arguments) {
    auto& to = *app.add_subcommand(
        "check",
        "report every mistake in the configuration and in the files that it names, or in a binding file");
    auto& one = *to.add_option_group("Exactly one of");
    one.add_option("--config", arguments.configuration_file, "configuration file")->type_name("FILE");
    one.add_option(
           "--binding", arguments.binding_file, "binding file, which is checked without a configuration")
        ->type_name("FILE");
    one.add_flag("--keys", arguments.keys, "print the description of every key as Markdown");
    one.require_option(1);
    return to;
}

CLI::App& add_render(CLI::App& app, dry_run_arguments& arguments, bool& is_action) {
    auto& to = *app.add_subcommand("render",
                                   "print the envelope of a command, or all envelopes of an action, without "
                                   "sending them");
    auto& one = *to.add_option_group("Exactly one of");
    one.add_option("--command", arguments.what, "code of a command");
    one.add_option_function<std::string>(
        "--action",
        [&](const std::string& code) {
            arguments.what = code;
            is_action = true;
        },
        "code of a CRM action or of a command; a comment precedes each envelope");
    one.require_option(1);
    add_dry_run(to, arguments);
    to.footer("The ids are those of request 42. Secrets are shown as ****.");
    return to;
}

CLI::App& add_read(CLI::App& app, read_arguments& arguments) {
    auto& to = *app.add_subcommand("read", "print the outcome that the binding gives to a saved answer");
    to.add_option("--command", arguments.command, "code of the command that was answered")->required();
    to.add_option("--answer",
                  arguments.answer,
                  "file with the body of the answer, or with its head as well; - is standard input")
        ->required()
        ->type_name("FILE");
    to.add_option("--http-status", arguments.http_status, "HTTP status of an answer without a head")
        ->type_name("N")
        ->check(CLI::Range(200, 599))
        ->capture_default_str();
    add_binding(to, arguments.wire);
    to.footer("The last line names the rule that decided, and its line in the binding file. A correlation is "
              "not checked.\nExit status: 0 the answer was read, 2 bad input.");
    return to;
}

CLI::App& add_try(CLI::App& app, try_arguments& arguments) {
    auto& to = *app.add_subcommand(
        "try", "send one command to the endpoint of a provider, and print request, answer and outcome");
    add_configuration(to, arguments.configuration_file);
    add_provider(to, arguments.provider);
    to.add_option("--command", arguments.command, "code of a command")->required();
    add_parameters(to, arguments.parameters);
    to.add_flag("--send",
                arguments.send,
                "send a command that changes something; without it, such a command is only printed");
    to.add_option("--request-id",
                  arguments.request_id,
                  "ID of the request, of which {command.id} is made (default: the seconds since 1970)")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{90'000'000'000'000}));
    to.footer("Needs no database. No limit of the rate is applied. Secrets are shown as ****.\n"
              "Exit status: 0 the outcome is a success, 1 it is not, 2 bad input, or nothing was sent "
              "because --send is missing.");
    return to;
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

CLI::App& add_audit(CLI::App& app, audit_arguments& arguments) {
    auto& to = *app.add_subcommand("audit", "verify or export the audit: the table contego.operator_action");
    to.require_subcommand(1);
    auto& verify = *to.add_subcommand("verify", "check that no row was changed, deleted or put in later");
    add_configuration(verify, arguments.configuration_file);
    auto* key =
        verify.add_option("--key", arguments.key, "Ed25519 key of the export, public or private, in PEM")
            ->type_name("FILE");
    verify.add_option("--against", arguments.against, "export that the database must agree with")
        ->type_name("FILE")
        ->needs(key);
    verify.callback([&arguments] { arguments.verify = true; });
    auto& write = *to.add_subcommand("export", "print all rows as lines of JSON, and a signature");
    add_configuration(write, arguments.configuration_file);
    write.add_option("--key", arguments.key, "private Ed25519 key in PEM, without a passphrase")
        ->required()
        ->type_name("FILE");
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
    const auto& check = add_check(app, checking);

    dry_run_arguments dry;
    auto& plan = *app.add_subcommand("plan", "print the commands of an action as JSON, without sending them");
    plan.add_option("--action", dry.what, "code of a CRM action or of a command")->required();
    add_dry_run(plan, dry);
    bool is_action = false;
    const auto& render = add_render(app, dry, is_action);

    read_arguments reading;
    const auto& read = add_read(app, reading);
    try_arguments trying;
    const auto& trial = add_try(app, trying);

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

    run_arguments running;
    add_run(app, running);

    reconcile_arguments reconciling;
    add_reconcile(app, reconciling);

    data_loss_arguments losing;
    const auto& after_data_loss = add_data_loss(app, losing);

    audit_arguments auditing;
    const auto& audit = add_audit(app, auditing);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }

    if (!acting.verb.empty()) return verb_command(acting);
    if (!running.verb.empty()) return run_command(running);
    if (!reconciling.verb.empty()) return reconcile_command(reconciling);
    if (after_data_loss.parsed()) return data_loss_command(losing);
    if (audit.parsed()) return audit_command(auditing);
    if (serve.parsed()) return serve_command(file);
    if (migrate.parsed()) return migrate_command(migration);
    if (check.parsed()) return check_command(checking);
    if (plan.parsed()) return plan_command(dry);
    if (render.parsed()) return is_action ? render_action(dry) : render_command(dry);
    if (read.parsed()) return read_command(reading);
    if (trial.parsed()) return try_command(trying);
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
