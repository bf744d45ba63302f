#include "simulator/response.hpp"

#include <boost/beast/http/status.hpp>

namespace contego::simulator {

std::string_view reason_of(int status) {
    const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    if (known == boost::beast::http::status::unknown) return "Status";
    const auto reason = boost::beast::http::obsolete_reason(known);
    return {reason.data(), reason.size()};
}

std::string bytes_of(const response& r) {
    std::string out;
    out.reserve(256 + r.body.size());
    out.append("HTTP/1.1 ").append(std::to_string(r.status)).append(" ").append(reason_of(r.status));
    out.append("\r\nServer: contego-sim\r\nContent-Type: ").append(r.content_type);
    for (const auto& [name, content] : r.headers)
        out.append("\r\n").append(name).append(": ").append(content);
    if (!r.keep_alive) out.append("\r\nConnection: close");
    out.append("\r\nContent-Length: ").append(std::to_string(r.body.size() + r.missing)).append("\r\n\r\n");
    out.append(r.body);
    return out;
}

} // namespace contego::simulator
