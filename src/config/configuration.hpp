#pragma once

#include "fleet/fleet.hpp"
#include "http/endpoint_options.hpp"
#include "http/guard.hpp"
#include "pipeline/line_options.hpp"
#include <contego/site.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace contego::daemon {

// The default of every key is written here, or in the options that a struct here contains. The table in
// settings.cpp says for every key its meaning, unit and range. The documentation, the checks and the names of
// the environment variables are made from that table.

struct database_configuration {
    std::string connection;
    std::string listen_connection;
    bool listen = true;
    std::filesystem::path password_file;
    std::chrono::milliseconds answer_timeout = queue::database_options{}.answer_timeout;
    std::chrono::milliseconds lease{10'000};
    std::size_t shared_connections = 3; ///< for claims, and as many for records
    bool failover_keeps_writes = false;
    int retention_months = 0; ///< 0: months are never dropped
};

struct provider_configuration {
    bool effective = true;
    std::filesystem::path binding;
    std::filesystem::path password_file;
    std::filesystem::path secrets_file;
    secret_values secrets; ///< of that file
    http::endpoint_options endpoint;
    std::vector<std::string> standby_endpoints; ///< URLs; all other options are those of `endpoint`
    http::guard_options guard;
    queue::share fleet; ///< limits of all daemons together; 0: no limit
    pipeline::line_options line;
    std::chrono::milliseconds poll_interval{1000};

    /// Returns the URLs of all endpoints, the preferred one first.
    [[nodiscard]] std::vector<std::string> urls() const {
        std::vector<std::string> all{endpoint.url};
        all.insert(all.end(), standby_endpoints.begin(), standby_endpoints.end());
        return all;
    }
};

enum class log_format { text, json };

struct log_configuration {
    log_format format = log_format::text;
    std::string level = "info";
};

struct admin_configuration {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9464;
    bool enabled = true;
    std::vector<std::string> host_names; ///< accepted in the Host header, beside the address
};

struct configuration {
    std::string name = "contegod";
    std::chrono::milliseconds drain_timeout{60'000};
    database_configuration database;
    std::map<std::string, provider_configuration> providers;
    log_configuration log;
    admin_configuration admin;

    [[nodiscard]] std::vector<std::string> provider_names() const {
        std::vector<std::string> names;
        names.reserve(providers.size());
        for (const auto& one : providers)
            names.push_back(one.first);
        return names;
    }
};

} // namespace contego::daemon
