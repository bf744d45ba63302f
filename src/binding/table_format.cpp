#include "binding/formats.hpp"
#include "binding/namespaces.hpp"

namespace contego::wire {
namespace {

using rows = std::map<std::string, std::string, std::less<>>;

// A table of values, ours and theirs.
class table_format final : public format {
public:
    table_format(std::string name, rows by_ours, bool passes_others)
        : format(std::move(name)), by_ours_(std::move(by_ours)), passes_others_(passes_others) {
        for (const auto& [ours, theirs] : by_ours_)
            if (!by_theirs_.emplace(theirs, ours).second && twice_.empty()) twice_ = theirs;
    }

    [[nodiscard]] bool takes(format_content c) const override { return c != format_content::time; }

    [[nodiscard]] std::string theirs(std::string_view ours) const override {
        const auto found = by_ours_.find(ours);
        return found == by_ours_.end() ? std::string(ours) : found->second;
    }

    [[nodiscard]] std::string why_not_undone() const override {
        return twice_.empty() ? "" : "two rows have theirs=\"" + twice_ + "\"";
    }

    [[nodiscard]] std::optional<std::string> ours(std::string_view theirs) const override {
        const auto found = by_theirs_.find(theirs);
        if (found != by_theirs_.end()) return found->second;
        if (!passes_others_) return std::nullopt;
        return std::string(theirs);
    }

    [[nodiscard]] std::optional<std::set<std::string>> choices() const override {
        if (passes_others_) return std::nullopt;
        std::set<std::string> all;
        for (const auto& row : by_ours_)
            all.insert(row.first);
        return all;
    }

private:
    rows by_ours_;
    rows by_theirs_;
    std::string twice_; // the first value of the CAS that two rows have
    bool passes_others_;
};

} // namespace

format_pointer make_table_format(source& file, pugi::xml_node element, std::string name) {
    file.allow_attributes(element, {"name", "otherwise"});
    rows by_ours;
    for (const auto row : file.children(element)) {
        if (local_of(row.name()) != "row") {
            file.unknown_element(row);
            continue;
        }
        file.allow_attributes(row, {"ours", "theirs"});
        for (const auto child : file.children(row))
            file.unknown_element(child);
        const auto ours = file.required(row, "ours");
        const auto theirs = file.required(row, "theirs");
        if (ours && theirs && !by_ours.emplace(*ours, *theirs).second)
            file.mistake(row, "the row ours=\"" + std::string(*ours) + "\" appears twice");
    }
    const auto otherwise = element.attribute("otherwise");
    const std::string_view rule = otherwise.value();
    if (otherwise && rule != "same" && rule != "refuse")
        file.mistake(file.line_of(otherwise),
                     "otherwise must be same or refuse, not '" + std::string(rule) + "'");
    return std::make_shared<table_format>(std::move(name), std::move(by_ours), rule == "same");
}

} // namespace contego::wire
