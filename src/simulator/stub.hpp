#pragma once

#include "simulator/operations.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace contego::simulator {

/// Answers every call with OK and a reference number of its own, without looking at it: for measuring what
/// stands in front of a CAS. Not safe for threads; each connection may have its own.
class stub {
public:
    /// Equal numbers would give equal references: one for each connection.
    explicit stub(std::uint64_t number) : number_(number) {}

    /// The whole HTTP answer for a call on that path; valid until the next call.
    [[nodiscard]] std::string_view answer(std::string_view path);

private:
    std::uint64_t number_;
    std::uint64_t calls_ = 0;
    std::string bytes_;
    const area* area_ = nullptr; ///< that `bytes_` is of
    std::size_t reference_ = 0;  ///< where in `bytes_` the reference stands
};

} // namespace contego::simulator
