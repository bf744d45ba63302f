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
    std::size_t header; ///< limit for one header, for one size line of a chunk, and for all trailers together
    std::size_t body;
};

/// Reads one HTTP answer from the bytes of a connection. The bytes may be cut into pieces anywhere.
///
/// Pure: it uses no socket and no clock. It looks at each byte once or twice, so its time grows only with the
/// number of bytes. It skips up to 8 interim answers (1xx). It takes HTTP/1.0 and 1.1, and bodies that have a
/// length, come in chunks, or end with the connection. An answer that RFC 9112 lets a recipient tolerate is
/// read, but its connection is not used again. Do not feed the reader again after `complete` or `failed`.
class answer_reader {
public:
    enum class progress : std::uint8_t { more, complete, failed };

    explicit answer_reader(answer_limits limits) : limits_(limits) {}

    /// Reads the next bytes of the connection.
    progress feed(std::string_view bytes);

    /// Tells the reader that the server closed the connection in an orderly way.
    progress end();

    /// Returns whether any byte of the final answer was read; interim answers (1xx) do not count.
    [[nodiscard]] bool is_answering() const { return next_ != part::status_line || !line_.empty(); }

    /// Returns the kind of the error. Valid after `failed`.
    [[nodiscard]] transport_error error() const { return error_; }

    /// Returns a description of the error for people. Valid after `failed`.
    [[nodiscard]] const std::string& detail() const { return detail_; }

    /// Moves out the first bytes of the connection, unchanged and at most 4 KiB. Support needs them if the
    /// answer cannot be read.
    [[nodiscard]] std::string take_first_bytes() { return std::move(first_bytes_); }

    /// Returns whether the connection may carry another exchange. Valid after `complete`. False also if bytes
    /// followed the answer.
    [[nodiscard]] bool keeps_alive() const { return head_.keeps_alive && !head_.tolerated && !is_odd_; }

    /// Returns whether the server sent more after the answer than the empty line that some servers add. Valid
    /// after `complete`.
    [[nodiscard]] bool said_too_much() const { return said_too_much_; }

    /// Moves status, content type, header, body and Retry-After into `out`. Valid after `complete`.
    /// Retry-After is counted from `now`.
    void move_into(exchange& out, std::chrono::system_clock::time_point now);

private:
    enum class part : std::uint8_t {
        status_line,
        header,
        counted_body, ///< `left_` bytes of it are missing
        open_body,    ///< ends when the server closes the connection
        chunk_size,
        chunk, ///< `left_` bytes of it are missing
        chunk_end,
        trailers,
        done,
    };

    progress fail(transport_error e, std::string text);
    [[nodiscard]] bool is_in_body() const;

    /// Moves a line from `bytes` to `line_`. Returns false if the line has no end yet or is too long.
    bool take_line(std::string_view& bytes);
    void take_body(std::string_view& bytes);

    /// Interprets the line in `line_`.
    void read_line();
    void read_head_line();
    void end_head();
    void begin_body();
    void read_chunk_size();
    void note_rest(std::string_view rest);

    answer_limits limits_;
    part next_ = part::status_line;
    std::string first_bytes_;
    std::string line_;           ///< the part of the current line that has been read
    std::string lines_;          ///< the header lines so far, see `read_head`
    std::string header_;         ///< the header lines of the last header
    std::size_t overhead_ = 0;   ///< bytes of the header, or of the trailers, so far
    std::size_t extensions_ = 0; ///< bytes behind the sizes of chunks, so far
    std::uint64_t left_ = 0;     ///< missing bytes of a body with a length, or of a chunk
    int interim_answers_ = 0;
    answer_head head_;
    std::string body_;
    bool is_bare_ = false;       ///< the last line ended without a carriage return
    bool size_was_bare_ = false; ///< the line with the size of the chunk did so too
    bool is_odd_ = false;        ///< the connection must not be used again
    bool said_too_much_ = false;
    transport_error error_ = transport_error::none;
    std::string detail_;
};

} // namespace contego::http
