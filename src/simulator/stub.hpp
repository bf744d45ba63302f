#pragma once

#include "simulator/operations.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace contego::simulator {

/// Answers every call with OK and a reference number of its own, without reading the call. It serves to
/// measure the system in front of a CAS. Not thread safe; each connection may have its own.
class stub {
public:
    /// `number` must differ for each connection, since equal numbers give equal references.
    explicit stub(std::uint64_t number) : number_(number) {}

    /// Returns the whole HTTP answer for a call on that path. Valid until the next call.
    [[nodiscard]] std::string_view answer(std::string_view path);

private:
    std::uint64_t number_;
    std::uint64_t calls_ = 0;
    std::string bytes_;
    const area* area_ = nullptr; ///< the area to which `bytes_` belongs
    std::size_t reference_ = 0;  ///< position of the reference in `bytes_`
};

} // namespace contego::simulator
