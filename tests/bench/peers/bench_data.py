"""Synthetic files for the workloads that read files: images and labels (IDX, gzip), a table (CSV).

Sizes are those of small real sets; what the pictures show does not matter to a step's time. Labels
depend on the images, targets on the inputs, so that losses fall and stay finite.
"""
import gzip
import math
import random
from pathlib import Path

SIDE = 28
SETS = {"letters": 26, "digits": 10, "chars": 26}  # name: classes
ROWS = {"train": 6000, "test": 1000}
TABLE_ROWS, INPUTS, TARGETS = 8000, 21, 7
SHADES = [bytes(min(255, value * shade // 4) for value in range(256)) for shade in (2, 3, 4)]


def picture_of(label):
    """Strokes: a bar across and a bar down, whose places tell the label."""
    rows = [bytearray(SIDE) for _ in range(SIDE)]
    across, down = 4 + label % 6 * 4, 4 + label // 6 * 4
    for i in range(4, SIDE - 4):
        for j in range(2):
            rows[across - j][i] = 255
            rows[i][down + j] = 200
    return [bytes(row) for row in rows]


def images(pictures, labels, chance):
    """Each picture moved by up to two pixels to either side, in a shade of its own."""
    for label in labels:
        shade, dx, dy = chance.choice(SHADES), chance.randrange(5) - 2, chance.randrange(5) - 2
        rows = pictures[label][-dy:] + pictures[label][:-dy]
        yield b"".join(row[-dx:] + row[:-dx] for row in rows).translate(shade)


def write_idx(path, sizes, data):
    head = bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)
    path.write_bytes(gzip.compress(head + data, 6, mtime=0))


def write_set(folder, name, classes):
    chance = random.Random(name)
    pictures = [picture_of(label) for label in range(classes)]
    for split, rows in ROWS.items():
        labels = bytes(chance.randrange(classes) for _ in range(rows))
        pixels = b"".join(images(pictures, labels, chance))
        stem = f"{folder}/{name}-{split}"
        write_idx(Path(f"{stem}-images-idx3-ubyte.gz"), (rows, SIDE, SIDE), pixels)
        write_idx(Path(f"{stem}-label-idx1-ubyte.gz"), (rows,), labels)
        write_idx(Path(f"{stem}-kind-idx1-ubyte.gz"), (rows,), bytes(y % 10 for y in labels))


def write_table(path):
    chance = random.Random("table")
    names = [f"x{i}" for i in range(1, INPUTS + 1)] + [f"y{i}" for i in range(1, TARGETS + 1)]
    lines = [",".join(names)]
    for _ in range(TABLE_ROWS):
        x = [chance.gauss(0.0, 1.0) for _ in range(INPUTS)]
        y = [math.sin(x[t]) + 0.5 * x[t + 7] * x[t + 14] for t in range(TARGETS)]
        lines.append(",".join(f"{value:.6g}" for value in x + y))
    path.write_text("\n".join(lines) + "\n")


def write_all(folder):
    """Writes every file the workloads read into `folder`, which exists; the same bytes always."""
    for name, classes in SETS.items():
        write_set(folder, name, classes)
    write_table(Path(folder) / "table.csv")
