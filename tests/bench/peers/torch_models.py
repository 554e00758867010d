"""The workloads' models in PyTorch, with initial weights as Espalier dumped them."""
import json

import torch
import torch.nn.functional as F
from torch import nn


class Weights:
    """Tensors of a safetensors file by name, read one at a time: no second copy stays in memory."""

    def __init__(self, path):
        self.file = open(path, "rb")  # as long as the object
        length = int.from_bytes(self.file.read(8), "little")
        self.entries = json.loads(self.file.read(length))
        self.begin = 8 + length

    def __getitem__(self, name):
        entry = self.entries[name]
        begin, end = entry["data_offsets"]
        data = bytearray(end - begin)
        self.file.seek(self.begin + begin)
        self.file.readinto(data)
        return torch.frombuffer(data, dtype=torch.float32).reshape(entry["shape"])

    def units(self, name):
        """(units, width) of a linear layer."""
        return self.entries[name + "/weight"]["shape"]


def named(module, name, pixels=None):
    """`pixels`: (height, width) of the image that the layer reads flattened."""
    module.name, module.pixels = name, pixels
    return module


def stage(number, channels_in, channels, kernel, padding):
    conv = nn.Conv2d(channels_in, channels, kernel, padding=padding)
    return [named(conv, f"trunk/conv{number}/0/conv"), nn.ReLU(inplace=True), nn.MaxPool2d(2)]


def dense(sizes, pixels=None):
    layers = []
    for i, (width, units) in enumerate(zip(sizes, sizes[1:])):
        linear = named(nn.Linear(width, units), f"trunk/dense/{2 * i}/linear",
                       pixels if i == 0 else None)
        layers += [linear, nn.ReLU(inplace=True)]
    return layers


TRUNKS = {
    "cnn": lambda: [*stage(1, 1, 32, 3, 1), *stage(2, 32, 64, 3, 1), nn.Flatten(),
                    *dense((3136, 4096, 1024), (7, 7))],
    "lenet": lambda: [*stage(1, 1, 10, 5, 0), *stage(2, 10, 20, 5, 1), nn.Flatten(),
                      *dense((500, 180, 50), (5, 5))],
    "mlp": lambda: dense((21, 256, 256, 256)),
}


def load(module, weights):
    """Espalier keeps images channels last: convolutions are (O, KH, KW, I), and the first linear
    layer reads (H, W, C) where PyTorch flattens (C, H, W)."""
    weight = weights[module.name + "/weight"]
    if weight.dim() == 4:
        weight = weight.permute(0, 3, 1, 2)
    elif module.pixels:
        units, channels = weight.shape[0], weight.shape[1] // (module.pixels[0] * module.pixels[1])
        weight = weight.reshape(units, *module.pixels, channels).permute(0, 3, 1, 2)
        weight = weight.reshape(units, -1)
    with torch.no_grad():
        module.weight.copy_(weight)
        module.bias.copy_(weights[module.name + "/bias"])


class Net(nn.Module):
    """A trunk and one linear head for each task. `streams` as bench_step describes them."""

    def __init__(self, model, streams, weights):
        super().__init__()
        self.streams = streams
        self.trunk = nn.Sequential(*TRUNKS[model]())
        self.heads = nn.ModuleDict()
        for task in (task for stream in streams for task in stream["tasks"]):
            name = f"heads/{task['name']}/output"
            units, width = weights.units(name)
            self.heads[task["name"]] = named(nn.Linear(width, units), name)
        for module in self.modules():
            if hasattr(module, "pixels"):
                load(module, weights)

    def task_losses(self, stream, features, targets):
        for task in stream["tasks"]:
            output, target = self.heads[task["name"]](features), targets[task["name"]]
            yield F.mse_loss(output, target) if task["type"] == "f32" else \
                F.cross_entropy(output, target)

    def forward_usual(self, inputs, targets):
        """One pass of the trunk for each stream of data, as code with one loader a task does."""
        losses = []
        for stream in self.streams:
            losses += self.task_losses(stream, self.trunk(inputs[stream["name"]]), targets)
        return losses

    def forward_stacked(self, inputs, targets):
        """All streams' rows through the trunk at once."""
        features = self.trunk(torch.cat([inputs[stream["name"]] for stream in self.streams]))
        losses = []
        for stream, rows in zip(self.streams,
                                features.split([stream["rows"] for stream in self.streams])):
            losses += self.task_losses(stream, rows, targets)
        return losses
