// Prints one JSON line for each of the 13 commands: how many nanoseconds it takes to prepare the command and
// to interpret an answer to it. Both include the text that is stored. The command line names the binding
// file. Single thread, one warm-up round, the best of five rounds, because other programs on the machine only
// ever add time.

#include <contego/binding.hpp>
#include <contego/parameter.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

namespace {

using namespace contego;

constexpr int rounds = 5;
constexpr int calls = 20'000;

value sample_of(const parameter& p) {
    switch (p.kind) {
    case parameter_kind::smartcard_ca_id:
        return "01900080207";
    case parameter_kind::stb_ca_id:
        return "0012345678";
    case parameter_kind::service_ca_id:
        return "1111";
    case parameter_kind::distribution:
        return "LIVING-ROOM";
    case parameter_kind::message:
        return "Your subscription ends on Friday. Call 1234 & stay with us.";
    case parameter_kind::date:
        return "2026-01-02T03:04:05+02:00";
    case parameter_kind::duration:
        return 20;
    case parameter_kind::count:
        return 3;
    case parameter_kind::interval:
        return 110;
    case parameter_kind::position:
    case parameter_kind::height:
    case parameter_kind::slot:
        return 10;
    case parameter_kind::pin:
        return "0000";
    case parameter_kind::number:
        return "77";
    case parameter_kind::smartcards:
        return value::list{value::object{{"smartcard_ca_id", "01900080207"}}};
    case parameter_kind::stbs:
        return value::list{value::object{{"stb_ca_id", "0012345678"}}};
    }
    return {};
}

command sample_command(command_type type) {
    command c;
    c.type = type;
    for (const auto& p : parameters_of(type))
        c.parameters.emplace(p.name, sample_of(p));
    return c;
}

// Returns an answer of real size and shape. The output says whether the binding understands it.
exchange sample_answer() {
    exchange e;
    e.state = exchange_state::answered;
    e.http_status = 200;
    e.content_type = "text/xml; charset=utf-8";
    e.body = R"(<?xml version="1.0" encoding="UTF-8"?>)"
             R"(<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>)"
             R"(<r:Response xmlns:r="urn:bench"><r:StatusCode>OK</r:StatusCode><r:Message>Done.</r:Message>)"
             R"(<r:ReferenceNumber>38a4254b-6663-4cb5-9764-e2a292264515</r:ReferenceNumber>)"
             R"(<r:Paired>true</r:Paired><r:CaClientId>0012345678</r:CaClientId></r:Response>)"
             R"(</soap:Body></soap:Envelope>)";
    return e;
}

// Every result is added here, so that the compiler can leave out no call.
std::size_t consumed = 0;

template <typename Call>
double nanoseconds(Call call) {
    using clock = std::chrono::steady_clock;
    auto best = clock::duration::max();
    for (int round = 0; round <= rounds; ++round) {
        const auto begin = clock::now();
        for (int i = 0; i < calls; ++i)
            consumed += call();
        if (round > 0) best = std::min(best, clock::now() - begin);
    }
    return std::chrono::duration<double, std::nano>(best).count() / calls;
}

void measure(const binding& b, command_type type) {
    const auto c = sample_command(type);
    const auto answer = sample_answer();
    const auto prepare = nanoseconds([&] { return b.prepare(c, {4049}).masked.size(); });
    const auto interpret = nanoseconds([&] { return b.interpret(c, {4049}, answer).storable.size(); });
    std::cout << R"({"command":")" << name_of(type) << R"(","prepare_ns":)" << static_cast<long>(prepare)
              << R"(,"envelope_bytes":)" << b.prepare(c, {4049}).wire.body.size() << R"(,"interpret_ns":)"
              << static_cast<long>(interpret) << R"(,"answer_bytes":)" << answer.body.size()
              << R"(,"outcome":")" << name_of(b.interpret(c, {4049}, answer).answer.outcome) << "\"}\n";
}

} // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: bench_render BINDING-FILE\n";
        return 2;
    }
    const std::ifstream in(arguments[1], std::ios::binary);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) {
        std::cerr << "cannot read " << arguments[1] << '\n';
        return 1;
    }
    const auto made = binding::compile(text.str());
    if (const auto* mistakes = std::get_if<std::vector<binding_error>>(&made)) {
        for (const auto& m : *mistakes)
            std::cerr << arguments[1] << ':' << m.line << ": " << m.reason << '\n';
        return 1;
    }
    for (const auto type : command_types)
        measure(std::get<binding>(made), type);
    return consumed == 0 ? 1 : 0;
}
