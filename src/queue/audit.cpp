#include "queue/audit.hpp"

#include "database/pqxx.hpp"
#include "schema/checksum.hpp"

#include <utility>

namespace contego::queue {
namespace {

// The text is that of contego.audit_text. It comes as hexadecimal digits, since its bytes need not be valid
// in another encoding.
constexpr statement read_rows{
    "read_audit",
    "SELECT a.position, a.id, a.former_hash, a.hash, pg_catalog.encode(pg_catalog.convert_to("
    "    pg_catalog.jsonb_build_array("
    "        a.position, a.id, a.request_id, a.run, a.verb, a.before, a.after, a.reason, a.acted_by,"
    "        pg_catalog.to_char(a.acted_date AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
    "        a.on_behalf_of, a.changes)::text,"
    "    pg_catalog.getdatabaseencoding()), 'hex')"
    " FROM contego.operator_action AS a WHERE a.position > $1 ORDER BY a.position LIMIT 1000"};

constexpr statement read_unsealed{
    "read_unsealed",
    "SELECT count(*), coalesce(extract(epoch FROM now() - min(a.acted_date)), 0)::double precision"
    " FROM contego.operator_action AS a WHERE a.position IS NULL"};

std::string bytes_of(std::string_view hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    for (std::size_t n = 0; n + 1 < hex.size(); n += 2)
        bytes += static_cast<char>(digit(hex[n]) * 16 + digit(hex[n + 1]));
    return bytes;
}

} // namespace

audit::audit(database_options options) : connection_(std::move(options)) {}

std::vector<audit_row> audit::after(std::int64_t position) {
    std::vector<audit_row> rows;
    for (const auto& row : connection_->call(read_rows, position))
        rows.push_back({row[0].as<std::int64_t>(),
                        row[1].as<std::int64_t>(),
                        row[2].c_str(),
                        row[3].c_str(),
                        bytes_of(row[4].c_str())});
    return rows;
}

unsealed_rows audit::unsealed() {
    const auto rows = connection_->call(read_unsealed);
    return {rows[0][0].as<std::int64_t>(), rows[0][1].as<double>()};
}

std::string audit_chain::fault_of(const audit_row& next) {
    const auto former = std::exchange(last_, next.position);
    const auto former_hash = std::exchange(hash_, next.hash);
    const auto place = "position " + std::to_string(next.position) + " (id " + std::to_string(next.id) + ")";
    if (next.position != former + 1)
        return "rows are missing between the positions " + std::to_string(former) + " and " +
               std::to_string(next.position);
    if (next.former_hash != former_hash)
        return place + " does not continue the row before it: a row was changed, deleted or put in";
    if (checksum(next.former_hash + next.text) != next.hash)
        return place + " was changed after a daemon had sealed it";
    return {};
}

} // namespace contego::queue
