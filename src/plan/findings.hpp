#pragma once

#include <contego/value.hpp>
#include <contego/violation.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace contego::planning {

/// Returns whether a name or a text in the value, at any depth, mentions a PIN.
[[nodiscard]] bool mentions_secret(const value& v);

/// Returns the text with `*` for each digit if it mentions a PIN, since the PIN may be beside the word.
[[nodiscard]] std::string without_secret(std::string_view text);

/// Returns a value for people: JSON in valid UTF-8, shortened to 60 characters. Only the names of an object's
/// members are shown, since no parameter is wrong only because of a value inside an object.
[[nodiscard]] std::string shown(const value& v);

/// Returns the path of a member: `distributions[0]` and `added` make `distributions[0].added`. The CRM may
/// have written any name, so it is shortened as `shown` does.
[[nodiscard]] std::string member_of(const std::string& path, std::string_view name);

/// Returns the path of an item: `smartcards[2]`.
[[nodiscard]] std::string item_of(const std::string& path, std::size_t index);

/// Collects the violations of one request, in the order in which they are found. Keeps the first
/// most_violations and counts the others, so that a megabyte of mistakes does not become a hundred.
class findings {
public:
    findings() = default;

    /// For a request that contains a PIN, pass true: then no value is shown, since the PIN may be anywhere
    /// and under any name.
    explicit findings(bool hides_values) : hides_values_(hides_values) {}

    /// Notes a violation of a rule by a value.
    void add(std::string field, const value& was, std::string rule);
    /// Notes a violation by an absent field.
    void add_absent(std::string field, std::string rule);

    /// Notes a member of unknown name. Its value is not shown, since it may be a secret under a misspelt
    /// name.
    void add_unknown(const std::string& path, std::string_view name);

    [[nodiscard]] bool empty() const { return all_.empty(); }

    /// Returns how many violations were found beyond the violations that are kept.
    [[nodiscard]] std::size_t more() const { return more_; }

    /// Moves out the violations that are kept.
    [[nodiscard]] violations take() { return std::move(all_); }

private:
    void keep(violation v);

    bool hides_values_ = false;
    violations all_;
    std::size_t more_ = 0;
};

} // namespace contego::planning
