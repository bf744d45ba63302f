#pragma once

#include "binding/extract.hpp"

#include <pugixml.hpp>

#include <string>
#include <vector>

namespace contego::wire {

/// An item of an answer, as the queries find it.
struct found_item {
    joint_text card;
    joint_text status;
    std::string message;
    std::string reference;
    std::string text; ///< the element
};

/// An answer that was taken apart at its items.
struct found_items {
    std::string before; ///< the answer up to its first item
    std::string after;  ///< the answer behind it, without its other items
    std::vector<found_item> all;
};

/// Finds the items of an answer. An item inside another one is no item.
[[nodiscard]] found_items items_of(const item_extractor& items, const pugi::xml_document& answer);

} // namespace contego::wire
