#pragma once

#include <contego/command.hpp>

#include <cstddef>
#include <functional>
#include <utility>

namespace contego {

/// The commands of one request. Each command is made on access: thousands of complete commands would take
/// megabytes, and only one of them is sent at a time.
///
/// Thread safety: as a std::vector.
class command_list {
public:
    /// Makes the command at a position, counted from 0. It is called only for positions below the size.
    using maker = std::function<command(std::size_t)>;

    command_list() = default;

    command_list(std::size_t size, maker make) : size_(size), make_(std::move(make)) {}

    /// Returns the number of commands.
    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] bool empty() const { return size_ == 0; }

    /// Makes the command at `position`. Precondition: `position` < size().
    [[nodiscard]] command operator[](std::size_t position) const { return make_(position); }

private:
    std::size_t size_ = 0;
    maker make_;
};

} // namespace contego
