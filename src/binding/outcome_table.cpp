#include "binding/outcome_table.hpp"

#include <ranges>
#include <utility>

namespace contego::wire {
namespace {

template <typename Map, typename Key>
std::optional<outcome_row> row(const Map& rows, const Key& key) {
    const auto found = rows.find(key);
    if (found == rows.end()) return std::nullopt;
    return found->second;
}

} // namespace

std::optional<outcome_row> outcome_table::of_status(std::string_view code) const {
    return row(statuses, code);
}

std::optional<outcome_row> outcome_table::of_fault(const fault_code& f) const {
    for (const auto& subcode : f.subcodes | std::views::reverse)
        if (const auto found = row(faults, std::pair(f.code, subcode))) return found;
    return row(faults, std::pair(f.code, std::string()));
}

std::optional<outcome_row> outcome_table::of_http(int status) const {
    if (const auto exact = row(http, status)) return exact;
    return row(http_classes, status / 100);
}

std::optional<outcome_row> outcome_table::of_transport(transport_error e) const {
    return row(transports, e);
}

std::string_view common_fault_code(std::string_view code) {
    if (code == "Sender") return "Client";
    if (code == "Receiver") return "Server";
    return code;
}

} // namespace contego::wire
