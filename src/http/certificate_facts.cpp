#include "http/certificate_facts.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <stdexcept>

namespace contego::http {
namespace {

using bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string subject_of(const X509* certificate) {
    const bio out(BIO_new(BIO_s_mem()), &BIO_free);
    X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    char* text = nullptr;
    const auto length = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

} // namespace

certificate_facts facts_of(const X509* certificate) {
    std::tm utc{};
    ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc);
    return {subject_of(certificate),
            std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(timegm(&utc))))};
}

std::vector<certificate_facts> facts_of_file(const std::filesystem::path& file) {
    const bio in(BIO_new_file(file.c_str(), "r"), &BIO_free);
    std::vector<certificate_facts> all;
    while (in != nullptr) {
        const std::unique_ptr<X509, decltype(&X509_free)> next(
            PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), &X509_free);
        if (next == nullptr) break;
        all.push_back(facts_of(next.get()));
    }
    // OpenSSL reports the end of the file as an error, too.
    ERR_clear_error();
    if (all.empty()) throw std::runtime_error("no certificate can be read from " + file.string());
    return all;
}

} // namespace contego::http
