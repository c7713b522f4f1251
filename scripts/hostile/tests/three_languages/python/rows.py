"""Runs the functions `row_*` beside this file: one for each row of the tables of
book/reference/python-rust-c.en.md, in a module named for the section.

Prints a line for each row that held. A row that does not hold says why on stderr, and the exit
status is 1.
"""

import faulthandler
import importlib
import sys
import traceback

import support

SECTIONS = [
    "addresses",
    "connections",
    "reading_writing",
    "ending",
    "waiting",
    "options",
    "names",
    "bytes",
    "errors",
]

# How long a row may take: longer than all that it waits for. Then all stacks are shown.
DEADLINE_SECONDS = 30


def main():
    has_failed = False
    for section in SECTIONS:
        module = importlib.import_module(section)
        for name in [name for name in vars(module) if name.startswith("row_")]:
            faulthandler.dump_traceback_later(DEADLINE_SECONDS, exit=True)
            try:
                getattr(module, name)()
                print("passed", section, name, flush=True)
            except support.Skip as reason:
                print(f"skipped: {section} {name}: {reason}", flush=True)
            except Exception:
                has_failed = True
                print(f"FAILED {section} {name}", file=sys.stderr)
                traceback.print_exc()
            finally:
                faulthandler.cancel_dump_traceback_later()
    return 1 if has_failed else 0


if __name__ == "__main__":
    sys.exit(main())
