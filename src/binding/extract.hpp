#pragma once

#include "binding/format.hpp"
#include <contego/value.hpp>

#include <pugixml.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

enum class value_type { text, boolean, integer };

/// Returns `text`, `boolean` or `integer`, as the binding file writes it.
[[nodiscard]] std::string_view name_of(value_type t);
[[nodiscard]] std::optional<value_type> value_type_of(std::string_view name);

struct value_extractor {
    std::string name;
    value_type type = value_type::text;
    pugi::xpath_query at;
    format_pointer as{}; ///< how the CAS writes the value; nullptr: as we do
};

struct list_extractor {
    std::string name;
    pugi::xpath_query at;
    std::vector<value_extractor> values; ///< none: a list of texts
    format_pointer as{};                 ///< of the texts
};

// The most data that is taken from one answer. An answer with more is unreadable, since a part of a list
// would be a false result.
inline constexpr std::size_t most_values = 10'000;
inline constexpr std::size_t most_data = std::size_t{256} << 10U; ///< bytes, approximately as JSON

/// How an answer to a shared call names its smartcards. All queries but the first search an item.
struct item_extractor {
    pugi::xpath_query at; ///< the items; empty: the answer has none
    pugi::xpath_query card;
    pugi::xpath_query status;
    pugi::xpath_query message;   ///< may be empty
    pugi::xpath_query reference; ///< may be empty
};

/// Queries that find our data in an answer to a command. They expect element names without prefixes.
struct extractor {
    pugi::xpath_query document; ///< a text that is a document; the others search it; may be empty
    pugi::xpath_query status;
    pugi::xpath_query fault_status; ///< the same in a fault; may be empty
    pugi::xpath_query more;         ///< tells that the answer is only a part; may be empty
    pugi::xpath_query message;      ///< may be empty
    pugi::xpath_query reference;    ///< may be empty
    std::vector<value_extractor> values;
    std::vector<list_extractor> lists;
    item_extractor items;
    bool must_tell_pairing = false; ///< an answer without a value `paired` is unreadable
};

/// Returns the trimmed text of the node that a query finds at `at`. Returns nullopt if it finds no node or if
/// the node is xsi:nil.
[[nodiscard]] std::optional<std::string> text_at(const pugi::xpath_query& query, pugi::xml_node at);

/// The common text of all nodes that a query finds.
struct joint_text {
    std::optional<std::string> text; ///< trimmed; nullopt if no node was found or all are xsi:nil
    /// A text of another node that differs from `text`. Nobody knows then which of the two is right.
    std::optional<std::string> other;
};

/// Returns the common text of the nodes that a query finds at `at`.
[[nodiscard]] joint_text joint_text_at(const pugi::xpath_query& query, pugi::xml_node at);

/// The data of an answer.
struct extracted {
    value result;           ///< null if the extractor has neither values nor lists
    std::string unreadable; ///< a sentence that names the unreadable value; empty if all were read
};

/// Reads the data of an answer.
[[nodiscard]] extracted extract(const extractor& e, pugi::xml_node answer);

} // namespace contego::wire
