#pragma once

#include "http/answer_head.hpp"
#include <contego/exchange.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace contego::http {

/// How much of an answer is accepted, in bytes.
struct answer_limits {
    std::size_t header; ///< of one header, of one line of a chunk, and of all trailers
    std::size_t body;
};

/// Reads one HTTP answer from the bytes of a connection, however they are cut.
///
/// Pure: no socket, no clock. Each byte is looked at once or twice, so that the time grows with the number of
/// bytes and with nothing else. Passes over a few interim answers (1xx); takes HTTP/1.0 and 1.1, bodies with
/// a length, in chunks, or up to the end of the connection. What RFC 9112 lets a recipient tolerate is read,
/// and the connection is then not used again. Once `complete` or `failed`, it must not be fed again.
class answer_reader {
public:
    enum class progress : std::uint8_t { more, complete, failed };

    explicit answer_reader(answer_limits limits) : limits_(limits) {}

    /// The next bytes of the connection.
    progress feed(std::string_view bytes);

    /// The server ended the connection in an orderly way.
    progress end();

    /// Whether anything was read that is no interim answer.
    [[nodiscard]] bool is_answering() const { return next_ != part::status_line || !line_.empty(); }

    /// After `failed`: what was wrong.
    [[nodiscard]] transport_error error() const { return error_; }

    [[nodiscard]] const std::string& detail() const { return detail_; }

    /// Up to 4 KiB of what came first, as it came: for support, if the answer cannot be read.
    [[nodiscard]] std::string take_first_bytes() { return std::move(first_bytes_); }

    /// After `complete`: whether the connection may carry another exchange. False also if bytes followed the
    /// answer.
    [[nodiscard]] bool keeps_alive() const { return head_.keeps_alive && !head_.tolerated && !is_odd_; }

    /// After `complete`: whether more followed the answer than an empty line, which some servers add.
    [[nodiscard]] bool said_too_much() const { return said_too_much_; }

    /// After `complete`: moves status, content type, body and Retry-After (counted from `now`) into the
    /// exchange.
    void move_into(exchange& out, std::chrono::system_clock::time_point now);

private:
    enum class part : std::uint8_t {
        status_line,
        header,
        counted_body, ///< `left_` bytes of it are still to come
        open_body,    ///< goes on to the end of the connection
        chunk_size,
        chunk, ///< `left_` bytes of it are still to come
        chunk_end,
        trailers,
        done,
    };

    progress fail(transport_error e, std::string text);
    [[nodiscard]] bool is_in_body() const;

    /// Moves a line from the bytes to `line_`; false if it has no end yet, or was too long.
    bool take_line(std::string_view& bytes);
    void take_body(std::string_view& bytes);

    /// Does what the line in `line_` says.
    void read_line();
    void read_head_line();
    void end_head();
    void begin_body();
    void read_chunk_size();
    void note_rest(std::string_view rest);

    answer_limits limits_;
    part next_ = part::status_line;
    std::string first_bytes_;
    std::string line_;           ///< the line that is being read, as far as it is there
    std::string lines_;          ///< the header so far, see `read_head`
    std::size_t overhead_ = 0;   ///< bytes of the header, or of the trailers, so far
    std::size_t extensions_ = 0; ///< bytes behind the sizes of chunks, so far
    std::uint64_t left_ = 0;     ///< bytes still to come of a body with a length, or of a chunk
    int interim_answers_ = 0;
    answer_head head_;
    std::string body_;
    bool is_bare_ = false;       ///< the last line ended without a carriage return
    bool size_was_bare_ = false; ///< so did the line with the size of the chunk
    bool is_odd_ = false;        ///< the connection must not be used again
    bool said_too_much_ = false;
    transport_error error_ = transport_error::none;
    std::string detail_;
};

} // namespace contego::http
