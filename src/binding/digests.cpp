#include "binding/digests.hpp"

#include "binding/plain_text.hpp"

#include <stdexcept>
#include <utility>

namespace contego::wire {
namespace {

constexpr std::string_view prefix = "digest.";

// A machine with rules of its own, such as FIPS, may refuse MD5.
bool is_refused(hash_function f) {
    try {
        return hash_of(f, "").empty();
    } catch (const std::runtime_error&) {
        return true;
    }
}

} // namespace

bool is_digest_name(std::string_view placeholder) {
    return placeholder.starts_with(prefix);
}

void digests::add(pugi::xml_node element) {
    file_.allow_attributes(element, {"name", "hash", "as", "of"});
    for (const auto child : file_.children(element))
        file_.unknown_element(child);
    const std::string name(file_.required(element, "name").value_or(""));
    const auto hash = file_.required(element, "hash");
    const auto as = file_.required(element, "as");
    std::ignore = file_.required(element, "of");
    const auto function = hash ? hash_function_of(*hash) : std::nullopt;
    if (hash && !function)
        file_.mistake(element, "hash must be md5, sha1 or sha256, not '" + std::string(*hash) + "'");
    else if (function && is_refused(*function))
        file_.mistake(element, "OpenSSL on this machine refuses " + std::string(*hash));
    if (as && *as != "hex" && *as != "base64")
        file_.mistake(element, "as must be hex or base64, not '" + std::string(*as) + "'");
    if (!name.empty() && !all_.emplace(name, element).second)
        file_.mistake(element, "the digest " + name + " appears twice");
}

std::shared_ptr<const digest_rule>
digests::compile(std::string_view placeholder, std::size_t line, call_kind call) {
    const auto found = all_.find(placeholder.substr(prefix.size()));
    if (found == all_.end()) {
        std::string known;
        for (const auto& one : all_)
            (known += known.empty() ? "" : ", ") += one.first;
        file_.mistake(line,
                      "there is no digest " + std::string(placeholder.substr(prefix.size())) +
                          "; there are " + (known.empty() ? "none" : known));
        return nullptr;
    }
    const auto element = found->second;
    digest_rule rule;
    rule.hash = hash_function_of(element.attribute("hash").value()).value_or(hash_function::sha256);
    rule.as_base64 = std::string_view(element.attribute("as").value()) == "base64";
    rule.of = compile_plain_text(file_,
                                 element.attribute("of").value(),
                                 file_.line_of(element),
                                 {.call = call, .formats = formats_, .digests = nullptr, .in_header = false});
    return std::make_shared<const digest_rule>(std::move(rule));
}

} // namespace contego::wire
