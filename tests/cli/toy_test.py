"""The 2-D toy: no data, a trunk that is one parameter, objectives whose gradients are those of their
losses."""
import json
import math
import os
import unittest

from command import SOURCE, CommandTest, timeless

TOY = os.path.join(SOURCE, "experiments", "toy", "nash.yaml")
POINTS = ([-8.5, 7.5], [1.5, 0.7], [9.0, 9.0], [-7.5, -0.5], [9.0, -1.0], [3.0, -6.0])


def objective(number, x1, x2):
    """As published (docs/toy.md), at scale 1."""
    least = 5e-6
    c1, c2 = max(math.tanh(0.5 * x2), 0), max(math.tanh(-0.5 * x2), 0)
    if number == 1:
        f = math.log(max(abs(0.5 * (-x1 - 7) - math.tanh(-x2)), least)) + 6
        q = ((-x1 + 7) ** 2 + 0.1 * (-x2 - 8) ** 2) / 10 - 20
    else:
        f = math.log(max(abs(0.5 * (-x1 + 3) + math.tanh(-x2) + 2), least)) + 6
        q = ((-x1 - 7) ** 2 + 0.1 * (-x2 - 8) ** 2) / 10 - 20
    return f * c1 + q * c2


class Toy(CommandTest):
    def toy(self, *changes, out="out"):
        self.run_ok("run", TOY, *changes, "--out", out, "--quiet")
        return [record for record in timeless(self.read(out, "metrics.jsonl"))
                if record["kind"] == "step"]

    def test_losses_and_gradients_are_those_of_the_published_objectives(self):
        for k, start in enumerate(POINTS):
            for task, number, scale in (("first", 1, 0.1), ("second", 2, 1.0)):
                with self.subTest(start=start, task=task):
                    record, = self.toy(f"only=[{task}]", "data.point.train=1", "train.epochs=1",
                                       "train.log_every=1", "optimizer={sgd: 1.0}",
                                       f"trunk.stages.0.layers.0.parameter.init={start}",
                                       out=f"{task}{k}")
                    loss = record["tasks"][task]["train"]["loss"]
                    self.assertAlmostEqual(loss, scale * objective(number, *start), places=4)
                    moved = next(iter(record["parameters"].values()))
                    for axis in (0, 1):
                        ahead, behind = list(start), list(start)
                        ahead[axis] += 1e-5
                        behind[axis] -= 1e-5
                        slope = scale * (objective(number, *ahead) - objective(number, *behind)) / 2e-5
                        self.assertAlmostEqual(start[axis] - moved[axis], slope, delta=1e-4)

    def test_equal_weights_end_where_published(self):
        record = self.toy("trunk.stages.0.layers.0.parameter.init=[0,0]")[-1]
        x1, x2 = next(iter(record["parameters"].values()))
        self.assertAlmostEqual(x1, -5.727, delta=0.05)
        self.assertLess(x2, -8.3)
        self.assertNotIn("test", self.summary("out")["tasks"]["first"])

    def test_numbers_that_do_not_fit_the_shape_are_refused(self):
        sentence = self.refused("run", TOY, "trunk.stages.0.layers.0.parameter.init=[1,2,3]")
        self.assertTrue(sentence.endswith(
            "parameter.init: expected 2 numbers for the shape (2), found 3"), sentence)

    def test_trajectory_is_in_the_run_folder(self):
        records = self.toy("train.epochs=2", "train.log_every=500")
        self.assertEqual([record["step"] for record in records], [500, 1000, 1500, 2000])
        self.assertTrue(all(len(record["parameters"]["trunk/point/0/parameter"]) == 2
                            for record in records))
        self.assertEqual(json.loads(self.read("out", "summary.json"))["parameters"]["trunk"], 2)


if __name__ == "__main__":
    unittest.main()
