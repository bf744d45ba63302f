#include "simulator/stub.hpp"

#include "simulator/response.hpp"
#include "simulator/soap.hpp"

namespace contego::simulator {
namespace {

/// Overwrites a part of a text with the lower hexadecimal digits of a number.
void write_hexadecimal(std::uint64_t number, std::string& text, std::size_t from, std::size_t digits) {
    for (auto at = from + digits; at-- > from; number >>= 4U)
        text[at] = "0123456789abcdef"[number & 0xfU];
}

/// One answer for each path is enough, since the daemon looks for a status, not for the name of the
/// operation. The answer on the path of the pairings must say whether there is a pairing.
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
        auto said = simulator::answer::ok(false);
        said.reference = "00000000-0000-4000-8000-000000000000";
        const auto& o = operation_for(a);
        if (o.result == result_shape::boxes_of_card) said.paired = false;
        response r;
        r.body = write_envelope(o, said);
        bytes_ = bytes_of(r);
        reference_ = bytes_.find(said.reference);
        write_hexadecimal(number_, bytes_, reference_, 8);
        area_ = a;
    }
    write_hexadecimal(++calls_, bytes_, reference_ + 24, 12);
    return bytes_;
}

} // namespace contego::simulator
