#include "http/guard.hpp"

#include "http/endpoint_signal.hpp"
#include "http/failure_attribution.hpp"
#include "http/limiter.hpp"
#include "http/pace.hpp"
#include "http/refusals.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace contego::http {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using time_point = steady_clock::time_point;

/// So many probes others are before a request whose probe failed is one again: it may be what kills the
/// CAS.
constexpr int probes_between = 5;

struct endpoint_state {
    endpoint_state(guarded_endpoint e, const guard_options& options)
        : name(std::move(e.name)),
          client(std::move(e.client)),
          health(options.breaker),
          adaptive(options.in_flight) {}

    std::string name;
    std::unique_ptr<transport> client;
    breaker health;
    limiter adaptive;
    refusals turned_away;
};

/// One exchange on its way.
struct exchange_in_flight {
    envelope what;
    time_point deadline;
    time_point began;
    std::size_t mark = 0;
    std::size_t endpoint = 0;
    bool probe = false;
    transport::done then;
};

/// What the exchanges share; it outlives the guard for as long as one of them is on its way.
class core : public std::enable_shared_from_this<core> {
public:
    core(asio::any_io_executor executor,
         std::vector<guarded_endpoint> endpoints,
         const guard_options& options,
         endpoint_told told)
        : executor_(std::move(executor)),
          options_(options),
          told_(std::move(told)),
          failures_(std::make_shared<failure_attribution>(executor_, options.breaker.probe_interval)),
          pace_(options.rate),
          probe_timer_(executor_),
          allowed_(options.in_flight) {
        for (auto& e : endpoints)
            endpoints_.emplace_back(std::move(e), options_);
        told_last_ = now();
    }

    void close() {
        changed_ = nullptr;
        told_ = nullptr;
        probe_timer_.cancel();
        failures_->close();
        endpoints_.clear();
    }

    void send(envelope e, time_point deadline, transport::done then) {
        const auto began = steady_clock::now();
        const auto where = choose(began);
        if (!where) {
            exchange out;
            out.error = transport_error::connect;
            out.detail = endpoints_.empty()
                             ? "nothing is sent any more"
                             : "the endpoint is taken for dead: " + endpoints_.front().health.reason();
            out.outage = true;
            asio::post(executor_,
                       [then = std::move(then), out = std::move(out)]() mutable { then(std::move(out)); });
            return;
        }
        const auto mark = refusals::mark_of(e);
        depart({std::move(e),
                deadline,
                began,
                mark,
                *where,
                endpoints_[*where].health.is_open(),
                std::move(then)});
    }

    [[nodiscard]] admission now() const {
        if (const auto active = living())
            return {std::min(endpoints_[*active].adaptive.limit(), allowed_), true};
        const bool out =
            std::ranges::any_of(endpoints_, [](const auto& s) { return s.health.probe_is_out(); });
        const auto moment = steady_clock::now();
        const bool due =
            std::ranges::any_of(endpoints_, [&](const auto& s) { return s.health.probe_is_due(moment); });
        return {!out && due && allowed_ > 0 ? std::size_t{1} : std::size_t{0}, false};
    }

    [[nodiscard]] steady_clock::duration take_turn() { return pace_.take(steady_clock::now()); }

    void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

    void allow(std::size_t in_flight, double rate) {
        pace_.set(rate);
        allowed_ = in_flight;
        for (auto& s : endpoints_)
            s.adaptive.allow(std::max<std::size_t>(1, in_flight));
        tell_change();
    }

private:
    [[nodiscard]] std::optional<std::size_t> living() const {
        const auto alive =
            std::ranges::find_if(endpoints_, [](const auto& s) { return !s.health.is_open(); });
        if (alive == endpoints_.end()) return std::nullopt;
        return static_cast<std::size_t>(std::distance(endpoints_.begin(), alive));
    }

    /// A dead one that stands before the living one and is due to be asked, else the living one. Of several
    /// that are due the one whose turn is longest ago: the first may be one that never answers.
    [[nodiscard]] std::optional<std::size_t> choose(time_point moment) const {
        const auto active = living();
        auto chosen = active;
        auto earliest = time_point::max();
        for (std::size_t i = 0; i < active.value_or(endpoints_.size()); ++i) {
            const auto& health = endpoints_[i].health;
            if (!health.probe_is_due(moment) || health.next_probe() >= earliest) continue;
            chosen = i;
            earliest = health.next_probe();
        }
        return chosen;
    }

    void depart(exchange_in_flight p) {
        auto& to = endpoints_[p.endpoint];
        auto deadline = p.deadline;
        if (p.probe) {
            to.health.probe_sent(p.began);
            deadline = std::min(deadline, p.began + options_.breaker.probe_timeout);
            wake_for_probe();
        }
        ++in_flight_;
        auto what = p.probe ? p.what : std::move(p.what);
        to.client->send(
            std::move(what), deadline, [self = shared_from_this(), p = std::move(p)](exchange out) mutable {
                self->arrive(std::move(p), std::move(out));
            });
    }

