"""What the checks of the sources share: which files there are, reading them, and the report."""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77  # ctest's SKIP_RETURN_CODE

CODE = (".cpp", ".hpp")
# Written by tools or by a run; never part of the sources.
GENERATED = {".git", ".cache", "__pycache__", "build", "runs"}


def files(*folders, suffixes=CODE, root=ROOT):
    """Sorted paths of all files below `folders` of `root` whose names end with one of `suffixes`."""
    found = []
    for folder in folders or (".",):
        for place, names, leaves in os.walk(root / folder):
            names[:] = sorted(name for name in names if name not in GENERATED)
            found += [Path(place) / leaf for leaf in leaves if leaf.endswith(tuple(suffixes))]
    return sorted(found)


def name(path, root=ROOT):
    """The path as a reader of a message knows it."""
    return path.relative_to(root).as_posix()


_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/            # comments
      |R"([^(\s]*)\(.*?\)\1"          # raw strings
      |"(?:\\.|[^"\\\n])*"            # strings
      |'(?:\\.|[^'\\\n])+'            # characters (a digit separator never opens one: see below)
    """,
    re.S | re.X,
)
_SEPARATOR = re.compile(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])")


def without_comments(text):
    """C++ without its comments; lines keep their numbers."""

    def blank(match):
        token = match.group()
        return "\n" * token.count("\n") if token.startswith("/") else token

    return _TOKEN.sub(blank, _SEPARATOR.sub("", text))


def report(checked, violations):
    """Prints one sentence per violation, then what was checked; the exit code."""
    for sentence in violations:
        print(sentence)
    print(f"{checked}: {len(violations)} violation(s)" if violations else f"{checked}: clean")
    return 1 if violations else 0


def fail_usage(script, found):
    print(f"[{script}] expected no argument or one its docstring names, found {' '.join(found)}")
    sys.exit(2)
