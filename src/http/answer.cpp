#include "http/answer.hpp"

#include "http/retry_after.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace contego::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;

using progress = answer_reader::progress;

transport_error classify(boost::system::error_code ec) {
    if (ec == wire::error::header_limit || ec == wire::error::body_limit) return transport_error::too_large;
    if (ec == wire::error::partial_message || ec == wire::error::end_of_stream)
        return transport_error::closed;
    return transport_error::malformed;
}

} // namespace

struct answer_reader::state {
    explicit state(answer_limits l) : limits(l) { start(); }

    answer_limits limits;
    beast::flat_buffer unread;
    std::unique_ptr<wire::response_parser<wire::string_body>> parser;
    bool header_seen = false;
    transport_error error = transport_error::none;
    std::string detail;

    void start() {
        parser = std::make_unique<wire::response_parser<wire::string_body>>();
        parser->eager(true);
        parser->header_limit(static_cast<std::uint32_t>(limits.header));
        parser->body_limit(limits.body);
        header_seen = false;
    }

    progress fail(transport_error e, std::string text) {
        error = e;
        detail = std::move(text);
        return progress::failed;
    }

    void append(std::string_view bytes) {
        const auto room = unread.prepare(bytes.size());
        asio::buffer_copy(room, asio::buffer(bytes));
        unread.commit(bytes.size());
    }

    /// Judges the header as soon as it is there; nothing where it is as it should be.
    std::optional<progress> judge_header() {
        header_seen = true;
        const auto& header = parser->get();
        if (header.result_int() < 100) return fail(transport_error::malformed, "a status below 100");
        if (header.result_int() == 101)
            return fail(transport_error::malformed, "switching protocols was not asked for");
        const auto encoding = header[wire::field::content_encoding];
        if (!encoding.empty() && !beast::iequals(encoding, "identity"))
            return fail(transport_error::malformed,
                        "content encoding " + std::string(encoding) + " was not asked for");
        return std::nullopt;
    }

    progress parse() {
        while (unread.size() > 0 && !parser->is_done()) {
            boost::system::error_code ec;
            unread.consume(parser->put(unread.data(), ec));
            if (ec && ec != wire::error::need_more) return fail(classify(ec), ec.message());
            if (parser->is_header_done() && !header_seen)
                if (const auto verdict = judge_header()) return *verdict;
            if (ec == wire::error::need_more) break;
            if (parser->is_done() && parser->get().result_int() / 100 == 1) start();
        }
        if (parser->is_done()) return progress::complete;
        // What the parser leaves is an unfinished line of a chunk or a trailer, for which it knows no limit.
        if (unread.size() > limits.header)
            return fail(transport_error::too_large, "a line over the header limit");
        return progress::more;
    }
};

answer_reader::answer_reader(answer_limits limits) : state_(std::make_unique<state>(limits)) {}

answer_reader::~answer_reader() = default;

progress answer_reader::feed(std::string_view bytes) {
    state_->append(bytes);
    return state_->parse();
}

progress answer_reader::end() {
    auto& s = *state_;
    if (!s.parser->got_some()) return s.fail(transport_error::closed, "the server closed without an answer");
    boost::system::error_code ec;
    s.parser->put_eof(ec);
    if (ec) return s.fail(classify(ec), "the server closed in the middle of its answer");
    return progress::complete;
}

transport_error answer_reader::error() const {
    return state_->error;
}

const std::string& answer_reader::detail() const {
    return state_->detail;
}

bool answer_reader::keeps_alive() const {
    return state_->parser->keep_alive() && state_->unread.size() == 0;
}

void answer_reader::move_into(exchange& out, std::chrono::system_clock::time_point now) {
    auto& answer = state_->parser->get();
    out.http_status = static_cast<int>(answer.result_int());
    out.content_type = answer[wire::field::content_type];
    out.retry_after = parse_retry_after(answer[wire::field::retry_after], now);
    out.body = std::move(answer.body());
}

} // namespace contego::http
