"""Words and characters that must not stand in the sources, each with what to do instead."""

import re
import sys

import sources

RANDOM = "draw random numbers from a RandomStream (espalier/random.hpp)"
STDOUT = "only cli/ writes to standard output; return the text"

# where, except below, pattern in the code without comments, what to do instead
CODE_RULES = [
    (("framework", "plugins"), "framework/cli/", r"\bstd::cout\b", STDOUT),
    (("framework", "plugins"), "framework/cli/", r"(?<!\w)(?:printf|puts|putchar)\s*\(", STDOUT),
    (("framework", "plugins"), "framework/cli/", r"\bstdout\b", STDOUT),
    (("framework", "plugins"), None, r"\bs?rand\s*\(", RANDOM),
    (("framework", "plugins"), None, r"\bstd::(?:mt19937|random_device|default_random_engine)",
     RANDOM),
    (("framework", "plugins", "tests"), None, r"\blinalg::dot\b",
     "call tensor/blas.hpp: xtensor's dot picks a wrong kernel when both operands share memory"),
    (("framework", "plugins", "tests"), None, r"\bLoadAll\b",
     "yaml-cpp's LoadAll never ends on some inputs: use Load"),
    (("framework", "plugins", "tests"), None, r"\busing namespace std\b", "name what is used"),
]
# Spelt in halves so that this file passes its own check.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")

TEXT = (".cpp", ".hpp", ".in", ".cmake", ".txt", ".py", ".md", ".yaml", ".yml", ".json",
        ".gitignore", ".clang-format", ".clang-tidy", "/bootstrap", ".ci/run", ".ci/full",
        ".ci/stages")
# Inputs of tests that are wrong on purpose.
INPUTS = re.compile(r"^tests/(?:.*/)?(?:corpus|malformed|golden)/")


def code_violations():
    violations = []
    for folders, exception, pattern, instead in CODE_RULES:
        for path in sources.files(*folders):
            file = sources.name(path)
            if exception and file.startswith(exception):
                continue
            text = sources.without_comments(path.read_text())
            for match in re.finditer(pattern, text):
                line = text.count("\n", 0, match.start()) + 1
                violations.append(f"{file}:{line}: found '{match[0].strip()}'; {instead}")
    return violations


def line_violations(file, number, line):
    if UNFINISHED.search(line):
        yield f"{file}:{number}: found '{UNFINISHED.search(line)[0]}'; finish it or say when"
    if "\t" in line:
        yield f"{file}:{number}: found a tab; expected spaces"
    if line != line.rstrip():
        yield f"{file}:{number}: found white space at the end of the line"


def text_files():
    for path in sources.files(suffixes=("",)):
        file = sources.name(path)
        if ("/" + file).endswith(TEXT) and not INPUTS.match(file):
            yield path, file


def main():
    violations = code_violations()
    count = 0
    for path, file in text_files():
        count += 1
        text = path.read_text()
        if text and not text.endswith("\n"):
            violations.append(f"{file}: expected a newline at the end")
        for number, line in enumerate(text.split("\n"), 1):
            violations += line_violations(file, number, line)
    return sources.report(f"words and white space of {count} text files", violations)


if __name__ == "__main__":
    sys.exit(main())
