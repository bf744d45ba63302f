#include "queue/verbs.hpp"

#include "database/pqxx.hpp"
#include "json/json.hpp"

namespace contego::queue {
namespace {

constexpr statement match_requests{"match_requests",
                                   "SELECT id FROM unnest(contego.matching($1::jsonb)) AS id ORDER BY id"};
constexpr statement act_on_requests{"act_on_requests",
                                    "SELECT request_id, action, before, after, refused"
                                    " FROM contego.act($1, $2::bigint[], nullif($3, ''), $4)"
                                    " ORDER BY request_id"};

std::string array_of(std::span<const std::int64_t> ids) {
    std::string text = "{";
    for (const auto id : ids)
        text += (text.size() > 1 ? "," : "") + std::to_string(id);
    return text + '}';
}

std::string text_of(const pqxx::field& f) {
    return f.is_null() ? std::string() : std::string(f.c_str());
}

} // namespace

verbs::verbs(database_options options) : connection_(std::move(options)) {}

std::vector<std::int64_t> verbs::matching(const value::object& filter) {
    std::vector<std::int64_t> ids;
    for (const auto& row : connection_->call(match_requests, json::write(filter)))
        ids.push_back(row[0].as<std::int64_t>());
    return ids;
}

std::vector<verb_effect> verbs::act(const std::string& verb,
                                    std::span<const std::int64_t> ids,
                                    const std::string& reason,
                                    bool preview) {
    std::vector<verb_effect> effects;
    for (const auto& row : connection_->call(act_on_requests, verb, array_of(ids), reason, preview))
        effects.push_back(
            {row[0].as<std::int64_t>(), text_of(row[1]), text_of(row[2]), text_of(row[3]), text_of(row[4])});
    return effects;
}

} // namespace contego::queue
