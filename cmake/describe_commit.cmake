# Writes the name of the built commit, by `git describe`, to OUTPUT; "unknown" outside a checkout. Run as a script at each build.
cmake_minimum_required(VERSION 3.25) # for its policies
find_program(GIT git)
set(commit "")
if(GIT AND EXISTS "${SOURCE}/.git")
    execute_process(COMMAND "${GIT}" -C "${SOURCE}" describe --always --dirty --abbrev=12
                    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(commit STREQUAL "")
    set(commit "unknown")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT "#pragma once

namespace contego::daemon {

inline constexpr const char* commit = \"@commit@\";

} // namespace contego::daemon
")
