"""A run from YAML to its folder."""
import json
import os
import unittest

from command import CommandTest


class Run(CommandTest):
    def test_writes_a_complete_folder(self):
        done = self.run_ok("run", "small.yaml", "--out", "out")
        self.assertEqual(sorted(os.listdir(self.path("out"))),
                         ["checkpoint", "log.txt", "metrics.jsonl", "model.safetensors", "spec.yaml",
                          "summary.json"])
        self.assertIn("synthetic", done.stdout)
        self.assertIn("epoch 3/3", done.stderr)
        self.assertNotIn("\033", done.stderr, "no control characters where there is no terminal")

    def test_summary_has_its_public_keys(self):
        self.run_ok("run", "small.yaml", "--out", "out", "--quiet")
        s = self.summary("out")
        self.assertEqual((s["status"], s["seed"], s["threads"], s["epochs"], s["steps"]),
                         ("done", 7, 1, 3, 27))
        for task in ("letters", "digits"):
            for split in ("train", "validation", "test"):
                self.assertEqual(set(s["tasks"][task][split]), {"loss", "accuracy"})
        self.assertEqual(s["parameters"]["total"], s["parameters"]["trunk"] + s["parameters"]["heads"])
        self.assertEqual(s["parameters"]["heads"], 32 * 36 + 36)
        self.assertEqual(set(s["seconds"]),
                         {"total", "data", "forward", "backward", "update", "evaluate"})
        self.assertGreater(s["examples_per_second"], 0)
        self.assertGreater(s["peak_memory_bytes"], 0)
        self.assertEqual(s["data"]["letters"]["synthetic"], True)
        self.assertEqual(len(s["data"]["letters"]["digest"]), 64)
        self.assertEqual(s["conventions"]["heads"], "plain")
        self.assertIn("espalier", s["build"])

    def test_learns(self):
        self.run_ok("run", "small.yaml", "train.epochs=25", "--out", "out", "--quiet")
        s = self.summary("out")
        self.assertGreater(s["tasks"]["digits"]["train"]["accuracy"], 0.5)
        self.assertLess(s["tasks"]["letters"]["train"]["loss"], 2.6)

    def test_every_balancer_optimizer_and_schedule_runs(self):
        for change in ("balance=pcgrad", "balance={pcgrad: {heads: weighted, scale: sum_to_tasks}}",
                       "balance={equal: {scale: norm_of_equal}}", "optimizer={adam: {}}",
                       "optimizer={adamw: {}}", "optimizer={rmsprop: {learning_rate: 0.001}}",
                       "optimizer={sgd: {learning_rate: 0.1}}",
                       "optimizer={sgd: {learning_rate: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.0001}}",
                       "optimizer={all: {sgd: 0.05}, trunk/conv: {adam: {}}, heads/letters: {rmsprop: 0.001}}",
                       "schedule={step: {every: 1, factor: 0.5}}", "schedule={cosine: {warmup: 3}}",
                       "train.last_batch=keep"):
            with self.subTest(change):
                done = self.run_ok("run", "small.yaml", "train.epochs=1", change, "--quiet", "--json")
                summary = json.loads(done.stdout)
                self.assertEqual(summary["status"], "done")
                self.assertLess(summary["tasks"]["digits"]["train"]["loss"], 10)

    def test_one_task_alone_by_override(self):
        self.run_ok("run", "small.yaml", "only=[digits]", "name=digits_alone", "--out", "out", "--quiet")
        self.assertEqual(list(self.summary("out")["tasks"]), ["digits"])

    def test_dry_run_writes_nothing(self):
        before = sorted(os.listdir(self.folder))
        done = self.run_ok("run", "small.yaml", "--dry-run", "--json")
        self.assertEqual(json.loads(done.stdout)["status"], "dry run")
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_the_resolved_spec_runs_again_to_the_same_model(self):
        self.run_ok("run", "small.yaml", "--out", "first", "--quiet")
        self.run_ok("run", "first/spec.yaml", "--out", "second", "--quiet")
        self.assertEqual(self.read("first", "spec.yaml"), self.read("second", "spec.yaml"))
        self.assertEqual(self.read("first", "model.safetensors"),
                         self.read("second", "model.safetensors"))

    def test_a_loss_that_is_not_finite_fails_naming_task_and_step(self):
        sentence = self.refused("run", "small.yaml", "optimizer={sgd: {learning_rate: 1.0e+30}}",
                                "--out", "out", "--quiet", code=1)
        self.assertRegex(sentence, r"^\[train\] expected a finite loss of task '(letters|digits)' \(plugin \1\), "
                                   r"found -?(nan|inf) in step \d+ \(epoch 1\); try a smaller learning rate$")
        self.assertEqual(self.summary("out")["status"], "failed")


if __name__ == "__main__":
    unittest.main()
