"""The blocks of code of the pages, so that the tests run what the pages tell people to run."""

import re

from programs import REPOSITORY

LOGINS = {"contego_crm": "guide_crm", "contego_support": "guide_support", "contego_operator": "guide_operator",
          "the owner of the schema": "postgres"}  # fmt: skip


def block(heading, language, number=0):
    """Returns a block of that language below the heading."""
    text = (REPOSITORY / "docs/high-availability.md").read_text()
    section = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##+ |\Z)", text, re.MULTILINE | re.DOTALL).group(1)
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)[number]


def blocks(page, language):
    """Returns the blocks of a page in that language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", (REPOSITORY / page).read_text(), re.MULTILINE | re.DOTALL)


def login_of(block):
    """Returns the login with the role that the first line of a block of SQL names."""
    named = re.match(r"-- as (contego_\w+|the owner of the schema)\b", block)
    assert named, f"no role is named: {block}"
    return LOGINS[named[1]]


def script_of(page):
    """Returns the SQL of a page as a script for psql that runs each block with the privileges of its reader only."""
    return "".join(f"SET SESSION AUTHORIZATION {login_of(block)};\n{block}" for block in blocks(page, "sql"))
