#pragma once

#include "config/load_binding.hpp"

#include <stdexcept>
#include <string>

namespace contego::bench {

/// Returns the command of every request of the scenario burn-down.
inline command sample_command() {
    command c;
    c.type = command_type::add_subscriptions;
    c.parameters = {{"smartcard_ca_id", "01900080207"}, {"service_ca_id", "1111"}};
    return c;
}

/// Returns the binding in a file. Throws the first mistake in it.
inline binding binding_in(const std::string& file) {
    auto loaded = daemon::load_binding(file);
    if (const auto* mistakes = std::get_if<std::vector<std::string>>(&loaded))
        throw std::runtime_error(mistakes->front());
    return std::get<binding>(std::move(loaded));
}

} // namespace contego::bench
