#include "http/answer.hpp"

#include "http/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <variant>

namespace contego::http {
namespace {

using progress = answer_reader::progress;

constexpr std::size_t most_first_bytes = 4096;

/// A server that sends more interim answers than this is never going to answer.
constexpr int most_interim_answers = 8;

} // namespace

progress answer_reader::fail(transport_error e, std::string text) {
    error_ = e;
    detail_ = std::move(text);
    return progress::failed;
}

bool answer_reader::is_in_body() const {
    return next_ == part::counted_body || next_ == part::open_body || next_ == part::chunk;
}

progress answer_reader::feed(std::string_view bytes) {
    first_bytes_.append(bytes.substr(0, most_first_bytes - first_bytes_.size()));
    while (next_ != part::done && error_ == transport_error::none) {
        if (is_in_body()) {
            if (bytes.empty()) return progress::more;
            take_body(bytes);
        } else if (take_line(bytes)) {
            read_line();
            line_.clear();
        } else if (error_ == transport_error::none) {
            return progress::more;
        }
    }
    if (error_ != transport_error::none) return progress::failed;
    note_rest(bytes);
    return progress::complete;
}

progress answer_reader::end() {
    // The last chunk, which has no bytes, has been read: the body is complete even if the trailers are cut
    // off.
    if (next_ == part::open_body || next_ == part::trailers) {
        is_odd_ = true;
        return progress::complete;
    }
    if (first_bytes_.empty()) return fail(transport_error::closed, "the server closed without an answer");
    return fail(transport_error::closed, "the server closed in the middle of its answer");
}

void answer_reader::move_into(exchange& out, std::chrono::system_clock::time_point now) {
    out.http_status = head_.status;
    out.content_type = std::move(head_.content_type);
    out.retry_after = parse_retry_after(head_.retry_after, now);
    out.body = std::move(body_);
    out.header = std::move(header_);
}

bool answer_reader::take_line(std::string_view& bytes) {
    const auto end = bytes.find('\n');
    const bool whole = end != std::string_view::npos;
    const auto taken = whole ? end + 1 : bytes.size();
    line_.append(bytes.substr(0, whole ? end : taken));
    bytes.remove_prefix(taken);
    if (overhead_ + line_.size() > limits_.header) {
        fail(transport_error::too_large, "a header or a line of a chunk is longer than the header limit");
        return false;
    }
    if (next_ == part::status_line && line_ != "\r" && !may_be_status_line(line_)) {
        fail(transport_error::malformed, "the answer does not begin like an HTTP answer");
        return false;
    }
    if (!whole) return false;
    is_bare_ = !line_.ends_with('\r');
    if (!is_bare_) line_.pop_back();
    is_odd_ = is_odd_ || is_bare_;
    return true;
}

void answer_reader::take_body(std::string_view& bytes) {
    const auto size = next_ == part::open_body ? bytes.size() : std::min<std::uint64_t>(left_, bytes.size());
    if (size > limits_.body - body_.size()) {
        fail(transport_error::too_large, "the body is longer than the body limit");
        return;
    }
    body_.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    if (next_ == part::open_body) return;
    left_ -= size;
    if (left_ == 0) next_ = next_ == part::chunk ? part::chunk_end : part::done;
}

void answer_reader::read_line() {
    switch (next_) {
    case part::chunk_size:
        return read_chunk_size();
    case part::chunk_end:
        // Without this check, a chunk whose size is one too large would end with the carriage return as its
        // last byte.
        if (!line_.empty() || is_bare_ != size_was_bare_)
            fail(transport_error::malformed, "a chunk is longer or shorter than its size says");
        next_ = part::chunk_size;
        return;
    case part::trailers:
        overhead_ += line_.size() + 1;
        if (line_.empty()) next_ = part::done;
        return;
    default:
        return read_head_line();
    }
}

void answer_reader::read_head_line() {
    overhead_ += line_.size() + 1;
    const bool before_the_answer = next_ == part::status_line && line_.empty();
    is_odd_ = is_odd_ || before_the_answer;
    if (before_the_answer) return;
    if (next_ == part::header && line_.empty()) return end_head();
    lines_.append(line_).append("\n");
    next_ = part::header;
}

void answer_reader::end_head() {
    auto read = read_head(lines_);
    header_ = std::exchange(lines_, {});
    overhead_ = 0;
    if (auto* problem = std::get_if<std::string>(&read)) {
        fail(transport_error::malformed, std::move(*problem));
        return;
    }
    head_ = std::move(std::get<answer_head>(read));
    if (!head_.is_interim()) return begin_body();
    next_ = part::status_line;
    if (++interim_answers_ > most_interim_answers)
        fail(transport_error::malformed, "the server sent more than 8 interim answers");
}

void answer_reader::begin_body() {
    left_ = head_.length.value_or(0);
    if (head_.is_bodiless()) {
        next_ = part::done;
    } else if (head_.chunked) {
        next_ = part::chunk_size;
    } else if (!head_.length) {
        next_ = part::open_body;
    } else if (left_ > limits_.body) {
        fail(transport_error::too_large, "the body is longer than the body limit");
    } else {
        next_ = left_ == 0 ? part::done : part::counted_body;
    }
}

void answer_reader::read_chunk_size() {
    const auto* const begin = line_.data();
    const auto [end, error] = std::from_chars(begin, begin + line_.size(), left_, 16);
    const auto size = static_cast<std::size_t>(end - begin);
    const auto behind = std::min(line_.find_first_not_of(" \t", size), line_.size());
    const bool is_number = end != begin && (behind == line_.size() || line_[behind] == ';');
    extensions_ += line_.size() - size;
    size_was_bare_ = is_bare_;
    if (!is_number) {
        fail(transport_error::malformed, "the size of a chunk is not a number");
    } else if (error != std::errc{} || left_ > limits_.body - body_.size()) {
        fail(transport_error::too_large, "the body is longer than the body limit");
    } else if (extensions_ > limits_.body) {
        fail(transport_error::too_large, "the chunk extensions are longer than the body limit");
    } else {
        next_ = left_ == 0 ? part::trailers : part::chunk;
    }
}

void answer_reader::note_rest(std::string_view rest) {
    is_odd_ = is_odd_ || !rest.empty();
    said_too_much_ = rest.find_first_not_of("\r\n") != std::string_view::npos;
}

} // namespace contego::http
