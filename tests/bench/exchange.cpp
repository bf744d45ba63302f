// The ceiling of the network: prepares, sends and interprets commands, with IN-FLIGHT of them at once,
// without a database. It uses the daemon's own binding and endpoint client, on one thread as in the daemon.
// Prints one JSON line: how many exchanges were answered with success, in how many seconds.

#include "bench/sample.hpp"
#include "http/endpoint_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <iostream>

namespace {

using namespace contego;
using std::chrono::steady_clock;

class loop {
public:
    loop(const std::string& url, const binding& wire, std::size_t in_flight, std::int64_t count)
        : wire_(wire), what_(bench::sample_command()), count_(count) {
        http::endpoint_options options;
        options.url = url;
        options.connections = in_flight;
        client_ = http::make_endpoint_client(network_.get_executor(),
                                             std::get<http::endpoint>(http::check(std::move(options))));
        for (std::size_t n = 0; n < in_flight; ++n)
            boost::asio::co_spawn(network_, send_until_all_are_sent(), boost::asio::detached);
    }

    /// Runs all exchanges and returns the seconds that they took.
    double run() {
        const auto began = steady_clock::now();
        network_.run();
        return std::chrono::duration<double>(ended_ - began).count();
    }

    [[nodiscard]] std::int64_t answered_well() const { return well_; }

private:
    boost::asio::awaitable<void> send_until_all_are_sent() {
        while (sent_ < count_) {
            const auto id = ++sent_;
            const sending now{id};
            auto prepared = wire_.prepare(what_, now);
            const auto e = co_await client_->send(std::move(prepared.wire),
                                                  steady_clock::now() + std::chrono::seconds(30));
            const auto [answer, storable] = wire_.interpret(what_, now, e);
            well_ += answer.outcome == outcome::success;
            stored_ += prepared.masked.size() + storable.size();
            if (++done_ == count_) finish();
        }
    }

    // The idle connections would keep the I/O context running.
    void finish() {
        ended_ = steady_clock::now();
        network_.stop();
    }

    const binding& wire_;
    command what_;
    boost::asio::io_context network_{1};
    std::unique_ptr<http::endpoint_client> client_;
    std::int64_t count_;
    std::int64_t sent_ = 0;
    std::int64_t done_ = 0;
    std::int64_t well_ = 0;
    std::size_t stored_ = 0;
    steady_clock::time_point ended_;
};

} // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        std::cerr << "usage: bench_exchange URL IN-FLIGHT COUNT BINDING-FILE\n";
        return 2;
    }
    try {
        const auto wire = bench::binding_in(arguments[4]);
        const auto exchanges = std::stol(arguments[3]);
        loop l(arguments[1], wire, std::stoul(arguments[2]), exchanges);
        const auto seconds = l.run();
        std::cout << R"({"exchanges":)" << exchanges << R"(,"answered_well":)" << l.answered_well()
                  << R"(,"seconds":)" << seconds << "}\n";
        return l.answered_well() == exchanges ? 0 : 1;
    } catch (const std::exception& e) {
        std::cerr << "bench_exchange: " << e.what() << '\n';
        return 1;
    }
}
