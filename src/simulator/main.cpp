// Composition only: options, the CAS, its service, a server, threads, and an orderly end on SIGTERM.
#include "json/json.hpp"
#include "simulator/options.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <iostream>
#include <thread>

namespace {

namespace sim = contego::simulator;

sim::service make_service(const sim::options& o) {
    const auto seed = o.service.seed;
    return {o.service,
            sim::cas(o.population, seed),
            sim::journal(o.journal_file),
            o.wsdl_directory.empty() ? sim::documents() : sim::documents(o.wsdl_directory),
            o.fault_document.is_null() ? sim::fault_rules() : sim::fault_rules(o.fault_document, seed)};
}

void run(const sim::options& o) {
    auto service = make_service(o);
    boost::asio::io_context context(static_cast<int>(o.server.threads));
    const sim::server server(context, o.server, service);
    boost::asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&context](const boost::system::error_code&, int) { context.stop(); });
    std::cout << contego::json::write(contego::value::object{{"listening", server.address()}}) << '\n'
              << std::flush;

    std::vector<std::jthread> others;
    for (unsigned n = 1; n < o.server.threads; ++n)
        others.emplace_back([&context] { context.run(); });
    context.run();
}

} // namespace

int main(int argc, char** argv) {
    const auto read = sim::read_options(argc, argv, CONTEGO_VERSION);
    if (const auto* e = std::get_if<sim::ended>(&read)) return e->code;
    try {
        run(std::get<sim::options>(read));
    } catch (const std::exception& e) {
        std::cerr << "contego-sim: " << e.what() << '\n';
        return 1;
    }
    return 0;
}
