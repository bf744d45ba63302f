#pragma once

#include <openssl/types.h>

namespace contego::http {

/// Bounds how often a server may ask for our certificate after the handshake.
///
/// Some servers ask once they have seen the path of the request: by a new handshake under TLS 1.2, by
/// post-handshake authentication under TLS 1.3. Both are allowed a few times on each connection, since they
/// cost us more than the server. A context without a certificate needs neither, so it declines new
/// handshakes.
void bound_handshakes(SSL_CTX* context, bool has_certificate);

} // namespace contego::http
