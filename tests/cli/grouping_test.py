"""Recon's conversion of a run, and the measures of task affinity."""
import json
import re
import unittest

from command import CommandTest

FAST = ["--quiet", "train.epochs=1"]


class Grouping(CommandTest):
    def joint_run(self, *overrides):
        self.run_ok("run", "small.yaml", "balance=pcgrad", *FAST, *overrides, "--out", "joint")

    def most_conflicting(self):
        with open(self.path("joint", "metrics.jsonl")) as file:
            records = [json.loads(line) for line in file]
        layers = next(r for r in records if "gradients" in r)["gradients"]["layers"]
        return max(layers, key=lambda name: sum(layers[name]["conflicts"].values()))

    def test_recon_makes_the_most_conflicting_layer_private(self):
        self.joint_run("diagnostics.below=0.3")
        made = self.run_ok("convert", "joint", "--layers", "1", "--out", "recon.yaml")
        layer = self.most_conflicting()
        self.assertIn("private: " + "/".join(layer.split("/")[:3]), made.stderr)
        text = self.run_ok("describe", "recon.yaml").stdout
        own = [line for line in text.splitlines() if re.search(r"trunk/\S+/letters .* own ", line)]
        self.assertEqual(len(own), 1)
        self.assertIn("/".join(layer.split("/")[:2]), own[0])
        self.run_ok("run", "recon.yaml", *FAST, "--out", "again")

    def test_gradients_say_in_how_many_steps_a_pair_met(self):
        self.joint_run()
        with open(self.path("joint", "metrics.jsonl")) as file:
            gradients = next(record["gradients"] for record in map(json.loads, file)
                             if "gradients" in record)
        for part in (gradients["trunk"], *gradients["layers"].values()):
            self.assertEqual(part["pairs"], {"letters/digits": part["steps"]})

    def test_parts_of_a_stage_keep_its_optimizer(self):
        self.joint_run("trunk.stages.1.layers=[{linear: 16}, relu, {linear: 8}]",
                       "trunk.stages.0.name=dense_2",
                       "optimizer={all: {sgd: 0.05}, trunk/dense: {sgd: 0.01}}")
        self.run_ok("convert", "joint", "--layers", "2", "--out", "recon.yaml")
        text = self.run_ok("check", "recon.yaml", "--resolved").stdout
        names = re.findall(r"- name: (\S+)", text)
        self.assertEqual(len(names), len(set(names)))
        for name in names:
            of_dense = re.fullmatch(r"dense(_[3-9])?", name) is not None
            self.assertEqual("  trunk/" + name + ":" in text, of_dense)

    def test_recon_splits_a_stage_between_its_layers(self):
        stage = "trunk.stages.1.layers=[{linear: 16}, relu, {linear: 12}, relu, {linear: 8}, relu]"
        self.joint_run(stage)
        for count in (1, 2, 3, 4):
            done = self.run_ok("convert", "joint", "--layers", str(count), "--out", "recon.yaml")
            private = re.findall(r"private: trunk/(\S+)/(\d)", done.stderr)
            self.assertEqual(len(private), count)
            text = self.run_ok("describe", "recon.yaml").stdout
            # A private layer is there for each of the two tasks, a shared one once.
            linear = sum(stage == "dense" for stage, _ in private)
            self.assertEqual(len(re.findall(r"^    linear ", text, re.M)), 3 + linear + 2)
        self.assertIn("expected 1 to 4 layers to make private, found 5",
                      self.refused("convert", "joint", "--layers", "5"))

    def test_recon_needs_gradients_by_layer_of_a_hard_run(self):
        self.run_ok("run", "small.yaml", *FAST, "--out", "joint")
        self.assertIn("expected gradients by layer in joint/metrics.jsonl, found none",
                      self.refused("convert", "joint", "--layers", "1"))
        self.run_ok("run", "small.yaml", "sharing=cross_stitch", "balance=pcgrad", *FAST, "--out",
                    "columns")
        self.assertIn("expected a run of sharing 'hard'",
                      self.refused("convert", "columns", "--layers", "1"))

    def values(self, text):
        rows = [line.split() for line in text.splitlines()[2:-1]]
        return {row[0]: row[1:] for row in rows}

    def test_looking_ahead_measures_affinity_and_changes_nothing(self):
        text = self.run_ok("affinity", "small.yaml", "train.epochs=1", "--every", "3").stdout
        rows = self.values(text)
        self.assertEqual(set(rows), {"letters", "digits"})
        # A small step along a task's own gradient makes its own loss smaller.
        self.assertGreater(float(rows["letters"][0]), 0.0)
        self.assertGreater(float(rows["digits"][1]), 0.0)
        sharing = text.splitlines()[-1].split("  #")[0]
        self.assertTrue(sharing.startswith("sharing: { hard: { groups: [["))
        self.run_ok("check", "small.yaml", "sharing=" + sharing[len("sharing: "):])
        self.assertEqual(self.run_ok("affinity", "small.yaml", "train.epochs=1", "--every",
                                     "3").stdout, text)
        self.assertIn("found none under sharing 'none'",
                      self.refused("affinity", "small.yaml", "sharing=none"))

    def test_affinity_ends_with_the_run_and_keeps_the_options(self):
        choice = ("sharing={cross_stitch: {per: scalar}}", "train.steps=3")
        text = self.run_ok("affinity", "small.yaml", *choice, "--every", "1").stdout
        sharing = text.splitlines()[-1].split("  #")[0]
        self.assertTrue(sharing.startswith("sharing: { cross_stitch: { per: scalar, same: 0.9, "
                                           "other: 0.1, last: false, groups: [["), sharing)
        self.run_ok("check", "small.yaml", "sharing=" + sharing[len("sharing: "):])
        longer = self.run_ok("affinity", "small.yaml", choice[0], "train.steps=4", "--every",
                             "1").stdout
        self.assertNotEqual(text, longer)
        again = self.run_ok("affinity", "small.yaml", *choice, "train.epochs=50", "--every",
                            "1").stdout
        self.assertEqual(text, again)

    def test_pairs_compare_tasks_together_with_tasks_alone(self):
        text = self.run_ok("affinity", "small.yaml", "train.epochs=1", "--pairs", "--groups",
                           "1").stdout
        rows = self.values(text)
        self.assertEqual(rows["letters"][0], "-")
        self.assertNotEqual(rows["letters"][1], rows["digits"][0])
        self.assertIn("groups: [[letters, digits]]", text)


if __name__ == "__main__":
    unittest.main()
