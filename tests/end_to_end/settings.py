"""Settings that other programs may need, of a server, a database, a login or an environment; and the core of the work that must succeed under each."""

import itertools
import json
import time

import psycopg2

from database import Database, RawJson
from programs import Daemon, contegod, wait_for

# Functions that a function with a loose search path would call instead of the built-in ones.
EVIL = """
CREATE SCHEMA evil;
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '1999-01-01 00:00:00+00'::timestamptz $$;
CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '1999-01-01 00:00:00+00'::timestamptz $$;
CREATE FUNCTION evil.hashtext(text) RETURNS integer LANGUAGE sql AS $$ SELECT 1 / 0 $$;
CREATE FUNCTION evil.left(text, integer) RETURNS text LANGUAGE sql AS $$ SELECT 'evil'::text $$;
CREATE FUNCTION evil.pg_notify(text, text) RETURNS void LANGUAGE sql AS $$ SELECT $$;
CREATE FUNCTION evil.to_regclass(text) RETURNS regclass LANGUAGE sql AS $$ SELECT NULL::regclass $$;
CREATE FUNCTION evil.has_table_privilege(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil'::text $$;
CREATE FUNCTION evil.never(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.never);
CREATE TABLE evil.pg_class (oid oid, relname name);
CREATE TABLE evil.request (id bigint);
CREATE DOMAIN evil.text AS pg_catalog.varchar(1);
GRANT USAGE ON SCHEMA evil TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA evil TO PUBLIC;
CREATE ACCESS METHOD another_heap TYPE TABLE HANDLER heap_tableam_handler;
"""

# Each setting is tested alone. Some are tested together, under one name (ALSO).
SETTINGS = [
    ("client_encoding", "LATIN1"), ("client_encoding", "SQL_ASCII"), ("client_encoding", "EUC_JP"),
    ("default_transaction_isolation", "repeatable read"), ("default_transaction_isolation", "serializable"),
    ("default_transaction_deferrable", "on"),
    ("DateStyle", "SQL, DMY"), ("DateStyle", "German"), ("IntervalStyle", "sql_standard"),
    ("TimeZone", "Pacific/Chatham"), ("TimeZone", "<+00>-15:59"), ("extra_float_digits", "-15"), ("row_security", "off"),
    ("statement_timeout", "50ms"), ("lock_timeout", "1ms"), ("idle_in_transaction_session_timeout", "10ms"),
    ("idle_session_timeout", "1s"), ("jit", "on"), ("quote_all_identifiers", "on"), ("standard_conforming_strings", "off"),
    ("bytea_output", "escape"), ("search_path", "evil, pg_catalog"), ("search_path", ""), ("plan_cache_mode", "force_custom_plan"),
    ("enable_indexscan", "off"), ("enable_nestloop", "off"), ("work_mem", "64kB"), ("array_nulls", "off"), ("transform_null_equals", "on"),
    ("default_tablespace", "nowhere"), ("session_replication_role", "replica"), ("client_min_messages", "debug5"),
    ("force_parallel_mode", "on"), ("synchronous_commit", "off"), ("escape_string_warning", "on"),
]
ALSO = {
    "jit": [("jit_above_cost", "0"), ("jit_inline_above_cost", "0"), ("jit_optimize_above_cost", "0")],
    "force_parallel_mode": [("parallel_setup_cost", "0"), ("parallel_tuple_cost", "0"), ("min_parallel_table_scan_size", "0"),
                            ("max_parallel_workers_per_gather", "8")],
    "default_tablespace": [("temp_tablespaces", "nowhere"), ("default_table_access_method", "another_heap")],
    "escape_string_warning": [  # the settings that matter least
        ("backslash_quote", "off"), ("xmloption", "document"), ("xmlbinary", "hex"), ("check_function_bodies", "off"), ("lc_messages", "C"),
        ("lc_numeric", "C.UTF-8"), ("lc_monetary", "C.UTF-8"), ("lc_time", "C.UTF-8"), ("log_min_messages", "debug5"),
        ("lo_compat_privileges", "on"), ("constraint_exclusion", "off"), ("from_collapse_limit", "1"), ("join_collapse_limit", "1"),
        ("cursor_tuple_fraction", "0"), ("tcp_keepalives_idle", "1"), ("default_toast_compression", "lz4"), ("IntervalStyle", "iso_8601"),
        ("geqo_threshold", "2"), ("commit_delay", "1000"), ("password_encryption", "md5"), ("timezone_abbreviations", "India"),
    ],
}

