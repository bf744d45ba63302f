#include "vocabulary/base64.hpp"

#include <openssl/evp.h>

namespace contego {

std::string base64_of(std::string_view bytes) {
    // EVP_EncodeBlock ends its output with a zero byte; a std::string has room for it.
    std::string out(4 * ((bytes.size() + 2) / 3), '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    return out;
}

} // namespace contego
