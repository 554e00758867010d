"""Every balancing method trains, resumes to the same bytes, and says what was in force."""
import json
import unittest

from command import COMMON, CommandTest, timeless


class Balancers(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("common.yaml", COMMON)

    def methods(self):
        listed = json.loads(self.run_ok("list", "balancers", "--json").stdout)
        return [entry["name"] for entry in listed]

    def choice(self, method):
        return "{fixed: {weights: [1, 2]}}" if method == "fixed" else method

    def check_method(self, experiment, method):
        summary = self.check_resume(experiment, "balance=" + self.choice(method))
        self.assertEqual(summary["conventions"]["balance"], method)

    def test_every_method_trains_and_resumes_on_a_common_input(self):
        for method in self.methods():
            with self.subTest(method):
                self.check_method("common.yaml", method)

    def test_every_method_trains_and_resumes_on_inputs_of_their_own(self):
        for method in self.methods():
            if method == "rotograd":
                continue
            with self.subTest(method):
                self.check_method("small.yaml", method)

    def test_rotograd_needs_a_common_input(self):
        self.assertEqual(
            self.refused("run", "small.yaml", "balance=rotograd"),
            "override 'balance=rotograd': balance: expected tasks that label the same data for balance "
            "'rotograd', found 2 data sets; nearest: balance: graddrop")

    def test_bilevel_methods_need_validation_data(self):
        sentence = self.refused("run", "small.yaml", "balance=moml", "data.letters.validation=0")
        self.assertIn("expected a validation part (validation: 0.1) for balance 'moml', found none",
                      sentence)

    def test_methods_of_several_batches_count_them(self):
        self.run_ok("run", "small.yaml", "balance=modo", "train.epochs=1", "--out", "three", "--quiet")
        self.run_ok("run", "small.yaml", "balance=mgda", "train.epochs=1", "--out", "one", "--quiet")
        three, one = self.summary("three"), self.summary("one")
        self.assertEqual((three["steps"], one["steps"]), (3, 9))
        self.assertEqual(three["conventions"]["batches_per_step"], 3)
        self.assertEqual(
            self.refused("run", "small.yaml", "balance=modo", "train.last_batch=keep"),
            "[train] expected train.last_batch: drop for balance 'modo', which draws 3 batches in a "
            "step, found keep")

    def test_further_batches_before_the_steps_own_or_behind_it(self):
        # A step that is clipped measures its own gradients first; this one never is.
        for experiment in ("common.yaml", "small.yaml"):
            for method in ("modo", "sdmgrad"):
                losses = []
                for clip in ("0", "1e9"):
                    folder = f"{experiment}-{method}-{clip}"
                    self.run_ok("run", experiment, f"balance={{{method}: {{clip: {clip}}}}}", "train.steps=3",
                                "train.log_every=1", "--out", folder, "--quiet")
                    records = map(json.loads, self.read(folder, "metrics.jsonl").splitlines())
                    losses.append([part["loss"] for record in records for task in record["tasks"].values()
                                   for part in task.values()])
                self.assertGreater(len(losses[0]), 8)
                for before, behind in zip(*losses, strict=True):
                    self.assertAlmostEqual(before, behind, delta=1e-4 * behind)

    def test_conventions_of_the_paper_are_in_force_and_can_be_changed(self):
        self.run_ok("run", "small.yaml", "balance=nash", "train.epochs=1", "--out", "a", "--quiet")
        self.assertEqual(self.summary("a")["conventions"]["clip"], 1)
        self.run_ok("run", "small.yaml", "train.epochs=1", "--out", "b", "--quiet",
                    "balance={nash: {clip: 0, every: 4, scale: sum_to_tasks, smooth: 0.5}}")
        conventions = self.summary("b")["conventions"]
        self.assertEqual((conventions["clip"], conventions["every"], conventions["scale"],
                          conventions["smooth"]), (0, 4, "sum_to_tasks", 0.5))

    def test_held_weights_layer_by_layer(self):
        self.run_ok("run", "small.yaml", "balance={pcgrad: {gram: per_layer, every: 3}}", "--out", "a",
                    "--quiet")
        self.run_ok("run", "small.yaml", "balance={pcgrad: {every: 3}}", "--out", "b", "--quiet")
        self.assertNotEqual(self.read("a", "model.safetensors"), self.read("b", "model.safetensors"))

    def test_conventions_that_a_method_cannot_follow_are_refused(self):
        for choice, reason in (
                ("{equal: {gram: per_layer}}",
                 "expected 'equal' without gram: per_layer, because it uses no inner products of the "
                 "trunk's gradients"),
                ("{graddrop: {heads: weighted}}",
                 "expected 'graddrop' without heads: weighted, because it gives a direction, not "
                 "weights"),
                ("{moco: {every: 3}}",
                 "expected 'moco' without every: 3, because it gives a direction, not weights"),
                ("{mgda_ub: {clip: 1}}",
                 "expected 'mgda_ub' without clip: 1, because inner products of the trunk's gradients "
                 "are not formed"),
                ("{uncertainty: {normalise: l2}}",
                 "expected 'uncertainty' without normalise: l2, because it is given no gradients of "
                 "the trunk")):
            with self.subTest(choice):
                self.assertTrue(self.refused("run", "small.yaml", "balance=" + choice).endswith(reason))

    def test_gradients_are_recorded_where_they_are_known(self):
        self.run_ok("run", "small.yaml", "balance=mgda", "--out", "gram", "--quiet")
        self.run_ok("run", "small.yaml", "--out", "none", "--quiet")
        self.run_ok("run", "small.yaml", "diagnostics.every=3", "--out", "watched", "--quiet")

        def epochs(folder):
            return [record for record in timeless(self.read(folder, "metrics.jsonl"))
                    if record["kind"] == "epoch"]
        for record in epochs("gram"):
            trunk = record["gradients"]["trunk"]
            self.assertEqual(trunk["steps"], 9)
            self.assertLessEqual(abs(trunk["cosine"]["letters/digits"]), 1)
            self.assertGreaterEqual(trunk["norm_ratio"], 1)
            self.assertGreaterEqual(trunk["condition"], 1)
            self.assertEqual(len(record["gradients"]["layers"]), 3)
            self.assertAlmostEqual(sum(record["weights"].values()), 1, places=5)
        self.assertNotIn("gradients", epochs("none")[0])
        self.assertEqual([record["gradients"]["trunk"]["steps"] for record in epochs("watched")],
                         [3, 3, 3])
        # To watch changes nothing.
        self.assertEqual(self.read("watched", "model.safetensors"),
                         self.read("none", "model.safetensors"))

    def test_a_run_without_labels_of_a_task_in_some_batches_says_how_often(self):
        rows = ["a,b,y,z"]
        for i in range(32):  # z is labelled in the first quarter only
            rows.append(f"{i % 5 - 2},{i % 3 - 1},{i % 5 % 2},{i % 3 if i < 8 else ''}")
        self.write("part.csv", "\n".join(rows) + "\n")
        self.write("part.yaml", """
name: part
threads: 1
data:
  rows: { source: csv, file: part.csv, inputs: [a, b], labels: [y, z], test: 0.25 }
trunk: { input: [2], stages: [ { name: dense, layers: [ { linear: 4 }, tanh ] } ] }
tasks:
  y: { plugin: classification, data: rows, target: y, classes: 2 }
  z: { plugin: classification, data: rows, target: z, classes: 3 }
balance: mgda
optimizer: { sgd: 0.05 }
train: { epochs: 4, batch: 4 }
""")
        self.run_ok("run", "part.yaml", "--out", "out", "--quiet")
        report = self.summary("out")["balance"]
        self.assertEqual(report["steps"], 24)
        self.assertEqual(report["absent"]["y"], 0)
        self.assertGreater(report["absent"]["z"], 0)


if __name__ == "__main__":
    unittest.main()
