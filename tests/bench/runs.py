#!/usr/bin/python3 -B
"""Measures a run of a million cards on a private PostgreSQL: the time to queue it, its size while it waits, and the time to feed it at its pace.

Run it by hand: tests/bench/runs.py [CARDS]. CONTEGOD names the program; default: build/release/contegod."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import psycopg2

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CONTEGOD = os.environ.get("CONTEGOD", str(REPOSITORY / "build/release/contegod"))
FEEDINGS = 50


def cluster(*arguments):
    return subprocess.run([REPOSITORY / "script/cluster", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def measure(server, cards, say):
    connection = psycopg2.connect(server)
    connection.autocommit = True
    cursor = connection.cursor()

    def ask(sql, *values):
        begun = time.monotonic()
        cursor.execute(sql, values)
        return cursor.fetchone(), time.monotonic() - begun

    (run, *_), took = ask(
        "SELECT run FROM contego.start_run('SEND_MAIL_MESSAGE_TO_CLIENT', pace => 10000, parameters => '{\"message\": \"hello\"}',"
        " query => 'SELECT lpad(n::text, 11, ''0'') AS card FROM generate_series(1, ' || %s || ') AS n')", cards)
    (size,), _ = ask("SELECT pg_total_relation_size('contego.run_card') / 1e6::double precision")
    say(f"{cards} cards queued in {took:.1f} s, {size:.0f} MB while they wait")

    took = sum(ask("SELECT contego.feed_runs('{default}')")[1] for _ in range(FEEDINGS))
    (fed,), _ = ask("SELECT in_flight FROM contego.run_progress WHERE run = %s", run)
    say(f"{fed} requests fed in {FEEDINGS} calls, {1000 * took / FEEDINGS:.0f} ms for a call")
    (state,), took = ask("SELECT after FROM contego.cancel_run(%s)", run)
    say(f"{state} in {1000 * took:.0f} ms, with {fed} requests in the queue")


def main():
    cards = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="contego-runs-") as folder:
        server = cluster("start", folder + "/pg", "-c", "shared_buffers=256MB")
        try:
            file = pathlib.Path(folder) / "contegod.json"
            file.write_text(json.dumps({"database": {"connection": server}, "providers": {"default": {"endpoint": "http://127.0.0.1:9"}}}))
            subprocess.run([CONTEGOD, "migrate", "--config", file], stdout=subprocess.DEVNULL, check=True)
            measure(server, cards, print)
        finally:
            cluster("stop", folder + "/pg")


if __name__ == "__main__":
    main()
