#include "binding/digest.hpp"

#include "vocabulary/enum_table.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace contego::wire {
namespace {

constexpr enum_table<hash_function> names{{
    {hash_function::md5, "md5"},
    {hash_function::sha1, "sha1"},
    {hash_function::sha256, "sha256"},
}};

const EVP_MD* function_of(hash_function f) {
    switch (f) {
    case hash_function::md5:
        return EVP_md5();
    case hash_function::sha1:
        return EVP_sha1();
    case hash_function::sha256:
        break;
    }
    return EVP_sha256();
}

} // namespace

std::optional<hash_function> hash_function_of(std::string_view name) {
    return names.find(name);
}

std::string hash_of(hash_function f, std::string_view text) {
    std::string bytes(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    auto* const out = reinterpret_cast<unsigned char*>(bytes.data());
    if (EVP_Digest(text.data(), text.size(), out, &size, function_of(f), nullptr) != 1)
        throw std::runtime_error("OpenSSL refuses the hash function " + std::string(names.of(f)));
    bytes.resize(size);
    return bytes;
}

std::string hexadecimal_of(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4U];
        out += digits[static_cast<unsigned char>(c) & 0x0FU];
    }
    return out;
}

} // namespace contego::wire
