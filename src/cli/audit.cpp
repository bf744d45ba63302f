#include "queue/audit.hpp"

#include "cli/commands.hpp"
#include "cli/signature.hpp"
#include "cli/subcommand.hpp"
#include "json/json.hpp"

#include <array>
#include <ctime>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>

namespace contego::daemon {
namespace {

/// Most faults that are printed. The rest is counted.
constexpr std::int64_t most_shown = 20;

/// A daemon seals a row within seconds. After this time none does.
constexpr double sealed_within_seconds = 600;

std::string_view text_of(const value& of, std::string_view member) {
    const auto* found = of.find(member);
    const auto* text = found == nullptr ? nullptr : found->text();
    return text == nullptr ? std::string_view() : *text;
}

std::int64_t number_of(const value& of, std::string_view member) {
    const auto* found = of.find(member);
    const auto* number = found == nullptr ? nullptr : found->integer();
    return number == nullptr ? 0 : *number;
}

/// The text that an export signs. The hash of the last row stands for all rows.
std::string signed_text(std::int64_t rows, std::string_view hash, std::string_view exported) {
    return "contegod audit export\n" + std::to_string(rows) + '\n' + std::string(hash) + '\n' +
           std::string(exported) + '\n';
}

std::string this_moment() {
    const auto now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

void each_row(queue::audit& from, const std::function<void(const queue::audit_row&)>& take) {
    std::int64_t position = 0;
    for (auto rows = from.after(position); !rows.empty(); rows = from.after(position)) {
        for (const auto& row : rows)
            take(row);
        position = rows.back().position;
    }
}

/// Counts faults, and prints the first ones on standard error.
class fault_list {
public:
    void add(const std::string& fault) {
        if (!fault.empty() && ++count_ <= most_shown) std::cerr << "audit: " << fault << '\n';
    }

    [[nodiscard]] std::int64_t count() const { return count_; }

private:
    std::int64_t count_ = 0;
};

/// The rows of an export, after its own chain and signature were checked.
class exported_rows {
public:
    exported_rows(const std::filesystem::path& file, const std::filesystem::path& key, fault_list& faults) {
        std::ifstream in(file);
        if (!in) throw std::runtime_error("the export " + file.string() + " cannot be read");
        value last;
        for (std::string line; std::getline(in, line);) {
            last = json::parse(line);
            if (last.find("signature") != nullptr) break;
            take(last, faults);
        }
        const auto text = signed_text(chain_.last(), chain_.hash(), text_of(last, "exported"));
        if (!is_signed(text, text_of(last, "signature"), key))
            faults.add("the export " + file.string() + " does not have the signature of the key " +
                       key.string());
    }

    /// Returns the fault of a row of the database that the export has, too; empty: none.
    [[nodiscard]] std::string fault_of(const queue::audit_row& row) const {
        const auto place = static_cast<std::size_t>(row.position);
        if (place == 0 || place > hashes_.size() || hashes_[place - 1] == row.hash) return {};
        return "position " + std::to_string(row.position) + " is another row than in the export";
    }

    /// Returns a fault if the database ends before the export does; empty: it does not.
    [[nodiscard]] std::string fault_of_end(std::int64_t last) const {
        if (last >= chain_.last()) return {};
        return "the export has " + std::to_string(chain_.last()) + " rows, the database only " +
               std::to_string(last) + ": rows at the end were deleted, or a failover or a restore lost them";
    }

private:
    void take(const value& line, fault_list& faults) {
        const queue::audit_row row{number_of(line, "position"),
                                   number_of(line, "id"),
                                   std::string(text_of(line, "former_hash")),
                                   std::string(text_of(line, "hash")),
                                   std::string(text_of(line, "row"))};
        if (const auto fault = chain_.fault_of(row); !fault.empty()) faults.add("in the export, " + fault);
        hashes_.push_back(row.hash);
    }

    queue::audit_chain chain_;
    std::vector<std::string> hashes_;
};

int verify(queue::audit& from, const audit_arguments& arguments) {
    fault_list faults;
    std::optional<exported_rows> exported;
    if (!arguments.against.empty()) exported.emplace(arguments.against, arguments.key, faults);
    queue::audit_chain chain;
    each_row(from, [&](const queue::audit_row& row) {
        faults.add(chain.fault_of(row));
        if (exported) faults.add(exported->fault_of(row));
    });
    if (exported) faults.add(exported->fault_of_end(chain.last()));
    const auto unsealed = from.unsealed();
    if (unsealed.oldest_age_seconds > sealed_within_seconds)
        std::cerr << "audit: " << unsealed.rows
                  << " rows are not sealed yet; a daemon that runs seals them\n";
    std::cout << "rows: " << chain.last() << ", not sealed yet: " << unsealed.rows
              << ", faults: " << faults.count() << "\nhash of the last row: " << chain.hash() << '\n';
    return faults.count() == 0 ? 0 : exit_status::failed;
}

int write_export(queue::audit& from, const audit_arguments& arguments) {
    queue::audit_chain chain;
    fault_list faults;
    each_row(from, [&](const queue::audit_row& row) {
        faults.add(chain.fault_of(row));
        std::cout << json::write(value::object{{"position", row.position},
                                               {"id", row.id},
                                               {"former_hash", row.former_hash},
                                               {"hash", row.hash},
                                               {"row", row.text}})
                  << '\n';
    });
    if (faults.count() > 0) {
        std::cerr << "audit: the export is not signed, because the chain is broken\n";
        return exit_status::failed;
    }
    const auto exported = this_moment();
    std::cout << json::write(value::object{
                     {"exported", exported},
                     {"rows", chain.last()},
                     {"hash", chain.hash()},
                     {"signature",
                      signature_of(signed_text(chain.last(), chain.hash(), exported), arguments.key)}})
              << '\n';
    return std::cout.flush() ? 0 : exit_status::failed;
}

/// Returns whether the key can be used. If not, prints why. Called before the database is asked, so that a
/// wrong key is not reported as a fault of the database.
bool has_usable_key(const audit_arguments& arguments) {
    if (arguments.key.empty()) return true;
    try {
        if (arguments.verify)
            static_cast<void>(is_signed({}, {}, arguments.key));
        else
            static_cast<void>(signature_of({}, arguments.key));
        return true;
    } catch (const std::exception& e) {
        std::cerr << "audit " << (arguments.verify ? "verify: " : "export: ") << e.what() << '\n';
        return false;
    }
}

} // namespace

int audit_command(const audit_arguments& arguments) {
    const auto c = configured(arguments.configuration_file);
    if (!c || !has_usable_key(arguments)) return exit_status::bad_input;
    return with_schema(*c, [&](const queue::database_options& database) {
        queue::audit from(database);
        return arguments.verify ? verify(from, arguments) : write_export(from, arguments);
    });
}

} // namespace contego::daemon
