#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include "config/read_configuration.hpp"
#include "daemon/prepare_process.hpp"
#include "daemon/service.hpp"
#include "diagnosis/examination.hpp"
#include "fleet/lineage.hpp"
#include "queue/queue_stats.hpp"
#include "schema/migrations.hpp"
#include "telemetry/logbook.hpp"

#include <iomanip>
#include <iostream>

namespace contego::daemon {
namespace {

/// Most providers shown that the configuration does not have: a CRM may insert any number of names.
constexpr int most_unknown_shown = 20;

void print_status(queue::migrations& schema) {
    for (const auto& m : schema.status())
        std::cout << std::setw(4) << std::setfill('0') << m.one.version << std::setfill(' ') << "  "
                  << std::left << std::setw(20) << m.one.name << std::right << "  "
                  << m.applied_date.value_or("not applied") << '\n';
    for (const auto& one : schema.outdated())
        std::cout << one.kind << ' ' << one.name << ": to be applied\n";
    if (const auto why = schema.mismatch()) std::cout << *why << '\n';
}

int apply(queue::migrations& schema) {
    const auto [refusal, applied] = schema.apply();
    if (refusal) {
        std::cerr << *refusal << '\n';
        return exit_status::failed;
    }
    for (const auto& m : applied.migrations)
        std::cout << "applied " << m.version << ' ' << m.name << '\n';
    for (const auto& one : applied.definitions)
        std::cout << "applied " << one.kind << ' ' << one.name << '\n';
    if (applied.migrations.empty() && applied.definitions.empty())
        std::cout << "nothing to do: the schema is up to date\n";
    if (const auto warning = schema.encoding_warning()) std::cout << "warning: " << *warning << '\n';
    return 0;
}

int dry_run(queue::migrations& schema) {
    for (const auto& m : schema.status())
        if (!m.applied_date)
            std::cout << "-- " << m.one.version << ' ' << m.one.name << '\n' << m.one.sql << '\n';
    for (const auto& one : schema.outdated())
        std::cout << "-- " << one.kind << ' ' << one.name << '\n' << one.sql << '\n';
    return 0;
}

} // namespace

int serve_command(const std::filesystem::path& configuration_file) {
    prepare_process();
    const auto c = configured(configuration_file);
    if (!c) return exit_status::bad_input;
    logbook log(c->log);
    try {
        return serve(*c, log);
    } catch (const start_failure& e) {
        log.error(std::string("cannot start: ") + e.what());
    } catch (const std::exception& e) {
        log.error(std::string("stopped by an unexpected error, which is a defect of contegod: ") + e.what());
    }
    return exit_status::failed;
}

int migrate_command(const migrate_arguments& arguments) {
    const auto c = configured(arguments.configuration_file);
    if (!c) return exit_status::bad_input;
    return with_database(*c, [&](const queue::database_options& database) {
        queue::migrations schema(database);
        if (arguments.status) {
            print_status(schema);
            return 0;
        }
        return arguments.dry_run ? dry_run(schema) : apply(schema);
    });
}

int status_command(const std::filesystem::path& configuration_file) {
    const auto c = configured(configuration_file);
    if (!c) return exit_status::bad_input;
    return with_schema(*c, [&c](const queue::database_options& database) {
        if (const auto why = queue::lineage(database).claiming_stopped(); !why.empty())
            std::cout << "CLAIMING IS STOPPED: " << why << "\nHINT: contegod after-data-loss --help\n";
        if (queue::examination(database).server().in_recovery)
            std::cout << "the server is a standby: the counts are those of the primary at the moment up to "
                         "which the standby has replayed\n";
        std::cout << std::left << std::setw(20) << "provider" << std::setw(12) << "progress" << std::right
                  << std::setw(10) << "requests" << std::setw(16) << "oldest due (s)" << '\n';
        for (const auto& f : queue::queue_stats(database, c->provider_names(), most_unknown_shown).read())
            std::cout << std::left << std::setw(20) << f.provider << std::setw(12) << f.progress << std::right
                      << std::setw(10) << f.requests << std::setw(16) << std::fixed << std::setprecision(1)
                      << f.oldest_due_age_seconds << '\n';
        return 0;
    });
}

} // namespace contego::daemon
