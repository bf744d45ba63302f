#include "doctor/report.hpp"

#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <sstream>
#include <string_view>

namespace contego::daemon {
namespace {

/// Joins the lines of a message with `; `, because an error of libpq may have several lines.
std::string on_one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        if (c != '\n')
            line += c;
        else if (!line.ends_with("; "))
            line += "; ";
    }
    return line.ends_with("; ") ? line.substr(0, line.size() - 2) : line;
}

} // namespace

std::size_t count(const std::vector<checked>& all, severity level) {
    std::size_t n = 0;
    for (const auto& one : all)
        n += static_cast<std::size_t>(std::ranges::count(one.found, level, &finding::level));
    return n;
}

std::string lines_of(const checked& one) {
    std::ostringstream out;
    for (const auto& f : one.found) {
        out << std::left << std::setw(9) << name_of(f.level) << one.name << ": " << on_one_line(f.what);
        if (!f.hint.empty()) out << " HINT: " << on_one_line(f.hint);
        out << '\n';
    }
    return out.str();
}

std::string summary_of(const std::vector<checked>& all) {
    std::string text;
    for (const auto level : {severity::ok, severity::warning, severity::error})
        text += (text.empty() ? "" : ", ") + std::to_string(count(all, level)) + ' ' +
                std::string(name_of(level));
    return text;
}

value document_of(const std::vector<checked>& all) {
    value::list items;
    for (const auto& one : all)
        for (const auto& f : one.found)
            items.emplace_back(value::object{{"check", one.name},
                                             {"severity", std::string(name_of(f.level))},
                                             {"what", on_one_line(f.what)},
                                             {"hint", on_one_line(f.hint)}});
    return value::object{{"errors", static_cast<std::int64_t>(count(all, severity::error))},
                         {"warnings", static_cast<std::int64_t>(count(all, severity::warning))},
                         {"findings", std::move(items)}};
}

} // namespace contego::daemon
