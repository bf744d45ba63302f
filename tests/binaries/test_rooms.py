"""script/rooms: which file may include which header."""

import pathlib
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

ROOMS = "add_subdirectory(src/low)\nadd_subdirectory(src/high)\n"


def checked(root):
    return subprocess.run([REPOSITORY / "script/rooms", "--root", root], capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(ROOMS)
    for room in ("low", "high"):
        (tmp_path / "src" / room).mkdir(parents=True)
        (tmp_path / "src" / room / "a.hpp").write_text("#pragma once\n")
    return tmp_path


def test_a_room_may_include_itself_and_lower_ones(tree):
    (tree / "src/high/b.cpp").write_text('#include "high/a.hpp"\n#include "low/a.hpp"\n#include <vector>\n')

    assert checked(tree).returncode == 0


def test_a_room_must_not_include_a_higher_one(tree):
    (tree / "src/low/b.cpp").write_text('#include <vector>\n#include "high/a.hpp"\n')

    done = checked(tree)

    assert done.returncode == 1
    assert done.stdout == "src/low/b.cpp:2: low includes a header of high, which is a higher room\n"


def test_every_room_has_its_place(tree):
    (tree / "src/new").mkdir()
    (tree / "src/new/a.cpp").write_text("")

    assert "src/new/a.cpp: CMakeLists.txt does not name the room new" in checked(tree).stdout


@pytest.mark.parametrize("line", ["#include <pqxx/pqxx>", '#include "database/pqxx.hpp"', "#  include <pqxx/result>"])
@pytest.mark.parametrize("header", ["src/low/b.hpp", "src/high/deep/b.hpp", "include/contego/b.hpp"])
def test_no_header_includes_libpqxx(tree, header, line):
    (tree / header).parent.mkdir(parents=True, exist_ok=True)
    (tree / header).write_text(f"#pragma once\n{line}\n")

    done = checked(tree)

    assert done.returncode == 1
    assert done.stdout == f"{header}:2: a header includes libpqxx; only .cpp files and src/database/pqxx.hpp may\n"


def test_a_cpp_file_and_the_adapter_may_include_libpqxx(tree):
    (tree / "CMakeLists.txt").write_text("add_subdirectory(src/database)\n" + ROOMS)
    (tree / "src/database").mkdir()
    (tree / "src/database/pqxx.hpp").write_text("#pragma once\n#include <pqxx/pqxx>\n")
    (tree / "src/low/b.cpp").write_text('#include "database/pqxx.hpp"\n#include <pqxx/result>\n')

    assert checked(tree).returncode == 0


def test_this_tree_keeps_to_it():
    assert checked(REPOSITORY).returncode == 0
