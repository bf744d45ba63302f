// A configuration file is read. The files that it names do not exist.

#include "config/read_configuration.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read =
        contego::daemon::read_configuration(contego::fuzz::text_of(data, size), "/nonexistent", {});
    for (const auto& mistake : read.mistakes)
        contego::fuzz::require(!mistake.empty(), "a mistake is a sentence");
    return 0;
}
