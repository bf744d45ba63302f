#include "cli/cards_file.hpp"

#include <fstream>
#include <iostream>
#include <utility>

namespace contego::daemon {

std::optional<value::list> cards_in(const std::string& name, const std::string& subcommand) {
    std::ifstream file;
    if (name != "-") file.open(name);
    auto& in = name == "-" ? std::cin : file;
    if (!in) {
        std::cerr << subcommand << ": cannot read " << name << '\n';
        return std::nullopt;
    }
    value::list cards;
    for (std::string line; std::getline(in, line);) {
        const auto first = line.find_first_not_of(" \t\r");
        if (first != std::string::npos)
            cards.emplace_back(line.substr(first, line.find_last_not_of(" \t\r") - first + 1));
    }
    return cards;
}

} // namespace contego::daemon
