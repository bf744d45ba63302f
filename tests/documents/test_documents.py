"""What the pages say of each other and of the files is true: links, headings, paths, the list of decisions, the glossary."""

import functools
import pathlib
import re
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


def tracked(*patterns):
    """Files in git, and those that are about to be."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=REPOSITORY, capture_output=True, text=True, check=True)  # fmt: skip
    return [REPOSITORY / line for line in done.stdout.splitlines() if (REPOSITORY / line).exists()]


def prose(page):
    """The text of a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


@functools.cache
def anchors(page):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page):
    for target in LINK.findall(CODE.sub("", prose(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        if not other.exists() or (anchor and anchor not in anchors(other)):
            yield target


PAGES = tracked("*.md")
DECISIONS = sorted((REPOSITORY / "docs/decisions").glob("[0-9]*.md"))
HOW_TO = sorted((REPOSITORY / "docs/how-to").glob("*.md"))


def name_of(page):
    return str(page.relative_to(REPOSITORY))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    assert list(broken_links(page)) == []


@pytest.mark.parametrize("page", HOW_TO + DECISIONS, ids=name_of)
def test_every_path_that_a_page_names_exists(page):
    named = [one for one in CODE.findall(prose(page)) if re.fullmatch(r"(src|include|sql|tests|docs|config|script)/[\w./*-]+", one)]
    assert [one for one in named if not list(REPOSITORY.glob(one))] == []


def test_every_page_of_docs_is_linked():
    linked = set()
    for page in PAGES:
        linked |= {(page.parent / target.partition("#")[0]).resolve() for target in LINK.findall(prose(page))}
    assert [name_of(page) for page in tracked("docs/*.md") if page not in linked] == []


def test_decisions_are_numbered_without_a_gap():
    assert [int(page.name[:3]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_has_its_number_its_three_parts_and_one_screen(page):
    lines = page.read_text().splitlines()
    assert lines[0].startswith(f"# {page.name[:3]}: ")
    assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]
    assert len(lines) <= 40


def glossary():
    """Term, meaning and place of each row."""
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \| (.+?) \|$", (REPOSITORY / "docs/glossary.md").read_text(), re.MULTILINE)
    assert len(rows) >= 40
    return rows


def test_the_glossary_is_alphabetical():
    terms = [term.lower() for term, _, _ in glossary()]
    assert terms == sorted(set(terms))


@pytest.mark.parametrize(("term", "meaning", "place"), glossary(), ids=lambda text: text[:20])
def test_a_term_has_one_sentence_of_at_most_25_words(term, meaning, place):
    assert meaning.endswith(".") and ". " not in meaning
    assert len(meaning.split()) <= 25
    assert place


@functools.cache
def words_of_the_product():
    files = tracked("sql/*.sql", "src/*pp", "include/*pp", "config/*", "docs/configuration.md", "docs/operations.md")
    return set(re.findall(r"\w+", "\n".join(file.read_text() for file in files)))


@pytest.mark.parametrize(("term", "place"), [(term, place) for term, _, place in glossary()], ids=lambda text: text[:20])
def test_a_term_is_seen_where_the_glossary_says(term, place):
    words = [word for code in CODE.findall(place) for word in re.findall(r"\w+", code)]
    assert [word for word in words if word not in words_of_the_product()] == []
