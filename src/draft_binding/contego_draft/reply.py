"""Finds status, message, reference and data in the answer of an operation."""

import dataclasses

from . import words
from .match import leaf_score

STATUS = ({"status", "result", "return", "response", "error"}, {"code", "status", "result"})
DATA = {
    "GET_ACTIVE_SUBSCRIPTIONS": ("subscriptions", ("service_ca_id", "start_date", "end_date")),
    "GET_PAIRING_STATUS_FOR_CARD": ("stbs", ("stb_ca_id",)),
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": ("smartcards", ("smartcard_ca_id",)),
}


@dataclasses.dataclass
class Reply:
    status: str
    codes: list  # (code, outcome)
    message: str = ""
    reference: str = ""
    fault_status: str = ""
    data: list = dataclasses.field(default_factory=list)  # lines of XML
    questions: list = dataclasses.field(default_factory=list)
    read: list = dataclasses.field(default_factory=list)  # the leaves that an XPath reads


def step(node):
    return ("@" if node.kind == "attribute" else "") + node.name


def xpath(leaf, path):
    """Returns an XPath below the Body. The path is written out, because another element may have the same name."""
    return "/Envelope/Body/" + "/".join(step(one) for one in (*path, leaf) if one.name)


def status_score(leaf, path):
    own = set(words.tokens(leaf.name))
    if own == {"code"} or own == {"return"} or own == {"rc"}:
        near = set(words.tokens(path[-1].name)) if path else set()
        return 1.5 + bool(near & STATUS[0])
    hits = len(own & STATUS[0]) + len(own & {"code"})
    foreign = own - STATUS[0] - STATUS[1]
    in_list = any(one.repeated for one in path)
    if own & {"message", "text", "description", "pair", "time", "date"} or in_list or leaf.repeated:
        return 0
    return 0 if not own & (STATUS[0] | {"code", "success", "ok"}) else 1 + hits - 0.6 * len(foreign) + bool(leaf.enumeration)


def codes_of(leaf):
    if leaf.enumeration:
        return [(one, words.outcome_of(one)) for one in leaf.enumeration]
    if leaf.type == "boolean":
        return [("true", "success"), ("false", "rejected")]
    return [("0" if leaf.type in words.NUMBERS - {"string"} else "OK", "success")]


def best(leaves, score):
    scored = sorted(((score(leaf, path), -at, leaf, path) for at, (leaf, path) in enumerate(leaves)), key=lambda one: one[:2], reverse=True)
    return scored[0] if scored and scored[0][0] > 0 else None


def named(*wanted, without=()):
    """Scores a leaf by the words of its name."""

    def score(leaf, path):
        own = set(words.tokens(leaf.name))
        if own & set(without) or any(one.repeated for one in path):
            return 0
        return sum(len(wanted) - at for at, group in enumerate(wanted) if own & group)

    return score


def reply_of(match):
    operation, code = match.operation, match.command.code
    if operation.output is None:
        return Reply("string(/Envelope/Body)", [("", "success")],
                     questions=["the operation has no answer: is one-way=\"yes\" right?"])  # fmt: skip
    leaves = list(operation.output.leaves())
    found = best(leaves, status_score)
    if found:
        _, _, leaf, path = found
        reply = Reply(xpath(leaf, path), codes_of(leaf))
        if not leaf.enumeration and leaf.type != "boolean":
            reply.questions.append(f"which texts of {leaf.name} are successes, which are final refusals, and which are to be tried again?")
        elif leaf.enumeration:
            reply.questions.append(f"are the outcomes of the codes of {leaf.name} right? They are guessed from their names")
    else:
        name = operation.output.name
        reply = Reply("local-name(/Envelope/Body/*[1])", [(name, "success")])
        reply.questions.append(f"the answer has no status: is every answer {name} a success, and every refusal a SOAP fault?")
    rest = [pair for pair in leaves if not found or pair[0] is not found[2]]
    texts = [pair for pair in rest if pair[0].type in words.TEXTS]
    message = best(texts, named({"message", "description", "text", "reason"}, without={"id"}))
    reference = best(rest, named({"reference", "transaction", "ref"}, without={"message"}))
    reply.message = xpath(message[2], message[3]) if message else ""
    reply.reference = xpath(reference[2], reference[3]) if reference else ""
    reply.read += [one[2] for one in (found, message, reference) if one]
    if code in DATA:
        add_data(reply, code, rest)
    add_unread(reply, leaves)
    add_faults(reply, operation.faults)
    return reply


