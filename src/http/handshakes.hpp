#pragma once

#include <openssl/types.h>

namespace contego::http {

/// Lets a server ask for our certificate after the handshake, as some do once they have seen the path of the
/// request: by a new handshake under TLS 1.2, by an authentication of its own under TLS 1.3. Either is
/// allowed a few times a connection, for it costs us more than the server. A context without a certificate
/// has no use for either: new handshakes are declined.
void bound_handshakes(SSL_CTX* context, bool has_certificate);

} // namespace contego::http
