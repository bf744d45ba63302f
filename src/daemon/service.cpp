#include "daemon/service.hpp"

#include "daemon/housekeeping.hpp"
#include "daemon/membership.hpp"
#include "daemon/network_watch.hpp"
#include "daemon/provider_line.hpp"
#include "daemon/signal_thread.hpp"
#include "daemon/systemd.hpp"
#include "queue/outage_store.hpp"
#include "telemetry/admin.hpp"
#include "telemetry/descriptors.hpp"
#include "telemetry/observer.hpp"
#include "telemetry/version.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

namespace contego::daemon {
namespace {

namespace asio = boost::asio;

constexpr auto time_to_record = std::chrono::seconds(5);
constexpr auto time_to_say_good_bye = std::chrono::seconds(1);

queue::database_options listening(queue::database_options options, const std::string& connection) {
    if (!connection.empty()) options.connection_string = connection;
    return options;
}

/// All parts of a running daemon, in the order of construction.
class service {
public:
    service(const configuration& c, logbook& log)
        : configuration_(c),
          log_(log),
          metrics_(version, c.provider_names()),
          observer_(log, metrics_),
          database_{
              c.database.connection, c.name, std::make_shared<queue::watchdog>(), c.database.answer_timeout},
          pools_{queue::make_claiming_pool(database_, c.database.shared_connections),
                 queue::make_recording_pool(database_, c.database.shared_connections)},
          fleet_(database_, identity_of(c.name), c.database.lease, c.database.failover_keeps_writes),
          stats_(database_, c.provider_names()),
          wakeup_(listening(database_, c.database.listen_connection)),
          outages_(database_, c.name) {}

    int run() {
        join(fleet_, database_);
        open_lines();
        open_admin();
        {
            network_watch watch(network_, configuration_.database.lease, about_the_network());
            housekeeping house(fleet_,
                               stats_,
                               queue::partitions(database_, configuration_.database.retention_months),
                               configuration_.database.listen ? &wakeup_ : nullptr,
                               database_,
                               configuration_.database.lease,
                               polling(),
                               reports(watch));
            for (auto& l : lines_)
                l->line().on_ends([&house] { house.poll_soon(); });
            announce();
            network_.run();
            watch.end();
            signals_.disarm();
            if (drained_) database_.overseer->allow_no_more_than(time_to_record);
        } // The lease is renewed until here. No thread renews it while leave() gives it up.
        return leave();
    }

private:
    void open_lines() {
        for (const auto& [name, p] : configuration_.providers) {
            if (!p.effective) {
                log_.info("provider is not effective, its requests wait", {{"provider", name}});
                continue;
            }
            for (const auto& url : p.urls())
                metrics_.endpoint_changed(name, url, true);
            lines_.push_back(std::make_unique<provider_line>(network_, p, pools_, fleet_, observer_));
            ++running_;
            asio::co_spawn(network_, lines_.back()->line().run(), [this](const std::exception_ptr& e) {
                if (e) std::rethrow_exception(e);
                if (--running_ == 0) finish();
            });
        }
        if (lines_.empty()) log_.warning("no provider is effective, so this daemon claims nothing");
    }

    void open_admin() {
        if (!configuration_.admin.enabled) return;
        try {
            admin_.emplace(network_,
                           configuration_.admin,
                           admin_sources{[this] { return metrics_.text(); }, [this] { return unready(); }},
                           admin_connections(descriptor_limit(), descriptors_needed(configuration_)));
        } catch (const std::exception& e) {
            throw start_failure("the admin listener cannot listen on " + configuration_.admin.address + ":" +
                                std::to_string(configuration_.admin.port) + ": " + e.what());
        }
        asio::co_spawn(network_, admin_->run(), [](const std::exception_ptr& e) {
            if (e) std::rethrow_exception(e);
        });
    }

    std::optional<std::string> unready() const {
        if (stopping_) return "stopping";
        return observer_.unready();
    }

    network_watch::reports about_the_network() {
        return {[this](std::chrono::milliseconds time) {
                    log_.error("the network thread hangs: the lease is not renewed until it runs again",
                               {{"for_ms", static_cast<std::int64_t>(time.count())}});
                },
                [this] { log_.warning("the network thread runs again"); },
                [this](std::chrono::milliseconds) {
                    leave_at_once("the network thread has hung for longer than the lease");
                },
                [] { systemd::alive(); }};
    }

    signal_thread::reactions to_signals() {
        return {[this](int signal) { asio::post(network_, [this, signal] { told_to_stop(signal); }); },
                [this] {
                    log_.warning("SIGHUP changes nothing: the configuration is read at start only, so "
                                 "restart the daemon to apply a change");
                },
                [this] { leave_at_once("the daemon was told to stop and did not stop in time"); }};
    }

    /// Ends the process at once. Other threads call it when the network thread hangs and may never run again.
    [[noreturn]] void leave_at_once(const char* why) {
        log_.error("leaving at once; another daemon takes over the requests in flight", {{"reason", why}});
        std::_Exit(EXIT_FAILURE);
    }

