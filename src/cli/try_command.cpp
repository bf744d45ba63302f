#include "binding/utf_8.hpp"
#include "cli/argument_text.hpp"
#include "cli/commands.hpp"
#include "cli/planned.hpp"
#include "cli/print_reply.hpp"
#include "cli/subcommand.hpp"
#include "config/check_provider.hpp"
#include "config/load_binding.hpp"
#include "doctor/check_endpoint.hpp"
#include "http/endpoint_client.hpp"
#include "http/try_endpoint.hpp"
#include "pipeline/fresh_sending.hpp"
#include <contego/violation.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace contego::daemon {
namespace {

/// The command of a trial, ready to be sent.
struct trial {
    const provider_configuration& provider;
    http::endpoint where;
    chosen_binding site;
    command what;
    sending now;
};

/// Returns the ids of a trial. They differ from those of the trial before, so that a CAS that recognises
/// repetitions carries out the command.
std::int64_t fresh_request_id() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::optional<command> planned_command(const try_arguments& arguments, const limits& site) {
    const auto parameters = parameters_of(arguments.parameters);
    const auto commands = parameters ? planned(arguments.command, *parameters, site) : std::nullopt;
    if (!commands) return std::nullopt;
    return (*commands)[0];
}

std::optional<trial> prepared(const provider_configuration& p, const try_arguments& arguments) {
    auto loaded = load_binding(p);
    auto endpoints = check_endpoints(p);
    if (const auto wrong = mistakes_in(p); !wrong.empty()) {
        print_mistakes("providers." + p.line.provider, wrong);
        return std::nullopt;
    }
    auto& wire = std::get<binding>(loaded);
    auto what = planned_command(arguments, wire.limits());
    if (!what) return std::nullopt;
    trial out{.provider = p,
              .where = std::move(std::get<std::vector<http::endpoint>>(endpoints).front()),
              .site = {.wire = std::move(wire), .name = name_of_binding(p.binding)},
              .what = std::move(*what),
              .now = {}};
    const auto id = arguments.request_id > 0 ? arguments.request_id : fresh_request_id();
    out.now = pipeline::fresh_sending(id, {.sequence = 1, .what = &out.what});
    return out;
}

void print_request(const trial& t, const prepared_command& one) {
    std::cout << "POST " << t.where.options.url << one.wire.path
              << "\nContent-Type: " << one.wire.content_type << '\n';
    if (one.wire.soap_action) std::cout << "SOAPAction: \"" << *one.wire.soap_action << "\"\n";
    if (!t.where.options.user.empty()) std::cout << "Authorization: Basic ****\n";
    for (const auto& [name, text] : t.site.wire.masked_headers(t.what, t.now))
        std::cout << name << ": " << text << '\n';
    std::cout << '\n' << one.masked << "\n\n" << std::flush;
}

std::string milliseconds(std::chrono::steady_clock::duration d) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(1) << std::chrono::duration<double, std::milli>(d).count()
        << " ms";
    return out.str();
}

/// Returns the content type without control characters, which could change the terminal.
std::string shown_type(const exchange& x) {
    constexpr std::size_t longest = 200;
    return x.content_type.empty() ? "no content type" : shortened(wire::cleaned(x.content_type), longest);
}

/// Opens a connection of its own and prints what it shows. Returns whether it was opened.
bool print_connection(const trial& t) {
    const auto seen = http::try_endpoint(t.where, t.where.options.connect_timeout);
    for (const auto& f : check_endpoint("connection: ", t.where, seen)) {
        std::cout << f.what << (seen.error == transport_error::none ? ", opened in " : ", after ")
                  << milliseconds(seen.opened_in) << '\n';
        if (!f.hint.empty()) std::cout << "HINT: " << f.hint << '\n';
    }
    for (const auto& c : seen.chain)
        std::cout << "certificate: " << c.subject << ", expires in "
                  << span_text(
                         std::chrono::duration<double>(c.expires - std::chrono::system_clock::now()).count())
                  << '\n';
    return seen.error == transport_error::none;
}

exchange exchanged(const trial& t, envelope e) {
    exchange out;
    boost::asio::io_context network(1);
    const auto client = http::make_endpoint_client(network.get_executor(), t.where);
    boost::asio::co_spawn(
        network,
        client->send(std::move(e), std::chrono::steady_clock::now() + t.provider.line.exchange_timeout),
        [&](const std::exception_ptr& thrown, exchange x) {
            if (thrown) std::rethrow_exception(thrown);
            out = std::move(x);
        });
    network.run();
    return out;
}

void print_answer(const exchange& x, const interpretation& meaning) {
    if (x.state == exchange_state::answered)
        std::cout << "HTTP " << x.http_status << ", " << shown_type(x) << ", " << x.body.size() << " bytes";
    else
        std::cout << "no answer (" << name_of(x.state) << ", " << name_of(x.error) << ": " << x.detail << ')';
    std::cout << ", after " << milliseconds(x.duration) << "\n\n";
    if (!meaning.storable.empty()) std::cout << meaning.storable << "\n\n";
}

/// Logs in if the command needs a session, and keeps the token in the sending. Returns whether the command
/// can be sent.
bool log_in(trial& t) {
    const auto& wire = t.site.wire;
    if (!wire.uses_session(t.what.type)) return true;
    const auto now = pipeline::fresh_sending();
    auto e = wire.prepare_login(now);
    std::cout << "login: POST " << t.where.options.url << e.path << '\n';
    const auto x = exchanged(t, std::move(e));
    auto login = wire.interpret_login(now, x);
    std::cout << "login: " << (login.token.empty() ? "no session" : "a session was opened") << ", after "
              << milliseconds(x.duration) << "\n\n";
    if (login.token.empty()) print_reply(login.answer, t.site.name);
    t.now.session = std::move(login.token);
    return !t.now.session.empty();
}

/// A GET leaves the CAS as it was.
bool changes_something(const command& c) {
    return !name_of(c.type).starts_with("GET_");
}

} // namespace

int try_command(const try_arguments& arguments) {
    if (!is_command(arguments.command)) return exit_status::bad_input;
    const auto c = configured(arguments.configuration_file);
    const auto* p = c ? chosen_provider(*c, arguments.provider) : nullptr;
    auto t = p != nullptr ? prepared(*p, arguments) : std::nullopt;
    if (!t) return exit_status::bad_input;
    print_request(*t, t->site.wire.prepare(t->what, t->now));
    if (changes_something(t->what) && !arguments.send) {
        std::cerr << "try: nothing was sent, because " << arguments.command
                  << " changes something at the CAS\nHINT: to send it, give --send\n";
        return exit_status::bad_input;
    }
    if (!print_connection(*t) || !log_in(*t)) return exit_status::failed;
    const auto x = exchanged(*t, t->site.wire.prepare(t->what, t->now).wire);
    const auto meaning = t->site.wire.interpret(t->what, t->now, x);
    print_answer(x, meaning);
    print_reply(meaning.answer, t->site.name);
    return meaning.answer.outcome == outcome::success ? 0 : exit_status::failed;
}

} // namespace contego::daemon
