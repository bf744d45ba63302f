#pragma once

#include "config/configuration.hpp"
#include <contego/value.hpp>

#include <spdlog/common.h>

#include <memory>
#include <string_view>

namespace spdlog {
class logger;
}

namespace contego::daemon {

/// The log on standard error: one line for each message, with its facts. Thread safe. A slow reader does not
/// delay the daemon, see log_sink.
///
/// Messages are lower-case without a full stop at the end. Facts must not contain a secret.
class logbook {
public:
    explicit logbook(const log_configuration& options, int descriptor = 2);

    void debug(std::string_view message, const value::object& facts = {}) {
        write(spdlog::level::debug, message, facts);
    }

    void info(std::string_view message, const value::object& facts = {}) {
        write(spdlog::level::info, message, facts);
    }

    void warning(std::string_view message, const value::object& facts = {}) {
        write(spdlog::level::warn, message, facts);
    }

    void error(std::string_view message, const value::object& facts = {}) {
        write(spdlog::level::err, message, facts);
    }

    /// Returns whether a message of that level is written. Callers use it to avoid building facts in vain.
    [[nodiscard]] bool takes(spdlog::level::level_enum level) const;

private:
    void write(spdlog::level::level_enum level, std::string_view message, const value::object& facts);

    log_format format_;
    std::shared_ptr<spdlog::logger> logger_;
};

} // namespace contego::daemon
