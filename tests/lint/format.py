"""Every C++ file is formatted as .clang-format says, by the one version that everybody has."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import sources

TOOL = "clang-format-14"
BATCH = 20


def unformatted(paths):
    """First offending line of each file."""
    result = subprocess.run([TOOL, "--dry-run", "-Werror", *map(str, paths)], text=True,
                            capture_output=True, check=False)
    lines = {}
    for file, line in re.findall(r"^(/[^:\n]+):(\d+):\d+: error:", result.stderr, re.M):
        lines.setdefault(file, line)
    if result.returncode and not lines:
        raise RuntimeError(f"[{TOOL}] {result.stderr.strip()}")
    return lines


def main():
    if not shutil.which(TOOL):
        print(f"skipped: {TOOL} is not installed (apt-get install {TOOL})")
        return sources.SKIPPED
    paths = sources.files("framework", "plugins", "tests", "docs")
    batches = [paths[i:i + BATCH] for i in range(0, len(paths), BATCH)]
    offending = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for lines in pool.map(unformatted, batches):
            offending |= lines
    violations = [f"{os.path.relpath(file, sources.ROOT)}:{line}: not formatted; run {TOOL} -i"
                  for file, line in sorted(offending.items())]
    return sources.report(f"format of {len(paths)} files", violations)


if __name__ == "__main__":
    sys.exit(main())
