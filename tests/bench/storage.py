"""How much disk and write-ahead log a request uses. These figures do not depend on the speed of the machine."""

import workload

MIB = 1 << 20
# All parts of a partitioned table count as that table.
SIZES = """
    SELECT coalesce((SELECT root.relname FROM pg_class AS root WHERE root.oid = pg_partition_root(c.oid)), c.relname) AS name,
           sum(pg_total_relation_size(c.oid))::bigint AS bytes
    FROM pg_class AS c WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind = 'r' GROUP BY 1"""


def sizes(session):
    return {row["name"]: row["bytes"] for row in session.query(SIZES)}


def written(session):
    """Returns how many bytes of write-ahead log the server has written."""
    return int(session.value("SELECT pg_current_wal_lsn() - '0/0'"))


def kept(stage):
    """Runs a mixed day. The tables of open requests are emptied first, so that only the rows that every request leaves behind remain."""
    with stage.database() as database:
        session, rows = database.session, stage.settings.rows
        session.query("CHECKPOINT")
        empty, began = sizes(session), written(session)
        low, high = database.insert(workload.mixed_day(rows))
        inserted = written(session)
        with stage.cas() as (url, _), stage.daemons(database, url, 64, 1) as daemons:
            database.wait_until_finished(low, high, daemons)
        ended = written(session)
        commands = session.value("SELECT count(*) FROM contego.command WHERE request_id BETWEEN %s AND %s", low, high)
        for table in ("request_open", "command_open", "lane", "busy"):
            session.query(f"VACUUM FULL contego.{table}")
        grown = {name: size - empty.get(name, 0) for name, size in sizes(session).items()}
    return {
        "rows": rows, "commands_per_request": commands / rows,
        "disk_mib_per_million": sum(grown.values()) * 1_000_000 / rows / MIB,
        "wal_mib_per_million": (ended - began) * 1_000_000 / rows / MIB, "wal_mib_per_million_inserts": (inserted - began) * 1_000_000 / rows / MIB,
        "disk_by_table": {name: round(size * 1_000_000 / rows / MIB) for name, size in sorted(grown.items(), key=lambda one: -one[1]) if size > 0}}
