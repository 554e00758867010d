"""The 2-D toy: end points of every method from every published start, against published and re-run
values (tolerance 0.05 in x1).

    toy.py [METHOD ...]       all methods by default

ESPALIER names the command; otherwise it is that of the preset `double` (cmake --preset double &&
cmake --build --preset double): near the front the two gradients are opposite up to rounding, and
Adam moves by their small difference, so that with float numbers rounding decides where some methods
end. From (-8.5, 7.5) and (9, 9) they first bounce across a kink, which no rounding repeats.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[2]
ESPALIER = os.environ.get("ESPALIER", str(ROOT / "build/double/bin/espalier"))
TOLERANCE = 0.05

NASH = ([-8.5, 7.5], [0, 0], [9, 9], [-7.5, -0.5], [9, -1])
CAGRAD = ([-8.5, 7.5], [-8.5, -5], [9, 9])
STUCK, MOVING = "stuck", "moving"  # x2 > 0; not on the front yet: no end point to compare

# experiment, method, balance, end point x1 for each start: a number on the front, (x1, STUCK) above
# it, or MOVING.
CASES = [
    ("nash", "equal", "equal", (-5.73, -5.727, (4.99, STUCK), -5.727, -5.727)),
    ("nash", "pcgrad", "pcgrad", (-4.91, -3.35, (6.07, STUCK), -3.82, 5.04)),
    ("nash", "upgrad", "{upgrad: {epsilon: 0}}", (-4.71, -3.35, (5.83, STUCK), -3.82, 5.04)),
    ("nash", "mgda", "mgda", (-1.98, 6.12, 6.94, -4.19, 6.995)),
    ("nash", "cagrad", "{cagrad: {c: 0.4}}", (-5.73, -5.73, (6.00, STUCK), -5.73, -5.73)),
    ("nash", "imtl_g", "imtl_g", (-2.18, 0.00, 2.43, -3.39, 5.30)),
    ("nash", "nash", "nash", (-2.93, 0.00, 2.94, -3.29, 4.85)),
    ("nash", "fairgrad", "{fairgrad: {alpha: 2}}", (-2.29, 3.78, 4.25, -3.79, 5.96)),
    ("nash", "aligned", "aligned", (-5.727, -5.727, (5.01, STUCK), -5.727, -5.727)),
    ("nash", "config", "config", (MOVING, 0.0, MOVING, -3.70, 5.02)),
    ("nash", "famo", "{famo: {gamma: 0, min_losses: [-2.1, -21]}}", (-0.64, 0.06, 0.40, -1.20, 2.15)),
    ("cagrad", "equal", "equal", ((-5.05, STUCK), 0.0, (5.02, STUCK))),
    ("cagrad", "pcgrad", "pcgrad", (-2.97, -6.43, 2.23)),
    ("cagrad", "mgda", "mgda", (-3.64, -6.99, 3.51)),
    ("cagrad", "cagrad", "{cagrad: {c: 0.5}}", (0.0, 0.0, 0.0)),
    ("cagrad", "nash", "nash", (-2.87, -6.42, 2.84)),
]


def end_point(experiment, balance, start, folder):
    out = os.path.join(folder, "run")
    done = subprocess.run(
        [ESPALIER, "run", str(ROOT / f"experiments/toy/{experiment}.yaml"), f"balance={balance}",
         f"trunk.stages.0.layers.0.parameter.init={start}", "--out", out, "--quiet"],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    with open(os.path.join(out, "metrics.jsonl"), encoding="utf-8") as lines:
        steps = [json.loads(line) for line in lines if '"step"' in line]
    last = [record for record in steps if record["kind"] == "step"][-1]
    return next(iter(last["parameters"].values()))


def judge(wanted, x):
    """What was expected, and whether it was found."""
    if wanted == MOVING:
        return "on its way", True
    stuck = isinstance(wanted, tuple)
    x1 = wanted[0] if stuck else wanted
    right = abs(x[0] - x1) <= TOLERANCE and (x[1] > 0 if stuck else x[1] < -7.5)
    return f"{x1:+.3f}{' stuck' if stuck else ''}", right


def run_case(case):
    experiment, method, balance, ends = case
    lines, misses = [], 0
    for start, wanted in zip(NASH if experiment == "nash" else CAGRAD, ends):
        with tempfile.TemporaryDirectory() as folder:
            x = end_point(experiment, balance, start, folder)
        expected, right = judge(wanted, x)
        misses += not right
        lines.append(f"{experiment:8}{method:10}{str(start):14}x1 {x[0]:+8.3f}  x2 {x[1]:+8.3f}  "
                     f"expected {expected}{'' if right else '   MISSED'}")
    return lines, misses


def main(methods):
    if not os.path.exists(ESPALIER):
        print(f"toy: expected the command at {ESPALIER}, found none; run cmake --preset double && "
              "cmake --build --preset double", file=sys.stderr)
        return 2
    known = {case[1] for case in CASES}
    unknown = set(methods) - known
    if unknown:
        print(f"toy: expected methods out of {', '.join(sorted(known))}, found {', '.join(unknown)}",
              file=sys.stderr)
        return 2
    chosen = [case for case in CASES if not methods or case[1] in methods]
    missed = 0
    with ThreadPoolExecutor(2) as pool:
        for lines, misses in pool.map(run_case, chosen):
            print("\n".join(lines), flush=True)
            missed += misses
    print(f"toy: {missed} end points missed" if missed else "toy: every end point met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
