#include "shipped.hpp"

#include "sample.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace contego::samples {

std::string text_of(const std::filesystem::path& file) {
    const std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + file.string());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string shipped_text() {
    return text_of(std::filesystem::path(CONTEGO_SOURCE_DIR) / "config" / "binding.xml");
}

const binding& shipped() {
    static const auto compiled_once = compiled(shipped_text());
    return compiled_once;
}

std::vector<command_type> shipped_commands() {
    std::vector<command_type> all;
    std::ranges::copy_if(command_types, std::back_inserter(all), [](command_type type) {
        return shipped().limits().supports(type);
    });
    return all;
}

} // namespace contego::samples
