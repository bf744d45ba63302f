#include "schema/partitions.hpp"

#include "database/pqxx.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace contego::queue {
namespace {

constexpr statement make_months{"make_months",
                                "SELECT to_char(made, 'YYYY-MM') FROM contego.make_months() AS made"};
constexpr statement drop_month{
    "drop_month", "SELECT step, coalesce(to_char(month, 'YYYY-MM'), '') FROM contego.drop_month($1)"};

partitions::step step_called(std::string_view name) {
    using step = partitions::step;
    constexpr std::array known{std::pair{std::string_view("begun"), step::begun},
                               std::pair{std::string_view("cleared"), step::cleared},
                               std::pair{std::string_view("dropped"), step::dropped},
                               std::pair{std::string_view("waiting"), step::waiting}};
    for (const auto& [called, what] : known)
        if (called == name) return what;
    return step::nothing;
}

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
    return {step_called(said[0][0].c_str()), said[0][1].c_str()};
}

} // namespace contego::queue
