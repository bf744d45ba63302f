#include "binding/compile.hpp"
#include "binding/namespaces.hpp"

#include <algorithm>
#include <array>

namespace contego::wire {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Returns 503 for `503` and 5 for `5xx`. Returns nullopt if the text is not the status of a failed answer.
std::optional<int> http_key(std::string_view status) {
    if (status.size() != 3 || status[0] < '3' || status[0] > '5') return std::nullopt;
    if (status.substr(1) == "xx") return status[0] - '0';
    if (!is_digit(status[1]) || !is_digit(status[2])) return std::nullopt;
    return (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
}

constexpr std::string_view expired_name = "expired";

constexpr std::array soap_codes{
    "Client", "Server", "MustUnderstand", "VersionMismatch", "DataEncodingUnknown"};

} // namespace

bool outcome_rows::read(pugi::xml_node element) {
    const auto name = local_of(element.name());
    if (name == "status")
        read_status(element);
    else if (name == "fault")
        read_fault(element);
    else if (name == "http")
        read_http(element);
    else if (name == "transport")
        read_transport(element);
    else
        return false;
    for (const auto child : file_.children(element))
        file_.unknown_element(child);
    return true;
}

void outcome_rows::read_status(pugi::xml_node element) {
    file_.allow_attributes(element, {"code", "is"});
    const auto code = file_.required(element, "code");
    const auto row = row_of_answer(element);
    if (!code || !row || !is_new(element, "status " + std::string(*code))) return;
    table_.statuses.insert_or_assign(std::string(*code), *row);
}

void outcome_rows::read_fault(pugi::xml_node element) {
    file_.allow_attributes(element, {"code", "subcode", "is"});
    const auto code = file_.required(element, "code");
    const auto row = row_of_answer(element);
    if (!code || !row) return;
    const std::string common(common_fault_code(*code));
    const std::string subcode = element.attribute("subcode").value();
    if (code->find_first_of(":.") != std::string_view::npos) {
        file_.mistake(element,
                      "write a fault code without a prefix and a dot; the part after the dot is the subcode");
    } else if ((row->is == outcome::success || row->expired) && subcode.empty() &&
               std::ranges::count(soap_codes, common) > 0) {
        file_.mistake(element,
                      "a fault code of SOAP itself needs a subcode to be " +
                          std::string(row->expired ? "expired" : "a success"));
    } else if (is_new(element, "fault " + common + "." + subcode)) {
        table_.faults.insert_or_assign({common, subcode}, *row);
    }
}

void outcome_rows::read_http(pugi::xml_node element) {
    file_.allow_attributes(element, {"status", "is"});
    const auto status = file_.required(element, "status");
    const auto row = row_of_failure(element);
    if (!status || !row) return;
    const auto key = http_key(*status);
    if (!key)
        file_.mistake(element,
                      "an http status must be 300 to 599, or 3xx, 4xx or 5xx; a 2xx answer without an "
                      "envelope is always held");
    else if (is_new(element, "http " + std::string(*status)))
        (*key < 10 ? table_.http_classes : table_.http).insert_or_assign(*key, *row);
}

void outcome_rows::read_transport(pugi::xml_node element) {
    file_.allow_attributes(element, {"error", "is"});
    const auto name = file_.required(element, "error");
    const auto row = row_of_failure(element);
    if (!name || !row) return;
    const auto error = transport_error_of(*name);
    if (!error || *error == transport_error::none)
        file_.mistake(element, "unknown transport error " + std::string(*name));
    else if (is_new(element, "transport " + std::string(*name)))
        table_.transports.insert_or_assign(*error, *row);
}

// The CAS itself reports the outcome of such a row, so each outcome is possible.
std::optional<outcome_row> outcome_rows::row_of_answer(pugi::xml_node element) {
    const auto name = file_.required(element, "is");
    if (!name) return std::nullopt;
    const auto line = file_.line_of(element);
    if (*name == expired_name) {
        file_.use_session(line, "the outcome expired");
        return outcome_row{.is = outcome::retry, .line = line, .expired = true};
    }
    if (const auto is = outcome_of(*name)) return outcome_row{.is = *is, .line = line};
    unknown_outcome(element, *name);
    return std::nullopt;
}

std::optional<outcome_row> outcome_rows::row_of_failure(pugi::xml_node element) {
    const auto name = file_.required(element, "is");
    if (!name) return std::nullopt;
    const auto is = outcome_of(*name);
    if (*name == expired_name)
        file_.mistake(
            element,
            std::string(element.name()) +
                " cannot be expired, since the CAS did not say that it did nothing; only status and "
                "fault can");
    else if (!is)
        unknown_outcome(element, *name);
    else if (*is == outcome::success)
        file_.mistake(element,
                      std::string(element.name()) + " cannot be a success, since the CAS did not report one");
    else
        return outcome_row{.is = *is, .line = file_.line_of(element)};
    return std::nullopt;
}

void outcome_rows::unknown_outcome(pugi::xml_node element, std::string_view name) {
    file_.mistake(element,
                  "unknown outcome " + std::string(name) +
                      ": it is success, rejected, retry or hold, or expired if there is a session");
}

bool outcome_rows::is_new(pugi::xml_node element, const std::string& key) {
    if (seen_.insert(key).second) return true;
    file_.mistake(element, key + " appears twice");
    return false;
}

} // namespace contego::wire
