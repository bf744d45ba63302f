#include "simulator/options.hpp"

#include "json/json.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <stdexcept>

namespace contego::simulator {
namespace {

/// The command line as written, before it is interpreted.
struct arguments {
    std::string listen = "127.0.0.1:0";
    std::string user;
    std::string password_file;
    std::string faults_file;
    std::string cards;
    std::string population_file;
    std::optional<std::uint64_t> seed;
    unsigned stub_latency = 0;
};

std::string content_of(const std::string& file) {
    const std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) throw std::runtime_error("cannot read " + file);
    return text.str();
}

value document_in(const std::string& file) {
    try {
        return json::parse(content_of(file), json::author::person);
    } catch (const json::parse_error& e) {
        throw std::runtime_error(file + ": " + e.what());
    }
}

/// Reads `127.0.0.1:8080` or `[::1]:0`.
void read_listen(const std::string& text, server_settings& to) {
    const auto colon = text.rfind(':');
    unsigned port = 65536;
    if (colon != std::string::npos) {
        std::istringstream digits(text.substr(colon + 1));
        digits >> port;
        if (!digits.eof()) port = 65536;
    }
    if (port > 65535) throw std::runtime_error("--listen " + text + ": must be ADDRESS:PORT");
    to.port = static_cast<unsigned short>(port);
    to.address = text.substr(0, colon);
    if (to.address.starts_with('[') && to.address.ends_with(']'))
        to.address = to.address.substr(1, to.address.size() - 2);
}

void declare(CLI::App& app, arguments& a, options& o) {
    app.add_option("--listen", a.listen, "ADDRESS:PORT; port 0 takes any free port, which is printed")
        ->capture_default_str();
    auto* certificate = app.add_option(
        "--tls-certificate", o.server.certificate_file, "PEM file with the certificate chain; enables TLS");
    auto* key = app.add_option("--tls-key", o.server.key_file, "PEM file with the key of the certificate");
    certificate->needs(key);
    key->needs(certificate);
    app.add_option("--client-ca",
                   o.server.client_ca_file,
                   "PEM file of a CA; clients must present a certificate of it")
        ->needs(certificate);
    auto* user = app.add_option("--user", a.user, "require HTTP Basic authentication as this user");
    auto* password =
        app.add_option("--password-file", a.password_file, "file with the password in its first line");
    user->needs(password);
    password->needs(user);
    app.add_option("--faults", a.faults_file, "JSON file with a list of fault rules");
    app.add_option("--seed", a.seed, "seed that makes fault rules and reference numbers repeatable");
    app.add_option("--journal", o.journal_file, "append a JSON line to this file for every effect");
    app.add_flag("--items",
                 o.service.items,
                 "carry out a call with several cards for each card, and answer with the status of each");
    auto* cards = app.add_option(
        "--cards", a.cards, "LOW-HIGH, the range of the existing cards (default 01000000000-01999999999)");
    app.add_option("--population", a.population_file, "JSON file with the existing cards, boxes and services")
        ->excludes(cards);
    app.add_option(
        "--wsdl-dir", o.wsdl_directory, "serve these WSDL and XSD files in place of the built-in ones");
    app.add_option("--threads", o.server.threads, "number of threads that serve requests")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    auto* stub = app.add_flag(
        "--stub", o.server.stub, "answer every POST with OK at once, without reading it; for benchmarks");
    app.add_option("--stub-latency", a.stub_latency, "milliseconds before each answer of the stub")
        ->check(CLI::Range(0, 60'000))
        ->needs(stub);
}

void complete(const arguments& a, options& o) {
    read_listen(a.listen, o.server);
    o.server.stub_latency = std::chrono::milliseconds(a.stub_latency);
    if (!a.user.empty()) {
        o.service.user = a.user;
        const auto password = content_of(a.password_file);
        o.service.password = password.substr(0, password.find_first_of("\r\n"));
    }
    o.service.scheme = o.server.certificate_file.empty() ? "http" : "https";
    o.service.seed = a.seed ? *a.seed : std::random_device()();
    if (!a.population_file.empty()) o.population = population::parse(document_in(a.population_file));
    if (!a.cards.empty()) o.population.cards = {number_range::parse(a.cards)};
    if (!a.faults_file.empty()) o.fault_document = document_in(a.faults_file);
}

} // namespace

std::variant<options, ended> read_options(int argc, const char* const* argv, const std::string& version) {
    CLI::App app("A simulated conditional access system that keeps state and injects faults on request.",
                 "contego-sim");
    app.set_version_flag("--version", "contego-sim " + version);
    arguments a;
    options o;
    declare(app, a, o);
    try {
        app.parse(argc, argv);
        complete(a, o);
    } catch (const CLI::ParseError& e) {
        return ended{app.exit(e)};
    } catch (const std::exception& e) {
        std::cerr << "contego-sim: " << e.what() << '\n';
        return ended{2};
    }
    return o;
}

} // namespace contego::simulator
