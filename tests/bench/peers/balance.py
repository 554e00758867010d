#!/usr/bin/env python3
"""The price of balancing in Espalier and in PyTorch with TorchJD, the same model, side by side.

  pip install torch==2.13.0 torchjd
  python3 tests/bench/peers/balance.py [--tasks 2,8] [--inputs common,own] [--model cnn]
      [--methods pcgrad,mgda,upgrad] [--rounds 7] [--bench build/bench/bin/bench_balance]

In each round bench_balance and each way of PyTorch take a few steps on the same model in turn. Own
inputs are rows stacked by hand or "apart" (one forward per task); heads take their own gradients:
  equal            backward() of the summed losses, the ratios' base
  mtl_backward     torchjd.autojac.mtl_backward, all tasks at once (vmap); jac_to_grad
  mtl, one by one  the same with parallel_chunk_size=1; "backward, apart": torchjd.autojac.backward
  autogram         torchjd.autogram.Engine, a weighting on its Gramian, one weighted backward()
First all ways compute one gradient; if any differs by over 1e-3 of its norm, nothing is timed. Ways
that take twice the fastest's least time sit out after the second round. The Engine's batch_dim is
left out: it holds a gradient for each row (T = 8: 26 GB for fc1 alone).
"""
import argparse
import collections
import ctypes
import os
import re
import statistics
import subprocess
import sys
import time

try:
    import torch
    from torch import nn
    from torchjd import aggregation, autojac
    from torchjd.autogram import Engine
except ImportError as error:
    sys.exit(f"balance.py: expected PyTorch and TorchJD, found no {error.name}; "
             "pip install torch==2.13.0 torchjd")

UNPINNED = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
BATCH, THREADS, STEPS = 64, 2, 3
LINE = re.compile(r"equal\s+([\d.]+) ms\s+(\S+)\s+([\d.]+) ms\s+ratio")
AGGREGATORS = {"pcgrad": aggregation.PCGrad(), "mgda": aggregation.MGDA(),
               "upgrad": aggregation.UPGrad(), "aligned": aggregation.AlignedMTL()}


def trunk(model):
    convs, dense, kernel = ((10, 20), (50,), 5) if model == "lenet" else ((32, 64), (4096, 1024), 3)
    layers = []
    for width, channels in zip([1, *convs], convs):
        layers += [nn.Conv2d(width, channels, kernel, padding="same"), nn.ReLU(), nn.MaxPool2d(2)]
    layers.append(nn.Flatten())
    for width, units in zip([7 * 7 * convs[-1], *dense], dense):
        layers += [nn.Linear(width, units), nn.ReLU()]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last), dense[-1]


class Contender:
    def __init__(self, way, model, tasks, own):
        torch.manual_seed(1)
        self.way, self.own = way, own
        self.trunk, width = trunk(model)
        self.heads = nn.ModuleList(nn.Linear(width, 26) for _ in range(tasks))
        self.shared, self.of_heads = list(self.trunk.parameters()), list(self.heads.parameters())
        self.x = torch.rand(BATCH * tasks if own else BATCH, 1, 28, 28)  # one channel: last as well
        self.y = torch.randint(26, (tasks, BATCH))
        self.optimizer = torch.optim.SGD(self.shared + self.of_heads, lr=0.01, fused=True)
        self.engine = Engine(self.trunk, batch_dim=None) if "autogram" in way else None

    def gradients(self, aggregator):
        if self.way.endswith("apart"):
            of_task = [self.trunk(x) for x in self.x.split(BATCH)]
        else:
            features = self.trunk(self.x)
            of_task = features.split(BATCH) if self.own else [features] * len(self.heads)
        losses = [nn.functional.cross_entropy(head(rows), y)
                  for head, rows, y in zip(self.heads, of_task, self.y)]
        self.optimizer.zero_grad(set_to_none=True)
        if self.way == "equal":
            return sum(losses).backward()
        chunk = None if self.way == "mtl_backward" else 1
        if "mtl" in self.way:
            autojac.mtl_backward(losses, features, parallel_chunk_size=chunk)
        else:
            sum(losses).backward(inputs=self.of_heads, retain_graph=True)
        if self.engine is not None:
            losses = torch.stack(losses)
            weights = aggregator.gramian_weighting(self.engine.compute_gramian(losses))
            return losses.backward(weights, inputs=self.shared)
        if self.way == "backward, apart":
            autojac.backward(losses, inputs=self.shared, parallel_chunk_size=chunk)
        return autojac.jac_to_grad(self.shared, aggregator, optimize_gramian_computation=True)

    def time(self, aggregator=None):
        clock = [time.perf_counter()]
        while len(clock) <= STEPS and clock[-1] - clock[0] < 2:
            self.gradients(aggregator)
            self.optimizer.step()
            clock.append(time.perf_counter())
        return 1000 * statistics.median(after - before for before, after in zip(clock, clock[1:]))


def check_agreement(contenders, method):
    for contender in contenders:
        torch.manual_seed(3)  # the order of PCGrad's projections
        contender.gradients(AGGREGATORS[method])
        found = torch.cat([p.grad.flatten() for p in contender.shared + contender.of_heads])
        first = found if contender is contenders[0] else first
        if not torch.norm(found - first) <= 1e-3 * torch.norm(first):
            sys.exit(f"balance.py: expected one gradient of {method} from all ways, found another "
                     f"by '{contender.way}'; nothing is timed")


