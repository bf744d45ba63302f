#pragma once

#include <contego/binding.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

// The expected replies of the default binding to every answer, for each command. They were written by hand
// from the documentation of the binding and config/binding.xml, not taken from the code under test.
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

/// Returns the rows of `outcomes`: statuses, and the SOAP faults and HTTP statuses that have a row.
[[nodiscard]] const std::vector<status_row>& common_statuses();
[[nodiscard]] const std::vector<status_row>& fault_rows();
[[nodiscard]] const std::vector<status_row>& http_rows();

/// Returns the rows that belong to one command.
[[nodiscard]] const std::vector<own_status_row>& own_statuses();

/// One exchange with the CAS and its expected meaning.
struct reply_case {
    command_type type;
    std::string name; ///< a word, for the name of the test
    exchange answer;
    outcome is;
    std::string error_code;
    std::string status_code;
};

// This shows the value in a failure of GoogleTest.
inline std::ostream& operator<<(std::ostream& out, const reply_case& c) {
    return out << name_of(c.type) << ' ' << c.name;
}

/// Returns every case of every command.
[[nodiscard]] std::vector<reply_case> every_reply_case();

/// Returns an answer to the command with this status, and the data of a success.
[[nodiscard]] std::string answer_to(command_type type, std::string_view status);

/// Returns the expected data of that answer.
[[nodiscard]] value data_of(command_type type);

} // namespace contego::samples
