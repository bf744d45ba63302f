#include "cli/print_reply.hpp"

#include "json/json.hpp"

#include <iostream>
#include <string_view>

namespace contego::daemon {
namespace {

void print(std::string_view name, std::string_view text) {
    if (!text.empty()) std::cout << name << ": " << text << '\n';
}

} // namespace

void print_reply(const reply& r, const std::string& binding_name) {
    print("outcome", name_of(r.outcome));
    print("status", r.status_code);
    print("message", r.message);
    print("reference number", r.reference_number);
    if (!r.result.is_null()) print("result", json::write_indented(r.result));
    print("error code", r.error_code);
    print("error description", r.error_description);
    if (r.retry_after) print("retry after", std::to_string(r.retry_after->count()) + " s");
    print("decided by",
          std::string(r.decided_by.rule) + " (" + binding_name + ":" + std::to_string(r.decided_by.line) +
              ")");
}

} // namespace contego::daemon
