// The URL of an endpoint is checked.

#include "fuzz/fuzz.hpp"
#include "http/endpoint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace contego;
    const auto checked = http::check({.url = std::string(fuzz::text_of(data, size))});
    if (const auto* e = std::get_if<http::endpoint>(&checked)) {
        fuzz::require(!e->host.empty() && !e->port.empty(), "an endpoint has a host and a port");
        fuzz::require(e->base.empty() || (e->base.front() == '/' && e->base.back() != '/'),
                      "a base begins with a slash and does not end with one");
        fuzz::require((e->host + e->port + e->base).find_first_of("\r\n ") == std::string::npos,
                      "nothing of a URL can begin another header");
    }
    return 0;
}
