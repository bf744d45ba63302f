#pragma once

#include "simulator/server.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace contego::simulator {

/// What the command line asks for.
struct options {
    server_settings server;
    service_settings service;
    simulator::population population;
    value fault_document; ///< null: none
    std::string journal_file;
    std::string wsdl_directory; ///< empty: the documents that are built in
};

/// Ends the program: the code it ends with, after everything there is to say was said.
struct ended {
    int code;
};

/// Reads the command line and the files that it names. What is wrong with them is said on standard error.
[[nodiscard]] std::variant<options, ended>
read_options(int argc, const char* const* argv, const std::string& version);

} // namespace contego::simulator
