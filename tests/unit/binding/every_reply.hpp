#pragma once

#include <contego/binding.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

// What the default binding makes of every answer, for each command. Written down by hand from the binding's
// documentation and config/binding.xml, not asked from the code under test.
namespace contego::samples {

/// A status row for one command, or for all.
struct status_row {
    std::string_view code;
    outcome is;
};

struct own_status_row {
    command_type type;
    std::string_view code;
    outcome is;
};

/// The rows of `outcomes`: statuses, and the SOAP faults and HTTP statuses that have one.
[[nodiscard]] const std::vector<status_row>& common_statuses();
[[nodiscard]] const std::vector<status_row>& fault_rows();
[[nodiscard]] const std::vector<status_row>& http_rows();

/// The rows that a command has for itself.
[[nodiscard]] const std::vector<own_status_row>& own_statuses();

/// One exchange with the CAS and what it means.
struct reply_case {
    command_type type;
    std::string name; ///< a word, for the name of the test
    exchange answer;
    outcome is;
    std::string error_code;
    std::string status_code;
};

// How GoogleTest shows it in a failure.
inline std::ostream& operator<<(std::ostream& out, const reply_case& c) {
    return out << name_of(c.type) << ' ' << c.name;
}

/// Every case of every command.
[[nodiscard]] std::vector<reply_case> every_reply_case();

/// An answer to the command with that status, and the data of a success.
[[nodiscard]] std::string answer_to(command_type type, std::string_view status);

/// The data in it, as read.
[[nodiscard]] value data_of(command_type type);

} // namespace contego::samples
