#include "config/settings.hpp"

namespace contego::daemon {
namespace {

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

constexpr enum_table<http::tls_version> tls_versions{{
    {http::tls_version::tls_1_2, "1.2"},
    {http::tls_version::tls_1_3, "1.3"},
}};

constexpr enum_table<log_format> log_formats{{
    {log_format::text, "text"},
    {log_format::json, "json"},
}};

} // namespace

const settings<configuration>& top_settings() {
    using section = configuration;
    static const settings<section> all{
        text_setting<section>("name",
                              "Name of this daemon in contego.daemon and in logs.",
                              [](auto& s) -> auto& { return s.name; }),
        number_setting<section>("drain_timeout_ms",
                                0,
                                hour,
                                "After SIGTERM, the daemon waits this long for the answers still in flight. "
                                "Then it abandons them, and those requests may have been sent.",
                                [](auto& s) -> auto& { return s.drain_timeout; }),
    };
    return all;
}

const settings<database_configuration>& database_settings() {
    using section = database_configuration;
    static const settings<section> all{
        required_text_setting<section>(
            "connection",
            "libpq connection string or URI. It may name several hosts. A password in it is refused.",
            [](auto& s) -> auto& { return s.connection; }),
        path_setting<section>("password_file",
                              "File whose first line is the password of that login. Empty: no password.",
                              [](auto& s) -> auto& { return s.password_file; }),
        text_setting<section>("listen_connection",
                              "Connection string for LISTEN only. Set it if connection leads through a "
                              "pooler. Empty: the same as connection.",
                              [](auto& s) -> auto& { return s.listen_connection; }),
        flag_setting<section>(
            "listen",
            "Whether the daemon uses LISTEN. If false, it finds new requests by polling alone.",
            [](auto& s) -> auto& { return s.listen; }),
        number_setting<section>(
            "answer_timeout_ms",
            1000,
            hour,
            "If the database does not answer a call within this time, the daemon closes the connection and "
            "makes the call again. A renewal of the lease waits no longer than a quarter of lease_ms.",
            [](auto& s) -> auto& { return s.answer_timeout; }),
        number_setting<section>(
            "shared_connections",
            1,
            100,
            "Connections that all providers share for claims, and as many again for records. If a call takes "
            "longer than 100 ms, another connection is opened in its place. So no provider waits for the "
            "slow "
            "calls of another.",
            [](auto& s) -> auto& { return s.shared_connections; }),
        number_setting<section>(
            "lease_ms",
            3000,
            hour,
            "A daemon is taken for dead if it does not renew its lease for this long while another daemon "
            "does. Other daemons then run its requests. A daemon renews its lease every third of this time.",
            [](auto& s) -> auto& { return s.lease; }),
        flag_setting<section>(
            "failover_keeps_writes",
            "Set it to true only if a server that takes over always has every acknowledged write, as with "
            "synchronous replication. Then one daemon confirms a failover, even if it has just started. If "
            "false, claiming stops after a failover until all daemons have found their latest writes, or an "
            "operator has run contegod after-data-loss.",
            [](auto& s) -> auto& { return s.failover_keeps_writes; }),
        number_setting<section>(
            "retention_months",
            0,
            1200,
            "A month of finished requests is dropped, with its commands and idempotency keys, when it ended "
            "more than this many months ago. 0: months are never dropped. Give all daemons the same value.",
            [](auto& s) -> auto& { return s.retention_months; }),
    };
    return all;
}

const settings<provider_configuration>& provider_settings() {
    using section = provider_configuration;
    static const settings<section> all{
        flag_setting<section>("effective",
                              "Whether this daemon claims requests for this provider. If false, they wait.",
                              [](auto& s) -> auto& { return s.effective; }),
        path_setting<section>("binding",
                              "Binding file with the wire names of this CAS, see binding.md. Empty: the "
                              "default binding, which is a stand-in.",
                              [](auto& s) -> auto& { return s.binding; }),
        required_text_setting<section>(
            "endpoint",
            "URL of the CAS, http or https. The paths of the binding are appended to it.",
            [](auto& s) -> auto& { return s.endpoint.url; }),
        list_setting<section>(
            "standby_endpoints",
            "URLs that take the place of endpoint, in this order, while its breaker is open.",
            [](auto& s) -> auto& { return s.standby_endpoints; }),
        text_setting<section>("user",
                              "User name for HTTP Basic authentication. Empty: no authentication.",
                              [](auto& s) -> auto& { return s.endpoint.user; }),
        path_setting<section>("password_file",
                              "File whose first line is the password for HTTP Basic authentication.",
                              [](auto& s) -> auto& { return s.password_file; }),
        path_setting<section>("secrets_file",
                              "File with a line NAME=VALUE for each {secret.NAME} of the binding file. It is "
                              "read at start.",
                              [](auto& s) -> auto& { return s.secrets_file; }),
        number_setting<section>(
            "in_flight",
            1,
            1000,
            "Most exchanges that this daemon has in flight at the same time. Each needs a connection.",
            [](auto& s) -> auto& { return s.line.in_flight; }),
        number_setting<section>(
            "rate_per_second",
            0,
            100'000,
            "Most exchanges that this daemon begins a second, spread evenly. 0: no limit.",
            [](auto& s) -> auto& { return s.guard.rate; }),
        number_setting<section>("fleet_in_flight",
                                0,
                                100'000,
                                "Most exchanges that all daemons on this database together have in flight. "
                                "Each daemon gets a share. 0: only in_flight counts.",
                                [](auto& s) -> auto& { return s.fleet.in_flight; }),
        number_setting<section>("fleet_rate_per_second",
                                0,
                                100'000,
                                "Most exchanges that all daemons on this database together begin a second. "
                                "0: only rate_per_second counts.",
                                [](auto& s) -> auto& { return s.fleet.rate; }),
        number_setting<section>("claim_ahead",
                                0,
                                100'000,
                                "Requests that this daemon claims beyond in_flight, so that sending does not "
                                "wait for the database. A higher value works off a backlog faster, but "
                                "EXPRESS requests and INSERTs wait longer meanwhile.",
                                [](auto& s) -> auto& { return s.line.claim_ahead; }),
        number_setting<section>(
            "exchange_timeout_ms",
            1,
            hour,
            "Longest time for one exchange, from waiting for a connection to the last byte of the answer.",
            [](auto& s) -> auto& { return s.line.exchange_timeout; }),
        number_setting<section>("poll_interval_ms",
                                10,
                                hour,
                                "The daemon polls this often for requests of which no notification told "
                                "it. It polls for all providers at once, by the shortest interval. While "
                                "everything is quiet, a daemon that uses LISTEN waits three times as "
                                "long.",
                                [](auto& s) -> auto& { return s.poll_interval; }),
        number_setting<section>(
            "connect_timeout_ms",
            1,
            10 * minute,
            "Longest time to connect to one address of the host, including the TLS handshake.",
            [](auto& s) -> auto& { return s.endpoint.connect_timeout; }),
        number_setting<section>(
            "idle_timeout_ms",
            0,
            hour,
            "An idle connection is closed after this time. It must be shorter than the server's own limit.",
            [](auto& s) -> auto& { return s.endpoint.idle_timeout; }),
        number_setting<section>("max_connection_age_ms",
                                1000,
                                day,
                                "A connection older than this is not used again.",
                                [](auto& s) -> auto& { return s.endpoint.max_age; }),
        number_setting<section>("header_limit_bytes",
                                1024,
                                1'048'576,
                                "Largest header of an answer. A larger one fails the exchange.",
                                [](auto& s) -> auto& { return s.endpoint.header_limit; }),
        number_setting<section>("body_limit_bytes",
                                1024,
                                1'073'741'824,
                                "Largest body of an answer. A larger one fails the exchange.",
                                [](auto& s) -> auto& { return s.endpoint.body_limit; }),
    };
    return all;
}

const settings<http::tls_options>& tls_settings() {
    using section = http::tls_options;
    static const settings<section> all{
        path_setting<section>(
            "ca_file",
            "PEM file of the certificate authorities to trust. Empty: those of the operating system.",
            [](auto& s) -> auto& { return s.ca_file; }),
        path_setting<section>(
            "certificate_file",
            "PEM file of the daemon's client certificate and its chain. Empty: no client certificate.",
            [](auto& s) -> auto& { return s.certificate_file; }),
        path_setting<section>("key_file",
                              "PEM file of the private key of that certificate.",
                              [](auto& s) -> auto& { return s.key_file; }),
        text_setting<section>("server_name",
                              "Name that the daemon asks for (SNI) and expects in the server's certificate. "
                              "Empty: the host of the endpoint.",
                              [](auto& s) -> auto& { return s.server_name; }),
        enum_setting<section>("minimum_version",
                              tls_versions,
                              "Lowest TLS version that the daemon accepts.",
                              [](auto& s) -> auto& { return s.minimum_version; }),
        flag_setting<section>("accept_common_name",
                              "Whether a certificate without subject alternative names may carry the "
                              "server's name in its common name (CN).",
                              [](auto& s) -> auto& { return s.accept_common_name; }),
        flag_setting<section>("verify",
                              "Whether the server's certificate and name are checked. If false, any server "
                              "can pose as the CAS; use this for trials only.",
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
            "The breaker of an endpoint opens after this many exchanges in a row without an answer. HTTP "
            "statuses 401 and 403 count too; an answer of the CAS about a command never counts. While the "
            "breakers of all endpoints are open, the daemon claims nothing for the provider.",
            [](auto& s) -> auto& { return s.failures; }),
        number_setting<section>("probe_interval_ms",
                                10,
                                10 * minute,
                                "While a breaker is open, the daemon sends one probe at a time, no more "
                                "often than this, to see whether the endpoint answers again.",
                                [](auto& s) -> auto& { return s.probe_interval; }),
        number_setting<section>("probe_timeout_ms",
                                1,
                                10 * minute,
                                "Longest time for a probe, if it is shorter than exchange_timeout_ms.",
                                [](auto& s) -> auto& { return s.probe_timeout; }),
    };
    return all;
}

const settings<pipeline::retry_policy>& retry_settings() {
    using section = pipeline::retry_policy;
    static const settings<section> all{
        number_setting<section>("first_delay_ms",
                                1,
                                hour,
                                "Limit of the wait after the first failed run. The limit doubles with every "
                                "attempt; the wait is drawn at random between 0 and the limit.",
                                [](auto& s) -> auto& { return s.first_delay; }),
        number_setting<section>("longest_delay_ms",
                                1,
                                day,
                                "Limit of every wait, also of a wait that the CAS asks for by Retry-After. "
                                "It must not be below first_delay_ms.",
                                [](auto& s) -> auto& { return s.longest_delay; }),
        number_setting<section>(
            "most_attempts",
            1,
            100'000,
            "After this many failed runs a request is REJECTED with RETRIES_EXHAUSTED, or HELD if the CAS "
            "may have carried it out. Runs that fail because of an outage of the CAS are not counted.",
            [](auto& s) -> auto& { return s.most_attempts; }),
        number_setting<section>("longest_age_ms",
                                0,
                                365 * day,
                                "A request that fails after it has been due for this long is REJECTED or "
                                "HELD in the same way. 0: age does not count.",
                                [](auto& s) -> auto& { return s.longest_age; }),
    };
    return all;
}

const settings<log_configuration>& log_settings() {
    using section = log_configuration;
    static const settings<section> all{
        enum_setting<section>(
            "format",
            log_formats,
            "Whether log lines are text for people or JSON for programs. Each message is one line.",
            [](auto& s) -> auto& { return s.format; }),
        word_setting<section>("level",
                              {"debug", "info", "warning", "error"},
                              "Lowest level of the messages that are logged.",
                              [](auto& s) -> auto& { return s.level; }),
    };
    return all;
}

const settings<admin_configuration>& admin_settings() {
    using section = admin_configuration;
    static const settings<section> all{
        flag_setting<section>("enabled",
                              "Whether the daemon serves /metrics, /readyz and /livez.",
                              [](auto& s) -> auto& { return s.enabled; }),
        address_setting<section>(
            "address",
            "IP address on which the admin listener accepts connections. Keep it a loopback address.",
            [](auto& s) -> auto& { return s.address; }),
        number_setting<section>(
            "port",
            0,
            65535,
            "TCP port of the admin listener. 0: the system chooses a free port, and the log names it.",
            [](auto& s) -> auto& { return s.port; }),
        list_setting<section>("host_names",
                              "Further names that the admin listener accepts in the Host header. It always "
                              "accepts address, and accepts localhost on a loopback or wildcard address. A "
                              "wildcard address accepts every IP address.",
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
    return "# Configuration\n\nA JSON file; `//` and `/* */` comments are allowed. An environment variable "
           "overrides a key: its\nname is `CONTEGOD_` and the path of the key in capitals, joined by `_`, "
           "for example `CONTEGOD_DATABASE_CONNECTION` or\n`CONTEGOD_PROVIDERS_DEFAULT_ENDPOINT`. Secrets "
           "are kept in separate files, never here. A relative path starts at the folder\nof the "
           "configuration file. `contegod check --config FILE` reports every mistake at once. `contegod "
           "check --keys` prints this\npage.\n\ncontegod refuses a key that an object holds twice, a "
           "misspelt `CONTEGOD_` variable, and two provider names with the same\nvariables (`cas` and "
           "`CAS`). A file that the configuration names must be a regular file of 16 MiB at most.\n" +
           table_of("Top level", top_settings()) + table_of("`database`", database_settings()) +
           table_of("`providers.NAME`, one for each CAS", provider_settings()) +
           table_of("`providers.NAME.tls`", tls_settings()) +
           table_of("`providers.NAME.breaker`", breaker_settings()) +
           table_of("`providers.NAME.retry`", retry_settings()) + table_of("`log`", log_settings()) +
           table_of("`admin`", admin_settings());
}

} // namespace contego::daemon
