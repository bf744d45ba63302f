#include "schema/catalog.hpp"

#include <map>
#include <set>
#include <utility>

namespace contego::queue {
namespace {

/// Removes the text up to the separator from `rest`, and the separator with it, and returns the text. Without
/// a separator it is all of `rest`.
std::string take(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    std::string taken(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return taken;
}

/// Returns the table of a column, an index or another part of a table. It is empty for an object that is no
/// part of a table.
std::string table_of(const catalog_entry& e) {
    if (e.kind == "function") return {};
    const auto dot = e.name.find('.');
    return dot == std::string::npos ? std::string() : e.name.substr(0, dot);
}

} // namespace

std::vector<catalog_entry> parse_catalog(std::string_view text) {
    std::vector<catalog_entry> all;
    while (!text.empty()) {
        const auto line = take(text, '\n');
        std::string_view rest = line;
        auto kind = take(rest, '\t');
        auto name = take(rest, '\t');
        if (!name.empty()) all.push_back({std::move(kind), std::move(name), std::string(rest)});
    }
    return all;
}

catalog_drift compare(const std::vector<catalog_entry>& expected, const std::vector<catalog_entry>& found) {
    std::map<std::pair<std::string, std::string>, std::string> there;
    std::set<std::string> relations;
    for (const auto& e : found) {
        there.emplace(std::pair(e.kind, e.name), e.definition);
        if (e.kind == "table" || e.kind == "view") relations.insert(e.name);
    }

    catalog_drift drift;
    for (const auto& e : expected) {
        const auto same = there.find({e.kind, e.name});
        if (same != there.end()) {
            if (same->second != e.definition) drift.changed.push_back(e);
            continue;
        }
        const auto table = table_of(e);
        if (table.empty() || relations.contains(table)) drift.missing.push_back(e);
    }
    return drift;
}

} // namespace contego::queue
