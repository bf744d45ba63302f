#include "binding/compile.hpp"
#include "binding/namespaces.hpp"

#include <algorithm>

namespace contego::wire {
namespace {

class reply_reader {
public:
    reply_reader(source& file, command_type type, formats& known, outcome_table& outcomes)
        : file_(file), type_(type), formats_(known), rows_(file, outcomes) {}

    extractor read(pugi::xml_node reply) {
        file_.allow_attributes(reply, {"document", "status", "fault-status", "more", "message", "reference"});
        extractor e;
        e.must_tell_pairing = type_ == command_type::get_pairing_status_for_card;
        e.document = query(reply, "document");
        if (file_.required(reply, "status")) e.status = query(reply, "status");
        e.fault_status = query(reply, "fault-status");
        e.more = query(reply, "more");
        e.message = query(reply, "message");
        e.reference = query(reply, "reference");
        std::set<std::string> names;
        for (const auto child : file_.children(reply))
            read_child(e, child, names);
        if (e.must_tell_pairing && !tells_pairing(e))
            file_.mistake(reply, "the reply needs a value named paired of type boolean");
        return e;
    }

private:
    void read_child(extractor& e, pugi::xml_node child, std::set<std::string>& names) {
        const auto name = local_of(child.name());
        if (name == "value")
            e.values.push_back(read_value(child, names));
        else if (name == "list")
            e.lists.push_back(read_list(child, names));
        else if (name == "items")
            read_items(e.items, child);
        else if (name != "correlation" && !rows_.read(child))
            file_.unknown_element(child);
    }

    void read_items(item_extractor& items, pugi::xml_node element) {
        file_.allow_attributes(element, {"at", "card", "status", "message", "reference"});
        for (const auto child : file_.children(element))
            file_.unknown_element(child);
        if (items.at) file_.mistake(element, "items appears twice");
        if (file_.required(element, "at")) items.at = query(element, "at");
        if (items.at && items.at.return_type() != pugi::xpath_type_node_set)
            file_.mistake(file_.line_of(element.attribute("at")), "the XPath of items must find elements");
        if (file_.required(element, "card")) items.card = query(element, "card");
        if (file_.required(element, "status")) items.status = query(element, "status");
        items.message = query(element, "message");
        items.reference = query(element, "reference");
    }

    value_extractor read_value(pugi::xml_node element, std::set<std::string>& names) {
        file_.allow_attributes(element, {"name", "type", "at", "format"});
        for (const auto child : file_.children(element))
            file_.unknown_element(child);
        value_extractor v;
        v.name = read_name(element, names);
        v.type = read_type(element);
        v.as = read_format(element);
        if (file_.required(element, "at")) v.at = query(element, "at");
        return v;
    }

    list_extractor read_list(pugi::xml_node element, std::set<std::string>& names) {
        file_.allow_attributes(element, {"name", "at", "format"});
        list_extractor l;
        l.name = read_name(element, names);
        l.as = read_format(element);
        if (file_.required(element, "at")) l.at = query(element, "at");
        if (l.at && l.at.return_type() != pugi::xpath_type_node_set)
            file_.mistake(file_.line_of(element.attribute("at")), "the XPath of a list must find elements");
        std::set<std::string> inner;
        for (const auto child : file_.children(element)) {
            if (local_of(child.name()) == "value")
                l.values.push_back(read_value(child, inner));
            else
                file_.unknown_element(child);
        }
        if (l.as && !l.values.empty())
            file_.mistake(file_.line_of(element.attribute("format")),
                          "a list of objects has no format; write it at its values");
        return l;
    }

    std::string read_name(pugi::xml_node element, std::set<std::string>& names) {
        const std::string name(file_.required(element, "name").value_or(""));
        if (!name.empty() && !names.insert(name).second)
            file_.mistake(element, "the name " + name + " appears twice");
        return name;
    }

    value_type read_type(pugi::xml_node element) {
        const auto type = element.attribute("type");
        if (!type) return value_type::text;
        const auto known = value_type_of(type.value());
        if (!known)
            file_.mistake(file_.line_of(type),
                          "unknown type " + std::string(type.value()) + ": it is text, boolean or integer");
        return known.value_or(value_type::text);
    }

    format_pointer read_format(pugi::xml_node element) {
        const auto name = element.attribute("format");
        return name ? formats_.find_to_read(name.value(), file_.line_of(name)) : nullptr;
    }

    pugi::xpath_query query(pugi::xml_node element, const char* name) {
        return compile_query(file_, element, name);
    }

    static bool tells_pairing(const extractor& e) {
        return std::ranges::any_of(e.values, [](const value_extractor& v) {
            return v.name == "paired" && v.type == value_type::boolean;
        });
    }

    source& file_;
    command_type type_;
    formats& formats_;
    outcome_rows rows_;
};

} // namespace

extractor compile_reply(
    source& file, pugi::xml_node reply, command_type type, formats& known, outcome_table& outcomes) {
    return reply_reader(file, type, known, outcomes).read(reply);
}

} // namespace contego::wire
