"""Guesses which operation serves which command, and which element carries which parameter."""

import dataclasses

from . import words
from .schema import Node

LISTS = {"smartcards": "smartcard_ca_id", "stbs": "stb_ca_id"}


@dataclasses.dataclass
class Place:
    """A parameter at a leaf. `path` are the nodes around it."""

    parameter: str
    leaf: Node
    path: tuple
    score: float


@dataclasses.dataclass
class Match:
    command: words.Command
    operation: object
    score: float
    margin: float  # above the best other operation
    places: list

    @property
    def certainty(self):
        placed = {one.parameter for one in self.places}
        complete = all(one in placed for one in self.command.mandatory)
        if self.score >= 0.9 and complete and self.margin >= 0.15:
            return "sure"
        return "likely" if self.score >= 0.7 and complete else "guess"


def leaf_score(rule, leaf, path):
    """Returns how well a leaf fits the words of a parameter, 0 if it does not."""
    if leaf.type not in rule.types or leaf.fixed is not None:
        return 0.0
    own = set(words.tokens(leaf.name))
    near = set(words.tokens(path[-1].name)) if path else set()
    if own & rule.against:
        return 0.0
    if own & rule.head:
        score = 2.0
    elif near & rule.head and own & (rule.more | words.ID | words.ITEM) and not near & rule.against:
        score = 1.2
    else:
        return 0.0
    rest = own - (own & rule.head if len(own & rule.head) == 1 else set())
    has_more = bool((rest | near) & rule.more) or len(own & rule.head) > 1 or own <= rule.head & rule.more
    if rule.needs_more and not has_more:
        return 0.0
    unknown = own - rule.head - rule.more
    return score + (0.5 if has_more else 0.0) - 0.3 * min(len(unknown), 3)


def chosen_leaves(node, rules, path=()):
    """Each leaf, with the alternative of each choice that fits the rules best."""
    if node.type:
        yield node, path
    children = node.children
    if node.kind == "choice" and children:
        children = [max(children, key=lambda one: alternative_score(one, rules, path))]
        node.children = children + [one for one in node.children if one is not children[0]]
    for child in children:
        yield from chosen_leaves(child, rules, path if node.kind in ("choice", "group") else (*path, node))


def alternative_score(group, rules, path):
    return sum(max((leaf_score(rule, leaf, (*path, *around)) for rule in rules.values()), default=0.0) for leaf, around in group.leaves())


def rules_of(command):
    return {LISTS.get(one, one): words.PARAMETERS[LISTS.get(one, one)] for one in command.parameters}


def places_in(operation, command):
    """Returns the places of parameters and common values: each leaf carries one value, each parameter has one leaf."""
    rules = rules_of(command)
    leaves = [pair for tree in (operation.input, *operation.headers) for pair in chosen_leaves(tree, rules)]
    wanted = list(command.parameters) + list(words.COMMON)
    found = []
    for name in wanted:
        rule = words.PARAMETERS.get(LISTS.get(name, name)) or words.COMMON[name]
        for leaf, path in leaves:
            score = leaf_score(rule, leaf, path) + list_bonus(name, command, leaf, path)
            if score > 0.8:
                found.append(Place(name, leaf, path, score if name in words.PARAMETERS or name in LISTS else score - 0.25))
    return assigned(found)


def list_bonus(name, command, leaf, path):
    """In an addition to a pairing, the card that is paired already has another word than the new ones."""
    if command.code != "ADD_TO_EXISTING_PAIRING" or name not in ("smartcard_ca_id", "smartcards"):
        return 0.0
    marked = {"pair", "existing", "master", "primary", "old"} & set(words.tokens(leaf.name))
    is_list = leaf.repeated or any(one.repeated for one in path)
    return (0.6 if marked else -0.2) * (1 if name == "smartcard_ca_id" else -1) + (0.3 if is_list == (name in LISTS) else -0.3)


def assigned(found):
    places, used, named = [], set(), set()
    for one in sorted(found, key=lambda one: -one.score):
        if id(one.leaf) in used or one.parameter in named:
            continue
        used.add(id(one.leaf))
        named.add(one.parameter)
        places.append(one)
    return places


def name_score(operation, command):
    """Returns the share of the needed words that the name has, from 0 to 1, less a part for each word against."""
    own = set(words.tokens(operation.name))
    hits = sum(bool(own & need) for need in command.needs)
    return hits / len(command.needs) - 0.35 * min(len(own & command.against), 2)


def score_of(operation, command):
    places = places_in(operation, command)
    placed = {one.parameter for one in places}
    share = sum(one in placed for one in command.mandatory) / len(command.mandatory)
    extra = sum(one in placed for one in command.shape) / len(command.shape) if command.shape else 0
    foreign = foreign_parameters(operation, command, places)
    return 0.7 * name_score(operation, command) + 0.3 * share + 0.05 * extra - 0.06 * min(foreign, 4), places


def foreign_parameters(operation, command, places):
    """Returns how many mandatory elements look like parameters of another command."""
    used = {id(one.leaf) for one in places}
    others = {name: rule for name, rule in words.PARAMETERS.items() if name not in rules_of(command)}
    return sum(
        any(leaf_score(rule, leaf, path) > 1.5 for rule in others.values())
        for leaf, path in operation.input.leaves()
        if id(leaf) not in used and not leaf.optional
    )


def matches(operations):
    """Returns the best operation for each command. An operation serves one command, unless no other is left."""
    scored = []
    for command in words.COMMANDS:
        of_command = []
        for operation in operations:
            score, places = score_of(operation, command)
            if score >= 0.45:
                of_command.append((score, operation, places))
        of_command.sort(key=lambda one: -one[0])
        for rank, (score, operation, places) in enumerate(of_command):
            others = [one[0] for at, one in enumerate(of_command) if at != rank]
            scored.append(Match(command, operation, score, score - max(others, default=0.0), places))
    scored.sort(key=lambda one: -one.score)
    taken, done = set(), {}
    for one in scored:
        if one.command.code in done or id(one.operation) in taken:
            continue
        taken.add(id(one.operation))
        done[one.command.code] = one
    return [done[one.code] for one in words.COMMANDS if one.code in done]
