#include "http/endpoint_client.hpp"

#include "http/answer.hpp"
#include "http/certificates.hpp"
#include "http/connection.hpp"
#include "http/pool.hpp"
#include "http/request_text.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace contego::http {
namespace {

namespace asio = boost::asio;
using progress = answer_reader::progress;
using std::chrono::steady_clock;

/// Returns the password, and the value of the header Authorization.
std::vector<std::string> credentials_of(const endpoint_options& o) {
    constexpr std::size_t shortest = 4; // a shorter text would be found everywhere
    std::vector<std::string> all;
    if (o.password.size() >= shortest) all.push_back(o.password);
    if (!o.password.empty()) all.push_back(basic_credentials(o));
    return all;
}

/// Replaces our credentials in the body. A CAS or a proxy may repeat them, for example in an error page. They
/// must not get into tables or logs.
void hide(const std::vector<std::string>& credentials, std::string& body) {
    for (const auto& secret : credentials)
        for (auto at = body.find(secret); at != std::string::npos; at = body.find(secret, at + 1))
            body.replace(at, secret.size(), "****");
}

/// State that the exchanges share. It lives as long as the last of them.
struct shared {
    shared(asio::any_io_executor e, endpoint w)
        : executor(std::move(e)),
          where(std::move(w)),
          headers(constant_headers(where)),
          credentials(credentials_of(where.options)),
          files(where.options.tls),
          connections(std::make_shared<pool>(executor, where.options, stop.get_token())) {}

