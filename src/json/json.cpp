#include "json/json.hpp"

#include "json/builder.hpp"

#include <nlohmann/json.hpp>

namespace contego::json {
namespace {

using document = nlohmann::json;

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
    builder built;
    if (!document::sax_parse(text, &built, document::input_format_t::json, true, comments))
        throw parse_error(built.wrong());
    return built.take();
}

std::string write(const value& v) {
    return to(v).dump(-1, ' ', false, document::error_handler_t::replace);
}

std::string write_indented(const value& v) {
    return to(v).dump(2, ' ', false, document::error_handler_t::replace);
}

} // namespace contego::json
