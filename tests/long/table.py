"""Runs an experiment under every combination of some choices and seeds, and prints one table of test
metrics: mean and standard deviation over the seeds. A run that is done is not run again.

    table.py EXPERIMENT --out FOLDER --vary sharing=none,hard --vary balance=equal --seeds 1,2,3
             [KEY=VALUE...]
"""

import argparse
import itertools
import json
import math
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("experiment")
    parser.add_argument("--command", default=ROOT / "build/release/bin/espalier")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--vary", action="append", default=[], metavar="KEY=A,B")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--print-only", action="store_true", help="the table of what is done")
    parser.add_argument("overrides", nargs="*")
    return parser.parse_intermixed_args(arguments)


def combinations(axes):
    """[{'sharing': 'none', 'balance': 'equal'}, ...]"""
    named = [axis.split("=", 1) for axis in axes]
    values = [value.split(",") for _, value in named]
    return [dict(zip([key for key, _ in named], chosen)) for chosen in itertools.product(*values)]


def folder_of(out, chosen, seed):
    return out / "-".join([*(f"{value}" for value in chosen.values()), f"seed{seed}"])


def summary_of(folder):
    path = folder / "summary.json"
    return json.loads(path.read_text()) if path.exists() else None


def run(options, chosen, seed):
    folder = folder_of(options.out, chosen, seed)
    resume = ["--resume"] if folder.exists() else []
    done = subprocess.run(
        [options.command, "run", options.experiment, *options.overrides,
         *(f"{key}={value}" for key, value in chosen.items()), f"seed={seed}", "--out", folder,
         "--quiet", *resume], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"{folder.name}: {done.stderr.strip()}", file=sys.stderr)


def spread(values):
    mean = sum(values) / len(values)
    if len(values) < 2:
        return f"{mean:.4f}"
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
    return f"{mean:.4f} ± {deviation:.4f}"


def metric_of(scores):
    """The first measure that is no loss."""
    return next(name for name in scores if name != "loss")


def row(options, chosen, seeds):
    found = [s for s in (summary_of(folder_of(options.out, chosen, seed)) for seed in seeds) if s]
    if not found:
        return None
    cells = list(chosen.values())
    for task in found[0]["tasks"]:
        metric = metric_of(found[0]["tasks"][task]["test"])
        cells.append(spread([s["tasks"][task]["test"][metric] for s in found]))
    seconds = sum(s["seconds"]["total"] for s in found) / len(found)
    cells += [f"{found[0]['parameters']['total'] / 1e6:.2f} M", f"{seconds:.0f} s", str(len(found))]
    return list(found[0]["tasks"]), cells


def main(arguments):
    options = parse(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    seeds = options.seeds.split(",")
    all_of_them = combinations(options.vary)
    for seed in seeds:
        for chosen in all_of_them:
            if not options.print_only and summary_of(folder_of(options.out, chosen, seed)) is None:
                run(options, chosen, seed)
    rows = [r for r in (row(options, chosen, seeds) for chosen in all_of_them) if r]
    if not rows:
        return 1
    header = [*all_of_them[0], *rows[0][0], "parameters", "time", "seeds"]
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for _, cells in rows:
        print("| " + " | ".join(cells) + " |")
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
