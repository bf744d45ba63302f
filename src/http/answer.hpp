#pragma once

#include <contego/exchange.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace contego::http {

/// How much of an answer is accepted, in bytes.
struct answer_limits {
    std::size_t header;
    std::size_t body;
};

/// Reads one HTTP answer from the bytes of a connection, however they are cut.
///
/// Pure: no socket, no clock. Passes over interim answers (1xx); takes HTTP/1.0 and 1.1, bodies with a
/// length, in chunks, or up to the end of the connection. Once `complete` or `failed`, it must not be fed
/// again.
class answer_reader {
public:
    enum class progress : std::uint8_t { more, complete, failed };

    explicit answer_reader(answer_limits limits);
    answer_reader(const answer_reader&) = delete;
    answer_reader& operator=(const answer_reader&) = delete;
    ~answer_reader();

    /// The next bytes of the connection.
    progress feed(std::string_view bytes);

    /// The server ended the connection in an orderly way.
    progress end();

    /// After `failed`: what was wrong.
    [[nodiscard]] transport_error error() const;
    [[nodiscard]] const std::string& detail() const;

    /// After `complete`: whether the connection may carry another exchange. False also where bytes followed
    /// the answer.
    [[nodiscard]] bool keeps_alive() const;

    /// After `complete`: moves status, content type, body and Retry-After (counted from `now`) into the
    /// exchange.
    void move_into(exchange& out, std::chrono::system_clock::time_point now);

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace contego::http
