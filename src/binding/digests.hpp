#pragma once

#include "binding/call_kind.hpp"
#include "binding/digest_rule.hpp"
#include "binding/formats.hpp"
#include "binding/source.hpp"

#include <pugixml.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace contego::wire {

/// Returns whether a placeholder is `digest.NAME`.
[[nodiscard]] bool is_digest_name(std::string_view placeholder);

/// The `digest` elements of a file. The text of a digest may hold parameters, so it is compiled for each
/// call that uses it.
class digests {
public:
    digests(source& file, formats& known) : file_(file), formats_(known) {}

    /// Adds an element.
    void add(pugi::xml_node element);

    /// Compiles the digest of a placeholder for a command. Notes a mistake and returns nullptr if there is
    /// none.
    [[nodiscard]] std::shared_ptr<const digest_rule>
    compile(std::string_view placeholder, std::size_t line, call_kind call);

private:
    source& file_;
    formats& formats_;
    std::map<std::string, pugi::xml_node, std::less<>> all_;
};

} // namespace contego::wire
