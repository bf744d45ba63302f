#include "cli/signature.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <memory>
#include <new>
#include <stdexcept>

namespace contego::daemon {
namespace {

template <auto Free>
struct freed_by {
    template <typename Thing>
    void operator()(Thing* thing) const {
        Free(thing);
    }
};

using bio = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using pkey = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using digest_context = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;

constexpr std::size_t signature_size = 64; // of Ed25519

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data()); // NOLINT: OpenSSL takes bytes
}

// Never asks a person for a passphrase.
int no_passphrase(char* /*to*/, int /*size*/, int /*writes*/, void* /*data*/) {
    return -1;
}

pkey read_key(const std::filesystem::path& file, bool is_private) {
    const bio from(BIO_new_file(file.c_str(), "r"));
    if (!from) throw std::runtime_error("the key file " + file.string() + " cannot be read");
    pkey key(PEM_read_bio_PrivateKey(from.get(), nullptr, no_passphrase, nullptr));
    if (!key && !is_private && BIO_reset(from.get()) == 0)
        key.reset(PEM_read_bio_PUBKEY(from.get(), nullptr, no_passphrase, nullptr));
    if (!key || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519)
        throw std::runtime_error(
            "the key file " + file.string() + " has no Ed25519 " + (is_private ? "private " : "") +
            "key without a passphrase\nHINT: openssl genpkey -algorithm ed25519 -out audit.key, and "
            "openssl pkey -in audit.key -pubout -out audit.pub");
    return key;
}

digest_context new_context() {
    digest_context made(EVP_MD_CTX_new());
    if (!made) throw std::bad_alloc();
    return made;
}

} // namespace

std::string signature_of(std::string_view text, const std::filesystem::path& key) {
    const auto secret = read_key(key, true);
    const auto context = new_context();
    std::array<unsigned char, signature_size> made{};
    auto size = made.size();
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, secret.get()) != 1 ||
        EVP_DigestSign(context.get(), made.data(), &size, bytes(text), text.size()) != 1)
        throw std::runtime_error("OpenSSL cannot sign with the key " + key.string());
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const auto byte : made) {
        hex += digits[byte >> 4U];
        hex += digits[byte & 15U];
    }
    return hex;
}

bool is_signed(std::string_view text, std::string_view signature, const std::filesystem::path& key) {
    const auto known = read_key(key, false);
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, signature_size> given{};
    if (signature.size() != 2 * given.size() || signature.find_first_not_of(digits) != std::string_view::npos)
        return false;
    for (std::size_t n = 0; n < given.size(); ++n)
        given.at(n) = static_cast<unsigned char>(digits.find(signature[2 * n]) * 16 +
                                                 digits.find(signature[2 * n + 1]));
    const auto context = new_context();
    if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, known.get()) != 1)
        throw std::runtime_error("OpenSSL cannot use the key " + key.string());
    return EVP_DigestVerify(context.get(), given.data(), given.size(), bytes(text), text.size()) == 1;
}

} // namespace contego::daemon
