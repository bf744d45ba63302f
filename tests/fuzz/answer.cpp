// The bytes of a connection, cut into pieces, are read as an HTTP answer. The answer is interpreted as the
// reply to each kind of command. The first byte of the input chooses the command and the size of the pieces.

#include "http/answer.hpp"

#include "binding/utf_8.hpp"
#include "fuzz/fuzz.hpp"
#include "unit/binding/sample.hpp"
#include "unit/binding/shipped.hpp"

namespace {

using namespace contego;
using fuzz::require;

constexpr std::size_t most_storable = std::size_t{1} << 20U;

exchange read_in_pieces(std::string_view bytes, std::size_t piece) {
    http::answer_reader reader({.header = 8 * 1024, .body = 256 * 1024});
    auto state = http::answer_reader::progress::more;
    for (std::size_t at = 0; at < bytes.size() && state == http::answer_reader::progress::more; at += piece)
        state = reader.feed(bytes.substr(at, piece));
    if (state == http::answer_reader::progress::more) state = reader.end();
    exchange e;
    e.state = exchange_state::sent_no_answer;
    if (state == http::answer_reader::progress::complete) {
        e.state = exchange_state::answered;
        reader.move_into(e, std::chrono::system_clock::time_point{});
    } else {
        require(state == http::answer_reader::progress::failed, "the end of the connection ends the reading");
        e.error = reader.error();
        e.detail = reader.detail();
        require(e.error != transport_error::none, "a failure has an error");
        require(bytes.starts_with(reader.take_first_bytes()), "the first bytes are kept unchanged");
    }
    return e;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto& wire = samples::shipped();
    const auto [choice, bytes] = fuzz::choice_and_rest(fuzz::text_of(data, size));
    const auto whole = read_in_pieces(bytes, std::max<std::size_t>(bytes.size(), 1));
    const auto cut = read_in_pieces(bytes, 1 + choice / command_types.size());
    require(whole.state == cut.state && whole.body == cut.body && whole.http_status == cut.http_status,
            "an answer means the same however its bytes are cut");

    const auto c = samples::full_command(command_types.at(choice % command_types.size()));
    const auto meaning = wire.interpret(c, {4049}, cut);
    require(cut.state == exchange_state::answered || meaning.answer.outcome != outcome::success,
            "no command succeeds without an answer");
    require(meaning.answer.outcome != outcome::success || meaning.answer.error_code.empty(),
            "a success has no error code");
    require(meaning.storable.size() <= most_storable, "a stored text has at most 1 MiB");
    require(wire::cleaned(meaning.storable) == meaning.storable, "a stored text fits a text column");
    return 0;
}
