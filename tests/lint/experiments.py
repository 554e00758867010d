"""Every experiment of the repository passes `espalier check`.

    experiments.py COMMAND   where COMMAND is the built espalier
"""

import os
import subprocess
import sys

import sources

REAL_DATA = "${ESPALIER_DATA}"


def main(arguments):
    if len(arguments) != 1:
        sources.fail_usage("experiments", arguments)
    checked, violations = [], []
    for path in sorted((sources.ROOT / "experiments").glob("*.yaml")):
        file = sources.name(path)
        if REAL_DATA in path.read_text() and not os.environ.get("ESPALIER_DATA"):
            print(f"skipped: {file} reads real data and ESPALIER_DATA is not set")
            continue
        result = subprocess.run([arguments[0], "check", str(path)], text=True, capture_output=True,
                                check=False)
        checked.append(file)
        if result.returncode:
            said = result.stderr.strip() or "nothing on standard error"
            violations.append(f"{file}: espalier check ended with {result.returncode}: {said}")
    if not checked:
        violations.append("experiments/: expected an experiment that needs no real data, found "
                          "none")
    return sources.report(f"{len(checked)} experiments", violations)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
