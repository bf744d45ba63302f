#pragma once

#include <contego/command.hpp>

#include <cstddef>
#include <functional>
#include <utility>

namespace contego {

/// The commands of one request, each made when it is asked for: thousands of finished commands would take
/// megabytes, and only one of them is sent at a time.
///
/// Thread safety: as a std::vector.
class command_list {
public:
    /// Makes the command at a position from 0; called for positions below the size only.
    using maker = std::function<command(std::size_t)>;

    command_list() = default;

    command_list(std::size_t size, maker make) : size_(size), make_(std::move(make)) {}

    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] bool empty() const { return size_ == 0; }

    /// Precondition: `position` < size().
    [[nodiscard]] command operator[](std::size_t position) const { return make_(position); }

private:
    std::size_t size_ = 0;
    maker make_;
};

} // namespace contego
