"""The blocks of code of docs/high-availability.md, so that the tests run what the page tells people to run."""

import re

from programs import REPOSITORY


def block(heading, language, number=0):
    """Returns a block of that language below the heading."""
    text = (REPOSITORY / "docs/high-availability.md").read_text()
    section = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##+ |\Z)", text, re.MULTILINE | re.DOTALL).group(1)
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)[number]
