#include "http/handshakes.hpp"

#include <openssl/ssl.h>

#include <cstdint>

namespace contego::http {
namespace {

/// Most handshakes on one connection, the first one included. A connection lives for minutes, and a server
/// has a reason to ask once.
constexpr std::intptr_t most = 4;

/// Counts a handshake in `place`, a slot that each connection has for it. Returns whether this handshake is
/// allowed.
bool is_one_more_allowed(SSL* ssl, int place) {
    const auto so_far = reinterpret_cast<std::intptr_t>(SSL_get_ex_data(ssl, place)) + 1;
    // The slot holds a pointer; nothing is ever read through it. NOLINTNEXTLINE(performance-no-int-to-ptr)
    SSL_set_ex_data(ssl, place, reinterpret_cast<void*>(so_far));
    return so_far <= most;
}

int new_place() {
    return SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
}

/// Under TLS 1.3, OpenSSL calls this for the first handshake only.
void handshake_begins(const SSL* ssl, int what, int /*value*/) {
    static const int place = new_place();
    if ((what & SSL_CB_HANDSHAKE_START) == 0) return;
    auto* own = const_cast<SSL*>(ssl); // OpenSSL's signature; the connection is not const
    if (!is_one_more_allowed(own, place)) SSL_set_options(own, SSL_OP_NO_RENEGOTIATION);
}

/// OpenSSL calls this when the server asks for our certificate. Returning 0 ends the handshake.
int certificate_is_wanted(SSL* ssl, void* /*unused*/) {
    static const int place = new_place();
    return is_one_more_allowed(ssl, place) ? 1 : 0;
}

} // namespace

void bound_handshakes(SSL_CTX* context, bool has_certificate) {
    if (!has_certificate) {
        SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
        return;
    }
    SSL_CTX_set_post_handshake_auth(context, 1);
    SSL_CTX_set_info_callback(context, &handshake_begins);
    SSL_CTX_set_cert_cb(context, &certificate_is_wanted, nullptr);
}

} // namespace contego::http
