#include "binding/parts.hpp"

#include "binding/namespaces.hpp"

#include <algorithm>

namespace contego::wire {
namespace {

bool is_place(pugi::xml_node node) {
    const std::string_view name = node.name();
    return node.type() == pugi::node_element && local_of(name) == "part" && !prefix_of(name).empty() &&
           namespace_at(node, prefix_of(name)) == binding_namespace;
}

} // namespace

void parts::add(pugi::xml_node element) {
    file_.allow_attributes(element, {"name"});
    expand(element);
    const auto name = file_.required(element, "name");
    if (!name) return;
    if (find(*name) != nullptr)
        file_.mistake(element, "the part " + std::string(*name) + " appears twice");
    else
        all_.push_back({.name = std::string(*name), .element = element});
}

void parts::expand(pugi::xml_node element) {
    for (auto child = element.first_child(); child;) {
        const auto next = child.next_sibling();
        if (is_place(child))
            replace(child);
        else
            expand(child);
        child = next;
    }
}

void parts::replace(pugi::xml_node place) {
    auto parent = place.parent();
    file_.allow_attributes(place, {"name"});
    if (place.first_child()) file_.mistake(place, std::string(place.name()) + " must be empty");
    if (const auto name = file_.required(place, "name")) {
        if (auto* const found = find(*name)) {
            found->is_used = true;
            for (const auto child : found->element)
                parent.insert_copy_before(child, place);
        } else {
            std::string known;
            for (const auto& p : all_)
                (known += known.empty() ? "" : ", ") += p.name;
            file_.mistake(place,
                          "there is no part " + std::string(*name) + "; there are " +
                              (known.empty() ? "none" : known));
        }
    }
    parent.remove_child(place);
}

void parts::check_use() {
    for (const auto& p : all_)
        if (!p.is_used) file_.mistake(p.element, "the part " + p.name + " is never used");
}

parts::part* parts::find(std::string_view name) {
    const auto found = std::ranges::find(all_, name, &part::name);
    return found == all_.end() ? nullptr : &*found;
}

} // namespace contego::wire
