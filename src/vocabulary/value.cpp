#include <contego/value.hpp>

namespace contego {

const value* value::find(std::string_view name) const {
    const auto* all = members();
    if (all == nullptr) return nullptr;
    const auto found = all->find(name);
    return found == all->end() ? nullptr : &found->second;
}

} // namespace contego
