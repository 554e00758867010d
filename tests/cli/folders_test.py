"""Run folders: exclusive, and left alone by what is refused."""
import os
import re
import subprocess
import unittest

from command import ESPALIER, CommandTest


class Folders(CommandTest):
    def test_default_folder_is_named_by_the_resolved_spec(self):
        self.run_ok("run", "small.yaml", "train.epochs=1", "--quiet")
        self.run_ok("run", "small.yaml", "train.epochs=1", "seed=8", "--quiet")
        names = sorted(os.listdir(self.path("runs")))
        self.assertEqual(len(names), 2)
        for name in names:
            self.assertRegex(name, r"^small-[0-9a-f]{12}$")

    def test_an_existing_folder_is_refused(self):
        self.run_ok("run", "small.yaml", "train.epochs=1", "--out", "out", "--quiet")
        before = self.read("out", "model.safetensors")
        sentence = self.refused("run", "small.yaml", "train.epochs=1", "--out", "out", "--quiet")
        self.assertEqual(sentence, "[run folder] expected a folder that does not exist, found out; "
                                   "continue it with --resume or choose another --out")
        self.assertEqual(self.read("out", "model.safetensors"), before)

    def test_resuming_another_experiment_is_refused(self):
        self.run_ok("run", "small.yaml", "train.epochs=1", "--out", "out", "--quiet")
        sentence = self.refused("run", "small.yaml", "train.epochs=2", "--out", "out", "--resume")
        self.assertEqual(sentence, "[run folder] expected out to hold the same experiment, found "
                                   "another one, or one of another version, in its spec.yaml; choose "
                                   "another --out")

    def test_a_slash_at_the_end_of_the_folder(self):
        self.run_ok("run", "small.yaml", "train.epochs=1", "--out", "new/out/", "--quiet")
        self.assertTrue(os.path.exists(self.path("new", "out", "summary.json")))

    def test_a_place_where_no_folder_can_be(self):
        sentence = self.refused("run", "small.yaml", "--out", "small.yaml/runs/out", "--quiet", code=1)
        self.assertEqual(sentence, "[run folder] small.yaml/runs/out: cannot make the folder it lies in: "
                                   "Not a directory")
        sentence = self.refused("run", "small.yaml", "--out", "small.yaml/out", "--quiet", code=1)
        self.assertIn("Not a directory", sentence)

    def test_metrics_that_lost_what_the_checkpoint_counts_are_refused(self):
        self.run_ok("run", "small.yaml", "--out", "out", "--quiet")
        os.remove(self.path("out", "summary.json"))
        with open(self.path("out", "metrics.jsonl"), "r+b") as file:
            file.truncate(10)
        sentence = self.refused("run", "small.yaml", "--out", "out", "--resume", "--quiet")
        self.assertRegex(sentence, r"^\[run folder\] out/metrics.jsonl: expected at least the \d+ bytes "
                                   r"that the checkpoint counts, found 10; put the file back")
        self.assertEqual(len(self.read("out", "metrics.jsonl")), 10)

    def test_a_refused_run_leaves_no_folder(self):
        self.refused("run", "small.yaml", "train.batch=100000", "--out", "out")
        self.refused("run", "small.yaml", "tasks.digits.plugin=nothing")
        self.assertFalse(os.path.exists(self.path("out")))
        self.assertFalse(os.path.exists(self.path("runs")))

    def test_of_many_that_start_at_once_one_runs(self):
        command = [ESPALIER, "run", "small.yaml", "train.epochs=1", "--out", "out", "--quiet"]
        started = [subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL) for _ in range(8)]
        codes = sorted(process.wait() for process in started)
        self.assertEqual(codes, [0] + [2] * 7)

    def test_names_cannot_leave_the_folder(self):
        for name in ("../escape", "/etc/escape", "a/b", "..", "", "a" * 300):
            with self.subTest(name):
                sentence = self.refused("run", "small.yaml", f"name='{name}'")
                self.assertTrue(re.match(r"override ", sentence), sentence)
        self.assertEqual(sorted(os.listdir(self.folder)), ["small.yaml"])


if __name__ == "__main__":
    unittest.main()