    asio::any_io_executor executor;
    endpoint where;
    std::string headers;
    std::vector<std::string> credentials; ///< must never be shown
    certificates files;
    std::stop_source stop;
    std::shared_ptr<pool> connections;
};

void fail(exchange& out, transport_error error, std::string detail) {
    out.error = error;
    out.detail = std::move(detail);
}

/// Reads one answer to the request that was just written. Returns true if the connection may be used again.
asio::awaitable<bool> read_answer(shared& s, connection& c, time_point deadline, exchange& out) {
    const auto& options = s.where.options;
    answer_reader reader({.header = options.header_limit, .body = options.body_limit});
    auto state = progress::more;
    while (state == progress::more) {
        const auto got = co_await c.read_some(deadline);
        if (got.error && got.error != asio::error::eof) {
            fail(out, read_error(got.error), got.error.message());
            out.body = reader.take_first_bytes();
            co_return false;
        }
        // Only the first bytes of an answer can be too early.
        const bool is_early = !got.error && !reader.is_answering() && c.came_before_request();
        state = got.error ? reader.end() : reader.feed(got.bytes);
        if (is_early && reader.is_answering()) {
            // The bytes are dropped, since they may hold a secret of another request.
            s.connections->distrust();
            fail(out,
                 transport_error::closed,
                 "an answer came before the request and belongs to another request");
            co_return false;
        }
    }
    if (state == progress::failed) {
        fail(out, reader.error(), reader.detail());
        out.body = reader.take_first_bytes();
        co_return false;
    }
    c.finish();
    out.state = exchange_state::answered;
    reader.move_into(out, std::chrono::system_clock::now());
    if (reader.said_too_much()) s.connections->distrust();
    co_return reader.keeps_alive();
}

/// Writes the request and notes in `out` whether bytes were sent. Returns true if the whole request was
/// written.
asio::awaitable<bool>
write_request(connection& c, std::string_view text, time_point deadline, exchange& out) {
    // Bytes that the TLS layer has accepted may be on their way, even if it reports an error.
    if (c.is_encrypted()) out.state = exchange_state::sent_no_answer;
    const auto written = co_await c.write(text, deadline);
    if (written.bytes > 0) out.state = exchange_state::sent_no_answer;
    if (!written.error) co_return true;
    const bool late = written.error == asio::error::timed_out && out.state != exchange_state::not_sent;
    fail(out, late ? transport_error::timeout : transport_error::write, written.error.message());
    co_return false;
}

/// Returns an idle connection, or a new one if there is none or if it must be fresh. An idle connection is
/// closed if there is no room for the new one. Returns nullptr if there is no connection before the deadline;
/// `out` says why.
asio::awaitable<std::unique_ptr<connection>>
obtain(shared& s, bool shall_be_fresh, time_point deadline, exchange& out) {
    if (shall_be_fresh)
        s.connections->make_room();
    else if (auto idle = co_await s.connections->take(deadline))
        co_return idle;
    auto result = co_await open_connection(s.executor, s.where, s.files, s.stop.get_token(), deadline);
    if (auto* failed = std::get_if<failure>(&result)) {
        fail(out, failed->error, std::move(failed->detail));
        co_return nullptr;
    }
    auto fresh = std::move(std::get<std::unique_ptr<connection>>(result));
    // Before it is read, TLS data that follows the handshake cannot be told from an answer.
    const bool is_sound = fresh->is_encrypted() || fresh->is_quiet();
    if (is_sound && steady_clock::now() < deadline) co_return fresh;
    fail(out,
         transport_error::connect,
         is_sound ? "the connection was made only after the deadline"
                  : "the server closed the connection, or sent data, before any request");
    if (is_sound) s.connections->keep(std::move(fresh));
    co_return nullptr;
}

asio::awaitable<void>
post(shared& s, std::string_view request, const envelope& e, time_point deadline, exchange& out) {
    const auto place = co_await s.connections->enter(deadline);
    if (!place) {
        fail(out, transport_error::exhausted, "no connection was free before the deadline");
        co_return;
    }
    auto c = co_await obtain(s, e.fresh_connection, deadline, out);
    if (c == nullptr) co_return;
    if (steady_clock::now() >= e.not_after) {
        fail(out,
             transport_error::exhausted,
             "no connection was ready before another daemon could send the command");
        s.connections->keep(std::move(c));
        co_return;
    }
    const bool written = co_await write_request(*c, request, deadline, out);
    if (!written) co_return;
    const bool again = co_await read_answer(s, *c, deadline, out);
    if (again) s.connections->keep(std::move(c));
}

asio::awaitable<exchange> perform(std::shared_ptr<shared> s, envelope e, time_point deadline) {
    exchange out;
    const auto started = steady_clock::now();
    try {
        const auto request = request_text(s->where, s->headers, e);
        if (request.empty())
            fail(out,
                 transport_error::write,
                 "path, content type, SOAPAction or another header has a character that HTTP does not allow");
        else
            co_await post(*s, request, e, deadline, out);
    } catch (const std::exception& problem) {
        fail(out, transport_error::closed, problem.what());
    }
    hide(s->credentials, out.body);
    if (s->stop.stop_requested() && out.state != exchange_state::answered)
        fail(out, transport_error::closed, "the client was stopped");
    if (out.state == exchange_state::answered) fail(out, transport_error::none, {});
    out.duration = steady_clock::now() - started;
    co_return out;
}

class pooled_client final : public endpoint_client {
public:
    pooled_client(asio::any_io_executor executor, endpoint where)
        : shared_(std::make_shared<shared>(std::move(executor), std::move(where))) {
        // Reading the certificate authorities of the operating system takes a while. No exchange should have
        // to wait for it.
        if (shared_->where.tls) static_cast<void>(shared_->files.current());
    }

    pooled_client(const pooled_client&) = delete;
    pooled_client& operator=(const pooled_client&) = delete;

    ~pooled_client() override {
        shared_->stop.request_stop();
        shared_->connections->close();
    }

    asio::awaitable<exchange> send(envelope e, std::chrono::steady_clock::time_point deadline) override {
        return perform(shared_, std::move(e), deadline);
    }

    [[nodiscard]] pool_stats stats() const override { return shared_->connections->stats(); }

    [[nodiscard]] std::string tls_problem() const override { return shared_->files.problem(); }

private:
    std::shared_ptr<shared> shared_;
};

} // namespace

std::unique_ptr<endpoint_client> make_endpoint_client(asio::any_io_executor executor, endpoint where) {
    return std::make_unique<pooled_client>(std::move(executor), std::move(where));
}

} // namespace contego::http
