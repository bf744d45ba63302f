#include "http/guard.hpp"

#include "http/endpoint_signal.hpp"
#include "http/failure_attribution.hpp"
#include "http/limiter.hpp"
#include "http/pace.hpp"
#include "http/refusals.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace contego::http {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using time_point = steady_clock::time_point;

/// A request whose probe was sent and failed is not used as a probe again until this many other probes were
/// sent. The request itself may be crashing the CAS.
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

/// One exchange in flight.
struct exchange_in_flight {
    envelope what;
    time_point deadline;
    time_point began;
    std::size_t mark = 0;
    std::size_t endpoint = 0;
    bool probe = false;
};

/// What becomes of an exchange that came back from an endpoint.
enum class next_step {
    hand_on,   ///< it is complete
    attribute, ///< wait until it is clear whose fault the failure was
    fail_over, ///< send it once more, to the endpoint that it names now
};

/// State that the exchanges share. It outlives the guard while one of them is in flight.
class core : public std::enable_shared_from_this<core> {
public:
    core(asio::any_io_executor executor,
         std::vector<guarded_endpoint> endpoints,
         const guard_options& options,
         endpoint_told told)
        : executor_(std::move(executor)),
          options_(options),
          told_(std::move(told)),
          failures_(executor_, options.breaker.probe_interval),
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
        failures_.close();
        endpoints_.clear();
    }

    /// Keeps the core alive until the exchange is complete.
    static asio::awaitable<exchange> send(std::shared_ptr<core> self, envelope e, time_point deadline) {
        const auto began = steady_clock::now();
        const auto where = self->choose(began);
        if (!where) {
            // Lets others go on: the caller may send the next one at once.
            co_await asio::post(self->executor_, asio::use_awaitable);
            co_return self->not_sent();
        }
        if (e.endpoint && *e.endpoint != *where) {
            co_await asio::post(self->executor_, asio::use_awaitable);
            co_return moved();
        }
        const auto mark = refusals::mark_of(e);
        const bool probe = self->endpoints_[*where].health.is_open();
        exchange_in_flight p{std::move(e), deadline, began, mark, *where, probe};
        for (;;) {
            auto out = co_await self->depart(p);
            const auto next = self->arrive(p, out);
            if (next == next_step::fail_over) continue;
            if (next == next_step::attribute)
                out.outage = co_await self->failures_.is_outage(p.endpoint, was_answered_in_bytes(out));
            self->tell_change();
            co_return out;
        }
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

    [[nodiscard]] std::optional<std::size_t> next_endpoint() const {
        return allowed_ > 0 ? choose(steady_clock::now()) : std::nullopt;
    }

    void accept_login(std::size_t endpoint) {
        if (endpoint >= endpoints_.size()) return; // closed meanwhile
        auto& at = endpoints_[endpoint];
        if (at.health.answered()) report(at);
        tell_change();
    }

    void refuse_login(std::size_t endpoint, steady_clock::duration at_least, const std::string& why) {
        if (endpoint >= endpoints_.size()) return; // closed meanwhile
        auto& at = endpoints_[endpoint];
        if (at.health.shut(steady_clock::now(), at_least, why)) report(at);
        wake_for_probe();
        tell_change();
    }

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

    /// Returns the endpoint for the next exchange. That is a dead endpoint before the living one if its probe
    /// is due, otherwise the living one. If several probes are due, the endpoint that waited longest is
    /// chosen, since the first may never answer.
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

    [[nodiscard]] exchange not_sent() const {
        exchange out;
        out.error = transport_error::connect;
        out.detail = endpoints_.empty()
                         ? "sending was stopped"
                         : "the breaker of the endpoint is open: " + endpoints_.front().health.reason();
        out.outage = true;
        return out;
    }

    static exchange moved() {
        exchange out;
        out.error = transport_error::connect;
        out.detail = "another endpoint took the place of the one with this session";
        out.outage = true;
        out.moved = true;
        return out;
    }

    asio::awaitable<exchange> depart(exchange_in_flight& p) {
        auto& to = endpoints_[p.endpoint];
        auto deadline = p.deadline;
        if (p.probe) {
            to.health.probe_sent(p.began);
            deadline = std::min(deadline, p.began + options_.breaker.probe_timeout);
            wake_for_probe();
        }
        ++in_flight_;
        // Only a probe may have to be sent once more.
        return to.client->send(p.probe ? p.what : std::move(p.what), deadline);
    }

    next_step arrive(exchange_in_flight& p, exchange& out) {
        const auto in_flight = in_flight_--;
        if (endpoints_.empty()) { // closed meanwhile
            out.outage = true;
            return next_step::hand_on;
        }
        auto& at = endpoints_[p.endpoint];
        const auto moment = steady_clock::now();
        const auto seen = signal_in(out);
        // A probe is in flight alone: its loss says nothing about how many exchanges the endpoint can bear.
        if (seen.loss && !p.probe) at.adaptive.lost(p.began, moment);
        switch (seen.endpoint) {
        case endpoint_signal_kind::life:
            if (!seen.loss) at.adaptive.succeeded(in_flight);
            if (!p.what.is_login && at.health.answered()) report(at);
            failures_.answered(p.endpoint, p.began);
            at.turned_away.answered(p.mark, p.began);
            out.outage = seen.loss;
            return next_step::hand_on;
        case endpoint_signal_kind::nothing:
            if (p.probe) at.health.probe_failed(seen.why);
            return next_step::hand_on;
        case endpoint_signal_kind::refusal:
        case endpoint_signal_kind::garble:
        case endpoint_signal_kind::death:
            break;
        }
        if (p.probe && probe_failed(at, p, out, seen, moment)) return next_step::fail_over;
        return failed(at, p, out, seen, moment);
    }

    /// What an exchange that the endpoint did not answer says about the endpoint and about its command.
    next_step failed(endpoint_state& at,
                     const exchange_in_flight& p,
                     exchange& out,
                     const endpoint_signal& seen,
                     time_point moment) {
        const bool was_turned_away = seen.endpoint != endpoint_signal_kind::death;
        const auto found =
            was_turned_away ? at.turned_away.refused(p.mark, moment) : refusals::finding{true, false};
        // The CAS may have done a command whose answer cannot be read, so its repetition is always counted.
        // If the CAS can never answer one command, that says no more about the endpoint than the first time.
        const bool is_own = found.is_own || seen.endpoint == endpoint_signal_kind::garble;
        if (!is_own || found.is_first) note_failure(at, p, seen, moment);
        if (is_own) return next_step::hand_on;
        if (!at.health.is_open() && out.state != exchange_state::not_sent) return next_step::attribute;
        out.outage = !p.probe || !was_answered_in_bytes(out);
        return next_step::hand_on;
    }

    /// True if the probe was not sent and another endpoint is alive, which the exchange names from now on.
    bool probe_failed(endpoint_state& at,
                      exchange_in_flight& p,
                      exchange& out,
                      const endpoint_signal& seen,
                      time_point moment) {
        at.health.probe_failed(seen.why);
        wake_for_probe();
        const auto other = living();
        const bool is_unsent = out.state == exchange_state::not_sent;
        if (other && is_unsent && p.what.endpoint) {
            out.moved = true;
            return false;
        }
        if (other && is_unsent) {
            p.endpoint = *other;
            p.began = moment;
            p.probe = false;
            return true;
        }
        if (is_unsent)
            out.unsent_probe = true;
        else
            out.set_aside =
                std::chrono::ceil<std::chrono::seconds>(probes_between * options_.breaker.probe_interval);
        return false;
    }

    void note_failure(endpoint_state& at,
                      const exchange_in_flight& p,
                      const endpoint_signal& seen,
                      time_point moment) {
        if (!at.health.failed(moment, seen.why)) return;
        report(at);
        failures_.died(p.endpoint);
        wake_for_probe();
    }

    /// While no endpoint is alive, only a timer can let the next exchange pass.
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

    void report(const endpoint_state& s) {
        if (told_) told_(s.name, s.health.is_open(), s.health.reason());
    }

    // The call is posted, so that the listener may send at once.
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
    failure_attribution failures_;
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

    asio::awaitable<exchange> send(envelope e, steady_clock::time_point deadline) override {
        return core::send(core_, std::move(e), deadline);
    }

    [[nodiscard]] admission now() const override { return core_->now(); }

    [[nodiscard]] steady_clock::duration take_turn() override { return core_->take_turn(); }

    [[nodiscard]] std::optional<std::size_t> next_endpoint() const override { return core_->next_endpoint(); }

    void accept_login(std::size_t endpoint) override { core_->accept_login(endpoint); }

    void
    refuse_login(std::size_t endpoint, steady_clock::duration at_least, const std::string& why) override {
        core_->refuse_login(endpoint, at_least, why);
    }

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
