// The paths below /sim/, for the person who runs the simulator, not for its clients.
#include "json/json.hpp"
#include "simulator/service.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace contego::simulator {
namespace {

namespace http = boost::beast::http;

response json_response(int status, const value& v) {
    response r;
    r.status = status;
    r.content_type = "application/json";
    r.body = json::write(v) + "\n";
    return r;
}

response failure(int status, const std::string& why) {
    return json_response(status, value::object{{"error", why}});
}

/// Returns the value of a parameter in `a=1&b=2`, without decoding: the simulator's own values need none.
std::string_view parameter_of(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        if (pair.substr(0, pair.find('=')) == name)
            return pair.substr(std::min(pair.size(), name.size() + 1));
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    }
    return {};
}

std::uint64_t number_in(std::string_view text) {
    std::uint64_t n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
}

} // namespace

response service::administer(const http_request& request, std::string_view path, std::string_view query) {
    const auto method = request.method();
    const auto asked = [&](http::verb verb, std::string_view name) { return method == verb && path == name; };
    const std::lock_guard lock(mutex_);
    if (asked(http::verb::get, "/sim/state")) return json_response(200, whole_state(query));
    if (asked(http::verb::get, "/sim/journal")) {
        response r;
        r.content_type = "application/jsonl";
        r.body = journal_.lines(number_in(parameter_of(query, "from")));
        return r;
    }
    if (asked(http::verb::post, "/sim/faults")) return replace_rules(request.body());
    if (asked(http::verb::delete_, "/sim/faults")) {
        faults_ = fault_rules();
        return json_response(200, value::object{{"rules", 0}});
    }
    if (asked(http::verb::post, "/sim/cards")) return plant_cards(request.body());
    if (asked(http::verb::post, "/sim/reset")) {
        cas_.reset();
        journal_.clear();
        calls_.clear();
        most_at_once_ = at_once_;
        return json_response(200, value::object());
    }
    return failure(404,
                   "not found; use GET /sim/state, GET /sim/journal, POST or DELETE /sim/faults, POST "
                   "/sim/cards, or POST "
                   "/sim/reset");
}

response service::plant_cards(const std::string& document) {
    try {
        const auto given = json::parse(document, json::author::person);
        if (given.items() == nullptr) return failure(400, "must be a list of cards");
        std::vector<planted_card> cards; // all are read before the first is changed
        for (const auto& one : *given.items())
            cards.push_back(planted_card::parse(one));
        for (const auto& one : cards)
            cas_.plant(one);
        return json_response(200, value::object{{"cards", static_cast<std::int64_t>(cards.size())}});
    } catch (const std::exception& e) {
        return failure(400, e.what());
    }
}

response service::replace_rules(const std::string& document) {
    try {
        const auto rules = json::parse(document, json::author::person);
        faults_ = fault_rules(rules, settings_.seed);
        return json_response(200, value::object{{"rules", static_cast<std::int64_t>(rules.items()->size())}});
    } catch (const std::exception& e) { // both parsers say which part is wrong
        return failure(400, e.what());
    }
}

value service::whole_state(std::string_view query) const {
    const bool secrets = parameter_of(query, "secrets") == "1";
    if (const auto card = parameter_of(query, "smartcard"); !card.empty())
        return cas_.card_state(std::string(card), secrets);
    auto state = cas_.state(secrets);
    value::object calls;
    for (const auto& [command, by_status] : calls_)
        calls.emplace(name_of(command), value::object(by_status.begin(), by_status.end()));
    state.emplace("calls", std::move(calls));
    state.emplace("most_at_once", most_at_once_);
    return state;
}

} // namespace contego::simulator
