#include "binding/extract.hpp"

#include "binding/content_type.hpp"
#include "binding/namespaces.hpp"
#include "binding/utf_8.hpp"
#include "vocabulary/enum_table.hpp"

#include <charconv>

namespace contego::wire {
namespace {

constexpr enum_table<value_type> types{{
    {value_type::text, "text"},
    {value_type::boolean, "boolean"},
    {value_type::integer, "integer"},
}};

bool is_nil(pugi::xml_node node) {
    for (const auto attribute : node.attributes())
        if (local_of(attribute.name()) == "nil") return attribute.as_bool();
    return false;
}

std::string text_found(const pugi::xpath_node& found) {
    const auto text = found.attribute() ? std::string(found.attribute().value()) : text_of(found.node());
    return std::string(trimmed(text));
}

// Accepts the forms of xs:boolean in either case: SOAP stacks older than XML Schema write TRUE.
value boolean_of(std::string_view text) {
    const auto lower = lower_case(text);
    if (lower == "true" || lower == "1") return true;
    if (lower == "false" || lower == "0") return false;
    return {};
}

value integer_of(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return n;
}

// Returns null if the text is not of that type.
value typed(value_type type, std::string_view text) {
    switch (type) {
    case value_type::boolean:
        return boolean_of(text);
    case value_type::integer:
        return integer_of(text);
    case value_type::text:
        break;
    }
    return text;
}

std::string
complaint(const std::string& name, const format_pointer& as, value_type type, std::string_view text) {
    const auto expected = as ? "value of the format " + as->name() : "valid " + std::string(name_of(type));
    return "the answer's " + name + " is not a " + expected + ": '" + std::string(shortened(text, 60)) + "'";
}

std::string contradiction(const value_extractor& v, std::string_view one, std::string_view other) {
    return "the answer says " + v.name + " in more than one way: '" + std::string(shortened(one, 60)) +
           "' and '" + std::string(shortened(other, 60)) + "'";
}

// Reads the data of one answer.
class data_reader {
public:
    // Returns the members of an object. The first unreadable value makes the whole answer unreadable.
    value::object members_at(const std::vector<value_extractor>& values, pugi::xml_node at) {
        value::object members;
        for (const auto& v : values) {
            const auto [text, other] = joint_text_at(v.at, at);
            if (text && other) wrong(contradiction(v, *text, *other));
            if (!text || !take(v.name.size() + text->size())) continue;
            auto& member = members[v.name];
            const auto ours = v.as ? v.as->ours(*text) : text;
            if (ours) member = typed(v.type, *ours);
            if (member.is_null()) wrong(complaint(v.name, v.as, v.type, *text));
        }
        return members;
    }

    value::list items_at(const list_extractor& l, pugi::xml_node at) {
        value::list items;
        for (const auto& found : l.at.evaluate_node_set(at)) {
            if (!unreadable_.empty()) break;
            if (l.values.empty()) {
                auto text = text_found(found);
                if (take(text.size())) items.emplace_back(ours_of(l, std::move(text)));
            } else if (take(0)) {
                items.emplace_back(members_at(l.values, found.node()));
            }
        }
        return items;
    }

    void wrong(std::string why) {
        if (unreadable_.empty()) unreadable_ = std::move(why);
    }

    [[nodiscard]] std::string& unreadable() { return unreadable_; }

private:
    std::string ours_of(const list_extractor& l, std::string text) {
        if (!l.as) return text;
        auto ours = l.as->ours(text);
        if (!ours) wrong(complaint(l.name, l.as, value_type::text, text));
        return ours.value_or(std::string());
    }

    // Returns whether there is room for one more value of that size.
    bool take(std::size_t size) {
        constexpr std::size_t quotes_and_commas = 6;
        ++values_;
        bytes_ += size + quotes_and_commas;
        if (values_ <= most_values && bytes_ <= most_data) return true;
        wrong("the answer holds more data than " + std::to_string(most_values) + " values or " +
              std::to_string(most_data) + " bytes");
        return false;
    }

    std::size_t values_ = 0;
    std::size_t bytes_ = 0;
    std::string unreadable_;
};

} // namespace

std::string_view name_of(value_type t) {
    return types.of(t);
}

std::optional<value_type> value_type_of(std::string_view name) {
    return types.find(name);
}

std::optional<std::string> text_at(const pugi::xpath_query& query, pugi::xml_node at) {
    if (!query) return std::nullopt;
    if (query.return_type() != pugi::xpath_type_node_set)
        return std::string(trimmed(query.evaluate_string(at)));
    const auto found = query.evaluate_node(at);
    if (!found || is_nil(found.node())) return std::nullopt;
    return text_found(found);
}

joint_text joint_text_at(const pugi::xpath_query& query, pugi::xml_node at) {
    joint_text joint;
    if (!query) return joint;
    if (query.return_type() != pugi::xpath_type_node_set) {
        joint.text = trimmed(query.evaluate_string(at));
        return joint;
    }
    for (const auto& found : query.evaluate_node_set(at)) {
        if (is_nil(found.node())) continue;
        auto text = text_found(found);
        if (!joint.text)
            joint.text = std::move(text);
        else if (text != *joint.text) {
            joint.other = std::move(text);
            break;
        }
    }
    return joint;
}

extracted extract(const extractor& e, pugi::xml_node answer) {
    extracted out;
    if (e.values.empty() && e.lists.empty()) return out;
    data_reader data;
    auto members = data.members_at(e.values, answer);
    for (const auto& l : e.lists)
        members.insert_or_assign(l.name, data.items_at(l, answer));
    if (e.must_tell_pairing && !members.contains("paired"))
        data.wrong("the answer does not say whether the card is paired");
    out.result = std::move(members);
    out.unreadable = std::move(data.unreadable());
    return out;
}

} // namespace contego::wire
