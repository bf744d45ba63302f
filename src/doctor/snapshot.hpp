#pragma once

#include "config/configuration.hpp"
#include "diagnosis/examination.hpp"
#include "http/try_endpoint.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace contego::daemon {

/// An endpoint and what a look at it gave.
struct seen_endpoint {
    std::string subject; ///< `provider NAME, URL: `, to begin a sentence with
    http::endpoint where;
    http::endpoint_trial seen;
};

/// A provider whose endpoints could not be looked at, for they are wrong.
struct wrong_provider {
    std::string subject;
};

using provider_sight = std::variant<seen_endpoint, wrong_provider>;

/// What the checks look at: one installation. What more than one of them needs is looked at once.
class snapshot {
public:
    snapshot(configuration c, std::vector<std::string> mistakes, double longest_transaction);

    [[nodiscard]] const configuration& settings() const { return settings_; }

    /// Of the configuration file; usable only without.
    [[nodiscard]] const std::vector<std::string>& mistakes() const { return mistakes_; }

    /// How old a transaction may be, in seconds.
    [[nodiscard]] double longest_transaction() const { return longest_transaction_; }

    /// How to reach the database; calls end in time.
    [[nodiscard]] const queue::database_options& database() const { return database_; }

    [[nodiscard]] queue::examination& examine() { return examination_; }

    /// The endpoints of the effective providers; what is not trusted is still looked at. Takes up to twice
    /// `probe_time` for each at the first call.
    [[nodiscard]] const std::vector<provider_sight>& endpoints();

    /// Why the database is not asked any more; empty while it answers.
    std::string unreachable;

private:
    configuration settings_;
    std::vector<std::string> mistakes_;
    double longest_transaction_;
    queue::database_options database_;
    queue::examination examination_;
    std::optional<std::vector<provider_sight>> endpoints_;
};

} // namespace contego::daemon
