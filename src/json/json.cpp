#include "json/json.hpp"

#include <nlohmann/json.hpp>

namespace contego::json {
namespace {

using document = nlohmann::json;

value from(const document& d) {
    switch (d.type()) {
    case document::value_t::boolean:
        return d.get<bool>();
    case document::value_t::number_integer:
        return d.get<std::int64_t>();
    case document::value_t::number_unsigned:
        if (const auto n = d.get<std::uint64_t>(); n > static_cast<std::uint64_t>(INT64_MAX))
            return static_cast<double>(n);
        return d.get<std::int64_t>();
    case document::value_t::number_float:
        return d.get<double>();
    case document::value_t::string:
        return d.get_ref<const std::string&>();
    case document::value_t::array: {
        value::list items;
        items.reserve(d.size());
        for (const auto& item : d)
            items.push_back(from(item));
        return items;
    }
    case document::value_t::object: {
        value::object members;
        for (const auto& [name, member] : d.items())
            members.emplace(name, from(member));
        return members;
    }
    default:
        return {};
    }
}

document to(const value& v) {
    if (const auto* b = v.boolean()) return *b;
    if (const auto* n = v.integer()) return *n;
    if (const auto* n = v.real()) return *n;
    if (const auto* s = v.text()) return *s;
    if (const auto* items = v.items()) {
        auto d = document::array();
        for (const auto& item : *items)
            d.push_back(to(item));
        return d;
    }
    if (const auto* members = v.members()) {
        auto d = document::object();
        for (const auto& [name, member] : *members)
            d.emplace(name, to(member));
        return d;
    }
    return nullptr;
}

} // namespace

value parse(std::string_view text, bool comments) {
    try {
        return from(document::parse(text, nullptr, true, comments));
    } catch (const document::exception& e) {
        throw parse_error(e.what());
    }
}

std::string write(const value& v) {
    return to(v).dump(-1, ' ', false, document::error_handler_t::replace);
}

std::string write_indented(const value& v) {
    return to(v).dump(2, ' ', false, document::error_handler_t::replace);
}

} // namespace contego::json
