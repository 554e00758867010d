#!/usr/bin/env python3
"""What a PyTorch user's script does up to its first training step: import, read IDX files, build.

  torch_first_step.py FOLDER MODEL SET:CLASSES[,CLASSES] ...

A SET is <set>-train-*-ubyte.gz of FOLDER (see bench_data.py) with labels `label` and, for a second
head, `kind`. Prints the time, in seconds since 1970, at which the step was done.
"""
import gzip
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch_models import TRUNKS

WIDTHS = {"cnn": 1024, "lenet": 50}
BATCH = 64


def read(path):
    with gzip.open(path, "rb") as file:
        raw = file.read()
    sizes = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return torch.frombuffer(bytearray(raw[4 + 4 * raw[3]:]), dtype=torch.uint8).reshape(sizes)


def main():
    folder, model, *sets = sys.argv[1:]
    torch.manual_seed(1)
    trunk = nn.Sequential(*TRUNKS[model]()).to(memory_format=torch.channels_last)
    inputs, heads, targets = [], nn.ModuleList(), []
    for given in sets:
        name, classes = given.split(":")
        images = read(f"{folder}/{name}-train-images-idx3-ubyte.gz").float().div_(255).unsqueeze(1)
        rows = torch.randperm(len(images))[:BATCH]
        inputs.append(images[rows])
        for count, column in zip(classes.split(","), ("label", "kind")):
            heads.append(nn.Linear(WIDTHS[model], int(count)))
            labels = read(f"{folder}/{name}-train-{column}-idx1-ubyte.gz").long()[rows]
            targets.append((len(inputs) - 1, labels))
    optimizer = torch.optim.SGD([*trunk.parameters(), *heads.parameters()], lr=0.01, momentum=0.9)
    features = trunk(torch.cat(inputs)).split(BATCH)
    losses = [F.cross_entropy(head(features[of]), y) for head, (of, y) in zip(heads, targets)]
    sum(losses).backward()
    optimizer.step()
    print(time.time())


if __name__ == "__main__":
    main()
