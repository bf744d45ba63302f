"""Writes the draft of a binding file."""

from xml.sax.saxutils import quoteattr

from . import words
from .match import matches
from .reply import reply_of
from .skeleton import Skeleton


def comment(text):
    return "<!-- " + text.replace("--", "- -").rstrip("-") + " -->"


def can_be_sent(action):
    return all(" " < one <= "~" and one not in '"\\' for one in action)


class Draft:
    """The text of a binding file, and the questions that only the site can answer: (command, question)."""

    def __init__(self, operations, files):
        self.operations = operations
        self.files = files
        self.matches = matches(operations)
        self.questions = []
        self.codes = {}  # common rows
        self._commands = [line for one in self.matches for line in self._command(one)]
        self._general_questions()

    def _ask(self, command, question):
        question = question if len(question) <= 500 else question[:497] + "..."
        if (command, question) not in self.questions:
            self.questions.append((command, question))

    def _general_questions(self):
        found = {one.command.code for one in self.matches}
        for one in words.COMMANDS:
            if one.code not in found:
                self._ask(one.code, "which operation serves this command? None was found, so it is left out")
        used = {id(one.operation) for one in self.matches}
        spare = sorted({one.name for one in self.operations if id(one) not in used})
        if spare:
            self._ask("", "what are these operations for? No command uses them: " + ", ".join(spare))
        if len({one.endpoint for one in self.operations}) > 1:
            self._ask("", "the services have different hosts; a provider has one endpoint, so which one is right?")
        self._ask("", "does the CAS want a user and a password: in HTTP (Basic), or in the envelope?")
        self._ask("", "may these limits stay: mail-message-length 141, bark-message-length 129?")

    def _command(self, match):
        skeleton, reply = Skeleton(match), reply_of(match)
        code, operation = match.command.code, match.operation
        own = []
        if match.certainty != "sure":
            own.append(f"is {operation.name} the right operation? This is {'likely' if match.certainty == 'likely' else 'a guess'}")
        placed = {one.parameter for one in match.places}
        own += [f"where is the place of {name}? It is mandatory" for name in match.command.mandatory if name not in placed]
        own += skeleton.questions + reply.questions
        without = [name for name in match.command.optional if name not in placed and name != "communication_queue_number"]
        if without:
            own.append(f"has the CAS a place for {', '.join(without)}? A request that gives one is rejected, unless ignores names it")
        ignored = self._ignored(match, placed)
        if ignored:
            own.append(f"may {ignored} be left out? The input has no place for it, so ignores names it and a request that gives it is sent without it")
        is_get = code.startswith("GET_")
        if not is_get:
            own.append("is it safe to send this command twice? Until someone says so, repeat-safe is no")
        if operation.action is None:
            action = ""
        elif can_be_sent(operation.action):
            action = f" action={quoteattr(operation.action)}"
        else:
            own.append(f"its SOAPAction cannot be sent, because of its blanks, quotes or other characters: {operation.action!r}. What is right?")
            action = ""
        for question in own:
            self._ask(code, question)
        yield ""
        yield "  " + comment(f"{operation.name} ({match.certainty})")
        one_way = ' one-way="yes"' if operation.output is None else ""
        ignores = f' ignores="{ignored}"' if ignored else ""
        yield f'  <command code="{code}" path={quoteattr(operation.path)}{action} repeat-safe="{"yes" if is_get else "no"}"{one_way}{ignores}>'
        yield from ("    " + comment("QUESTION: " + question[:500]) for question in own)
        yield "    <request>"
        yield from ("      " + line for line in skeleton.lines)
        yield "    </request>"
        yield from self._reply(reply)
        yield "  </command>"

    @staticmethod
    def _ignored(match, placed):
        name = "communication_queue_number"
        return name if name in match.command.optional and name not in placed else ""

    def _reply(self, reply):
        own = []
        for code, outcome in reply.codes:
            if code and self.codes.setdefault(code, outcome) != outcome:
                own.append((code, outcome))
        attributes = "".join(
            f" {name}={quoteattr(text)}"
            for name, text in (("status", reply.status), ("fault-status", reply.fault_status), ("message", reply.message), ("reference", reply.reference)) if text)  # fmt: skip
        inner = list(reply.data) + [f'<status code={quoteattr(code)} is="{outcome}"/>' for code, outcome in own]
        if not inner:
            yield f"    <reply{attributes}/>"
            return
        yield f"    <reply{attributes}>"
        yield from ("      " + line for line in inner)
        yield "    </reply>"

    def text(self):
        version = self.operations[0].soap if self.operations else "1.1"
        endpoints = sorted({one.endpoint for one in self.operations if one.endpoint})
        lines = ['<?xml version="1.0" encoding="UTF-8"?>',
                 comment("A draft by contegod-draft-binding from " + ", ".join(self.files) + ". docs/binding.md describes this file."),
                 comment("The endpoint of the provider: " + (" or ".join(endpoints) or "not in the WSDL"))]  # fmt: skip
        lines += [comment("QUESTION: " + (f"{command}: " if command else "") + question)
                  for command, question in self.questions if not command or command not in {one.command.code for one in self.matches}]  # fmt: skip
        lines.append(f'<binding xmlns="urn:contego:binding:1" xmlns:b="urn:contego:binding:1" name="draft" soap="{version}">')
        lines.append(self._limits())
        lines.append("  <outcomes>")
        lines += [f'    <status code={quoteattr(code)} is="{outcome}"/>' for code, outcome in self.codes.items()]
        lines += ["  </outcomes>", *self._commands, "</binding>", ""]
        return "\n".join(line for line in lines if line is not None)

    def _limits(self):
        """If a pairing command has no element that repeats, it takes one card and one box."""
        for one in self.matches:
            lists = [place for place in one.places if place.parameter in ("smartcards", "stbs")]
            if lists and not any(place.leaf.repeated or any(node.repeated for node in place.path) for place in lists):
                return '  <limits clients-per-pairing="1"/>'
        return None
