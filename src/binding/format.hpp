#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace contego::wire {

/// What a format can be applied to.
enum class format_content { text, number, time };

/// A format of the file: how the CAS writes a value that we write in another way. It never changes.
class format {
public:
    explicit format(std::string name) : name_(std::move(name)) {}

    format(const format&) = delete;
    format& operator=(const format&) = delete;
    virtual ~format() = default;

    /// Returns the name in the binding file.
    [[nodiscard]] const std::string& name() const { return name_; }

    /// Returns whether it can write values of this kind.
    [[nodiscard]] virtual bool takes(format_content c) const = 0;

    /// Returns our value as the CAS writes it. A value that it cannot write is returned unchanged.
    [[nodiscard]] virtual std::string theirs(std::string_view ours) const = 0;

    /// Returns why a value of the CAS cannot be turned back into ours, as part of a sentence. Empty if it
    /// can.
    [[nodiscard]] virtual std::string why_not_undone() const { return {}; }

    /// Returns a value of the CAS as we write it. Returns nullopt if the value does not have this format.
    /// Precondition: why_not_undone() is empty.
    [[nodiscard]] virtual std::optional<std::string> ours(std::string_view theirs) const = 0;

    /// Returns the only values of ours that it can write, or nullopt if it writes every value.
    [[nodiscard]] virtual std::optional<std::set<std::string>> choices() const { return std::nullopt; }

private:
    std::string name_;
};

using format_pointer = std::shared_ptr<const format>;

} // namespace contego::wire
