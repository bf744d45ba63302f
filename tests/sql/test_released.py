"""Tests script/released on a copy of sql/ in which all migrations are released."""

import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MIGRATIONS = sorted((REPOSITORY / "sql/migrations").glob("*.sql"))


def released(sql, *arguments):
    return subprocess.run([REPOSITORY / "script/released", *arguments], env={**os.environ, "CONTEGO_SQL": str(sql)}, capture_output=True,
                          text=True, check=False)


@pytest.fixture
def sql(tmp_path):
    copy = tmp_path / "sql"
    shutil.copytree(REPOSITORY / "sql", copy)
    done = released(copy, "--add")
    assert done.returncode == 0, done.stderr
    return copy


def test_the_migrations_of_this_checkout_are_as_they_were_released():
    done = released(REPOSITORY / "sql")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_release_lists_every_migration_once_with_its_checksum(sql):
    assert released(sql, "--add").returncode == 0

    listed = [line for line in (sql / "released.txt").read_text().splitlines() if not line.startswith("#")]
    assert listed == [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}" for one in MIGRATIONS]
    assert released(sql).returncode == 0


def test_a_released_migration_that_was_changed_fails(sql):
    with (sql / "migrations" / MIGRATIONS[0].name).open("a") as one:
        one.write("\n")

    done = released(sql)

    assert done.returncode == 1
    assert f"sql/migrations/{MIGRATIONS[0].name} is in a release and was changed" in done.stderr


def test_a_released_migration_that_was_removed_fails(sql):
    (sql / "migrations" / MIGRATIONS[-1].name).unlink()

    done = released(sql)

    assert done.returncode == 1
    assert f"sql/migrations/{MIGRATIONS[-1].name} is in a release and was removed" in done.stderr


def test_a_migration_that_is_not_released_yet_may_come(sql):
    (sql / "migrations/0999_new.sql").write_text("SELECT;\n")

    assert released(sql).returncode == 0
