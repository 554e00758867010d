"""From the start of a process to its first training step, on both sides."""
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from torch_side import FOLDER
from workloads import WORKLOADS

# Workload of ours: arguments of torch_first_step.py.
STARTS = {"lenet-one-64": ("lenet", "chars:26,10"),
          "lenet-two-64": ("lenet", "letters:26", "digits:10"),
          "cnn-two": ("cnn", "letters:26", "digits:10")}


def seconds_of(function):
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def one_step_run(espalier, workload):
    """Seconds of a whole `espalier run` of one step: training, testing, every file written."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "run")
        seconds = seconds_of(lambda: espalier.run(
            espalier.command, "run", workload.experiment, *workload.overrides, "train.steps=1",
            "--out", out, "--quiet"))
        summary = json.loads(Path(out, "summary.json").read_text(encoding="utf-8"))
    if summary["status"] != "done" or summary["steps"] != 1:
        raise RuntimeError(f"expected a run of one step, found {summary['steps']} steps, "
                           f"status {summary['status']}")
    return seconds


def first_step(espalier, workload):
    """Seconds until our first step was done."""
    begin = time.time()
    said = json.loads(espalier.run(espalier.bench, workload.experiment, *workload.overrides,
                                   "--steps", "0"))
    return said["first_step_at"] - begin


def torch_first_step(python, data, arguments):
    begin = time.time()
    said = subprocess.run([python, str(FOLDER / "torch_first_step.py"), data, *arguments],
                          capture_output=True, text=True, check=True).stdout
    return float(said) - begin


def torch_import(python):
    return seconds_of(lambda: subprocess.run([python, "-c", "import torch"], check=True))


def measure_starts(espalier, python, data, rounds):
    """{workload: {what: [seconds of each round]}}, in turn."""
    figures = {}
    for workload in (w for w in WORKLOADS if w.name in STARTS):
        of = figures[workload.what] = {key: [] for key in
                                       ("first", "run", "check", "torch", "import")}
        for _ in range(rounds):
            of["first"].append(first_step(espalier, workload))
            of["torch"].append(torch_first_step(python, data, STARTS[workload.name]))
            of["run"].append(one_step_run(espalier, workload))
            of["check"].append(seconds_of(lambda: espalier.run(
                espalier.command, "check", workload.experiment, *workload.overrides)))
            of["import"].append(torch_import(python))
    return figures
