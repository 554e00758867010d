"""The recipes of docs/cookbook.md run, and learn what they say."""
import math
import os
import re
import unittest

from command import SOURCE, CommandTest

DOCS = os.path.join(SOURCE, "docs")
PLUGINS = os.path.join(os.environ["ESPALIER_BUILD"], "docs", "plugins")


class Cookbook(CommandTest):
    def learned(self, recipe, *overrides, out="out"):
        """The tasks' test scores of a recipe's experiment."""
        self.run_ok("run", os.path.join(DOCS, "examples", recipe + ".yaml"), "--quiet", "--plugins", PLUGINS,
                    "--out", out, "threads=1", *overrides)
        return {name: task["test"] for name, task in self.summary(out)["tasks"].items()}

    def test_every_experiment_beside_the_examples_is_a_recipe_that_is_run_here(self):
        with open(os.path.join(DOCS, "cookbook.md"), encoding="utf-8") as file:
            quoted = set(re.findall(r"<!-- file: examples/(\w+)\.yaml -->", file.read()))
        there = {name.removesuffix(".yaml") for name in os.listdir(os.path.join(DOCS, "examples"))
                 if name.endswith(".yaml")}
        with open(__file__, encoding="utf-8") as file:
            run = set(re.findall(r'learned\("(\w+)"', file.read()))
        self.assertEqual(quoted, there)
        self.assertEqual(run, there)

    def test_an_op_with_a_parameter(self):
        self.assertGreater(self.learned("prelu")["character"]["accuracy"], 0.4)
        # The slopes start at 0.25 and are trained and saved like any parameter.
        self.assertIn(b"heads/character/prelu/slopes", self.read("out", "model.safetensors"))

    def test_an_interval_holds_about_as_many_targets_as_it_is_asked_for(self):
        angle = self.learned("interval")["angle"]
        self.assertLess(abs(angle["inside"] - 0.9), 0.06)
        self.assertLess(angle["median_error"], 0.4)
        narrow = self.learned("interval", "tasks.angle.coverage=0.5", out="narrow")["angle"]
        self.assertLess(abs(narrow["inside"] - 0.5), 0.15)

    def test_rows_that_are_left_out_teach_nothing(self):
        self.assertGreater(self.learned("masked")["character"]["accuracy"], 0.45)
        nothing = self.learned("masked", f"tasks.character.ignore={list(range(36))}", out="nothing")
        self.assertEqual(nothing["character"]["loss"], 0.0)
        self.assertTrue(math.isnan(float(nothing["character"]["accuracy"] or "nan")))

    def test_an_image_is_drawn_from_what_was_seen(self):
        """Of one number hardly more than the mean image can be drawn."""
        one = self.learned("redraw", "tasks.picture.code=1", out="one")["picture"]["rmse"]
        self.assertLess(self.learned("redraw")["picture"]["rmse"], one - 0.02)

    def test_the_mean_of_recalls_is_below_accuracy_where_a_class_is_rare(self):
        kind = self.learned("mean_recall")["kind"]
        self.assertGreater(kind["mean_recall"], 0.6)
        self.assertNotEqual(kind["mean_recall"], kind["accuracy"])

    def test_two_tasks_learn_from_a_source_of_ones_own(self):
        points = self.learned("two_moons")
        self.assertGreater(points["moon"]["accuracy"], 0.9)
        self.assertGreater(points["angle"]["r2"], 0.7)


if __name__ == "__main__":
    unittest.main()
