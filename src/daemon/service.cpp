#include "daemon/service.hpp"

#include "daemon/admin.hpp"
#include "daemon/housekeeping.hpp"
#include "daemon/observer.hpp"
#include "daemon/provider_line.hpp"
#include "daemon/systemd.hpp"
#include "daemon/version.hpp"
#include "queue/migrations.hpp"
#include "queue/process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>

namespace contego::daemon {
namespace {

namespace asio = boost::asio;

constexpr auto time_to_record = std::chrono::seconds(5);
constexpr auto time_to_say_good_bye = std::chrono::seconds(1);

std::string host_name() {
    std::array<char, 257> name{}; // the last one stays zero, however long the name
    if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
    return name.data();
}

queue::identity identity_of(const std::string& name) {
    const auto self = queue::this_process();
    return {name, host_name(), self.pid, version, self.machine, self.started_ticks};
}

std::vector<std::string> effective_providers(const configuration& c) {
    std::vector<std::string> names;
    for (const auto& [name, p] : c.providers)
        if (p.effective) names.push_back(name);
    return names;
}

queue::database_options listening(queue::database_options options, const std::string& connection) {
    if (!connection.empty()) options.connection_string = connection;
    return options;
}

/// Everything a running daemon consists of, in the order in which it is built up; taken down in reverse.
class service {
public:
    service(const configuration& c, logbook& log)
        : configuration_(c),
          log_(log),
          metrics_(version, effective_providers(c)),
          observer_(log, metrics_),
          database_{
              c.database.connection, c.name, std::make_shared<queue::watchdog>(), c.database.answer_timeout},
          fleet_(database_, identity_of(c.name), c.database.lease),
          figures_(database_),
          wakeup_(listening(database_, c.database.listen_connection)) {}

    int run() {
        check_database();
        open_lines();
        open_admin();
        on_signal();
        {
            const housekeeping house(fleet_,
                                     figures_,
                                     queue::months(database_, configuration_.database.retention_months),
                                     configuration_.database.listen ? &wakeup_ : nullptr,
                                     configuration_.database.lease,
                                     reports());
            announce();
            network_.run();
        } // the lease is kept until here, and by nobody while it is given up
        return leave();
    }

private:
    void check_database() {
        try {
            if (const auto mismatch = queue::migrations(database_).mismatch()) throw start_failure(*mismatch);
            fleet_.keep();
        } catch (const start_failure&) {
            throw;
        } catch (const std::exception& e) {
            throw start_failure(std::string("the database cannot be used: ") + e.what() +
                                "\nHINT: is database.connection right, and does PostgreSQL run?");
        }
    }

    void open_lines() {
        for (const auto& [name, p] : configuration_.providers) {
            if (!p.effective) {
                log_.info("provider is not effective, its requests wait", {{"provider", name}});
                continue;
            }
            for (const auto& url : p.urls())
                metrics_.endpoint_changed(name, url, true);
            lines_.push_back(std::make_unique<provider_line>(network_, p, database_, fleet_, observer_));
            ++running_;
            asio::co_spawn(network_, lines_.back()->line().run(), [this](const std::exception_ptr& e) {
                if (e) std::rethrow_exception(e);
                if (--running_ == 0) finish();
            });
        }
        if (lines_.empty()) log_.warning("no provider is effective: nothing will be claimed");
    }

    void open_admin() {
        if (!configuration_.admin.enabled) return;
        try {
            admin_.emplace(network_,
                           configuration_.admin,
                           admin_sources{[this] { return metrics_.text(); }, [this] { return unready(); }});
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

    housekeeping::reports reports() {
        return {
            [this] { asio::post(network_, [this] { wake(); }); },
            [this] {
                for (auto& l : lines_)
                    l->take_share(fleet_);
            },
            [this](std::int64_t count) { observer_.rescued(count); },
            [this](const std::vector<queue::provider_figures>& figures) { metrics_.queue(figures); },
            [this](std::string_view month, std::string_view what) { observer_.month(month, what); },
            [this](std::string_view stage, std::string_view what) { observer_.trouble(stage, what); },
            [this](std::string_view stage) { observer_.fine(stage); },
        };
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

    void on_signal() {
        signals_.async_wait([this](boost::system::error_code ec, int signal) {
            if (ec) return;
            if (!stopping_)
                stop(signal);
            else
                hurry("told a second time to stop");
            on_signal();
        });
    }

    void stop(int signal) {
        log_.info("stopping: finishing what is in flight", {{"signal", signal}});
        systemd::stopping();
        stopping_ = true;
        for (auto& l : lines_)
            l->line().stop();
        drain_timer_.expires_after(configuration_.drain_timeout);
        drain_timer_.async_wait([this](boost::system::error_code ec) {
            if (!ec) hurry("the drain time is over");
        });
        if (lines_.empty()) finish();
    }

    // What is on its way ends without its answer and is recorded as that. Where even this takes long, or
    // whoever stops us insists, it is left to another daemon, for which everything of ours is in doubt.
    void hurry(const std::string& why) {
        if (hurrying_) {
            log_.error("leaving at once what is in flight to another daemon", {{"reason", why}});
            database_.overseer->allow_no_more_than(time_to_say_good_bye);
            network_.stop();
            return;
        }
        hurrying_ = true;
        log_.warning("waiting for no answer any more", {{"reason", why}});
        for (auto& l : lines_)
            l->hurry();
        drain_timer_.expires_after(time_to_record);
        drain_timer_.async_wait([this](boost::system::error_code ec) {
            if (!ec) hurry("what had no answer could not be recorded");
        });
    }

    // Idle connections and the admin listener would keep the network busy; everything that matters is
    // recorded.
    void finish() {
        drained_ = true;
        network_.stop();
    }

    int leave() {
        try {
            fleet_.leave();
        } catch (const std::exception& e) {
            log_.warning("could not say good-bye; the lease will end by itself", {{"reason", e.what()}});
        }
        log_.info("contegod has stopped", {{"drained", drained_}});
        return drained_ ? 0 : 1;
    }

    const configuration& configuration_;
    logbook& log_;
    metrics metrics_;
    observer observer_;
    queue::database_options database_;
    queue::fleet fleet_;
    queue::figures figures_;
    queue::wakeup wakeup_;
    asio::io_context network_{1};
    asio::signal_set signals_{network_, SIGTERM, SIGINT};
    asio::steady_timer drain_timer_{network_};
    std::vector<std::unique_ptr<provider_line>> lines_;
    std::optional<admin> admin_;
    std::size_t running_ = 0;
    bool stopping_ = false;
    bool hurrying_ = false;
    bool drained_ = false;
};

} // namespace

int serve(const configuration& c, logbook& log) {
    return service(c, log).run();
}

} // namespace contego::daemon
