"""The histories of a run, read from its files into one SQLite file, so that they need not fit into memory.

- rows.jsonl: the rows inserted, and the state that each must reach (load.py)
- journal.jsonl: the commands that the CAS did and refused (contego-sim)
- tables.jsonl: contego.request, contego.command and the claims (dump, below)
- held.jsonl: the held requests that a person found, and the verbs used on them (person.py)
- operator.jsonl: the runs that an operator started and cancelled (runs.py)
- faults.jsonl: the faults, each with its begin and end (run)
"""

import datetime
import json
import sqlite3

from load import ASKING, UNSAFE, key
from programs import request_of

TABLES = """
CREATE TABLE row (id INTEGER PRIMARY KEY, n INTEGER, seq INTEGER, batch INTEGER, action TEXT, begun REAL, known REAL, due REAL,
                  state TEXT);
CREATE TABLE expected (id INTEGER, key TEXT, class TEXT);
CREATE TABLE lane (lane TEXT, seq INTEGER, id INTEGER);
CREATE TABLE journal (number INTEGER PRIMARY KEY, time REAL, id INTEGER, key TEXT, class TEXT, effect INTEGER,
                      performed INTEGER, status TEXT, reference TEXT, trouble TEXT);
CREATE TABLE request (id INTEGER PRIMARY KEY, state TEXT, progress TEXT, error TEXT, finished REAL, fence INTEGER, attempts INTEGER);
CREATE TABLE command (id INTEGER, sequence INTEGER, key TEXT, class TEXT, outcome TEXT, reference TEXT, sent REAL, recorded REAL,
                      attempts INTEGER);
CREATE TABLE claim (id INTEGER, fence INTEGER, claimed REAL, written REAL, saw REAL);
CREATE TABLE held (id INTEGER, time REAL, code TEXT, verb TEXT);
CREATE TABLE fed (id INTEGER PRIMARY KEY, run INTEGER, card TEXT);
CREATE TABLE run (run INTEGER PRIMARY KEY, state TEXT, cards INTEGER, ended INTEGER);
CREATE TABLE cancellation (run INTEGER, time REAL);
CREATE TABLE member (run INTEGER, card TEXT);
CREATE TABLE entitlement (card TEXT, name TEXT, given INTEGER, request INTEGER);
CREATE TABLE drift (card TEXT, kind TEXT, name TEXT);
CREATE TABLE change (number INTEGER, card TEXT, service TEXT, given INTEGER);
CREATE TABLE fault (name TEXT, begun REAL, ended REAL, late INTEGER);
"""

INDEXES = """
CREATE INDEX expected_id ON expected (id);
CREATE INDEX lane_order ON lane (lane, seq);
CREATE INDEX lane_id ON lane (id);
CREATE INDEX journal_id ON journal (id, number);
CREATE INDEX journal_reference ON journal (reference);
CREATE INDEX command_id ON command (id);
CREATE INDEX claim_id ON claim (id, claimed);
CREATE INDEX claim_fence ON claim (fence);
CREATE INDEX held_id ON held (id);
CREATE INDEX fed_card ON fed (run, card);
CREATE INDEX change_service ON change (card, service, number);
ANALYZE;
"""

# A claim saw the rows that were committed when its statement began. That moment is not known, but it was after the start of its
# transaction. Since claims take turns, it was also after every earlier claim was written.
WHAT_CLAIMS_SAW = """
CREATE TEMP TABLE turn AS
SELECT fence, max(began, coalesce(max(written) OVER (ORDER BY fence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS saw
FROM (SELECT fence, min(claimed) AS began, max(written) AS written FROM claim GROUP BY fence);
CREATE INDEX turn_fence ON turn (fence);
UPDATE claim SET saw = (SELECT turn.saw FROM turn WHERE turn.fence = claim.fence);
"""

# Refused because the state is already as wanted: the CAS has done the command before.
DONE_ALREADY = {"ALREADY_SUBSCRIBED", "NOT_SUBSCRIBED", "ALREADY_PAIRED"}

# PostgreSQL writes the lines. Quoting is turned off with characters that JSON never contains.
DUMP = """COPY (
    SELECT json_build_object('kind', 'request', 'id', id, 'state', life_cycle_state, 'progress', progress, 'error', error_code,
        'finished', extract(epoch FROM finished_date)::float8, 'fence', fence, 'attempts', attempts) FROM contego.request
    UNION ALL
    SELECT json_build_object('kind', 'command', 'id', request_id, 'sequence', sequence, 'type', type, 'parameters', parameters,
        'outcome', outcome, 'reference', reference_number, 'attempts', attempts,
        'sent', extract(epoch FROM sent_date)::float8, 'recorded', extract(epoch FROM recorded_date)::float8) FROM contego.command
    UNION ALL
    SELECT json_build_object('kind', 'claim', 'id', request_id, 'fence', fence, 'daemon', daemon, 'claimed', extract(epoch FROM claimed)::float8,
        'written', extract(epoch FROM written)::float8) FROM chaos.claim
    UNION ALL
    SELECT json_build_object('kind', 'fed', 'id', r.id, 'run', u.id, 'action', r.action, 'card', r.parameters ->> 'smartcard_ca_id',
        'seq', r.sequence_number, 'lanes', r.lanes, 'created', extract(epoch FROM r.created_date)::float8)
    FROM contego.request AS r LEFT JOIN contego.run AS u ON u.process_id = r.process_id
    WHERE u.id IS NOT NULL OR EXISTS (SELECT FROM contego.operator_action AS a WHERE a.request_id = r.id AND a.verb = 'refresh')
    UNION ALL
    SELECT json_build_object('kind', 'run', 'run', id, 'state', state, 'cards', cards, 'ended', done + failed) FROM contego.run
    UNION ALL
    SELECT json_build_object('kind', 'entitlement', 'card', card, 'name', name, 'given', given, 'request', request_id)
    FROM contego.entitlement WHERE kind = 'service'
    UNION ALL
    SELECT json_build_object('kind', 'drift', 'card', card, 'drift', kind, 'name', name) FROM contego.drift WHERE state = 'open'
) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"""


