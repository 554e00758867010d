"""Trains experiments with several seeds and compares the mean test accuracy with what is promised.

    accuracy.py [--command build/release/bin/espalier] [--keep FOLDER] NAME...

NAME is one of CASES below. Ends with 1 if a mean is outside its range.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Case:
    experiment: str
    expected: dict  # task -> (lowest, highest) mean test accuracy
    seeds: tuple = (1, 2, 3)
    overrides: list = field(default_factory=list)


def around(value, tolerance):
    return (value - tolerance, value + tolerance)


def real_test(data):
    """Overrides the test part of a data set with the real images."""
    files = {column: f"${{ESPALIER_DATA}}/letters_digits/{data}-test-{column}-{kind}-ubyte.gz"
             for column, kind in (("images", "idx3"), ("labels", "idx1"))}
    return (f"data.{data}.test={{ source: idx, images: '{files['images']}', "
            f"label: '{files['labels']}' }}")


CASES = {
    # What is drawn looks like handwriting: trained on that alone, most real images are read.
    "glyphs_on_real": Case(
        experiment="letters_digits.yaml",
        expected={"letters": (0.6, 1.0), "digits": (0.6, 1.0)},
        seeds=(1,),
        overrides=[real_test("letters"), real_test("digits")],
    ),
    # The same model, data and settings trained by PyTorch: 0.937 and 0.977.
    "letters_digits_real": Case(
        experiment="letters_digits_real.yaml",
        expected={"letters": around(0.937, 0.01), "digits": around(0.977, 0.01)},
    ),
}


def train(command, case, seed, folder):
    """Test accuracy of each task after one run."""
    out = folder / f"seed{seed}"
    arguments = [command, "run", ROOT / "experiments" / case.experiment, f"seed={seed}",
                 *case.overrides, "--out", out, "--quiet"]
    result = subprocess.run([str(argument) for argument in arguments], text=True,
                            stdout=subprocess.PIPE, check=False)
    if result.returncode:
        raise RuntimeError(f"{case.experiment} with seed {seed}: espalier run ended with "
                           f"{result.returncode}")
    summary = json.loads((out / "summary.json").read_text())
    if summary["status"] != "done" or summary["seed"] != seed:
        raise RuntimeError(f"{out}/summary.json: expected status done and seed {seed}, found "
                           f"{summary['status']} and {summary['seed']}")
    return {task: summary["tasks"][task]["test"]["accuracy"] for task in case.expected}


def mean_and_deviation(values):
    mean = sum(values) / len(values)
    spread = sum((value - mean) ** 2 for value in values)
    return mean, math.sqrt(spread / (len(values) - 1)) if len(values) > 1 else 0.0


def judge(name, case, accuracies):
    good = True
    for task, (low, high) in case.expected.items():
        values = [accuracy[task] for accuracy in accuracies]
        mean, deviation = mean_and_deviation(values)
        inside = low <= mean <= high
        good = good and inside
        print(f"{name}: {task}: mean test accuracy {mean:.4f} (deviation {deviation:.4f}, seeds "
              f"{' '.join(f'{value:.4f}' for value in values)}), expected {low:.3f} to {high:.3f}: "
              f"{'as promised' if inside else 'OUTSIDE'}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="+", choices=sorted(CASES), metavar="NAME")
    parser.add_argument("--command", default=ROOT / "build/release/bin/espalier", type=Path)
    parser.add_argument("--keep", type=Path, help="run folders are written here and kept")
    arguments = parser.parse_args()
    command = os.path.abspath(arguments.command)
    good = True
    with tempfile.TemporaryDirectory() as temporary:
        for name in arguments.names:
            case = CASES[name]
            folder = (arguments.keep or Path(temporary)) / name
            folder.mkdir(parents=True)
            accuracies = []
            for seed in case.seeds:
                accuracies.append(train(command, case, seed, folder))
                print(f"{name}: seed {seed}: {accuracies[-1]}", flush=True)
            good = judge(name, case, accuracies) and good
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, KeyError, OSError, ValueError) as error:
        print(f"[accuracy] {error}", file=sys.stderr)
        sys.exit(1)
