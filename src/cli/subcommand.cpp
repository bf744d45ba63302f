#include "cli/subcommand.hpp"

#include "config/read_configuration.hpp"
#include "database/sqlstate.hpp"
#include "schema/migrations.hpp"

namespace contego::daemon {

bool print_mistakes(const std::string& where, const std::vector<std::string>& mistakes) {
    for (const auto& mistake : mistakes)
        std::cerr << where << ": " << mistake << '\n';
    return !mistakes.empty();
}

std::optional<configuration> configured(const std::filesystem::path& file) {
    auto read = read_configuration_file(file, process_environment());
    if (print_mistakes(file.string(), read.mistakes)) return std::nullopt;
    return std::move(read.result);
}

void print_database_trouble(const std::exception& e) {
    std::cerr << "the database cannot be used: " << e.what() << queue::hint_of(e) << '\n';
}

bool has_schema(const queue::database_options& database) {
    const auto mismatch = queue::migrations(database).mismatch();
    if (mismatch) std::cerr << *mismatch << '\n';
    return !mismatch;
}

} // namespace contego::daemon
