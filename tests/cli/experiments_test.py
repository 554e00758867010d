"""The experiments on real data learn (lint_experiments checks that every one is in order)."""
import json
import os
import unittest

from command import SANITIZED, SOURCE, CommandTest

DATA = os.environ.get("ESPALIER_DATA")


class Experiments(CommandTest):
    def short_run(self, name, *overrides):
        if not DATA:
            self.skipTest("ESPALIER_DATA is not set")
        if SANITIZED:
            self.skipTest("what is learnt is asserted of optimised builds; here it takes minutes")
        path = os.path.join(SOURCE, "experiments", name)
        return json.loads(self.run_ok("run", path, *overrides, "--quiet", "--json").stdout)["tasks"]

    def test_one_input_two_labels(self):
        tasks = self.short_run("character_and_kind.yaml", "train.epochs=2")
        self.assertGreater(tasks["character"]["test"]["accuracy"], 0.5)
        self.assertGreater(tasks["kind"]["test"]["accuracy"], 0.7)

    FEW_PAIRS = ("data.pairs.train_examples=12000", "train.epochs=2", "train.batch=32", "threads=1")

    def test_two_digits_in_one_image(self):
        tasks = self.short_run("multi_mnist.yaml", *self.FEW_PAIRS)
        self.assertGreater(tasks["left"]["test"]["accuracy"], 0.4)
        self.assertGreater(tasks["right"]["test"]["accuracy"], 0.4)

    def test_a_digit_and_a_piece_of_clothing_in_one_image(self):
        tasks = self.short_run("fashion_and_mnist.yaml", *self.FEW_PAIRS)
        self.assertGreater(tasks["digit"]["test"]["accuracy"], 0.5)
        self.assertGreater(tasks["clothing"]["test"]["accuracy"], 0.5)

    def test_seven_torques(self):
        tasks = self.short_run("sarcos.yaml", "train.epochs=8")
        for task, splits in tasks.items():
            self.assertGreater(splits["test"]["r2"], 0.7, task)


if __name__ == "__main__":
    unittest.main()
