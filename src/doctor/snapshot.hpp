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

/// An endpoint and the result of a trial connection to it.
struct seen_endpoint {
    std::string subject; ///< `provider NAME, URL: `, which begins a sentence
    http::endpoint where;
    http::endpoint_trial seen;
};

/// A provider whose endpoints were not tried, because their options have mistakes.
struct wrong_provider {
    std::string subject;
};

using provider_sight = std::variant<seen_endpoint, wrong_provider>;

/// The installation that the checks examine. Facts that several checks need are read once.
class snapshot {
public:
    snapshot(configuration c, std::vector<std::string> mistakes, double longest_transaction);

    [[nodiscard]] const configuration& settings() const { return settings_; }

    /// Returns the mistakes in the configuration. `settings` must not be used if there are any.
    [[nodiscard]] const std::vector<std::string>& mistakes() const { return mistakes_; }

    /// Returns the age in seconds from which a transaction is reported.
    [[nodiscard]] double longest_transaction() const { return longest_transaction_; }

    /// Returns the options for a connection to the database. Calls have a time limit.
    [[nodiscard]] const queue::database_options& database() const { return database_; }

    [[nodiscard]] queue::examination& examine() { return examination_; }

    /// Returns the endpoints of the effective providers with the results of trial connections, also of
    /// servers that are not trusted. The first call takes up to 10 s for each endpoint.
    [[nodiscard]] const std::vector<provider_sight>& endpoints();

    /// Why the checks no longer ask the database; empty while it answers.
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