def dump(connection, file):
    with open(file, "w", encoding="utf-8") as out, connection.cursor() as cursor:
        cursor.copy_expert(DUMP, out)


def class_of(command):
    if command in UNSAFE:
        return "not repeat-safe"
    return "question" if command.startswith("GET_") or command in ASKING else "repeat-safe"


def lines(file):
    """Yields the objects of a file of JSON lines; none if the file is missing."""
    if not file.exists():
        return
    with open(file, encoding="utf-8") as text:
        for line in text:
            yield json.loads(line)


def journal_key(entry):
    paired = entry["details"].get("paired_smartcard")
    cards = ([paired] if paired else []) + entry["smartcards"]
    return key(entry["command"], cards, entry["services"], entry["stbs"])


def command_key(command):
    given = command["parameters"]
    cards = [given["smartcard_ca_id"]] if "smartcard_ca_id" in given else []
    cards += [one["smartcard_ca_id"] for one in given.get("smartcards") or []]
    boxes = [given["stb_ca_id"]] if "stb_ca_id" in given else []
    boxes += [one["stb_ca_id"] for one in given.get("stbs") or []]
    services = [given["service_ca_id"]] if "service_ca_id" in given else []
    return key(command["type"], cards, services, boxes)


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def rows_of(folder):
    """Yields (statement, values) for all rows of the files."""
    for r in lines(folder / "rows.jsonl"):
        yield "row", (r["id"], r["n"], r["seq"], r["batch"], r["action"], r["begun"], r["known"], r["due"], r["state"])
        for one in r["expect"]:
            yield "expected", (r["id"], one, class_of(one.split(" ")[0]))
        for lane in r["lanes"]:
            yield "lane", (lane, r["seq"], r["id"])
    for o in lines(folder / "operator.jsonl"):
        yield from rows_of_operator(o)
    for e in lines(folder / "journal.jsonl"):
        yield from changes_of(e)
        performed = e["effect"] or e["status_code"] in DONE_ALREADY
        yield "journal", (e["seq"], seconds(e["time"]), request_of(e), journal_key(e), class_of(e["command"]),
                          e["effect"], performed, e["status_code"], e["reference"], e.get("trouble", ""))
    for t in lines(folder / "tables.jsonl"):
        yield from row_of_table(t)
    for h in lines(folder / "held.jsonl"):
        yield "held", (h["id"], h["time"], h["code"], h["verb"])
    for f in lines(folder / "faults.jsonl"):
        yield "fault", (f["name"], f["begun"], f["ended"], f["late"])


def rows_of_operator(line):
    for card in line.get("cards", []):
        yield "member", (line["run"], card)
    if "cancelled" in line:
        yield "cancellation", (line["run"], line["cancelled"])


def changes_of(entry):
    if entry["effect"] and entry["command"] in ("ADD_SUBSCRIPTIONS", "CANCEL_SUBSCRIPTIONS"):
        for card in entry["smartcards"]:
            for service in entry["services"]:
                yield "change", (entry["seq"], card, service, entry["command"] == "ADD_SUBSCRIPTIONS")


def rows_of_fed(t):
    """A request of a run, a refresh or a reconciliation is a row as well. It was committed within a second after it was made."""
    sends = t["action"] in UNSAFE
    yield "row", (t["id"], -t["id"], t["seq"], -t["id"], t["action"], t["created"], t["created"] + 1, None, "COMPLETED" if sends else "ANY")
    if sends:
        yield "fed", (t["id"], t["run"], t["card"])
        yield "expected", (t["id"], key(t["action"], [t["card"]]), class_of(t["action"]))
    for lane in t["lanes"]:
        yield "lane", (lane, t["seq"], t["id"])


def row_of_table(t):
    if t["kind"] == "request":
        yield "request", (t["id"], t["state"], t["progress"], t["error"], t["finished"], t["fence"], t["attempts"])
    elif t["kind"] == "command":
        yield "command", (t["id"], t["sequence"], command_key(t), class_of(t["type"]), t["outcome"], t["reference"] or "",
                          t["sent"], t["recorded"], t["attempts"])
    elif t["kind"] == "fed":
        yield from rows_of_fed(t)
    elif t["kind"] == "run":
        yield "run", (t["run"], t["state"], t["cards"], t["ended"])
    elif t["kind"] == "drift":
        yield "drift", (t["card"], t["drift"], t["name"])
    elif t["kind"] == "entitlement":
        yield "entitlement", (t["card"], t["name"], t["given"], t["request"])
    else:
        yield "claim", (t["id"], t["fence"], t["claimed"], t["written"], None)


def load(folder):
    """Returns the SQLite connection. Deletes the file of an earlier check."""
    file = folder / "histories.sqlite"
    file.unlink(missing_ok=True)
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.executescript(TABLES)
    width = {name: len(database.execute(f"PRAGMA table_info({name})").fetchall())
             for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    statements = {name: f"INSERT INTO {name} VALUES ({', '.join('?' * columns)})" for name, columns in width.items()}
    for name, values in rows_of(folder):
        database.execute(statements[name], values)
    database.executescript(INDEXES + WHAT_CLAIMS_SAW)
    database.commit()
    return database
