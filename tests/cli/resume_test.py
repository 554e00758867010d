"""Killed at any moment, a run resumes to the same bytes."""
import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

from command import ESPALIER, CommandTest, espalier, timeless

LONG = ("train.epochs=6", "balance=pcgrad", "optimizer={adam: {learning_rate: 0.003}}")


class Resume(CommandTest):
    def setUp(self):
        super().setUp()
        self.run_ok("run", "small.yaml", *LONG, "--out", "whole", "--quiet")

    def start(self, *more):
        return subprocess.Popen([ESPALIER, "run", "small.yaml", *LONG, "--out", "cut", "--quiet", *more],
                                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait_for(self, process, name, seconds=60):
        """Until the run has written `name`, or ended."""
        limit = time.time() + seconds
        while not os.path.exists(self.path("cut", name)) and process.poll() is None:
            self.assertLess(time.time(), limit)
            time.sleep(0.002)

    def check_same(self):
        self.assertEqual(self.read("cut", "model.safetensors"), self.read("whole", "model.safetensors"))
        self.assertEqual(timeless(self.read("cut", "metrics.jsonl")),
                         timeless(self.read("whole", "metrics.jsonl")))
        self.assertEqual(self.summary("cut")["tasks"], self.summary("whole")["tasks"])

    def test_killed_again_and_again(self):
        chance = random.Random(1)
        process = self.start()
        for _ in range(8):
            self.wait_for(process, "spec.yaml")
            time.sleep(chance.uniform(0.0, 0.25))
            process.send_signal(signal.SIGKILL)
            process.wait()
            process = self.start("--resume")
        self.assertEqual(process.wait(), 0)
        self.check_same()

    def test_killed_in_the_middle_of_an_epoch(self):
        """Steps behind the checkpoint were recorded: they are cut off and done again."""
        for _ in range(5):
            if self.kill_in_the_middle() == -signal.SIGKILL:
                break
            shutil.rmtree(self.path("cut"))  # it had ended before the signal came
        self.assertFalse(os.path.exists(self.path("cut", "model.safetensors")))
        self.run_ok("run", "small.yaml", *LONG, "--out", "cut", "--resume", "--quiet")
        starts = [int(line.split()[-1]) for line in self.read("cut", "log.txt").decode().splitlines()
                  if line.startswith("started")]
        self.assertEqual(len(starts), 2)
        self.assertEqual(starts[0], 0)
        self.assertGreater(starts[1], 0)
        self.check_same()

    def kill_in_the_middle(self):
        process = self.start()
        folder, metrics = self.path("cut", "checkpoint"), self.path("cut", "metrics.jsonl")

        def in_the_middle():
            if not os.path.isdir(folder) or not any(f.endswith("tensors") for f in os.listdir(folder)):
                return False
            with open(metrics, encoding="utf-8") as file:
                last = file.read().splitlines()[-1:]
            return last and last[0].startswith('{"kind":"step"') and last[0].endswith("}")

        limit = time.time() + 60
        while process.poll() is None and not in_the_middle():
            self.assertLess(time.time(), limit)
        process.send_signal(signal.SIGKILL)
        return process.wait()

    def test_killed_behind_the_last_checkpoint(self):
        """The last epoch's record, the test and the model are made again from the checkpoint alone."""
        shutil.copytree(self.path("whole"), self.path("cut"))
        for name in ("summary.json", "model.safetensors"):
            os.remove(self.path("cut", name))
        self.run_ok("run", "small.yaml", *LONG, "--out", "cut", "--resume", "--quiet")
        self.check_same()

    def test_interrupted_saves_in_the_middle_of_an_epoch(self):
        process = self.start()
        self.wait_for(process, "metrics.jsonl")
        process.send_signal(signal.SIGINT)
        code = process.wait()
        if code == 0:
            self.skipTest("the run had ended before the signal came")
        self.assertEqual(code, 130)
        self.assertEqual(self.summary("cut")["status"], "interrupted")
        self.run_ok("run", "small.yaml", *LONG, "--out", "cut", "--resume", "--quiet")
        self.check_same()

    def test_a_damaged_checkpoint_is_stepped_over(self):
        process = self.start()
        folder = self.path("cut", "checkpoint")
        while process.poll() is None and (not os.path.isdir(folder) or len(os.listdir(folder)) < 2):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        newest = os.path.join(folder, max(f for f in os.listdir(folder) if f.endswith("tensors")))
        with open(newest, "r+b") as file:
            file.seek(-5, os.SEEK_END)
            file.write(b"\xff\xff\xff")
        done = espalier("run", "small.yaml", *LONG, "--out", "cut", "--resume", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        if "already" not in done.stdout:
            self.assertIn("stepping over a damaged checkpoint", done.stderr)
        self.check_same()

    def test_a_finished_run_is_not_run_again(self):
        before = self.read("whole", "model.safetensors"), os.stat(self.path("whole", "summary.json"))
        done = self.run_ok("run", "small.yaml", *LONG, "--out", "whole", "--resume", "--json")
        self.assertEqual(json.loads(done.stdout)["status"], "done")
        self.assertEqual(os.stat(self.path("whole", "summary.json")).st_mtime_ns,
                         before[1].st_mtime_ns)


if __name__ == "__main__":
    unittest.main()
