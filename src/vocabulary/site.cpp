#include <contego/site.hpp>

#include <algorithm>

namespace contego {
namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

} // namespace

bool is_secret_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, is_name_character);
}

} // namespace contego
