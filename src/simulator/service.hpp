#pragma once

#include "simulator/cas.hpp"
#include "simulator/documents.hpp"
#include "simulator/faults.hpp"
#include "simulator/journal.hpp"
#include "simulator/response.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace contego::simulator {

using http_request = boost::beast::http::request<boost::beast::http::string_body>;

struct service_settings {
    std::string scheme = "http";     ///< of the address in the WSDL
    std::optional<std::string> user; ///< nullopt: no authentication
    std::string password;
    std::uint64_t seed = 0;
    /// Whether a call that names cards alone is carried out and answered for each card. Otherwise it is
    /// carried out completely or not at all.
    bool items = false;
};

/// A request that was read. It is either a call that is still to be carried out, with its faults, or an
/// answer.
struct arrival {
    std::variant<response, reading> what;
    mishap trouble;
};

/// The CAS behind HTTP, without a socket. It serves SOAP and WSDL on the paths of the services, and /sim/ for
/// the person who runs the simulator.
///
/// Thread safety: any number of threads may call it. Calls are carried out in one order, which is that of the
/// journal.
class service {
public:
    service(service_settings settings, cas c, journal j, documents d, fault_rules f);

    /// First half: reads a request, but does not carry it out.
    [[nodiscard]] arrival receive(const http_request& request);

    /// Second half: carries out the call unless its faults prevent that, and returns the answer.
    [[nodiscard]] response conclude(const arrival& a, moment now);

private:
    [[nodiscard]] bool knows(const http_request& request) const;
    [[nodiscard]] arrival receive_call(const http_request& request, std::string_view path);
    [[nodiscard]] response get(const http_request& request, std::string_view path, std::string_view query);
    [[nodiscard]] response
    administer(const http_request& request, std::string_view path, std::string_view query);
    [[nodiscard]] response replace_rules(const std::string& document);
    [[nodiscard]] response plant_cards(const std::string& document);
    [[nodiscard]] value whole_state(std::string_view query) const;
    [[nodiscard]] answer do_call(const call& c, const mishap& trouble, moment now);
    [[nodiscard]] answer apply(const call& c, moment now);
    void note(const call& c, const answer& said, const std::string& trouble, moment now);

    service_settings settings_;
    std::string authorization_; ///< the header that a client must send; empty: none
    documents documents_;

    mutable std::mutex mutex_; ///< guards the members below
    cas cas_;
    journal journal_;
    fault_rules faults_;
    std::map<command_type, std::map<std::string, std::int64_t>> calls_; ///< by command and status code
    std::int64_t at_once_ = 0; ///< calls received and not yet carried out
    std::int64_t most_at_once_ = 0;
};

} // namespace contego::simulator
