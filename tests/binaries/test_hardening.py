"""The programs that operators run are hardened as cmake/hardening.cmake says. The test reads the linked programs, not the flags.

CONTEGOD and CONTEGO_SIM name the programs; default: those of script/build.
"""

import os
import pathlib
import platform
import re
import subprocess

import pytest

RELEASE = pathlib.Path(__file__).resolve().parents[2] / "build/release"
PROGRAMS = [os.environ.get("CONTEGOD", str(RELEASE / "contegod")), os.environ.get("CONTEGO_SIM", str(RELEASE / "contego-sim"))]
IS_X86 = platform.machine() == "x86_64"


def said_by(*command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=True, timeout=120).stdout


@pytest.fixture(params=PROGRAMS, ids=lambda path: pathlib.Path(path).name)
def program(request):
    return request.param


def test_it_is_loaded_at_an_address_that_nobody_knows(program):
    assert re.search(r"Type:\s+DYN \(Position-Independent Executable file\)", said_by("readelf", "-hW", program))


def test_its_table_of_functions_is_read_only_from_the_start(program):
    assert "GNU_RELRO" in said_by("readelf", "-lW", program)
    assert re.search(r"\(FLAGS_1\)\s+Flags: .*\bNOW\b", said_by("readelf", "-dW", program))


def test_no_memory_is_both_writable_and_executable(program):
    segments = said_by("readelf", "-lW", program)

    assert re.search(r"GNU_STACK .* RW +0x", segments)
    assert re.findall(r"LOAD .* RWE ", segments) == []


def test_it_loads_libraries_from_where_the_system_keeps_them(program):
    assert re.findall(r"\((?:RPATH|RUNPATH|TEXTREL)\)", said_by("readelf", "-dW", program)) == []


def test_it_checks_its_stack_its_buffers_and_its_containers(program):
    asked = said_by("readelf", "--dyn-syms", "-W", program)

    for symbol in ("__stack_chk_fail", r"__\w+_chk", "_ZSt21__glibcxx_assert_fail"):
        assert re.search(rf"UND {symbol}\b", asked) or re.search(rf"UND {symbol}", asked), symbol


def test_everything_of_ours_is_compiled_with_the_flags(program):
    """The compiler notes its flags beside the names of the debug information."""
    noted = [line for line in said_by("readelf", "-p", ".debug_str", program).splitlines() if "GNU C++20" in line]

    assert noted
    wanted = ["-fstack-protector-strong", "-fstack-clash-protection"] + (["-fcf-protection=full"] if IS_X86 else [])
    for line in noted:
        assert [flag for flag in wanted if flag not in line] == [], line


def test_indirect_calls_and_returns_are_marked_where_the_processor_checks_them(program):
    if not IS_X86:
        return
    assert "SHSTK" in said_by("readelf", "-nW", program)
    assert "endbr64" in said_by("objdump", "--disassemble=main", program)
