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
    std::optional<std::string> user; ///< none: nobody is asked who they are
    std::string password;
    std::uint64_t seed = 0;
};

/// A request that was read: a call, still to be done, with what is to go wrong with it; or no call, and
/// answered already.
struct arrival {
    std::variant<response, reading> what;
    mishap trouble;
};

/// The CAS behind HTTP, without a socket: SOAP on the paths of the areas, their WSDL, and /sim/ for whoever
/// runs the simulator. May be called from any number of threads; what the CAS does is done in one order, that
/// of the journal.
class service {
public:
    service(service_settings settings, cas c, journal j, documents d, fault_rules f);

    /// First half: everything but the doing.
    [[nodiscard]] arrival receive(const http_request& request);

    /// Second half: does the call, or does not, and says what is to be answered.
    [[nodiscard]] response conclude(const arrival& a, moment now);

private:
    [[nodiscard]] bool knows(const http_request& request) const;
    [[nodiscard]] arrival receive_call(const http_request& request, std::string_view path);
    [[nodiscard]] response get(const http_request& request, std::string_view path, std::string_view query);
    [[nodiscard]] response
    administer(const http_request& request, std::string_view path, std::string_view query);
    [[nodiscard]] response replace_rules(const std::string& document);
    [[nodiscard]] value whole_state(std::string_view query) const;
    [[nodiscard]] answer do_call(const call& c, const mishap& trouble, moment now);

    service_settings settings_;
    std::string authorization_; ///< the header that a client must send; empty: none
    documents documents_;

    mutable std::mutex mutex_; ///< guards what follows
    cas cas_;
    journal journal_;
    fault_rules faults_;
    std::map<command_type, std::map<std::string, std::int64_t>> calls_; ///< by command and status code
    std::int64_t at_once_ = 0;                                          ///< calls received and not yet done
    std::int64_t most_at_once_ = 0;
};

} // namespace contego::simulator
