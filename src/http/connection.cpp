#include "http/connection.hpp"

#include "http/lookup.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ratio>
#include <sstream>
#include <utility>

namespace contego::http {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

bool is_address(const std::string& host) {
    error_code ec;
    asio::ip::make_address(host, ec);
    return !ec;
}

/// Tells OpenSSL which name we expect, so that it compares the certificate itself and reports a mismatch. An
/// address is compared as an address and, as the standard says, never sent as SNI. The dot that ends a full
/// name belongs to neither.
void expect_name(SSL* ssl, std::string name, const tls_options& options) {
    if (name.ends_with('.')) name.pop_back();
    auto* parameters = SSL_get0_param(ssl);
    if (is_address(name)) {
        X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str());
        return;
    }
    X509_VERIFY_PARAM_set_hostflags(
        parameters,
        X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
            (options.accept_common_name ? 0U : unsigned{X509_CHECK_FLAG_NEVER_CHECK_SUBJECT}));
    X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size());
    SSL_set_tlsext_host_name(ssl, name.c_str());
}

/// Adds the reason to OpenSSL's message `certificate verify failed`, which alone does not help.
std::string handshake_detail(SSL* ssl, error_code ec) {
    auto out = "TLS handshake: " + ec.message();
    const auto verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK) out += std::string(": ") + X509_verify_cert_error_string(verified);
    return out;
}

std::string address_text(const asio::ip::tcp::endpoint& address) {
    std::ostringstream out;
    out << address;
    return out.str();
}

} // namespace

connection::connection(const asio::any_io_executor& executor,
                       const std::shared_ptr<ssl::context>& context,
                       const std::stop_token& stop)
    : socket_(executor),
      deadline_(socket_),
      opened_(std::chrono::steady_clock::now()),
      closing_(stop, [this] { close(); }) {
    if (context != nullptr) tls_ = std::make_unique<ssl::stream<tcp::socket&>>(socket_, *context);
}

// The destructor of the socket would never reset the connection.
connection::~connection() {
    close();
}

void connection::close() {
    error_code ignored;
    // Nothing is left to send: close in an orderly way.
    if (!is_under_way_) socket_.set_option(asio::socket_base::linger(false, 0), ignored);
    socket_.close(ignored);
}

asio::awaitable<std::optional<failure>>
connection::open(tcp::endpoint address, const endpoint& where, time_point until) {
    deadline_.set(until);
    error_code ec;
    if (!deadline_.has_passed())
        co_await socket_.async_connect(address, asio::redirect_error(asio::use_awaitable, ec));
    ec = named(ec);
    if (ec) co_return failure{.error = transport_error::connect, .detail = ec.message()};
    // A request is one write. Waiting to fill a packet would only delay it.
    socket_.set_option(tcp::no_delay(true), ec);
    // This resets the connection even if the process is killed in the middle of an exchange.
    socket_.set_option(asio::socket_base::linger(true, 0), ec);
    std::optional<failure> failed;
    if (tls_) failed = co_await shake_hands(where);
    deadline_.lift();
    co_return failed;
}

asio::awaitable<std::optional<failure>> connection::shake_hands(const endpoint& where) {
    const auto& options = where.options.tls;
    expect_name(
        tls_->native_handle(), options.server_name.empty() ? where.host : options.server_name, options);
    error_code ec;
    co_await tls_->async_handshake(ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, ec));
    ec = named(ec);
    if (!ec) co_return std::nullopt;
    const auto kind = ec == asio::error::timed_out ? transport_error::connect : transport_error::tls;
    co_return failure{.error = kind,
                      .detail = handshake_detail(tls_->native_handle(), ec),
                      .distrust = SSL_get_verify_result(tls_->native_handle())};
}

/// Returns `timed_out` if the deadline caused the error, otherwise the error itself.
error_code connection::named(error_code ec) const {
    return deadline_.has_passed() ? make_error_code(asio::error::timed_out) : ec;
}

