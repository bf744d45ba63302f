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

/// The log: one line a message, its facts beside it, on standard error. Thread safe; waits for nobody who
/// reads it, see log_sink.
///
/// Messages are lower-case without a final stop; facts never hold a secret.
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

    /// Whether a message of that level would be written: spares making facts for nobody.
    [[nodiscard]] bool takes(spdlog::level::level_enum level) const;

private:
    void write(spdlog::level::level_enum level, std::string_view message, const value::object& facts);

    log_format format_;
    std::shared_ptr<spdlog::logger> logger_;
};

} // namespace contego::daemon