    void arrive(exchange_in_flight p, exchange out) {
        const auto in_flight = in_flight_--;
        if (endpoints_.empty()) { // closed meanwhile
            out.outage = true;
            p.then(std::move(out));
            return;
        }
        auto& at = endpoints_[p.endpoint];
        const auto moment = steady_clock::now();
        const auto seen = signal_in(out);
        // A probe is alone on its way: that it was lost says nothing of how many the endpoint can bear.
        if (seen.loss && !p.probe) at.adaptive.lost(p.began, moment);
        switch (seen.endpoint) {
        case endpoint_signal_kind::life:
            if (!seen.loss) at.adaptive.succeeded(in_flight);
            if (at.health.answered()) report_gauges(at);
            failures_->answered(p.endpoint, p.began);
            at.turned_away.answered(p.mark, p.began);
            out.outage = seen.loss;
            break;
        case endpoint_signal_kind::nothing:
            if (p.probe) at.health.probe_failed(seen.why);
            break;
        case endpoint_signal_kind::refusal:
        case endpoint_signal_kind::garble:
        case endpoint_signal_kind::death:
            if (!lost(at, p, out, seen, moment)) return;
        }
        p.then(std::move(out));
        tell_change();
    }

    /// Whether the exchange can be handed on at once.
    bool lost(endpoint_state& at,
              exchange_in_flight& p,
              exchange& out,
              const endpoint_signal& seen,
              time_point moment) {
        if (p.probe && !probe_lost(at, p, out, seen, moment)) return false;
        const bool was_turned_away = seen.endpoint != endpoint_signal_kind::death;
        const auto found =
            was_turned_away ? at.turned_away.refused(p.mark, moment) : refusals::finding{true, false};
        // What cannot be read may have been done: that is never repeated without being counted. And one
        // command that nobody can answer, however often it comes, says no more of the endpoint than once.
        const bool is_own = found.is_own || seen.endpoint == endpoint_signal_kind::garble;
        if (!is_own || found.is_first) note_failure(at, p, seen, moment);
        if (is_own) return true;
        if (at.health.is_open() || out.state == exchange_state::not_sent) {
            out.outage = !p.probe || !was_answered_in_bytes(out);
            return true;
        }
        failures_->open(p.endpoint, std::move(out), std::move(p.then));
        return false;
    }

    /// False if the exchange is on its way to another endpoint.
    bool probe_lost(endpoint_state& at,
                    exchange_in_flight& p,
                    exchange& out,
                    const endpoint_signal& seen,
                    time_point moment) {
        at.health.probe_failed(seen.why);
        wake_for_probe();
        if (const auto other = living(); other && out.state == exchange_state::not_sent) {
            depart({std::move(p.what), p.deadline, moment, p.mark, *other, false, std::move(p.then)});
            return false;
        }
        out.set_aside =
            std::chrono::ceil<std::chrono::seconds>(probes_between * options_.breaker.probe_interval);
        return true;
    }

    void note_failure(endpoint_state& at,
                      const exchange_in_flight& p,
                      const endpoint_signal& seen,
                      time_point moment) {
        if (!at.health.failed(moment, seen.why)) return;
        report_gauges(at);
        failures_->died(p.endpoint);
        wake_for_probe();
    }

    /// With nobody alive, only the clock lets anything happen.
    void wake_for_probe() {
        if (living()) return;
        auto next = time_point::max();
        for (const auto& s : endpoints_)
            next = std::min(next, s.health.next_probe());
        probe_timer_.expires_at(next);
        probe_timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
            if (!ec) self->tell_change();
        });
    }

    void report_gauges(const endpoint_state& s) {
        if (told_) told_(s.name, s.health.is_open(), s.health.reason());
    }

    // Posted, so that whoever is told may send at once.
    void tell_change() {
        const auto current = now();
        if (!changed_ || current == told_last_) return;
        told_last_ = current;
        asio::post(executor_, [self = shared_from_this()] {
            if (self->changed_) self->changed_();
        });
    }

    asio::any_io_executor executor_;
    guard_options options_;
    endpoint_told told_;
    std::function<void()> changed_;
    std::vector<endpoint_state> endpoints_;
    std::shared_ptr<failure_attribution> failures_;
    pace pace_;
    asio::steady_timer probe_timer_;
    std::size_t allowed_;
    std::size_t in_flight_ = 0;
    admission told_last_;
};

class guard_of_core final : public guard {
public:
    explicit guard_of_core(std::shared_ptr<core> c) : core_(std::move(c)) {}

    guard_of_core(const guard_of_core&) = delete;
    guard_of_core& operator=(const guard_of_core&) = delete;

    ~guard_of_core() override { core_->close(); }

    void send(envelope e, steady_clock::time_point deadline, done then) override {
        core_->send(std::move(e), deadline, std::move(then));
    }

    [[nodiscard]] admission now() const override { return core_->now(); }

    [[nodiscard]] steady_clock::duration take_turn() override { return core_->take_turn(); }

    void on_change(std::function<void()> changed) override { core_->on_change(std::move(changed)); }

    void allow(std::size_t in_flight, double rate) override { core_->allow(in_flight, rate); }

    void cancel_all() override { core_->close(); }

private:
    std::shared_ptr<core> core_;
};

} // namespace

std::unique_ptr<guard> make_guard(asio::any_io_executor executor,
                                  std::vector<guarded_endpoint> endpoints,
                                  guard_options options,
                                  endpoint_told told) {
    return std::make_unique<guard_of_core>(
        std::make_shared<core>(std::move(executor), std::move(endpoints), options, std::move(told)));
}

} // namespace contego::http
