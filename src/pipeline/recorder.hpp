#pragma once

#include <contego/records.hpp>
#include <contego/watches.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace contego::pipeline {

namespace asio = boost::asio;

/// Gathers what is to be written while the batch before is being written, so that batches grow with the load
/// and a lone request does not wait. Holds on to a batch until the database took it, however long that is.
///
/// Lives on the network thread; `store` is called on `database`, one call at a time. All references must
/// outlive it.
class recorder {
public:
    recorder(const asio::any_io_executor& network,
             asio::thread_pool& database,
             records& store,
             watches& observer);

    /// `written` is called on the network thread after each batch. Set it before `run`.
    void on_written(std::function<void(const record_batch&, const record_answer&)> written) {
        written_ = std::move(written);
    }

    void add(command_record c);
    void add(verdict v);

    /// Verdicts added and not yet durable.
    [[nodiscard]] std::size_t outstanding() const { return outstanding_; }

    /// Writes until `stop` was called and nothing is left.
    asio::awaitable<void> run();

    /// No more will be added.
    void stop();

private:
    [[nodiscard]] record_batch take();
    asio::awaitable<void> write(record_batch batch);
    asio::awaitable<void> pause(std::chrono::milliseconds time);
    void hold_what_failed(const record_batch& batch, const record_answer& answer);

    asio::thread_pool& database_;
    records& store_;
    watches& observer_;
    asio::steady_timer added_;
    record_batch pending_;
    std::size_t outstanding_ = 0;
    bool stopping_ = false;
    std::function<void(const record_batch&, const record_answer&)> written_;
};

} // namespace contego::pipeline
