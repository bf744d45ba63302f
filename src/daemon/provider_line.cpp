#include "daemon/provider_line.hpp"

#include "daemon/load_binding.hpp"
#include "daemon/service.hpp"

namespace contego::daemon {
namespace {

std::string joined(const std::vector<std::string>& mistakes) {
    std::string text;
    for (const auto& m : mistakes)
        text += (text.empty() ? "" : "\n") + m;
    return text;
}

binding good_binding(const provider_configuration& p) {
    auto loaded = load_binding(p.binding);
    if (const auto* mistakes = std::get_if<std::vector<std::string>>(&loaded))
        throw start_failure("the binding of provider " + p.line.provider + " is wrong:\n" +
                            joined(*mistakes));
    return std::get<binding>(std::move(loaded));
}

std::unique_ptr<http::endpoint_client> good_endpoint(boost::asio::io_context& network,
                                                     const provider_configuration& p) {
    auto checked = http::check(p.endpoint);
    if (const auto* mistakes = std::get_if<std::vector<std::string>>(&checked))
        throw start_failure("the endpoint of provider " + p.line.provider + " is wrong:\n" +
                            joined(*mistakes));
    return http::make_endpoint_client(network.get_executor(), std::get<http::endpoint>(std::move(checked)));
}

} // namespace

provider_line::provider_line(boost::asio::io_context& network,
                             const provider_configuration& p,
                             const queue::database_options& database,
                             const queue::fleet& membership,
                             watches& observer)
    : wire_(good_binding(p)),
      claims_(queue::make_claims(database, membership)),
      records_(queue::make_records(database)),
      endpoint_(good_endpoint(network, p)),
      line_(network.get_executor(),
            claiming_,
            recording_,
            p.line,
            wire_,
            *claims_,
            *endpoint_,
            *records_,
            observer) {}

} // namespace contego::daemon
