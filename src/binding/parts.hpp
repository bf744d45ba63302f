#pragma once

#include "binding/source.hpp"

#include <pugixml.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// The `part` elements of a file: pieces of an envelope that several commands share. The reader puts copies
/// of their content in the place of `<b:part name=".."/>`, so the rest of the compilation sees whole
/// envelopes.
class parts {
public:
    explicit parts(source& file) : file_(file) {}

    /// Adds a part. It may contain parts that were added before.
    void add(pugi::xml_node element);

    /// Replaces every `b:part` below the element.
    void expand(pugi::xml_node element);

    /// Notes a mistake for each part that was never used.
    void check_use();

private:
    struct part {
        std::string name;
        pugi::xml_node element;
        bool is_used = false;
    };

    void replace(pugi::xml_node place);
    [[nodiscard]] part* find(std::string_view name);

    source& file_;
    std::vector<part> all_;
};

} // namespace contego::wire
