#include "doctor/check_endpoint.hpp"

#include <openssl/x509_vfy.h>

#include <algorithm>

namespace contego::daemon {
namespace {

constexpr auto expiry_warning = std::chrono::days(30);
constexpr auto expiry_error = std::chrono::days(7);

std::string hint_for(const http::endpoint_trial& seen) {
    switch (seen.distrust) {
    case X509_V_OK:
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "is the date of this host right? if it is, the owner of the CAS must renew its certificate";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "is the date of this host right?";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "is the host in the endpoint right? if the certificate carries another name, set "
               "tls.server_name to it; if it has only a common name (CN), set tls.accept_common_name to true";
    default:
        return "does tls.ca_file contain the authority that signed the certificate of the CAS?";
    }
    switch (seen.error) {
    case transport_error::resolve:
        return "is the host in the endpoint spelt right, and does DNS know it?";
    case transport_error::tls:
        return "does the server at this port speak TLS? does the CAS require a client certificate "
               "(tls.certificate_file, tls.key_file), and does it trust the authority of that certificate?";
    case transport_error::closed:
        return "does the CAS require TLS (https)? does it accept listed addresses only, and is the address "
               "of this host in the list?";
    default:
        return "is the endpoint right, does the CAS run, and does a firewall let this host through?";
    }
}

} // namespace

findings
check_endpoint(const std::string& subject, const http::endpoint& where, const http::endpoint_trial& seen) {
    if (seen.error != transport_error::none)
        return {error(subject + "no connection (" + std::string(name_of(seen.error)) + "): " + seen.detail,
                      hint_for(seen))};
    if (!where.tls && !where.options.user.empty())
        return {warning(subject + "can be reached, but the password is sent unencrypted",
                        "use https if the CAS supports it")};
    if (!where.tls) return {good(subject + "can be reached, without TLS")};
    if (!where.options.tls.verify)
        return {warning(subject + "can be reached by " + seen.protocol +
                            ", but its certificate is not checked, so any server could pose as the CAS",
                        "remove tls.verify, and name the authority in tls.ca_file")};
    return {good(subject + "can be reached by " + seen.protocol + ", and is trusted")};
}

findings check_expiry(const std::string& subject,
                      const std::vector<http::certificate_facts>& chain,
                      std::chrono::sys_seconds now,
                      const std::string& hint) {
    if (chain.empty()) return {not_checked(subject + "no certificate was seen")};
    const auto first = *std::ranges::min_element(chain, {}, &http::certificate_facts::expires);
    const auto left = first.expires - now;
    const auto span = span_text(std::chrono::duration<double>(left < left.zero() ? -left : left).count());
    const auto text =
        subject + first.subject + (left < left.zero() ? " expired " + span + " ago" : " expires in " + span);
    if (left < expiry_error) return {error(text, hint)};
    if (left < expiry_warning) return {warning(text, hint)};
    return {good(text)};
}

} // namespace contego::daemon
