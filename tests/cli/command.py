"""Shared by the end-to-end tests: the command, a small experiment, and temporary folders."""
import json
import os
import subprocess
import tempfile
import unittest

ESPALIER = os.environ["ESPALIER"]
SOURCE = os.environ["ESPALIER_SOURCE"]

# Letters and digits on a trunk small enough for a run of a second.
SMALL = """
name: small
seed: 7
threads: 1
data:
  letters: { source: glyphs, classes: letters, train: 192, test: 64, validation: 0.25 }
  digits: { source: glyphs, classes: digits, train: 192, test: 64, validation: 0.25 }
trunk:
  input: [1, 28, 28]
  stages:
    - { name: conv, layers: [{ conv: { channels: 4, kernel: 3 } }, batch_norm, relu, { max_pool: 4 }] }
    - { name: dense, layers: [{ linear: 32 }, relu, { dropout: 0.1 }] }
tasks:
  letters: { plugin: letters, data: letters }
  digits: { plugin: digits, data: digits }
sharing: hard
balance: equal
optimizer: { sgd: { learning_rate: 0.05, momentum: 0.9 } }
train: { epochs: 3, batch: 16, log_every: 2 }
"""


def espalier(*arguments, cwd=None, environment=None):
    """Runs the command; returns the finished process with its texts."""
    return subprocess.run([ESPALIER, *arguments], cwd=cwd, capture_output=True, text=True,
                          timeout=600, env={**os.environ, **(environment or {})}, check=False)


class CommandTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.experiment = self.write("small.yaml", SMALL)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def summary(self, folder):
        return json.loads(self.read(folder, "summary.json"))

    def run_ok(self, *arguments, **keywords):
        done = espalier(*arguments, cwd=self.folder, **keywords)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refused(self, *arguments, code=2, **keywords):
        """The one sentence on stderr of a run that must fail."""
        done = espalier(*arguments, cwd=self.folder, **keywords)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr.strip().removeprefix("espalier: ")


def timeless(metrics):
    """metrics.jsonl without the keys that hold times."""
    lines = []
    for line in metrics.decode().splitlines():
        record = json.loads(line)
        lines.append({key: value for key, value in record.items()
                      if not key.endswith(("seconds", "per_second"))})
    return lines
