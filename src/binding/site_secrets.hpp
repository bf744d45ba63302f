#pragma once

#include <contego/site.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// The secrets of a site, such as a password inside the envelope, and the forms in which an answer may repeat
/// them.
class site_secrets {
public:
    explicit site_secrets(secret_values values = {});

    [[nodiscard]] bool empty() const { return values_.empty(); }

    /// Returns the value of a secret, or an empty text if there is no secret of that name.
    [[nodiscard]] std::string_view value_of(std::string_view name) const;

    /// Returns the text with `****` for each secret.
    [[nodiscard]] std::string over_each(std::string text) const;

    /// Returns whether the text repeats a secret in a form that cannot be cut out: with escapes, split by
    /// tags, in Base64, or in hexadecimal. Takes a few passes over the text.
    [[nodiscard]] bool is_repeated_in(std::string_view text) const;

private:
    [[nodiscard]] bool stands_in(std::string_view text) const;

    secret_values values_;
    std::vector<std::string> encoded_;
};

} // namespace contego::wire
