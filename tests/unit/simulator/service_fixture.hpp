#pragma once

#include "calls.hpp"
#include "simulator/service.hpp"

#include <gtest/gtest.h>

#include <string>

namespace contego::simulator::tests {

namespace http = boost::beast::http;

inline http_request request_of(http::verb verb, const std::string& target, const std::string& body = {}) {
    http_request r(verb, target, 11);
    r.set(http::field::host, "cas.example:8080");
    r.set(http::field::content_type, "text/xml; charset=utf-8");
    r.body() = body;
    return r;
}

/// A service with the default population, called without a socket.
class service_fixture : public testing::Test {
protected:
    response ask(const http_request& request) {
        return service_.conclude(service_.receive(request), *moment_of("2030-01-01T00:00:00Z"));
    }

    response get(const std::string& target) { return ask(request_of(http::verb::get, target)); }

    response post(const std::string& target, const std::string& body) {
        return ask(request_of(http::verb::post, target, body));
    }

    service service_{service_settings(), cas(population(), 1), journal(), documents(), fault_rules()};
};

} // namespace contego::simulator::tests
