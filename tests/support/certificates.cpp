#include "support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace contego::test {
namespace {

namespace fs = std::filesystem;

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using file_ptr = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

void expect(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("test certificates: ") + what);
}

key_ptr make_key() {
    // Elliptic curve keys are made at once, RSA keys are not.
    key_ptr key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    expect(key != nullptr, "no key");
    return key;
}

file_ptr open_file(const fs::path& path) {
    file_ptr file(std::fopen(path.c_str(), "w"), &std::fclose);
    expect(file != nullptr, "cannot write a file");
    return file;
}

void write_certificate(const fs::path& path, X509* certificate) {
    expect(PEM_write_X509(open_file(path).get(), certificate) == 1, "cannot write a certificate");
}

void write_key(const fs::path& path, EVP_PKEY* key) {
    expect(PEM_write_PrivateKey(open_file(path).get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
           "cannot write a key");
}

void add_extension(X509* subject, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    expect(extension != nullptr, "bad extension");
    X509_add_ext(subject, extension, -1);
    X509_EXTENSION_free(extension);
}

certificate_ptr make_certificate(const certificate_request& wanted, int serial, EVP_PKEY* key) {
    certificate_ptr out(X509_new(), &X509_free);
    X509_set_version(out.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), std::chrono::seconds(wanted.valid_from).count());
    X509_gmtime_adj(X509_getm_notAfter(out.get()), std::chrono::seconds(wanted.valid_until).count());
    X509_set_pubkey(out.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()),
                               "CN",
                               MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(wanted.name.c_str()),
                               -1,
                               -1,
                               0);
    return out;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    expect(X509_sign(certificate, issuer_key, EVP_sha256()) > 0, "cannot sign");
}

fs::path make_directory() {
    auto pattern = (fs::temp_directory_path() / "contego-certificates-XXXXXX").string();
    expect(::mkdtemp(pattern.data()) != nullptr, "no temporary directory");
    return pattern;
}

bool is_address(const std::string& name) {
    return name.find_first_not_of("0123456789.") == std::string::npos;
}

} // namespace

struct certificate_authority::state {
    fs::path directory = make_directory();
    key_ptr key = make_key();
    certificate_ptr certificate{nullptr, &X509_free};
    int issued = 1;
};

certificate_authority::certificate_authority(const std::string& name) : state_(std::make_unique<state>()) {
    auto& s = *state_;
    s.certificate = make_certificate(
        {.name = name, .valid_from = std::chrono::hours{-48}, .valid_until = std::chrono::hours{48}},
        1,
        s.key.get());
    auto* own = s.certificate.get();
    add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
    sign(own, own, s.key.get());
    write_certificate(file(), own);
}

certificate_authority::~certificate_authority() {
    std::error_code ignored;
    fs::remove_all(state_->directory, ignored);
}

fs::path certificate_authority::file() const {
    return state_->directory / "authority.pem";
}

certificate_files certificate_authority::issue(const certificate_request& wanted) {
    auto& s = *state_;
    const auto key = make_key();
    const auto certificate = make_certificate(wanted, ++s.issued, key.get());
    const auto kind = std::string(is_address(wanted.name) ? "IP:" : "DNS:");
    if (!wanted.only_common_name)
        add_extension(certificate.get(), s.certificate.get(), NID_subject_alt_name, kind + wanted.name);
    add_extension(certificate.get(), s.certificate.get(), NID_ext_key_usage, "serverAuth,clientAuth");
    sign(certificate.get(), s.certificate.get(), s.key.get());

    const auto stem = std::to_string(s.issued);
    const certificate_files out{.certificate = s.directory / (stem + ".pem"),
                                .key = s.directory / (stem + ".key")};
    write_certificate(out.certificate, certificate.get());
    write_key(out.key, key.get());
    return out;
}

const fs::path& certificate_authority::directory() const {
    return state_->directory;
}

} // namespace contego::test
