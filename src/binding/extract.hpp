#pragma once

#include <contego/value.hpp>

#include <pugixml.hpp>

#include <optional>
#include <string>
#include <vector>

namespace contego::wire {

enum class value_type { text, boolean, integer };

struct value_extractor {
    std::string name;
    value_type type = value_type::text;
    pugi::xpath_query at;
};

struct list_extractor {
    std::string name;
    pugi::xpath_query at;
    std::vector<value_extractor> values; ///< none: a list of texts
};

// How much data is taken from one answer. What is more makes it unreadable: a part of a list would be a false
// answer.
inline constexpr std::size_t most_values = 10'000;
inline constexpr std::size_t most_data = std::size_t{256} << 10U; ///< bytes, about as much as JSON

/// Where an answer to a command keeps what we want from it. Queries expect element names without prefixes.
struct extractor {
    pugi::xpath_query status;
    pugi::xpath_query message;   ///< may be empty
    pugi::xpath_query reference; ///< may be empty
    std::vector<value_extractor> values;
    std::vector<list_extractor> lists;
    bool must_tell_pairing = false; ///< an answer without a value `paired` is unreadable
};

/// The text that a query finds at a node, trimmed; nothing where it finds no node, or one that is xsi:nil.
[[nodiscard]] std::optional<std::string> text_at(const pugi::xpath_query& query, pugi::xml_node at);

/// What the nodes that a query finds say together.
struct joint_text {
    std::optional<std::string> text; ///< trimmed; nothing where there is no node, or all are xsi:nil
    /// One that differs from it: then nobody knows which of them counts.
    std::optional<std::string> other;
};

[[nodiscard]] joint_text joint_text_at(const pugi::xpath_query& query, pugi::xml_node at);

/// What came of reading the data of an answer.
struct extracted {
    value result;           ///< null where the extractor has neither values nor lists
    std::string unreadable; ///< what could not be read, as a sentence; empty where all could
};

[[nodiscard]] extracted extract(const extractor& e, pugi::xml_node answer);

} // namespace contego::wire
