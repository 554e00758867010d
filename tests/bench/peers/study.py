#!/usr/bin/env python3
"""Forty small runs as a study, one and two at a time, and as PyTorch scripts, one process a run.

  pip install torch==2.13.0
  ESPALIER_DATA=... python3 tests/bench/peers/study.py [--rounds 3] [--command build/release/bin/espalier]

A run: letters and digits (real images) on a trunk of LeNet's size, two epochs of 6,000 images, batch
64, SGD with momentum, one thread; 4 learning rates x 10 seeds. Both sides read the same files, train as
many steps on as many rows, test once and write their scores. In each round the store is new, and the
three ways take turns; PyTorch gets two processes at a time, too.
"""
import argparse
import concurrent.futures
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RATES = (0.005, 0.01, 0.02, 0.04)
SEEDS = range(1, 11)

STUDY = """
name: forty
extends: {experiment}
set:
  trunk.stages:
    - {{ name: conv1, layers: [{{ conv: {{ channels: 10, kernel: 5 }} }}, relu, {{ max_pool: 2 }}] }}
    - {{ name: conv2, layers: [{{ conv: {{ channels: 20, kernel: 5 }} }}, relu, {{ max_pool: 2 }}] }}
    - {{ name: dense, layers: [{{ linear: 50 }}, relu] }}
vary: {{ optimizer.sgd.learning_rate: [{rates}] }}
seeds: 10
baseline: false
budget: {{ epochs: 2 }}
"""

SCRIPT = '''
import gzip, json, os, sys
import numpy as np, torch
from torch import nn
seed, rate, out = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
torch.manual_seed(seed); torch.set_num_threads(1)
def read(name):
    raw = gzip.open(os.path.join(os.environ["ESPALIER_DATA"], "letters_digits", name)).read()
    dims = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dims).copy())
def part(task, split):
    x = read(f"{task}-{split}-images-idx3-ubyte.gz").float().div_(255).unsqueeze(1)
    return x, read(f"{task}-{split}-labels-idx1-ubyte.gz").long()
tasks = ("letters", "digits")
train, test = ({t: part(t, s) for t in tasks} for s in ("train", "test"))
trunk = nn.Sequential(nn.Conv2d(1, 10, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                      nn.Conv2d(10, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                      nn.Linear(980, 50), nn.ReLU())
heads = nn.ModuleDict({t: nn.Linear(50, int(train[t][1].max()) + 1) for t in tasks})
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD([*trunk.parameters(), *heads.parameters()], lr=rate, momentum=0.9)
rows = min(len(train[t][1]) for t in tasks)
for epoch in range(2):
    orders = {t: torch.randperm(len(train[t][1])) for t in tasks}
    for first in range(0, rows - 63, 64):
        chosen = {t: orders[t][first:first + 64] for t in tasks}
        features = trunk(torch.cat([train[t][0][chosen[t]] for t in tasks])).split(64)
        total = sum(loss(heads[t](f), train[t][1][chosen[t]]) for t, f in zip(tasks, features))
        optimizer.zero_grad(); total.backward(); optimizer.step()
with torch.no_grad():
    scores = {t: (heads[t](trunk(test[t][0])).argmax(1) == test[t][1]).double().mean().item()
              for t in tasks}
with open(out, "w") as file:
    json.dump(scores, file)
'''


def by_espalier(command, folder, jobs):
    study = folder / "study.yaml"
    experiment = ROOT / "experiments/letters_digits_real.yaml"
    study.write_text(STUDY.format(experiment=experiment, rates=", ".join(map(str, RATES))))
    store = folder / f"runs-{jobs}"
    shutil.rmtree(store, ignore_errors=True)
    begin = time.perf_counter()
    subprocess.run([command, "compare", study, "--store", store, "--out", folder / "report", "--quiet",
                    f"-j{jobs}"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def by_pytorch(folder, jobs):
    script = folder / "run.py"
    script.write_text(SCRIPT)

    def run(point):
        seed, rate = point
        subprocess.run([sys.executable, script, str(seed), str(rate), folder / f"{seed}-{rate}.json"],
                       check=True)

    begin = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(run, [(seed, rate) for rate in RATES for seed in SEEDS]))
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--command", default=ROOT / "build/release/bin/espalier")
    options = parser.parse_args()
    if "ESPALIER_DATA" not in os.environ:
        sys.exit("ESPALIER_DATA is not set: this benchmark reads real images")
    os.environ.pop("OPENBLAS_CORETYPE", None)
    times = {"espalier -j1": [], "espalier -j2": [], "PyTorch, 2 processes": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(options.rounds):
            times["espalier -j1"].append(by_espalier(options.command, folder, 1))
            times["espalier -j2"].append(by_espalier(options.command, folder, 2))
            times["PyTorch, 2 processes"].append(by_pytorch(folder, 2))
    base = statistics.median(times["espalier -j2"])
    print(f"40 runs, medians of {options.rounds} rounds, seconds (least - most), over espalier -j2")
    for way, taken in times.items():
        middle = statistics.median(taken)
        print(f"  {way:22s} {middle:7.1f}  ({min(taken):.1f} - {max(taken):.1f})  {middle / base:5.2f}")


main()