# The CRM sets these for itself, so that the settings apply to the daemon, the programs and the functions, not to the CRM.
CRM = ("client_encoding=UTF8 options='-c search_path=pg_catalog -c statement_timeout=0 -c lock_timeout=0 "
       "-c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0 -c standard_conforming_strings=on -c row_security=on "
       "-c client_min_messages=warning'")

PATIENCE = 8.0  # seconds for five short programs, which normally take one
NAMES = (f"core-{n}" for n in itertools.count(1))
CARDS = (f"01{n:09}" for n in itertools.count(700_000))


RENAMED = {"force_parallel_mode": "debug_parallel_query"}  # the name since PostgreSQL 16


def name_of(setting):
    return "=".join(setting)


def literal(value):
    """Returns a value for SET. A list of schemas must not be quoted as a whole."""
    return "''" if value == "" else value if value.startswith("evil") else "'" + value.replace("'", "''") + "'"


def texts_as_they_are(document):
    """A database that is not in UTF-8 does not accept the Unicode escapes of JSON, so the texts are sent as they are."""
    return RawJson(json.dumps(document, ensure_ascii=False))


class Site:
    """A database, logins for people and programs, and a simulator that runs."""

    def __init__(self, database, folder, simulator, prefix):
        self.database, self.folder, self.simulator = database, folder, simulator
        self.programs = f"{prefix}_programs"
        self.names = (self.programs, f"{prefix}_crm")
        owner = Database(database.connection)
        owner.query(f"CREATE ROLE {self.names[0]} LOGIN IN ROLE contego_daemon, contego_operator")
        owner.query(f"CREATE ROLE {self.names[1]} LOGIN IN ROLE contego_crm")
        owner.close()
        self.crm = Database(self._as(self.names[1]) + " " + CRM)
        self.count = 0

    def _as(self, login):
        return self.database.connection.replace("user=postgres", f"user={login}")

    def set_for_programs(self, settings):
        for name, value in settings:
            known = self.database.query("SELECT name FROM pg_settings WHERE lower(name) = lower(%s)", name)
            self.database.query(f"ALTER ROLE {self.programs} SET {name if known else RENAMED.get(name, name)} = {literal(value)}")

    def insert(self, action, parameters, **columns):
        return self.crm.insert(action, texts_as_they_are(parameters), **columns)

    def configuration(self, more=""):
        self.count += 1
        file = self.folder / f"{self.programs}-{self.count}.json"
        document = Database(self._as(self.programs) + more).configuration({"default": {"endpoint": self.simulator.url}})
        document["database"]["lease_ms"] = 3000
        file.write_text(json.dumps(document))
        return file

    def core(self, environment=None, more="", texts="é €", known=("durability",)):
        """Does once what people and programs do all day. Yields each failure as a sentence."""
        environment = environment or {}
        file = self.configuration(more)
        try:
            daemon = Daemon(file, environment)
        except AssertionError as error:
            return [f"serve does not start: {str(error)[-600:]}"]
        try:
            wrong = list(self._work(daemon, file, environment, texts, known))
            if (code := daemon.terminate(10)) != 0:
                wrong.append(f"serve ended with {code}: {daemon.log()[-600:]}")
            return wrong
        except (AssertionError, psycopg2.Error) as error:
            return [f"{str(error)[:600]} ... {daemon.log()[-600:]}"]
        finally:
            if daemon.process.poll() is None:
                daemon.kill()

    def _work(self, daemon, file, environment, texts, known):
        card, other = next(CARDS), next(CARDS)
        message = f"{texts} {next(NAMES)}"
        later = self.crm.query("SELECT now() + interval '0.4 s' AS at")[0]["at"]
        place = {"distributor": texts, "smartcards": [card], "stbs": [], "services": ["1111", "2222"]}
        ids = [
            self.insert("BECOME_SUBSCRIBER", {"distributions": [place]}, subscription=texts),
            self.insert("SEND_MAIL_MESSAGE_TO_CLIENT", {"smartcard_ca_id": card, "message": message}),
            self.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "3333"}, scheduled_date=later),
            self.insert("GET_ACTIVE_SUBSCRIPTIONS", {"smartcard_ca_id": card}, priority="EXPRESS"),
            self.insert("UPDATE_CA_PIN_TO_GIVEN_VALUE", {"smartcard_ca_id": card, "new_pin": "0471"}, idempotency_key=message),
            self.crm.query("SELECT request_id AS id FROM contego.submit('CANCEL_SUBSCRIPTIONS', %s)",
                           json.dumps({"smartcard_ca_id": card, "service_ca_id": "1111"}))[0]["id"],
        ]
        kept = self.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": other, "service_ca_id": "1"}, scheduled_date="2100-01-01 00:00:00+00")
        states = ("SELECT id, action, progress, executed_date IS NULL OR executed_date BETWEEN created_date - interval '1 s' AND now() + interval '1 s'"
                  " AS sane, error_code, left(error_description, 200) AS said, attempts FROM contego.request WHERE id = ANY (%s) ORDER BY id")

        def done():
            return all(row["progress"] == "DONE" for row in self.crm.query(states, ids))

        wait_for(done, 6, lambda: f"not done: {[dict(r) for r in self.crm.query(states, ids) if r['progress'] != 'DONE']}")
        rows = self.crm.query(states, ids)
        yield from (f"tried more than once, or at an odd date: {dict(row)}" for row in rows if row["attempts"] or not row["sane"])
        told = self.simulator.card(card)
        if told["mails"][-1]["message"] != message:
            yield f"the CAS was told {told['mails'][-1]['message']!r} in place of {message!r}"
        if [one["service_ca_id"] for one in told["subscriptions"]] != ["2222", "3333"] or told.get("pin", "0471") != "0471":
            yield f"the CAS was told otherwise: {told}"
        stored = self.crm.query("SELECT request FROM contego.command WHERE request_id = %s", ids[1])[0]["request"]
        if message not in stored:
            yield "what was sent is stored otherwise"
        if self.crm.query("SELECT parameters->>'new_pin' AS pin FROM contego.request WHERE id = %s", ids[4])[0]["pin"] != "****":
            yield "the PIN stands there still"
        def missing():
            return set(ids) - {row["request_id"] for row in self.crm.query("SELECT request_id FROM contego.finished_after(0, 10000)")}

        wait_for(lambda: not missing(), 6, lambda: f"the feed lacks {missing()}")
        yield from self._programs(file, environment, kept, known, texts)
        if "SQLSTATE" in daemon.log() or "does not answer" in daemon.log():
            yield "the log complains: " + daemon.log()[-500:]

    def _programs(self, file, environment, kept, known, texts):
        began = time.monotonic()
        for verb in ("hold", "release", "cancel"):
            done = contegod(verb, "--config", file, "--id", kept, "--reason", texts, environment=environment)
            if done.returncode != 0 or "->" not in done.stdout:
                yield f"{verb}: {done.stdout}{done.stderr}"
        done = contegod("status", "--config", file, environment=environment)
        if done.returncode != 0:
            yield f"status: {done.stderr}"
        done = contegod("doctor", "--json", "--config", file, environment=environment)
        if time.monotonic() - began > PATIENCE:
            yield f"five programs took {time.monotonic() - began:.1f} s"
        if not done.stdout:
            yield f"doctor: {done.stderr}"
            return
        found = json.loads(done.stdout)["findings"]
        # The test cluster has fsync off, which the doctor reports.
        yield from (f"doctor: {f['check']}: {f['what']}" for f in found if f["severity"] != "OK" and f["check"] not in known)