def add_unread(reply, leaves):
    """Asks about the elements of the answer that no XPath reads."""
    read = {id(one) for one in reply.read}
    names = list(dict.fromkeys(leaf.name for leaf, _ in leaves if id(leaf) not in read))
    if names:
        reply.questions.append(f"the answer has also {', '.join(names[:20])}, which the draft ignores: may they be ignored, or does one say that "
                               "the answer is only a part of the data (more)?")  # fmt: skip


def add_faults(reply, faults):
    """Takes the status of a typed fault from the element of its detail."""
    found = [one for one in (best(list(fault.leaves()), status_score) for fault in faults) if one]
    by_path = {"//" + "/".join(step(one) for one in (*path, leaf) if one.name): leaf for _, _, leaf, path in found}
    reply.fault_status = " | ".join(by_path)
    reply.codes += [(code, words.outcome_of(code)) for leaf in by_path.values() for code in leaf.enumeration]
    for path, leaf in by_path.items():
        reply.questions.append(f"are the outcomes of the codes of the fault {path} right? They are guessed from their names" if leaf.enumeration
                               else f"which texts of {path} are final refusals, and which are to be tried again? A fault with another text is held")  # fmt: skip


def relative(leaf, path, row):
    inside = list((*path, leaf))
    after = [one for one in inside[[id(one) for one in inside].index(id(row)) + 1 :] if one.name]
    return "/".join(step(one) for one in after) or "."


def add_data(reply, code, leaves):
    name, members = DATA[code]
    main = words.PARAMETERS[members[0]]
    found = best(leaves, lambda leaf, path: leaf_score(main, leaf, path) + 0.5 * is_in_list(leaf, path))
    rows = [one for one in (*found[3], found[2]) if one.repeated] if found else []
    if name != "subscriptions":
        add_pairing(reply, leaves, found)
    if not found:
        reply.questions.append(f"where does the answer list {name}?")
        return
    _, _, leaf, path = found
    reply.read.append(leaf)
    row = rows[-1] if rows else leaf
    inside = list((*path, leaf))
    at = inside[: [id(one) for one in inside].index(id(row)) + 1]
    where = "/Envelope/Body/" + "/".join(step(one) for one in at if one.name)
    if name != "subscriptions":
        below = relative(leaf, path, row)
        reply.data.append(f'<list name="{name}" at="{where if below == "." else where + "/" + below}"/>')
        return
    reply.data.append(f'<list name="{name}" at="{where}">')
    reply.data.append(f'  <value name="{members[0]}" at="{relative(leaf, path, row)}"/>')
    for member in members[1:]:
        near = [(one, around) for one, around in leaves if any(other is row for other in around)]
        date = best(near, lambda one, around, rule=words.PARAMETERS[member]: leaf_score(rule, one, around))
        if date:
            reply.read.append(date[2])
            reply.data.append(f'  <value name="{member}" at="{relative(date[2], date[3], row)}"/>')
    reply.data.append("</list>")


def is_in_list(leaf, path):
    return leaf.repeated or any(one.repeated for one in path)


def add_pairing(reply, leaves, found):
    def score(leaf, path):
        own = set(words.tokens(leaf.name))
        return (2 * bool(own & words.PAIR) + (leaf.type == "boolean")) if own & words.PAIR and leaf.type in ("boolean", "string", "int") else 0

    flag = best(leaves, score)
    if flag and flag[2].type == "boolean":
        reply.read.append(flag[2])
        reply.data.append(f'<value name="paired" type="boolean" at="{xpath(flag[2], flag[3])}"/>')
    elif found:
        reply.data.append(f'<value name="paired" type="boolean" at="count({xpath(found[2], found[3])}) &gt; 0"/>')
        reply.questions.append("is paired what the answer means if it lists something?")
    else:
        reply.data.append('<value name="paired" type="boolean" at="false()"/>')
        reply.questions.append("where does the answer say whether it is paired?")


