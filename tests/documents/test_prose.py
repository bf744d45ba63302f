"""script/prose finds texts in the old dialect, in each kind of file, and lets plain ones pass."""

import pathlib
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

BAD = {
    "a headless what": "what is blocked is parked behind its predecessor",
    "where for a condition": "Where most are blocked, others wait",
    "a condition behind a comma": "the row stays in the queue, where it is locked",
    "whoever": "whoever sends asks the gate before that",
    "those that": "of those that wait the first one is claimed",
    "is not to": "a request that is held is not to be sent",
    "an old word": "the daemon asks again for ever and never gives up",
    "a sentence of 26 words": "the " + "word " * 24 + "ends",
}
GOOD = ["The claim parks blocked requests behind their predecessors.", "What does the operator do now? Where is the key?",
        "If most candidates are blocked, every second scan starts after the newest request of the congested lanes.",
        "See the table in which each key is described: `where x = 1`, and the place where it stands."]
KINDS = {
    "comment of C++": ("a.cpp", "int a;\n// {}\nint b;\n"),
    "text of C++": ("a.cpp", 'const char* a = "{}";\n'),
    "comment of SQL": ("a.sql", "-- {}\nSELECT 1;\n"),
    "text of SQL": ("a.sql", "COMMENT ON TABLE a IS '{}';\n"),
    "page": ("a.md", "# Title\n\n{}\n"),
    "cell of a table": ("a.md", "| a | {} |\n|---|---|\n"),
    "item of a list": ("a.md", "- {}\n"),
    "docstring": ("a.py", '"""{}"""\n'),
    "comment of Python": ("a.py", "# {}\na = 1\n"),
    "comment of a script": ("run", "#!/bin/sh\n# {}\ntrue\n"),
    "comment of CMake": ("CMakeLists.txt", "# {}\nproject(a)\n"),
}


def prose(folder, files):
    """Runs the check on a repository with these files. Returns how it ended and the folders in which it found something."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(["git", "-C", folder, "add", "."], check=True)
    done = subprocess.run([REPOSITORY / "script/prose", "--root", folder], capture_output=True, text=True, check=False)
    return done.returncode, {line.split("/")[0] for line in done.stdout.splitlines() if "/" in line.split(":")[0]}


def each_in_a_folder(kind, texts):
    name, frame = KINDS[kind]
    return {f"{number}/{name}": frame.format(text) for number, text in enumerate(texts)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_old_dialect_is_found(tmp_path, kind):
    code, found = prose(tmp_path, each_in_a_folder(kind, BAD.values()))
    assert code == 1
    assert found == {str(number) for number in range(len(BAD))}, list(BAD)


@pytest.mark.parametrize("kind", KINDS)
def test_plain_words_pass(tmp_path, kind):
    assert prose(tmp_path, each_in_a_folder(kind, GOOD)) == (0, set())


@pytest.mark.parametrize("line", ["bool in_doubt = false;", "void canary();", "SELECT untold_for FROM contego.claim"])
def test_a_former_name_is_found_in_any_file(tmp_path, line):
    assert prose(tmp_path, {"a.txt": line + "\n"})[0] == 1


def test_code_is_not_prose(tmp_path):
    page = "A command:\n\n```sh\nwhat is blocked, whoever waits\n```\n"
    code = "auto what_is = those.that_wait; // a plain comment\nauto bytes = \"\\0\\x19 what is whoever those that not to\";\n"
    assert prose(tmp_path, {"a.md": page, "a.cpp": code}) == (0, set())
