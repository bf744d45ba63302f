#include "schema/checksum.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace contego::queue {

std::string checksum(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    // EVP_Digest fails only if it cannot allocate memory.
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc();
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (unsigned int n = 0; n < size; ++n) {
        hex += digits[digest.at(n) >> 4U];
        hex += digits[digest.at(n) & 15U];
    }
    return hex;
}

} // namespace contego::queue
