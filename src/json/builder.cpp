#include "json/builder.hpp"

#include "json/json.hpp"

#include <string_view>
#include <utility>

namespace contego::json {

bool builder::number_unsigned(document::number_unsigned_t n) {
    if (n > static_cast<std::uint64_t>(INT64_MAX)) return put(static_cast<double>(n));
    return put(static_cast<std::int64_t>(n));
}

bool builder::open(bool is_list) {
    if (open_.size() == most_levels) {
        wrong_ = "lists and objects must be nested at most " + std::to_string(most_levels) + " levels deep";
        return false;
    }
    open_.push_back({is_list, {}, {}, {}});
    return true;
}

bool builder::key(std::string& name) {
    auto& inner = open_.back();
    is_doubled_ = refuses_doubles_ && inner.members.contains(name);
    if (is_doubled_) wrong_ = "a key appears twice in the same object";
    inner.name = std::move(name);
    return !is_doubled_;
}

bool builder::end_object() {
    auto members = std::move(open_.back().members);
    open_.pop_back();
    return put(std::move(members));
}

// A vector that grew may have twice the room that it needs.
bool builder::end_array() {
    auto items = std::move(open_.back().items);
    open_.pop_back();
    items.shrink_to_fit();
    return put(std::move(items));
}

bool builder::put(value v) {
    if (open_.empty())
        root_ = std::move(v);
    else if (auto& inner = open_.back(); inner.is_list)
        inner.items.push_back(std::move(v));
    else
        inner.members.insert_or_assign(std::move(inner.name), std::move(v)); // the last of a name counts
    return true;
}

// The library's text is `[json.exception.parse_error.101] parse error at line 3, column 1: syntax error while
// parsing value - invalid literal; last read: '...'`. It quotes a number that is too large.
bool builder::parse_error(std::size_t position, const std::string& /*token*/, const document::exception& e) {
    constexpr std::string_view before_line = "parse error at ";
    std::string_view what = e.what();
    if (dynamic_cast<const document::out_of_range*>(&e) != nullptr) {
        wrong_ = "a number is larger than this program can hold, at byte " + std::to_string(position);
        return false;
    }
    if (const auto at = what.find(before_line); at != std::string_view::npos)
        what.remove_prefix(at + before_line.size());
    wrong_ = what.substr(0, what.find("; last read:"));
    return false;
}

} // namespace contego::json
