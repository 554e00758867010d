"""Shared by the end-to-end tests: the command, a small experiment, and temporary folders."""
import glob
import json
import os
import shutil
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

# Two tasks that label the same images.
COMMON = """
name: common
seed: 7
threads: 1
data:
  chars: { source: glyphs, classes: characters, train: 96, test: 32, validation: 0.25 }
trunk:
  input: [1, 28, 28]
  stages:
    - { name: conv, layers: [{ conv: { channels: 3, kernel: 3 } }, batch_norm, relu, { max_pool: 4 }] }
    - { name: dense, layers: [{ linear: 24 }, relu, { dropout: 0.1 }] }
tasks:
  character: { plugin: classification, data: chars, classes: 36 }
  kind: { plugin: classification, data: chars, target: kind, classes: 2 }
optimizer: { sgd: { learning_rate: 0.02, momentum: 0.9 } }
train: { epochs: 2, batch: 16 }
"""


def build_option(name):
    """What the build was configured with; "" where it has no such option."""
    cache = os.path.join(os.environ.get("ESPALIER_BUILD", ""), "CMakeCache.txt")
    if not os.path.exists(cache):
        return ""
    with open(cache, encoding="utf-8") as file:
        for line in file:
            if line.startswith(name + ":"):
                return line.split("=", 1)[1].strip()
    return ""


# The sanitizers report crashes and hangs themselves.
SANITIZED = build_option("ESPALIER_SANITIZE") != ""


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

    def check_resume(self, experiment, *overrides):
        """A run that was killed behind its first epoch ends as the one that was not, whose summary is
        returned."""
        arguments = ("run", experiment, *overrides, "--quiet", "--out")
        self.run_ok(*arguments, "whole")
        shutil.copytree(self.path("whole"), self.path("cut"))
        for name in ("summary.json", "model.safetensors"):
            os.remove(self.path("cut", name))
        checkpoints = sorted(glob.glob(self.path("cut", "checkpoint", "*.safetensors")))
        self.assertEqual(len(checkpoints), 2)
        os.remove(checkpoints[-1])
        self.run_ok(*arguments, "cut", "--resume")
        self.assertEqual(self.read("cut", "model.safetensors"), self.read("whole", "model.safetensors"))
        self.assertEqual(timeless(self.read("cut", "metrics.jsonl")),
                         timeless(self.read("whole", "metrics.jsonl")))
        summary = self.summary("whole")
        self.assertEqual(self.summary("cut")["balance"], summary["balance"])
        self.assertEqual(summary["status"], "done")
        for folder in ("whole", "cut"):
            shutil.rmtree(self.path(folder))
        return summary


def timeless(metrics):
    """metrics.jsonl without the keys that hold times."""
    lines = []
    for line in metrics.decode().splitlines():
        record = json.loads(line)
        lines.append({key: value for key, value in record.items()
                      if not key.endswith(("seconds", "per_second"))})
    return lines
