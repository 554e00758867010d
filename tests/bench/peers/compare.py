#!/usr/bin/env python3
"""The training step of Espalier and of PyTorch 2.13 (CPU), side by side, as Markdown.

  cmake --preset bench && cmake --build --preset bench
  pip install torch==2.13.0
  python3 tests/bench/peers/compare.py [--workload cnn-two,lenet] [--threads 1,2] [--rounds 5]
      [--optimizer plain,momentum] [--python PATH] [--write docs/performance.md]

For every workload both sides first take ten steps from the same weights on the same batches; where a
loss differs by more than 1e-4 (relative), nothing is timed. A short calibration then finds the best
of PyTorch's settings (settings.py), and both are timed in turn, round by round, as processes of their
own with the same number of threads. --write replaces what stands between the two marker comments of
that file. Only the Python that runs PyTorch (--python, this one by default) needs it.
"""
import argparse
import signal
import sys
import tempfile
from pathlib import Path

import bench_data
import machine
import report
import tables
from espalier_side import Espalier
from measure import Measure, about
from startup import measure_starts
from torch_side import Refused, check_python, find_jemalloc
from workloads import OPTIMIZERS, RATE, chosen

ROOT = Path(__file__).resolve().parents[3]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workload", default="", help="names or their beginnings; all by default")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--optimizer", default=",".join(OPTIMIZERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of steps a side and round")
    parser.add_argument("--python", default=sys.executable, help="one that has PyTorch")
    parser.add_argument("--build", default=str(ROOT / "build" / "bench"))
    parser.add_argument("--command", help="espalier, if not that of the build")
    parser.add_argument("--jemalloc", default=find_jemalloc(), help="libjemalloc.so.2")
    parser.add_argument("--no-compile", action="store_true", help="do not try torch.compile")
    parser.add_argument("--no-start", action="store_true", help="leave out the start-up times")
    parser.add_argument("--write", metavar="FILE", help="file to put the tables into")
    return parser.parse_args()


def note(sentence):
    print(f"note: {sentence}", file=sys.stderr, flush=True)


def head_of(options, results):
    core = next((said["blas_core"] for r in results for said in r.ours), "unknown")
    difference = max((r.difference for r in results if not r.refused), default=0.0)
    return [machine.describe(options.build, core, about(options.python)) + ".",
            f"SGD with rate {RATE} (by 2 T for T heads) and momentum 0 (plain) or 0.9; medians of {options.rounds} rounds "
            "(least - most); where both are timed, losses of ten steps differ by at most "
            f"{difference:.1e} (relative). Limit: the step's products at the measured peak of "
            "multiply-and-add in registers, or its bytes at the measured bandwidth of a triad, "
            f"whichever takes longer ({tables.limits(results)})."]


def text_of(options, results, starts, notes):
    parts = head_of(options, results)
    for threads in sorted({r.threads for r in results}):
        parts += [f"A step, {threads} thread{'s' if threads > 1 else ''}:",
                  tables.times(results, threads)]
    parts += [tables.heads(results), "Peak resident memory, MiB:", tables.memory(results)]
    if starts:
        parts += ["Start:", tables.starts(starts)]
    untried = ["libjemalloc.so.2 is not here"] if not options.jemalloc else []
    untried += ["torch.compile was not tried"] if options.no_compile else []
    parts += ["PyTorch's settings, the fastest of those tried" +
              (f" ({'; '.join(untried)})" if untried else "") + ":",
              tables.settings(results)]
    if notes:
        parts.append("Not taken: " + "; ".join(dict.fromkeys(notes)) + ".")
    return "\n\n".join(part for part in parts if part)


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # workers are closed on the way out
    notes = []

    def keep(sentence):
        note(sentence)
        notes.append(sentence)

    with tempfile.TemporaryDirectory() as data:
        check_python(options.python)
        espalier = Espalier(options.build, data, options.command)
        if options.write:
            report.replaced(Path(options.write).read_text(encoding="utf-8"), "")
        workloads = chosen(options.workload)
        bench_data.write_all(data)
        measure = Measure(espalier, options, keep)
        results = []
        for workload in workloads:
            for threads in map(int, options.threads.split(",")):
                for optimizer in options.optimizer.split(","):
                    results.append(measure.compare(workload, optimizer, threads))
                    note(tables.times(results[-1:], threads).splitlines()[-1])
        starts = None if options.no_start else measure_starts(espalier, options.python, data,
                                                              options.rounds)
    text = text_of(options, results, starts, notes)
    print(text)
    if options.write:
        path = Path(options.write)
        path.write_text(report.replaced(path.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except (Refused, OSError, RuntimeError, ValueError) as error:
        sys.exit(f"compare.py: {error}")
