#include "http/certificates.hpp"

#include "http/handshakes.hpp"

#include <boost/system/system_error.hpp>
#include <openssl/ssl.h>

namespace contego::http {
namespace {

namespace ssl = boost::asio::ssl;

void expect(boost::system::error_code ec, const char* setting, const std::filesystem::path& file) {
    if (ec) throw boost::system::system_error(ec, std::string(setting) + " " + file.string());
}

void trust_authorities(ssl::context& context, const tls_options& options) {
    boost::system::error_code ec;
    if (options.ca_file.empty()) {
        context.set_default_verify_paths(ec);
        expect(ec, "certificate authorities of the operating system", {});
    } else {
        context.load_verify_file(options.ca_file.string(), ec);
        expect(ec, "ca_file", options.ca_file);
    }
}

void show_certificate(ssl::context& context, const tls_options& options) {
    boost::system::error_code ec;
    context.use_certificate_chain_file(options.certificate_file.string(), ec);
    expect(ec, "certificate_file", options.certificate_file);
    // OpenSSL checks here that the key belongs to the certificate.
    context.use_private_key_file(options.key_file.string(), ssl::context::pem, ec);
    expect(ec, "key_file", options.key_file);
}

/// Returns the modification times of the files. A missing file has the smallest possible time.
std::vector<std::filesystem::file_time_type> modified(const tls_options& options) {
    std::vector<std::filesystem::file_time_type> out;
    for (const auto* file : {&options.ca_file, &options.certificate_file, &options.key_file}) {
        std::error_code ec;
        out.push_back(file->empty() ? decltype(out)::value_type{}
                                    : std::filesystem::last_write_time(*file, ec));
    }
    return out;
}

} // namespace

std::shared_ptr<ssl::context> make_context(const tls_options& options) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    const bool only_newest = options.minimum_version == tls_version::tls_1_3;
    SSL_CTX_set_min_proto_version(context->native_handle(), only_newest ? TLS1_3_VERSION : TLS1_2_VERSION);
    context->set_verify_mode(options.verify ? ssl::verify_peer : ssl::verify_none);
    if (options.verify) trust_authorities(*context, options);
    const bool has_certificate = !options.certificate_file.empty();
    if (has_certificate) show_certificate(*context, options);
    bound_handshakes(context->native_handle(), has_certificate);
    return context;
}

std::shared_ptr<ssl::context> certificates::current() {
    // The times are taken before the files are read, so that a file that changes meanwhile is read again next
    // time.
    const auto now = modified(options_);
    const bool unchanged = context_ != nullptr && now == read_at_;
    if (unchanged) return context_;
    try {
        context_ = make_context(options_);
        read_at_ = now;
        problem_.clear();
    } catch (const std::exception& e) {
        problem_ = e.what();
    }
    return context_;
}

} // namespace contego::http
