#include "doctor/check_schema.hpp"

#include <algorithm>
#include <functional>

namespace contego::daemon {
namespace {

/// Most findings of one kind.
constexpr std::size_t most_lines = 10;

void add_each(findings& to,
              const std::vector<queue::catalog_entry>& all,
              const std::function<finding(const queue::catalog_entry&)>& say,
              const std::string& more) {
    const auto shown = std::min(all.size(), most_lines);
    for (std::size_t n = 0; n < shown; ++n)
        to.push_back(say(all[n]));
    if (shown < all.size()) {
        auto last = say(all[shown]);
        last.what = std::to_string(all.size() - shown) + " more " + more;
        last.hint = "repair the objects named above, then run doctor again";
        to.push_back(std::move(last));
    }
}

/// `index contego.request_open_due of contego.request_open`.
std::string name_in_full(const queue::catalog_entry& e) {
    const auto dot = e.kind == "function" ? std::string::npos : e.name.find('.');
    if (dot == std::string::npos) return e.kind + " contego." + e.name;
    return e.kind + ' ' + e.name.substr(dot + 1) + " of contego." + e.name.substr(0, dot);
}

finding missing(const queue::catalog_entry& e) {
    const auto hint =
        e.kind == "index" ? e.definition
        : e.kind == "function" || e.kind == "view"
            ? "run contegod migrate"
            : "take the statement that creates it from sql/migrations, or restore it from a backup";
    return error("the " + name_in_full(e) + " is missing", hint);
}

finding changed(const queue::catalog_entry& e) {
    const auto meant = e.kind == "function" || e.definition.empty() ? std::string("as its file in sql says")
                                                                    : "\"" + e.definition + "\"";
    return warning("the " + name_in_full(e) + " is not as the migrations make it",
                   "if nobody changed it on purpose, make it " + meant + " again");
}

finding refused(const std::string& mismatch) {
    constexpr std::string_view label = "\nHINT: ";
    const auto at = mismatch.find(label);
    return error(mismatch.substr(0, at), mismatch.substr(at + label.size()));
}

} // namespace

findings check_schema(const schema_state& s) {
    const auto versions = "the schema is at version " + std::to_string(s.applied) + ", this program knows " +
                          std::to_string(s.known);
    findings all;
    if (s.mismatch) all.push_back(refused(*s.mismatch));
    if (s.mismatch && s.applied != s.known) return all;
    if (s.applied > s.known)
        return {good(versions),
                warning("not compared with the migrations, because the schema is newer than this program",
                        "run the doctor of the newer version")};
    add_each(all, s.drift.missing, missing, "objects of the schema are missing");
    add_each(all, s.drift.changed, changed, "objects of the schema are not as the migrations make them");
    if (all.empty())
        all.push_back(
            good(versions + "; " + std::to_string(s.compared) + " objects are as the migrations make them"));
    return all;
}

findings check_indexes(const std::vector<std::string>& invalid) {
    findings all;
    for (const auto& name : invalid)
        all.push_back(error("the index contego." + name +
                                " is invalid: INSERTs and UPDATEs maintain it, and no query uses it",
                            "REINDEX INDEX CONCURRENTLY contego." + name));
    if (all.empty()) all.push_back(good("every index is valid"));
    return all;
}

findings check_rights(const std::string& login, const std::vector<queue::right>& needed) {
    findings all;
    for (const auto& right : needed) {
        if (!right.exists)
            all.push_back(not_checked("there is no " + right.on + " on which the login could have rights"));
        else if (!right.granted)
            all.push_back(error("the login " + login + " lacks " + right.what + " ON " + right.on,
                                "GRANT contego_daemon TO " + login + "; if it has that role already: GRANT " +
                                    right.what + " ON " + right.on + " TO contego_daemon"));
    }
    if (all.empty()) all.push_back(good("the login " + login + " has every right that the daemon needs"));
    return all;
}

} // namespace contego::daemon
