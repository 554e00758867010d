"""Line coverage of framework/ from a coverage build whose tests have run.

    coverage.py BUILD_FOLDER [--floor PERCENT] [--uncovered]

Asks gcov for every counter file below BUILD_FOLDER and merges them: a line counts as covered if any
library or test that contains it ran it. Prints each folder and the total, and the `throw`s that no
test reaches; --uncovered prints all uncovered lines. Ends with 1 below the floor.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GCOV = next((tool for tool in ("gcov-12", "gcov") if shutil.which(tool)), None)
BATCH = 8


def counted_lines(counters):
    """(file below ROOT, line, ran) of every executable line of framework/ in some counter files."""
    # gcov names its outputs after its inputs; a folder of their own keeps them apart.
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            [GCOV, "--json-format", "--stdout", *map(str, counters)], cwd=folder,
            capture_output=True, check=False)
    if result.returncode:
        raise RuntimeError(f"[{GCOV}] {result.stderr.decode().strip()}")
    found = set()
    for document in result.stdout.splitlines():
        for file in json.loads(document)["files"]:
            path = os.path.normpath(os.path.join(ROOT, file["file"]))
            if path.startswith(f"{ROOT}/framework/"):
                short = os.path.relpath(path, ROOT)
                found |= {(short, line["line_number"], line["count"] > 0)
                          for line in file["lines"]}
    return found


def merged(build):
    counters = sorted(build.rglob("*.gcda"))
    batches = [counters[i:i + BATCH] for i in range(0, len(counters), BATCH)]
    lines = defaultdict(dict)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(counted_lines, batches):
            for file, line, ran in found:
                lines[file][line] = lines[file].get(line, False) or ran
    return lines


def never_compiled(lines):
    """Sources that no counter knows would silently count as covered."""
    known = set(lines)
    return [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("framework/**/*.cpp"))
            if path.relative_to(ROOT).as_posix() not in known]


def print_table(lines):
    folders = defaultdict(lambda: [0, 0])
    for file, counts in lines.items():
        parts = file.split("/")
        folder = folders["/".join(parts[:3 if parts[1] == "include" else 2])]
        folder[0] += sum(counts.values())
        folder[1] += len(counts)
    covered, total = (sum(column) for column in zip(*folders.values()))
    folders["total"] = [covered, total]
    print(f"{'folder':32} {'covered':>8} {'lines':>7} {'percent':>8}")
    for folder in sorted(folders, key=lambda name: (name == "total", name)):
        ran, count = folders[folder]
        print(f"{folder:32} {ran:8} {count:7} {100 * ran / count:8.1f}")
    return 100 * covered / total


def print_uncovered(lines, everything):
    for file, counts in sorted(lines.items()):
        text = (ROOT / file).read_text().split("\n")
        for line in sorted(line for line, ran in counts.items() if not ran):
            code = text[line - 1].strip()
            if everything or code.startswith("throw ") or " throw " in code:
                print(f"not reached: {file}:{line}: {code}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--floor", type=float, default=90.0)
    parser.add_argument("--uncovered", action="store_true")
    arguments = parser.parse_args()
    if not GCOV:
        print("[coverage] expected gcov-12 or gcov, found neither", file=sys.stderr)
        return 2
    lines = merged(arguments.build.resolve())
    if not lines:
        print(f"[coverage] {arguments.build}: expected .gcda files with lines of framework/, found "
              f"none; build the coverage preset and run its tests first", file=sys.stderr)
        return 2
    print_uncovered(lines, arguments.uncovered)
    for file in never_compiled(lines):
        print(f"no counters: {file}")
    percent = print_table(lines)
    below = percent < arguments.floor
    print(f"line coverage of framework/: {percent:.1f} %, expected at least {arguments.floor:g} %")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
