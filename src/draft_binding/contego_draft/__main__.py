"""The program contegod-draft-binding."""

import argparse
import pathlib
import sys

from . import check
from .documents import Documents, Problem
from .draft import Draft
from .wsdl import Reader

DESCRIPTION = """Drafts a binding file from the WSDL files of a CAS.

It guesses which operation serves which of the 13 commands, and says how sure it is. It writes envelopes with placeholders, paths,
SOAPActions, XPaths and status codes, and lists the questions that only the site can answer: as comments in the file, and on standard
error. With --check it compares a binding file with the WSDL instead: it renders each command with and without each optional parameter
by means of contegod render, and validates each envelope with the schemas of the WSDL. Nothing is fetched from the network."""
EPILOG = "Exit status: 0 done, 1 an envelope is wrong (--check) or no command was found, 2 bad input."


def arguments(given):
    parser = argparse.ArgumentParser(prog="contegod-draft-binding", description=DESCRIPTION, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("wsdl", nargs="+", metavar="WSDL", help="WSDL 1.1 file; files that it imports are found by themselves")
    parser.add_argument("--output", metavar="FILE", help="file to write (default: standard output); an existing file is not replaced")
    parser.add_argument("--check", metavar="BINDING", help="compare this binding file with the WSDL")
    parser.add_argument("--contegod", metavar="PROGRAM", default="contegod", help="contegod, for --check (default: %(default)s)")
    return parser.parse_args(given)


def write(draft, output):
    if output in (None, "-"):
        sys.stdout.write(draft.text())
        return
    with open(output, "x", encoding="utf-8") as file:
        file.write(draft.text())


def summarise(draft):
    for one in draft.matches:
        print(f"{one.command.code}: {one.operation.name} ({one.certainty})", file=sys.stderr)
    commands = {}
    for command, question in draft.questions:
        commands.setdefault(question, []).append(command)
    for question, of in commands.items():
        print(f"QUESTION: {', '.join(of) + ': ' if of != [''] else ''}{question}", file=sys.stderr)


def run(given):
    options = arguments(given)
    try:
        documents = Documents(options.wsdl)
        reader = Reader(documents)
        operations = reader.operations()
        for warning in reader.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        if not operations:
            raise Problem("the WSDL has no operation with a SOAP binding and an address")
        if options.check:
            return check.run(options.contegod, pathlib.Path(options.check), documents, operations)
        draft = Draft(operations, [pathlib.Path(one).name for one in options.wsdl])
        write(draft, options.output)
        summarise(draft)
        return 0 if draft.matches else 1
    except Problem as problem:
        print(f"contegod-draft-binding: {problem}", file=sys.stderr)
    except OSError as error:
        print(f"contegod-draft-binding: {error.filename}: {error.strerror}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