def run_bench(bench, own, model, tasks, methods, rounds):
    """{method: (ms of equal, ms of the method)}, empty where bench_balance refuses."""
    result = subprocess.run([bench, "own" if own else "common", model, str(tasks),
                             ",".join(methods), str(rounds)], capture_output=True, text=True,
                            env={**UNPINNED, "ESPALIER_THREADS": str(THREADS)})
    lines = [] if result.returncode else LINE.findall(result.stdout)
    return {method: (float(equal), float(ms)) for equal, method, ms in lines}


def openblas_core(bench):
    linked = subprocess.run(["ldd", bench], capture_output=True, text=True).stdout
    library = re.search(r"=> (\S*openblas\S*)|$", linked)[1]
    ask = (f"import ctypes as c; f = c.CDLL({library!r}).openblas_get_corename; "
           "f.restype = c.c_char_p; print(f().decode())")
    return subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True,
                          env=UNPINNED).stdout.strip() or "a core unknown"


def measure(settings, methods, own, tasks):
    ways = ["equal", "mtl_backward", "mtl, one by one", "autogram"]
    ways += ["backward, apart", "autogram, apart"] if own else []
    equal, *others = (Contender(way, settings.model, tasks, own) for way in ways)
    check_agreement(others, methods[0])
    figures = collections.defaultdict(list)  # (method, way): medians of the rounds
    for rounds in range(1, settings.rounds + 1):
        ours = run_bench(settings.bench, own, settings.model, tasks, settings.ours or ["equal"], 5)
        if not ours:
            sys.exit(f"balance.py: expected figures from {settings.bench}, found none: it failed")
        figures["equal", "Espalier"].append(statistics.median(ms for ms, _ in ours.values()))
        figures["equal", "PyTorch"].append(equal.time())
        for method in methods:
            if method in ours:
                figures[method, "Espalier"].append(ours[method][1])
            for other in others:
                figures[method, other.way].append(other.time(AGGREGATORS[method]))
        least = {o.way: min(figures[methods[0], o.way]) for o in others}
        others = [o for o in others if rounds < 2 or least[o.way] <= 2 * min(least.values())]
    medians = {key: statistics.median(values) for key, values in figures.items()}
    least = {key: min(values) for key, values in figures.items()}
    print(f"\n{'own' if own else 'common'} inputs, T = {tasks}: "
          "median ms (least - most), over PyTorch's equal")
    for method in ["equal", *methods]:
        ways = [way for of, way in figures if of == method]
        for way in ways:
            spread = f"({least[method, way]:.1f} - {max(figures[method, way]):.1f})"
            print(f"  {method:8s} {way:16s} {medians[method, way]:8.1f}  {spread:20s}"
                  f"{medians[method, way] / medians['equal', 'PyTorch']:8.2f}")
        for found, name in ((medians, "medians"), (least, "least times")):
            if "Espalier" in ways:
                best = min(set(ways) - {"Espalier"}, key=lambda way: found[method, way])
                print(f"  {method:8s} {name}: fastest peer ({best}) / Espalier "
                      f"{found[method, best] / found[method, 'Espalier']:.2f}", flush=True)


def main():
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bench", default=os.path.join(root, "build/bench/bin/bench_balance"))
    for name, otherwise in (("tasks", "2,8"), ("inputs", "common,own"), ("model", "cnn"),
                            ("methods", "pcgrad,mgda,upgrad"), ("rounds", 7)):
        parser.add_argument("--" + name, default=otherwise, type=type(otherwise))
    settings = parser.parse_args()
    methods = settings.methods.split(",")
    for given, known in ((settings.methods, AGGREGATORS), (settings.inputs, ["common", "own"]),
                         (settings.model, ["cnn", "lenet"])):
        if not set(given.split(",")) <= set(known):
            sys.exit(f"balance.py: expected some of {', '.join(known)}; found {given}")
    if not os.access(settings.bench, os.X_OK):
        sys.exit(f"balance.py: expected the program {settings.bench}, found none; "
                 "cmake --preset bench && cmake --build --preset bench, or --bench PATH")
    settings.ours = [m for m in methods if run_bench(settings.bench, True, "lenet", 2, [m], 1)]
    for option, value in ((-4, 0), (-1, 2**31 - 1)):  # faster: no mmap, freed memory is kept
        ctypes.CDLL(None).mallopt(option, value)
    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(True)
    print(f"{settings.model}, {THREADS} threads, medians of {settings.rounds} rounds "
          f"(least - most); torch {torch.__version__}; load {os.getloadavg()[0]:.2f}\n"
          f"no core pinned: PyTorch on {torch.backends.cpu.get_cpu_capability()}, OpenBLAS of "
          f"Espalier on {openblas_core(settings.bench)}; this shell's OPENBLAS_CORETYPE="
          f"{os.environ.get('OPENBLAS_CORETYPE', '')} is not handed on\nnot in this bench_balance: "
          f"{', '.join(m for m in methods if m not in settings.ours) or 'none'}")
    for inputs in settings.inputs.split(","):
        for tasks in settings.tasks.split(","):
            measure(settings, methods, inputs == "own", int(tasks))


if __name__ == "__main__":
    main()
