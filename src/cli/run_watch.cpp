#include "cli/run_watch.hpp"

#include "cli/subcommand.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <string>
#include <thread>

namespace contego::daemon {
namespace {

constexpr auto between_looks = std::chrono::milliseconds(500);
constexpr int bar_width = 30;

std::string bar(const queue::run_progress& p) {
    const auto full = std::clamp(static_cast<int>(p.percent * bar_width / 100), 0, bar_width);
    return '[' + std::string(static_cast<std::size_t>(full), '#') +
           std::string(static_cast<std::size_t>(bar_width - full), '.') + ']';
}

std::string numbers(const queue::run_progress& p) {
    std::string text = std::to_string(p.done) + " done, " + std::to_string(p.failed) + " failed";
    if (p.held > 0) text += ", " + std::to_string(p.held) + " held";
    if (p.maybe_sent > 0) text += ", " + std::to_string(p.maybe_sent) + " maybe sent";
    text += ", " + std::to_string(p.in_flight) + " in flight, " + std::to_string(p.waiting) + " waiting";
    if (p.cancelled > 0) text += ", " + std::to_string(p.cancelled) + " cancelled";
    if (!p.rate.empty()) text += ", " + p.rate + "/s";
    if (!p.estimated_date.empty()) text += ", until about " + p.estimated_date;
    return text;
}

} // namespace

void print_run(const queue::run_progress& p) {
    std::cout << std::setw(8) << p.run << "  " << std::left << std::setw(10) << p.state << std::setw(38)
              << p.action << std::right << std::setw(5) << std::fixed << std::setprecision(1) << p.percent
              << " % of " << p.cards << ": " << numbers(p) << '\n';
}

int print_run(queue::runs& on, std::int64_t run) {
    const auto found = on.list(run);
    if (found.empty()) {
        std::cerr << "there is no run " << run << '\n';
        return exit_status::failed;
    }
    const auto& p = found.front();
    print_run(p);
    std::cout << "started by " << p.created_by << " at " << p.created_date << '\n';
    if (!p.why.empty()) std::cout << p.why << '\n';
    for (const auto& e : on.errors(run))
        std::cout << std::setw(8) << e.cards << "  " << e.progress << "  " << e.code << "  " << e.example
                  << '\n';
    return 0;
}

int watch_run(queue::runs& on, std::int64_t run) {
    const bool moves = isatty(STDOUT_FILENO) != 0;
    std::string before;
    for (;;) {
        const auto found = on.list(run);
        if (found.empty()) return print_run(on, run);
        const auto& p = found.front();
        const auto line = bar(p) + ' ' + numbers(p);
        if (moves)
            std::cout << '\r' << line << "\033[K" << std::flush;
        else if (line != before)
            std::cout << line << '\n' << std::flush;
        before = line;
        if (p.state != "RUNNING" && (p.state == "PAUSED" || p.in_flight == 0)) {
            if (moves) std::cout << '\n';
            std::cout << p.state << (p.why.empty() ? "" : ": " + p.why) << '\n';
            return p.state == "DONE" && p.failed == 0 ? 0 : exit_status::failed;
        }
        std::this_thread::sleep_for(between_looks);
    }
}

} // namespace contego::daemon
