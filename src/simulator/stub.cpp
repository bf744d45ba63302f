#include "simulator/stub.hpp"

#include "simulator/response.hpp"
#include "simulator/soap.hpp"

#include <array>
#include <cstdio>

namespace contego::simulator {
namespace {

constexpr std::string_view changing = "000000000000";

/// One answer per path will do: the daemon looks for a status, not for the name of the operation. On the path
/// of the pairings it is the one that must say whether there is a pairing.
const operation& operation_for(const area* a) {
    if (a != nullptr && a->name == "pairing") return *operation_of(*a, "GetPairingStatusForCard");
    for (const auto& o : operations())
        if (o.area == a && o.result == result_shape::none) return o;
    return operations().front();
}

} // namespace

std::string_view stub::answer(std::string_view path) {
    const auto* a = area_at(path);
    if (bytes_.empty() || a != area_) {
        std::array<char, 32> fixed{};
        std::snprintf(fixed.data(), fixed.size(), "%08x-0000-4000-8000-", static_cast<unsigned>(number_));
        auto said = simulator::answer::ok(false);
        said.reference = fixed.data() + std::string(changing);
        const auto& o = operation_for(a);
        if (o.result == result_shape::boxes_of_card) said.paired = false;
        response r;
        r.body = write_envelope(o, said);
        bytes_ = bytes_of(r);
        reference_ = bytes_.find(said.reference) + said.reference.size() - changing.size();
        area_ = a;
    }
    auto n = ++calls_;
    for (std::size_t i = changing.size(); i-- > 0; n >>= 4U)
        bytes_[reference_ + i] = "0123456789abcdef"[n & 0xfU];
    return bytes_;
}

} // namespace contego::simulator
