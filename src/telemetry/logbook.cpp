#include "telemetry/logbook.hpp"

#include "json/json.hpp"
#include "telemetry/log_sink.hpp"

#include <spdlog/logger.h>
#include <unistd.h>

namespace contego::daemon {
namespace {

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
// The message is the rest of the JSON object.
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)";

std::string as_text(std::string_view message, const value::object& facts) {
    std::string line(message);
    for (const auto& [name, fact] : facts)
        line += ' ' + name + '=' + json::write(fact);
    return line;
}

std::string as_json(std::string_view message, const value::object& facts) {
    auto all = facts;
    all.insert_or_assign("message", message);
    return json::write(all).substr(1);
}

std::string written(log_format format, std::string_view message, const value::object& facts) {
    return format == log_format::json ? as_json(message, facts) : as_text(message, facts);
}

} // namespace

logbook::logbook(const log_configuration& options, int descriptor)
    : format_(options.format),
      logger_(std::make_shared<spdlog::logger>(
          "contegod", std::make_shared<log_sink>(descriptor, [format = options.format](std::size_t dropped) {
              return written(format,
                             "log lines were dropped, because the reader of the log was too slow or absent",
                             {{"lines", static_cast<std::int64_t>(dropped)}});
          }))) {
    logger_->set_pattern(format_ == log_format::json ? json_pattern : text_pattern,
                         spdlog::pattern_time_type::utc);
    logger_->set_level(spdlog::level::from_str(options.level));
    logger_->set_error_handler(
        [](const std::string& /*what*/) {}); // the default handler writes to standard error
}

bool logbook::takes(spdlog::level::level_enum level) const {
    return logger_->should_log(level);
}

void logbook::write(spdlog::level::level_enum level, std::string_view message, const value::object& facts) {
    if (takes(level)) logger_->log(level, written(format_, message, facts));
}

} // namespace contego::daemon
