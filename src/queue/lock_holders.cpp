#include "queue/lock_holders.hpp"

namespace contego::queue {
namespace {

constexpr statement find_lock_holders{
    "lock_holders",
    "SELECT pid, coalesce(login, '?'), coalesce(application, '?'),"
    "       coalesce(' from ' || client, ''),"
    "       coalesce(' since ' || to_char(since, 'YYYY-MM-DD HH24:MI:SS UTC'), ''), holds"
    " FROM contego.lock_holders() LIMIT 3"};

} // namespace

std::string lock_holders(connection& c) {
    std::string text;
    for (const auto& row : c.call(find_lock_holders))
        text += "; session " + std::string(row[0].c_str()) + " of login " + row[1].c_str() +
                " (application " + row[2].c_str() + row[3].c_str() + ") holds " + row[5].c_str() +
                row[4].c_str();
    return text.empty() ? "; who held it cannot be seen any more" : text;
}

} // namespace contego::queue
