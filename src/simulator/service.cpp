#include "simulator/service.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

namespace contego::simulator {
namespace {

namespace http = boost::beast::http;

std::string base64(const std::string& text) {
    std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes, static_cast<int>(text.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::string_view field_of(const http_request& request, http::field name) {
    const auto content = request[name];
    return {content.data(), content.size()};
}

response plain(int status, std::string text) {
    response r;
    r.status = status;
    r.content_type = "text/plain; charset=utf-8";
    r.body = std::move(text) + "\n";
    return r;
}

response soap_fault(const fault& f) {
    response r;
    r.status = 500;
    r.body = write_envelope(f);
    return r;
}

/// Returns a page as a proxy in front of the CAS sends it.
response proxy_page(int status) {
    response r;
    r.status = status;
    r.content_type = "text/html";
    const auto title = std::to_string(status) + " " + std::string(reason_of(status));
    r.body = "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>\n";
    return r;
}

bool says_latin(std::string_view content_type) {
    std::string lower(content_type);
    std::ranges::transform(
        lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower.find("iso-8859-1") != std::string::npos;
}

/// Returns whether the call has neither boxes nor services, so that it means the same for each of its cards.
bool names_cards_alone(const call& c) {
    return c.mistake.empty() && c.boxes.empty() && c.services.empty() && c.paired_card.empty();
}

call with_card(call c, const std::string& card) {
    c.cards = {card};
    return c;
}

} // namespace

service::service(service_settings settings, cas c, journal j, documents d, fault_rules f)
    : settings_(std::move(settings)),
      documents_(std::move(d)),
      cas_(std::move(c)),
      journal_(std::move(j)),
      faults_(std::move(f)) {
    if (settings_.user) authorization_ = "Basic " + base64(*settings_.user + ":" + settings_.password);
}

bool service::knows(const http_request& request) const {
    const auto given = field_of(request, http::field::authorization);
    return given.size() == authorization_.size() &&
           CRYPTO_memcmp(given.data(), authorization_.data(), given.size()) == 0;
}

arrival service::receive(const http_request& request) {
    arrival a;
    const std::string_view target(request.target().data(), request.target().size());
    const auto mark = target.find('?');
    const auto path = target.substr(0, mark);
    const auto query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    if (!authorization_.empty() && !knows(request)) {
        auto question = plain(401, "authentication is required");
        question.headers.emplace_back("WWW-Authenticate", "Basic realm=\"contego-sim\"");
        a.what = std::move(question);
    } else if (path.starts_with("/sim/")) {
        a.what = administer(request, path, query);
    } else if (request.method() == http::verb::get) {
        a.what = get(request, path, query);
    } else {
        a = receive_call(request, path);
    }
    return a;
}

arrival service::receive_call(const http_request& request, std::string_view path) {
    arrival a;
    const auto content_type = field_of(request, http::field::content_type);
    const auto* area = area_at(path);
    if (area == nullptr) {
        a.what = plain(404, "there is no service at this path");
    } else if (request.method() != http::verb::post) {
        a.what = plain(405, "a service accepts only POST");
    } else if (!content_type.starts_with("text/xml")) {
        a.what = plain(415, "a service accepts only text/xml");
    } else {
        auto read = read_envelope(*area, request.body(), says_latin(content_type));
        if (const auto* f = std::get_if<fault>(&read)) {
            a.what = soap_fault(*f);
            return a;
        }
        auto& understood = std::get<reading>(read);
        const std::lock_guard lock(mutex_);
        a.trouble = faults_.choose(path, understood.call);
        most_at_once_ = std::max(most_at_once_, ++at_once_);
        a.what = std::move(understood);
    }
    return a;
}

answer service::do_call(const call& c, const mishap& trouble, moment now) {
    const std::lock_guard lock(mutex_);
    --at_once_;
    auto said = trouble.effect ? apply(c, now) : answer::no({}, {});
    if (!trouble.status_code.empty()) {
        said.status_code = trouble.status_code;
        said.message = "As the simulator was told";
    }
    if (said.reference.empty()) said.reference = cas_.next_reference();
    note(c, said, trouble.describe(), now);
    ++calls_[c.command][said.status_code];
    return said;
}

answer service::apply(const call& c, moment now) {
    if (!settings_.items || !names_cards_alone(c)) return cas_.apply(c, now);
    auto whole = answer::ok(false);
    for (const auto& card : c.cards) {
        const auto one = cas_.apply(with_card(c, card), now);
        whole.effect = whole.effect || one.effect;
        whole.items.push_back({card, one.status_code, one.message, one.reference});
    }
    return whole;
}

// A call that names cards alone has a line for each card, so that each card has lines of its own.
void service::note(const call& c, const answer& said, const std::string& trouble, moment now) {
    if (!names_cards_alone(c) || c.cards.size() < 2) {
        journal_.add(c, said, trouble, now);
        return;
    }
    for (std::size_t n = 0; n < c.cards.size(); ++n) {
        auto of_card = said;
        if (n < said.items.size()) {
            of_card.status_code = said.items[n].status_code;
            of_card.reference = said.items[n].reference;
            of_card.effect = said.effect && of_card.status_code == "OK";
        }
        journal_.add(with_card(c, c.cards[n]), of_card, trouble, now);
    }
}

response service::conclude(const arrival& a, moment now) {
    if (const auto* ready = std::get_if<response>(&a.what)) return *ready;
    const auto& understood = std::get<reading>(a.what);
    const auto said = do_call(understood.call, a.trouble, now);
    response r;
    if (a.trouble.http_status != 0)
        r = proxy_page(a.trouble.http_status);
    else if (a.trouble.fault)
        r = soap_fault(*a.trouble.fault);
    else
        r.body = write_envelope(*understood.operation, said);
    if (a.trouble.garbage) r.body = "<<< this is not XML &&& \x01\xff";
    if (a.trouble.wrong_length) {
        r.missing = 100;
        r.keep_alive = false;
    }
    r.headers = a.trouble.headers;
    return r;
}

response service::get(const http_request& request, std::string_view path, std::string_view query) {
    const auto host = field_of(request, http::field::host);
    response r;
    std::optional<std::string> found;
    if (const auto* area = area_at(path); area != nullptr && (query == "wsdl" || query == "WSDL")) {
        found = documents_.wsdl(area->name, settings_.scheme + "://" + std::string(host));
    } else if (path.ends_with(".xsd")) {
        // A schema is served beside each service, since their WSDL refers to it there.
        const auto slash = path.rfind('/');
        const bool beside = std::ranges::any_of(areas(), [&](const simulator::area& one) {
            return one.path.substr(0, one.path.rfind('/')) == path.substr(0, slash);
        });
        if (beside) found = documents_.schema(path.substr(slash + 1));
    }
    if (!found) return plain(404, "there is no document at this path");
    r.body = *std::move(found);
    return r;
}

} // namespace contego::simulator
