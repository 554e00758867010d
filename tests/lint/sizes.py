"""No source file grows past a screenful of screenfuls: prints totals per folder and the long files;
a file of framework/ or plugins/ over the limit fails."""

import sys
from collections import defaultdict

import sources

LIMIT = 400
LONG = 250
LIMITED = ("framework", "plugins")


def main():
    totals = defaultdict(lambda: [0, 0])
    long_files, violations = [], []
    for path in sources.files(*LIMITED, "tests"):
        file = sources.name(path)
        lines = path.read_text().count("\n")
        depth = 3 if file.startswith("framework/include/") else 2
        folder = "/".join(file.split("/")[:-1][:depth])
        totals[folder][0] += 1
        totals[folder][1] += lines
        if lines > LONG:
            long_files.append((lines, file))
        if lines > LIMIT and file.startswith(LIMITED):
            violations.append(f"{file}: expected at most {LIMIT} lines, found {lines}; split it by "
                              f"what its parts are for")
    print(f"{'folder':32} {'files':>6} {'lines':>7}")
    for folder, (count, lines) in sorted(totals.items()):
        print(f"{folder:32} {count:6} {lines:7}")
    count, lines = (sum(column) for column in zip(*totals.values()))
    print(f"{'total':32} {count:6} {lines:7}")
    for lines, file in sorted(long_files, reverse=True):
        print(f"long: {file}, {lines} lines")
    return sources.report(f"sizes of {count} files (at most {LIMIT} lines in framework/ and "
                          f"plugins/)", violations)


if __name__ == "__main__":
    sys.exit(main())