    [[nodiscard]] housekeeping::polling polling() const {
        housekeeping::polling all{{}, provider_configuration{}.poll_interval};
        auto shortest = std::chrono::milliseconds::max();
        for (const auto& [name, p] : configuration_.providers) {
            if (!p.effective) continue;
            all.providers.push_back(name);
            shortest = std::min(shortest, p.poll_interval);
        }
        if (!all.providers.empty()) all.interval = shortest;
        return all;
    }

    housekeeping::reports reports(const network_watch& watch) {
        return {
            [&watch] { return watch.turns(); },
            [this] { asio::post(network_, [this] { wake(); }); },
            [this](const std::vector<std::string>& providers) {
                asio::post(network_, [this, providers] { wake_some(providers); });
            },
            [this] {
                for (auto& l : lines_)
                    l->take_share(fleet_);
                pools_.claiming->close_idle();
                pools_.recording->close_idle();
            },
            [this] { write_outages(); },
            [this](std::string_view why) { observer_.claiming_stopped(why); },
            [this](std::int64_t count) { observer_.rescued(count); },
            [this](const std::vector<queue::provider_stats>& figures) { metrics_.queue(figures); },
            [this](const queue::run_stats& figures) { metrics_.runs(figures); },
            [this](std::string_view month, std::string_view what) { observer_.month(month, what); },
            [this](std::string_view stage, std::string_view what) { observer_.trouble(stage, what); },
            [this](std::string_view stage) { observer_.fine(stage); },
            [this](std::string_view why) { observer_.listens_again(why); },
        };
    }

    // An outage that could not be written is written later, with all its changes.
    void write_outages() {
        auto& endpoints = observer_.endpoint_outages();
        for (const auto& o : endpoints.changed(std::chrono::steady_clock::now())) {
            outages_.write(o);
            endpoints.written(o, std::chrono::steady_clock::now());
        }
    }

    void announce() {
        value::object facts{{"version", version}, {"daemon", fleet_.daemon_id()}};
        if (admin_) facts.emplace("admin_port", static_cast<std::int64_t>(admin_->port()));
        log_.info("contegod runs", facts);
        systemd::ready("claiming for " + std::to_string(lines_.size()) + " provider(s)");
    }

    void wake() {
        for (auto& l : lines_)
            l->line().wake();
    }

    void wake_some(const std::vector<std::string>& providers) {
        for (auto& l : lines_)
            if (std::ranges::find(providers, l->provider()) != providers.end()) l->line().wake();
    }

    void told_to_stop(int signal) {
        if (!stopping_)
            stop(signal);
        else
            abort_in_flight("a second signal told the daemon to stop");
    }

    void stop(int signal) {
        log_.info("stopping: waiting for the answers still in flight", {{"signal", signal}});
        systemd::stopping();
        stopping_ = true;
        for (auto& l : lines_)
            l->line().stop();
        drain_timer_.expires_after(configuration_.drain_timeout);
        drain_timer_.async_wait([this](boost::system::error_code ec) {
            if (!ec) abort_in_flight("the drain time is over");
        });
        if (lines_.empty()) finish();
    }

    // Ends the exchanges in flight without their answers and records that. If recording takes too long, or a
    // further signal comes, the requests are left to another daemon, which treats them as maybe sent.
    void abort_in_flight(const std::string& why) {
        if (hurrying_) {
            log_.error("leaving at once; another daemon takes over the requests in flight",
                       {{"reason", why}});
            database_.overseer->allow_no_more_than(time_to_say_good_bye);
            network_.stop();
            return;
        }
        hurrying_ = true;
        log_.warning("no longer waiting for answers", {{"reason", why}});
        for (auto& l : lines_)
            l->abort_in_flight();
        drain_timer_.expires_after(time_to_record);
        drain_timer_.async_wait([this](boost::system::error_code ec) {
            if (!ec) abort_in_flight("the requests without an answer could not be recorded in time");
        });
    }

    // Everything is recorded. The network is stopped because idle connections and the admin listener would
    // keep it running.
    void finish() {
        drained_ = true;
        network_.stop();
    }

    int leave() {
        try {
            fleet_.leave();
        } catch (const std::exception& e) {
            log_.warning("could not give up the lease; it will end by itself", {{"reason", e.what()}});
        }
        log_.info("contegod has stopped", {{"drained", drained_}});
        return drained_ ? 0 : 1;
    }

    const configuration& configuration_;
    logbook& log_;
    metrics metrics_;
    observer observer_;
    queue::database_options database_;
    database_pools pools_;
    queue::fleet fleet_;
    queue::queue_stats stats_;
    queue::wakeup wakeup_;
    queue::outage_store outages_;
    asio::io_context network_{1};
    asio::steady_timer drain_timer_{network_};
    std::vector<std::unique_ptr<provider_line>> lines_;
    std::optional<admin> admin_;
    std::size_t running_ = 0;
    bool stopping_ = false;
    bool hurrying_ = false;
    bool drained_ = false;
    signal_thread signals_{to_signals(),
                           configuration_.drain_timeout + time_to_record + time_to_say_good_bye +
                               signal_thread::shortest_stop};
};

} // namespace

int serve(const configuration& c, logbook& log) {
    return service(c, log).run();
}

} // namespace contego::daemon
