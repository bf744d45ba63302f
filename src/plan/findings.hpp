#pragma once

#include <contego/value.hpp>
#include <contego/violation.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace contego::planning {

/// Whether anything in it, at any depth, is called a PIN or speaks of one.
[[nodiscard]] bool mentions_secret(const value& v);

/// The text with a `*` for each digit, if it speaks of a PIN: the PIN may stand beside the word.
[[nodiscard]] std::string without_secret(std::string_view text);

/// A value for people: JSON, shortened to 60 characters, always UTF-8. Of an object only the names are shown:
/// no parameter is wrong only by what stands inside one.
[[nodiscard]] std::string shown(const value& v);

/// The path of a member: `distributions[0]` and `added` make `distributions[0].added`. The name may be
/// anything that the CRM wrote: it is shortened as `shown` does.
[[nodiscard]] std::string member_of(const std::string& path, std::string_view name);

/// The path of an item: `smartcards[2]`.
[[nodiscard]] std::string item_of(const std::string& path, std::size_t index);

/// Collects what is wrong with one request, in the order of finding. Keeps the first most_violations and
/// counts the others: a megabyte of mistakes must not become a hundred.
class findings {
public:
    findings() = default;

    /// For a request that has a PIN somewhere: wherever it stands, and under whatever name, no value is
    /// shown.
    explicit findings(bool hides_values) : hides_values_(hides_values) {}

    void add(std::string field, const value& was, std::string rule);
    void add_absent(std::string field, std::string rule);

    /// A member of a name that is not known: what it holds may be a secret under a misspelt name.
    void add_unknown(const std::string& path, std::string_view name);

    [[nodiscard]] bool empty() const { return all_.empty(); }

    /// So many were found beyond those that are kept.
    [[nodiscard]] std::size_t more() const { return more_; }

    [[nodiscard]] violations take() { return std::move(all_); }

private:
    void keep(violation v);

    bool hides_values_ = false;
    violations all_;
    std::size_t more_ = 0;
};

} // namespace contego::planning
