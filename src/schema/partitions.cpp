#include "schema/partitions.hpp"

#include "database/pqxx.hpp"
#include "vocabulary/enum_table.hpp"

#include <utility>

namespace contego::queue {
namespace {

constexpr statement make_months{"make_months",
                                "SELECT to_char(made, 'YYYY-MM') FROM contego.make_months() AS made"};
constexpr statement drop_month{
    "drop_month", "SELECT step, coalesce(to_char(month, 'YYYY-MM'), '') FROM contego.drop_month($1)"};

using step = partitions::step;

constexpr enum_table<step> steps{{
    {step::nothing, "nothing"},
    {step::begun, "begun"},
    {step::cleared, "cleared"},
    {step::dropped, "dropped"},
    {step::waiting, "waiting"},
}};

} // namespace

partitions::partitions(database_options options, int retention_months)
    : connection_(std::move(options)), retention_months_(retention_months) {}

std::vector<std::string> partitions::make() {
    std::vector<std::string> made;
    for (const auto& row : connection_->call(make_months))
        made.emplace_back(row[0].c_str());
    return made;
}

partitions::progress partitions::drop() {
    if (retention_months_ == 0) return {};
    const auto said = connection_->call(drop_month, retention_months_);
    return {steps.find(said[0][0].c_str()).value_or(step::nothing), said[0][1].c_str()};
}

} // namespace contego::queue
