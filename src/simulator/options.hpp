#pragma once

#include "simulator/server.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace contego::simulator {

/// The values of the command line.
struct options {
    server_settings server;
    service_settings service;
    simulator::population population;
    value fault_document; ///< null: none
    std::string journal_file;
    std::string wsdl_directory; ///< empty: the embedded documents
};

/// The program ends. All messages were printed.
struct ended {
    int code;
};

/// Reads the command line and the files that it names. Mistakes are reported on standard error.
[[nodiscard]] std::variant<options, ended>
read_options(int argc, const char* const* argv, const std::string& version);

} // namespace contego::simulator
