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

/// What the header Authorization was made of, and what stands in it.
std::vector<std::string> credentials_of(const endpoint_options& o) {
    constexpr std::size_t shortest = 4; // less would be found everywhere
    std::vector<std::string> all;
    if (o.password.size() >= shortest) all.push_back(o.password);
    if (!o.password.empty()) all.push_back(basic_credentials(o));
    return all;
}

/// A CAS or a proxy that repeats our credentials, as an error page may, must not bring them into tables or
/// logs.
void hide(const std::vector<std::string>& credentials, std::string& body) {
    for (const auto& secret : credentials)
        for (auto at = body.find(secret); at != std::string::npos; at = body.find(secret, at + 1))
            body.replace(at, secret.size(), "****");
}

/// What the exchanges share. It lives as long as the last of them.
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
    std::vector<std::string> credentials; ///< never shown
    certificates files;
    std::stop_source stop;
    std::shared_ptr<pool> connections;
};

void fail(exchange& out, transport_error error, std::string detail) {
    out.error = error;
    out.detail = std::move(detail);
}

/// Reads one answer to a request that was just written; true if the connection may be used again.
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
        // Once the answer has begun, only the rest of it can come.
        const bool is_early = !got.error && !reader.is_answering() && c.came_before_request();
        state = got.error ? reader.end() : reader.feed(got.bytes);
        if (is_early && reader.is_answering()) {
            // Its bytes are not kept: they may hold a secret of another request.
            s.connections->distrust();
            fail(
                out, transport_error::closed, "an answer came before the request: it belongs to another one");
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

/// Writes the request and notes how far it got; true where all of it was taken.
asio::awaitable<bool>
write_request(connection& c, std::string_view text, time_point deadline, exchange& out) {
    // What the TLS layer has been given may be on its way whatever it reports.
    if (c.is_encrypted()) out.state = exchange_state::sent_no_answer;
    const auto written = co_await c.write(text, deadline);
    if (written.bytes > 0) out.state = exchange_state::sent_no_answer;
    if (!written.error) co_return true;
    const bool late = written.error == asio::error::timed_out && out.state != exchange_state::not_sent;
    fail(out, late ? transport_error::timeout : transport_error::write, written.error.message());
    co_return false;
}

/// An idle connection, unless it shall be fresh, or a new one, for which an idle one makes room; nullptr, and
/// what happened in `out`, if there is none before the deadline.
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
    // What TLS has to say after its handshake cannot be told from an answer before it is read.
    const bool is_sound = fresh->is_encrypted() || fresh->is_quiet();
    if (is_sound && steady_clock::now() < deadline) co_return fresh;
    fail(out,
         transport_error::connect,
         is_sound ? "connected only when the deadline had passed"
                  : "the server closed the connection, or spoke, before it was asked anything");
    if (is_sound) s.connections->keep(std::move(fresh));
    co_return nullptr;
}

asio::awaitable<void>
post(shared& s, std::string_view request, const envelope& e, time_point deadline, exchange& out) {
    const auto place = co_await s.connections->enter(deadline);
    if (!place) {
        fail(out, transport_error::exhausted, "no free connection before the deadline");
        co_return;
    }
    auto c = co_await obtain(s, e.fresh_connection, deadline, out);
    if (c == nullptr) co_return;
    if (steady_clock::now() >= e.not_after) {
        fail(out, transport_error::exhausted, "no connection before somebody else may be sending it");
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
                 "path, content type or SOAPAction cannot stand in an HTTP header");
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
        // Reading the authorities of the system takes a while, which no exchange shall pay for.
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
