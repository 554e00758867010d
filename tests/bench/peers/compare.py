#!/usr/bin/env python3
"""The same model, initial weights, batches and optimiser in PyTorch and in Espalier, side by side.

  pip install torch==2.13.0
  python3 tests/bench/peers/compare.py [--build build/bench] [--threads 2] [--rounds 5]

First both take ten steps from the same weights on the same batches; where a loss differs by more
than 1e-4 (relative), the comparison is refused. Then both are timed in turn, round by round, and one
table is printed: medians and spread of the step time, and the ratio. PyTorch runs in its two usual
forms: one forward pass for each task, and inputs stacked by hand; eager, channels_last.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit("compare.py: expected PyTorch, found none; pip install torch==2.13.0")

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
STEPS = 10
TOLERANCE = 1e-4


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
        tensors[name] = flat.reshape(entry["shape"]).clone()
    return tensors


class Net(torch.nn.Module):
    """conv 32, conv 64, fully connected 4096 and 1024, one head for each task."""

    def __init__(self, weights, tasks):
        super().__init__()
        self.weights = torch.nn.ParameterDict()
        for name, tensor in weights.items():
            self.weights[key(name)] = torch.nn.Parameter(self.adapt(name, tensor))
        self.tasks = tasks

    @staticmethod
    def adapt(name, tensor):
        """Espalier stores images channels last: convolutions (O, KH, KW, I), and the first fully
        connected layer reads (H, W, C)."""
        if tensor.dim() == 4:
            return tensor.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        if name == "trunk/dense/0/linear/weight":
            units = tensor.shape[0]
            return tensor.reshape(units, 7, 7, 64).permute(0, 3, 1, 2).reshape(units, -1).contiguous()
        return tensor

    def layer(self, scope):
        return self.weights[key(scope + "/weight")], self.weights[key(scope + "/bias")]

    def trunk(self, x):
        for scope in ("trunk/conv1/0/conv", "trunk/conv2/0/conv"):
            weight, bias = self.layer(scope)
            x = F.max_pool2d(F.relu(F.conv2d(x, weight, bias, padding=1)), 2)
        x = x.flatten(1)
        for scope in ("trunk/dense/0/linear", "trunk/dense/2/linear"):
            x = F.relu(F.linear(x, *self.layer(scope)))
        return x

    def head(self, task, features):
        return F.linear(features, *self.layer(f"heads/{task}/output"))


def key(name):
    return name.replace("/", "__")


def load_batches(folder, tasks, batch):
    batches = []
    for step in range(STEPS):
        of_step = {}
        for task in tasks:
            with open(f"{folder}/batch-{step}-{task}.f32", "rb") as file:
                x = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
            with open(f"{folder}/batch-{step}-{task}.i32", "rb") as file:
                y = torch.frombuffer(bytearray(file.read()), dtype=torch.int32).long()
            x = x.reshape(batch, 1, 28, 28).contiguous(memory_format=torch.channels_last)
            of_step[task] = (x, y)
        batches.append(of_step)
    return batches


def forward_usual(net, batch):
    return {task: F.cross_entropy(net.head(task, net.trunk(x)), y) for task, (x, y) in batch.items()}


def forward_stacked(net, batch):
    x = torch.cat([x for x, _ in batch.values()])
    features = net.trunk(x.contiguous(memory_format=torch.channels_last))
    losses, first = {}, 0
    for task, (inputs, y) in batch.items():
        rows = features[first:first + len(inputs)]
        losses[task] = F.cross_entropy(net.head(task, rows), y)
        first += len(inputs)
    return losses


def torch_step(net, optimizer, batch, forward):
    losses = forward(net, batch)
    optimizer.zero_grad(set_to_none=True)
    sum(losses.values()).backward()
    optimizer.step()
    return losses


def optimizer_for(net, settings):
    return torch.optim.SGD(net.parameters(), lr=settings.rate, momentum=settings.momentum)


def check_losses(net, settings, batches, expected):
    optimizer = optimizer_for(net, settings)
    worst = 0.0
    for step, batch in enumerate(batches):
        losses = torch_step(net, optimizer, batch, forward_stacked)
        for task, loss in losses.items():
            ours = expected[step][task]
            worst = max(worst, abs(loss.item() - ours) / abs(ours))
    print(f"losses of {len(batches)} steps: largest relative difference {worst:.2e}")
    if worst > TOLERANCE:
        sys.exit(f"compare.py: expected losses that agree to {TOLERANCE}, found {worst:.2e}; "
                 "nothing is timed")


def time_torch(net, settings, batches, forward, steps):
    optimizer = optimizer_for(net, settings)
    for batch in batches[:3]:
        torch_step(net, optimizer, batch, forward)
    times = []
    for i in range(steps):
        begin = time.perf_counter()
        torch_step(net, optimizer, batches[i % len(batches)], forward)
        times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times)


def run_espalier(arguments, settings, extra):
    command = [os.path.join(settings.build, "bin", "bench_step"),
               os.path.join(ROOT, "experiments", "letters_digits.yaml"),
               f"threads={settings.threads}",
               f"optimizer={{sgd: {{learning_rate: {settings.rate}, momentum: {settings.momentum}}}}}",
               *arguments, *extra]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def spread(values):
    return f"{statistics.median(values):8.2f}  ({min(values):.2f} - {max(values):.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "bench"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--momentum", type=float, default=0.9)
    settings = parser.parse_args()
    torch.set_num_threads(settings.threads)
    torch.set_flush_denormal(True)
    tasks, batch = ["letters", "digits"], 64

    with tempfile.TemporaryDirectory() as folder:
        ours = run_espalier(["--dump", folder], settings, ["--steps", "1"])
        weights = read_safetensors(f"{folder}/initial.safetensors")
        batches = load_batches(folder, tasks, batch)
    check_losses(Net(weights, tasks), settings, batches, ours["losses"])

    figures = {"Espalier": [], "PyTorch, one forward per task": [], "PyTorch, stacked": []}
    for _ in range(settings.rounds):
        net = Net(weights, tasks)
        figures["PyTorch, one forward per task"].append(
            time_torch(net, settings, batches, forward_usual, settings.steps))
        figures["Espalier"].append(run_espalier([], settings, ["--steps", str(settings.steps)])["step_ms"])
        net = Net(weights, tasks)
        figures["PyTorch, stacked"].append(
            time_torch(net, settings, batches, forward_stacked, settings.steps))
    print(f"torch {torch.__version__}, {settings.threads} threads, 64 + 64 images, "
          f"SGD rate {settings.rate} momentum {settings.momentum}, medians of {settings.rounds} rounds")
    base = statistics.median(figures["Espalier"])
    for name, values in figures.items():
        ratio = statistics.median(values) / base
        print(f"  {name:32s} {spread(values)} ms   {ratio:.2f}x")


if __name__ == "__main__":
    main()
