#!/usr/bin/env python3
"""A process that trains a workload's model in PyTorch, step by step, as it is asked.

  torch_worker.py '{"folder": DUMP, "model": NAME, "streams": [...], "rate": R, "momentum": M}'

Reads one JSON object a line and answers with one a line:
  {"do": "about"}                            -> {version, capability}
  {"do": "losses", "settings": S}            -> {losses: [[of each task] of each dumped step]}, the
                                                first steps that these settings take
  {"do": "time", "settings": S, "steps": N}  -> {step_ms: median, fastest_ms, peak_resident_mib}
  {"do": "burst", "settings": S, "seconds": T} -> the same, over about T seconds
S: form (usual | stacked), channels_last, optimizer (foreach | fused), threads, compile.
"""
import array
import json
import resource
import statistics
import sys
import time

import torch
from torch_models import Net, Weights

DUMPED_STEPS = 10
WARM_UP = 5


def numbers(path, kind):
    values = array.array("f" if kind == "f32" else "i")
    with open(path, "rb") as file:
        values.frombytes(file.read())
    tensor = torch.tensor(values, dtype=torch.float32 if kind == "f32" else torch.int32)
    return tensor if kind == "f32" else tensor.long()


def load_batch(folder, streams, step):
    inputs, targets = {}, {}
    for stream in streams:
        x = numbers(f"{folder}/{step}-input-{stream['name']}.f32", "f32")
        x = x.reshape(stream["rows"], *stream["sample"])
        inputs[stream["name"]] = x.permute(0, 3, 1, 2).contiguous() if x.dim() == 4 else x
        for task in stream["tasks"]:
            y = numbers(f"{folder}/{step}-target-{task['name']}.{task['type']}", task["type"])
            targets[task["name"]] = y.reshape(-1, task["width"]) if task["type"] == "f32" else y
    return inputs, targets


class Contender:
    """The model from its initial weights under some settings."""

    def __init__(self, job, batches, settings):
        self.threads = settings["threads"]
        torch.set_num_threads(self.threads)
        weights = Weights(f"{job['folder']}/initial.safetensors")
        self.net = Net(job["model"], job["streams"], weights)
        layout = torch.channels_last if settings["channels_last"] else torch.contiguous_format
        self.net.to(memory_format=layout)
        self.batches = [({name: x.contiguous(memory_format=layout) if x.dim() == 4 else x
                          for name, x in inputs.items()}, targets) for inputs, targets in batches]
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=job["rate"],
                                         momentum=job["momentum"], **{settings["optimizer"]: True})
        self.forward = getattr(self.net, "forward_" + settings["form"])
        if settings["compile"]:
            self.forward = torch.compile(self.forward, dynamic=False)
        self.taken = 0

    def step(self):
        inputs, targets = self.batches[self.taken % len(self.batches)]
        self.taken += 1
        losses = self.forward(inputs, targets)
        self.optimizer.zero_grad(set_to_none=True)
        sum(losses).backward()
        self.optimizer.step()
        return losses

    def losses(self):
        return [[loss.item() for loss in self.step()] for _ in range(DUMPED_STEPS)]

    def timed(self, steps=None, seconds=None):
        torch.set_num_threads(self.threads)
        while self.taken < WARM_UP:
            self.step()
        times = []
        while (len(times) < steps) if steps else (sum(times) < 1000 * seconds or len(times) < 5):
            begin = time.perf_counter()
            self.step()
            times.append(1000 * (time.perf_counter() - begin))
        return {"step_ms": statistics.median(times), "fastest_ms": min(times),
                "peak_resident_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main():
    job = json.loads(sys.argv[1])
    torch.set_flush_denormal(True)
    batches = [load_batch(job["folder"], job["streams"], step)
               for step in range(DUMPED_STEPS if job["streams"] else 0)]
    contenders = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "about":
            answer = {"version": torch.__version__,
                      "capability": torch.backends.cpu.get_cpu_capability()}
        else:
            key = json.dumps(asked["settings"])
            if key not in contenders:
                contenders[key] = Contender(job, batches, asked["settings"])
            if asked["do"] == "losses":
                answer = {"losses": contenders[key].losses()}
            else:
                answer = contenders[key].timed(asked.get("steps"), asked.get("seconds"))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
