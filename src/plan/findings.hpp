#pragma once

#include <contego/value.hpp>
#include <contego/violation.hpp>

#include <string>
#include <string_view>

namespace contego::planning {

/// Whether a parameter of that name is a secret wherever it stands.
[[nodiscard]] bool is_secret(const std::string& name);

/// A value for people: JSON, shortened to 60 characters, always UTF-8, members named like a secret masked.
[[nodiscard]] std::string shown(const value& v);

/// The path of a member: `distributions[0]` and `added` make `distributions[0].added`. The name may be
/// anything that the CRM wrote: it is shortened as `shown` does.
[[nodiscard]] std::string member_of(const std::string& path, std::string_view name);

/// The path of an item: `smartcards[2]`.
[[nodiscard]] std::string item_of(const std::string& path, std::size_t index);

/// Collects what is wrong with one request, in the order of finding.
class findings {
public:
    void add(std::string field, const value& was, std::string rule);
    void add_absent(std::string field, std::string rule);
    void add_secret(std::string field, std::string rule);

    [[nodiscard]] bool empty() const { return all_.empty(); }

    [[nodiscard]] violations take() { return std::move(all_); }

private:
    violations all_;
};

} // namespace contego::planning
