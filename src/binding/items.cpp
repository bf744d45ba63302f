#include "binding/items.hpp"

#include <cstddef>
#include <utility>

namespace contego::wire {
namespace {

class text_writer final : public pugi::xml_writer {
public:
    void write(const void* data, std::size_t size) override {
        text.append(static_cast<const char*>(data), size);
    }

    std::string text;
};

constexpr auto form = pugi::format_raw | pugi::format_no_declaration;

bool is_inside(pugi::xml_node node, pugi::xml_node outer) {
    for (auto around = node.parent(); around; around = around.parent())
        if (around == outer) return true;
    return false;
}

// Returns the elements that a query finds, without those inside another one. They are in the order of the
// document.
std::vector<pugi::xml_node> outer_elements(const pugi::xpath_query& at, const pugi::xml_document& document) {
    std::vector<pugi::xml_node> all;
    auto found = at.evaluate_node_set(document);
    found.sort();
    for (const auto& one : found) {
        const auto node = one.node();
        if (node.type() == pugi::node_element && (all.empty() || !is_inside(node, all.back())))
            all.push_back(node);
    }
    return all;
}

found_item item_at(const item_extractor& items, pugi::xml_node at) {
    found_item out{.card = joint_text_at(items.card, at),
                   .status = joint_text_at(items.status, at),
                   .message = text_at(items.message, at).value_or(std::string()),
                   .reference = text_at(items.reference, at).value_or(std::string()),
                   .text = {}};
    text_writer writer;
    at.print(writer, "", form);
    out.text = std::move(writer.text);
    return out;
}

} // namespace

found_items items_of(const item_extractor& items, const pugi::xml_document& answer) {
    constexpr const char* name_of_mark = "contego-items";
    found_items out;
    pugi::xml_document rest;
    rest.reset(answer);
    const auto elements = outer_elements(items.at, rest);
    if (elements.empty()) return out;
    for (const auto element : elements)
        out.all.push_back(item_at(items, element));
    auto mark = elements.front().parent().insert_child_before(pugi::node_pi, elements.front());
    mark.set_name(name_of_mark);
    for (const auto element : elements)
        element.parent().remove_child(element);
    text_writer writer;
    rest.save(writer, "", form);
    const auto written = "<?" + std::string(name_of_mark) + "?>";
    const auto at = writer.text.find(written);
    out.before = writer.text.substr(0, at);
    if (at != std::string::npos) out.after = writer.text.substr(at + written.size());
    return out;
}

} // namespace contego::wire