/// Makes the kernel give up undelivered bytes at the deadline as well, since a stopped process resets
/// nothing. The time is rounded to tenths of a second, so that an exchange with the same time as the one
/// before costs no system call.
void connection::bound_delivery(time_point until) {
    using tenths = std::chrono::duration<std::int64_t, std::deci>;
    const auto left = std::chrono::ceil<tenths>(until - std::chrono::steady_clock::now());
    const auto at_most = std::clamp<std::chrono::milliseconds>(left, tenths(1), std::chrono::hours(24));
    if (at_most == delivery_bound_) return;
    delivery_bound_ = at_most;
    const auto milliseconds = static_cast<unsigned>(at_most.count());
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

asio::awaitable<transfer> connection::write(std::string_view request, time_point deadline) {
    transfer out;
    deadline_.set(deadline);
    if (!deadline_.has_passed()) {
        bound_delivery(deadline);
        is_under_way_ = true;
        request_size_ = request.size();
        auto token = asio::redirect_error(asio::use_awaitable, out.error);
        const auto buffer = asio::buffer(request);
        if (tls_)
            out.bytes = co_await asio::async_write(*tls_, buffer, token);
        else
            out.bytes = co_await asio::async_write(socket_, buffer, token);
    }
    out.error = named(out.error);
    co_return out;
}

asio::awaitable<arrival> connection::read_some(time_point deadline) {
    arrival out;
    deadline_.set(deadline);
    std::size_t bytes = 0;
    if (!deadline_.has_passed()) {
        auto token = asio::redirect_error(asio::use_awaitable, out.error);
        const auto into = asio::buffer(read_);
        if (tls_)
            bytes = co_await tls_->async_read_some(into, token);
        else
            bytes = co_await socket_.async_read_some(into, token);
    }
    out.error = named(out.error);
    out.bytes = {read_.data(), bytes};
    co_return out;
}

void connection::finish() {
    deadline_.lift();
    is_under_way_ = false;
    was_used_ = true;
}

bool connection::came_before_request() {
    int unacknowledged = 0;
    // A socket that can be read can be asked. A failure here would mean that it is closed.
    if (::ioctl(socket_.native_handle(), SIOCOUTQ, &unacknowledged) != 0) return false;
    const auto left = static_cast<std::size_t>(std::max(unacknowledged, 0));
    return was_used_ ? left > 0 : request_size_ > 0 && left >= request_size_;
}

bool connection::is_quiet() {
    // Records that were read together with the last answer, such as the TLS closing alert, wait inside
    // OpenSSL.
    if (tls_) {
        auto* handle = tls_->native_handle();
        if (SSL_has_pending(handle) == 1 || BIO_ctrl_pending(SSL_get_rbio(handle)) > 0) return false;
    }
    // Session tickets come before the first answer and are read with it. If anything can be read now, it is
    // the end of the connection, or bytes that would be mistaken for the next answer.
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::string connection::protocol() {
    return tls_ ? SSL_get_version(tls_->native_handle()) : "";
}

std::vector<certificate_facts> connection::shown_chain() {
    std::vector<certificate_facts> all;
    if (!tls_) return all;
    const auto* chain = SSL_get_peer_cert_chain(tls_->native_handle());
    for (int n = 0; n < sk_X509_num(chain); ++n)
        all.push_back(facts_of(sk_X509_value(chain, n)));
    return all;
}

asio::awaitable<opened> open_connection(asio::any_io_executor executor,
                                        const endpoint& where,
                                        certificates& files,
                                        std::stop_token stop,
                                        time_point deadline) {
    const auto found = co_await look_up(executor, where.host, where.port, stop, deadline);
    if (!found.problem.empty())
        co_return failure{.error = transport_error::resolve, .detail = where.host + ": " + found.problem};
    const auto context = where.tls ? files.current() : nullptr;
    if (where.tls && context == nullptr)
        co_return failure{.error = transport_error::tls, .detail = files.problem()};

    failure last{.error = transport_error::connect, .detail = {}};
    for (const auto& address : found.addresses) {
        const auto now = std::chrono::steady_clock::now();
        // Connecting again would open a new socket that stopping does not close.
        if (now >= deadline || stop.stop_requested()) break;
        auto candidate = std::make_unique<connection>(executor, context, stop);
        auto failed =
            co_await candidate->open(address, where, std::min(deadline, now + where.options.connect_timeout));
        if (!failed) co_return std::move(candidate);
        last.error = failed->error;
        last.distrust = failed->distrust;
        last.detail += (last.detail.empty() ? "" : "; ") + address_text(address) + ": " + failed->detail;
    }
    if (last.detail.empty()) last.detail = "no connection was made before the deadline";
    co_return last;
}

transport_error read_error(error_code ec) {
    // The kernel's time-out is our deadline too, see `bound_delivery`.
    if (ec == asio::error::timed_out) return transport_error::timeout;
    if (ec.category() == asio::error::get_ssl_category()) return transport_error::tls;
    return transport_error::closed;
}

} // namespace contego::http
