#include "config/settings.hpp"

namespace contego::daemon {
namespace {

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

} // namespace

const settings<configuration>& top_settings() {
    using section = configuration;
    static const settings<section> all{
        text_setting<section>("name",
                              R"("contegod")",
                              "Name of this daemon in contego.daemon and in logs.",
                              [](auto& s) -> auto& { return s.name; }),
        number_setting<section>("drain_timeout_ms",
                                0,
                                hour,
                                minute,
                                "After SIGTERM: how long to wait for what is in flight before giving up.",
                                [](auto& s) -> auto& { return s.drain_timeout; }),
    };
    return all;
}

const settings<database_configuration>& database_settings() {
    using section = database_configuration;
    static const settings<section> all{
        text_setting<section>(
            "connection",
            "required",
            "libpq connection string or URI; several hosts are allowed. A password in it is refused.",
            [](auto& s) -> auto& { return s.connection; }),
        path_setting<section>("password_file",
                              R"("")",
                              "File with the password of that login; its first line counts. Empty: none.",
                              [](auto& s) -> auto& { return s.password_file; }),
        text_setting<section>("listen_connection",
                              R"("")",
                              "The same for LISTEN only, where connection leads through a pooler; empty: the "
                              "same as connection.",
                              [](auto& s) -> auto& { return s.listen_connection; }),
        flag_setting<section>("listen",
                              true,
                              "false: no LISTEN; what is inserted is found by polling alone.",
                              [](auto& s) -> auto& { return s.listen; }),
        number_setting<section>(
            "answer_timeout_ms",
            1000,
            hour,
            30'000,
            "A call to the database that is not answered within this is given up, with its "
            "connection, and made again. A renewal of the lease waits no longer than a quarter of "
            "lease_ms.",
            [](auto& s) -> auto& { return s.answer_timeout; }),
        number_setting<section>("lease_ms",
                                3000,
                                hour,
                                10'000,
                                "A daemon that was not heard of for so long is taken for dead: its "
                                "requests run elsewhere. Renewed at a third of it.",
                                [](auto& s) -> auto& { return s.lease; }),
        number_setting<section>("retention_months",
                                0,
                                1200,
                                0,
                                "A month of finished requests, with their commands and idempotency keys, is "
                                "dropped when it ended more than so many months ago; 0: never. Give all "
                                "daemons the same.",
                                [](auto& s) -> auto& { return s.retention_months; }),
    };
    return all;
}

const settings<provider_configuration>& provider_settings() {
    using section = provider_configuration;
    static const settings<section> all{
        flag_setting<section>("effective",
                              true,
                              "false: nothing is claimed for this provider, its rows wait.",
                              [](auto& s) -> auto& { return s.effective; }),
        path_setting<section>("binding",
                              R"("")",
                              "Binding file with the wire names of this CAS, see binding.md; empty: the "
                              "default one, a stand-in.",
                              [](auto& s) -> auto& { return s.binding; }),
        text_setting<section>("endpoint",
                              "required",
                              "URL of the CAS, http or https; the paths of the binding are appended.",
                              [](auto& s) -> auto& { return s.endpoint.url; }),
        list_setting<section>("standby_endpoints",
                              "URLs that take its place, in this order, while it is taken for dead.",
                              [](auto& s) -> auto& { return s.standby_endpoints; }),
        text_setting<section>("user",
                              R"("")",
                              "User name for HTTP Basic; empty: no authentication.",
                              [](auto& s) -> auto& { return s.endpoint.user; }),
        path_setting<section>("password_file",
                              R"("")",
                              "File with the password for HTTP Basic; its first line counts.",
                              [](auto& s) -> auto& { return s.password_file; }),
        number_setting<section>("in_flight",
                                1,
                                1000,
                                64,
                                "Exchanges, and so connections, at the same time by this daemon.",
                                [](auto& s) -> auto& { return s.line.in_flight; }),
        number_setting<section>("rate_per_second",
                                0,
                                100'000,
                                0,
                                "Exchanges a second by this daemon, spread evenly; 0: as many as come.",
                                [](auto& s) -> auto& { return s.guard.rate; }),
        number_setting<section>(
            "fleet_in_flight",
            0,
            100'000,
            0,
            "Exchanges at the same time by all daemons on this database together, who share "
            "them out; 0: only in_flight counts.",
            [](auto& s) -> auto& { return s.fleet.in_flight; }),
        number_setting<section>("fleet_rate_per_second",
                                0,
                                100'000,
                                0,
                                "The same for exchanges a second; 0: only rate_per_second counts.",
                                [](auto& s) -> auto& { return s.fleet.rate; }),
        number_setting<section>(
            "claim_ahead",
            0,
            100'000,
            256,
            "Requests claimed beyond those, so that sending does not wait for the database. More work off a "
            "backlog faster; EXPRESS and those who insert wait longer meanwhile.",
            [](auto& s) -> auto& { return s.line.claim_ahead; }),
        number_setting<section>("exchange_timeout_ms",
                                1,
                                hour,
                                30'000,
                                "For one exchange in all, from waiting for a connection to the last byte.",
                                [](auto& s) -> auto& { return s.line.exchange_timeout; }),
        number_setting<section>("poll_interval_ms",
                                10,
                                hour,
                                1000,
                                "Between claims that found nothing, where no notification comes.",
                                [](auto& s) -> auto& { return s.line.poll_interval; }),
        number_setting<section>("connect_timeout_ms",
                                1,
                                10 * minute,
                                5000,
                                "For one address of the host, the TLS handshake included.",
                                [](auto& s) -> auto& { return s.endpoint.connect_timeout; }),
        number_setting<section>(
            "idle_timeout_ms",
            0,
            hour,
            4000,
            "An idle connection is closed after this. Must be shorter than the server's own limit.",
            [](auto& s) -> auto& { return s.endpoint.idle_timeout; }),
        number_setting<section>("max_connection_age_ms",
                                1000,
                                day,
                                300'000,
                                "A connection older than this is not used again.",
                                [](auto& s) -> auto& { return s.endpoint.max_age; }),
        number_setting<section>("header_limit_bytes",
                                1024,
                                1'048'576,
                                16'384,
                                "Largest header of an answer.",
                                [](auto& s) -> auto& { return s.endpoint.header_limit; }),
        number_setting<section>("body_limit_bytes",
                                1024,
                                1'073'741'824,
                                4'194'304,
                                "Largest body of an answer.",
                                [](auto& s) -> auto& { return s.endpoint.body_limit; }),
    };
    return all;
}

const settings<http::tls_options>& tls_settings() {
    using section = http::tls_options;
    static const settings<section> all{
        path_setting<section>("ca_file",
                              R"("")",
                              "PEM file of the authorities trusted; empty: the system's.",
                              [](auto& s) -> auto& { return s.ca_file; }),
        path_setting<section>("certificate_file",
                              R"("")",
                              "PEM file of our client certificate and its chain; empty: none.",
                              [](auto& s) -> auto& { return s.certificate_file; }),
        path_setting<section>(
            "key_file", R"("")", "PEM file of its private key.", [](auto& s) -> auto& { return s.key_file; }),
        text_setting<section>(
            "server_name",
            R"("")",
            "Name asked for (SNI) and expected in the certificate; empty: the host of the endpoint.",
            [](auto& s) -> auto& { return s.server_name; }),
        word_setting<section>("minimum_version",
                              {"1.2", "1.3"},
                              "1.2",
                              "Lowest TLS version accepted.",
                              [](section& s, std::string_view word) {
                                  s.minimum_version =
                                      word == "1.3" ? http::tls_version::tls_1_3 : http::tls_version::tls_1_2;
                              }),
        flag_setting<section>(
            "accept_common_name",
            false,
            "true: a certificate without subject alternative names is good for the name in its "
            "common name (CN).",
            [](auto& s) -> auto& { return s.accept_common_name; }),
        flag_setting<section>("verify",
                              true,
                              "false: anybody may pose as the CAS. For trials only.",
                              [](auto& s) -> auto& { return s.verify; }),
    };
    return all;
}

const settings<http::breaker_options>& breaker_settings() {
    using section = http::breaker_options;
    static const settings<section> all{
        number_setting<section>(
            "failures",
            1,
            1000,
            5,
            "So many exchanges in a row without an answer: the endpoint is taken for dead, nothing is "
            "claimed for it. 401 and 403 count too; what the CAS says of a command never does.",
            [](auto& s) -> auto& { return s.failures; }),
        number_setting<section>(
            "probe_interval_ms",
            10,
            10 * minute,
            1000,
            "Then one request at a time is sent, no more often than this, to see whether it is back.",
            [](auto& s) -> auto& { return s.probe_interval; }),
        number_setting<section>("probe_timeout_ms",
                                1,
                                10 * minute,
                                5000,
                                "For that exchange, where it is shorter than exchange_timeout_ms.",
                                [](auto& s) -> auto& { return s.probe_timeout; }),
    };
    return all;
}

const settings<pipeline::retry_policy>& retry_settings() {
    using section = pipeline::retry_policy;
    static const settings<section> all{
        number_setting<section>(
            "first_delay_ms",
            1,
            hour,
            1000,
            "Bound of the first wait; it doubles with every attempt; the wait is drawn from 0 to it.",
            [](auto& s) -> auto& { return s.first_delay; }),
        number_setting<section>(
            "longest_delay_ms",
            1,
            day,
            300'000,
            "Bound of every wait, also of what a CAS asks for by Retry-After; not below first_delay_ms.",
            [](auto& s) -> auto& { return s.longest_delay; }),
        number_setting<section>(
            "most_attempts",
            1,
            100'000,
            30,
            "After so many failed runs the request is REJECTED with RETRIES_EXHAUSTED, "
            "or HELD if the CAS may have done it. Runs during an outage of the CAS are not counted.",
            [](auto& s) -> auto& { return s.most_attempts; }),
        number_setting<section>(
            "longest_age_ms",
            0,
            365 * day,
            day,
            "The same for a request that fails when it has been due for so long; 0: however long.",
            [](auto& s) -> auto& { return s.longest_age; }),
    };
    return all;
}

const settings<log_configuration>& log_settings() {
    using section = log_configuration;
    static const settings<section> all{
        word_setting<section>("format",
                              {"text", "json"},
                              "text",
                              "One line a message, for people or for programs.",
                              [](section& s, std::string_view word) {
                                  s.format = word == "json" ? log_format::json : log_format::text;
                              }),
        word_setting<section>("level",
                              {"debug", "info", "warning", "error"},
                              "info",
                              "What is not worth less than this is logged.",
                              [](section& s, std::string_view word) { s.level = word; }),
    };
    return all;
}

const settings<admin_configuration>& admin_settings() {
    using section = admin_configuration;
    static const settings<section> all{
        flag_setting<section>("enabled",
                              true,
                              "Whether /metrics, /readyz and /livez are served.",
                              [](auto& s) -> auto& { return s.enabled; }),
        address_setting<section>("address",
                                 R"("127.0.0.1")",
                                 "IP address to listen on; keep it a loopback one.",
                                 [](auto& s) -> auto& { return s.address; }),
        number_setting<section>("port",
                                0,
                                65535,
                                9464,
                                "Port; 0: a free one, which the log names.",
                                [](auto& s) -> auto& { return s.port; }),
        list_setting<section>(
            "host_names",
            "Names under which it may be asked (Host header), beside address and, on a "
            "loopback or wildcard address, localhost. A wildcard address may be asked under "
            "every IP address.",
            [](auto& s) -> auto& { return s.host_names; }),
    };
    return all;
}

namespace {

template <typename Section>
std::string table_of(std::string_view heading, const settings<Section>& all) {
    std::string text = "\n## " + std::string(heading) +
                       "\n\n| key | type | range | default | meaning |\n|---|---|---|---|---|\n";
    for (const auto& s : all) {
        const auto fallback = s.fallback == "required" ? s.fallback : '`' + s.fallback + '`';
        text += "| `" + std::string(s.name) + "` | " + std::string(s.type) + " | " + s.range + " | " +
                fallback + " | " + std::string(s.meaning) + " |\n";
    }
    return text;
}

} // namespace

std::string describe_settings() {
    return "# Configuration\n\n"
           "A JSON file; `//` and `/* */` comments are allowed. Every key may be overridden by the "
           "environment: the path of\n"
           "the key in capitals, joined by `_`, after `CONTEGOD_`; for example "
           "`CONTEGOD_DATABASE_CONNECTION` or\n"
           "`CONTEGOD_PROVIDERS_DEFAULT_ENDPOINT`. Secrets stand in files of their own, never here. Relative "
           "paths start at\n"
           "the folder of the configuration file. `contegod check --config FILE` reports every mistake at "
           "once; this page is\n"
           "what `contegod check --keys` prints.\n\n"
           "contegod refuses a key that an object holds twice, a misspelt `CONTEGOD_` variable, and two "
           "provider names with the same\n"
           "variables (`cas` and `CAS`). A file that the configuration names must be a regular file of "
           "16 MiB at most.\n" +
           table_of("Top level", top_settings()) + table_of("`database`", database_settings()) +
           table_of("`providers.NAME`, one for each CAS", provider_settings()) +
           table_of("`providers.NAME.tls`", tls_settings()) +
           table_of("`providers.NAME.breaker`", breaker_settings()) +
           table_of("`providers.NAME.retry`", retry_settings()) + table_of("`log`", log_settings()) +
           table_of("`admin`", admin_settings());
}

} // namespace contego::daemon
