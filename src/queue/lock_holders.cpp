#include "queue/lock_holders.hpp"

#include "database/pqxx.hpp"

namespace contego::queue {
namespace {

constexpr statement find_lock_holders{
    "lock_holders",
    "SELECT CASE WHEN pid IS NULL THEN 'prepared transaction ' || application || ' of login ' || login"
    "            ELSE 'session ' || pid || ' of login ' || coalesce(login, '?') || ' (application '"
    "                 || coalesce(application, '?') || coalesce(' from ' || client, '') || ')' END"
    "       || ' holds ' || holds || coalesce(' since ' || to_char(since, 'YYYY-MM-DD HH24:MI:SS UTC'), '')"
    " FROM contego.lock_holders() LIMIT 3"};

} // namespace

std::string lock_holders(connection& c) {
    std::string text;
    for (const auto& row : c->call(find_lock_holders))
        text += std::string("; ") + row[0].c_str();
    return text.empty() ? "; the session that held the lock has released it" : text;
}

} // namespace contego::queue
