#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include "config/read_configuration.hpp"
#include "doctor/checks.hpp"
#include "doctor/report.hpp"
#include "json/json.hpp"

#include <iomanip>
#include <sstream>

namespace contego::daemon {
namespace {

int exit_status_of(const std::vector<checked>& all) {
    const std::vector<checked> of_configuration(all.begin(), all.begin() + 1);
    if (count(of_configuration, severity::error) > 0) return exit_status::bad_input;
    return count(all, severity::error) > 0 ? exit_status::failed : 0;
}

} // namespace

int doctor_command(const doctor_arguments& arguments) {
    auto read = read_configuration_file(arguments.configuration_file, process_environment());
    snapshot on(std::move(read.result), std::move(read.mistakes), arguments.longest_transaction_s);
    std::vector<checked> all;
    for (const auto& c : all_checks()) {
        all.push_back({c.name, made(c, on)});
        // Each finding is printed as it comes, because a check of a server that does not answer takes
        // seconds.
        if (!arguments.json) std::cout << lines_of(all.back()) << std::flush;
    }
    std::cout << (arguments.json ? json::write_indented(document_of(all)) : summary_of(all)) << '\n';
    return exit_status_of(all);
}

std::string describe_checks() {
    std::ostringstream out;
    for (const auto& c : all_checks())
        out << "  " << std::left << std::setw(21) << c.name << c.looks_at << '\n';
    return out.str();
}

} // namespace contego::daemon
