"""Tests of the tables on results that were never measured."""
import unittest

import tables
from measure import Result
from settings import Settings
from workloads import chosen


def result(name, ours, usual, difference=1e-7, **more):
    said = {"limit_ms": 5.0, "peak_resident_mib": 100.0, "planned_mib": 20.0, "peak_gflops": 400.0,
            "peak_gbytes": 50.0}
    return Result(chosen(name)[0], "plain", 2, difference, {"usual": Settings("usual")},
                  ours=[said | {"step_ms": ms} for ms in ours],
                  theirs={"usual": [{"step_ms": ms, "peak_resident_mib": 400.0} for ms in usual]},
                  **more)


class Tables(unittest.TestCase):
    def test_a_step_with_ratio_and_limit(self):
        row = tables.times([result("cnn-one", [10.0, 11.0, 9.0], [20.0, 22.0, 18.0])], 2)
        self.assertIn("| 10.0 (9.00 - 11.0) | 20.0 (18.0 - 22.0) | 2.00 | - | - | 5.00 | 2.00 |", row)

    def test_other_threads_stand_elsewhere(self):
        self.assertEqual(len(tables.times([result("mlp", [1.0], [2.0])], 1).splitlines()), 2)

    def test_refuses_where_losses_differ(self):
        refused = result("mlp", [], [], difference=0.5)
        self.assertIn("refused: losses differ by 5.0e-01", tables.times([refused], 2))
        self.assertEqual(len(tables.memory([refused]).splitlines()), 2)
        self.assertTrue(result("mlp", [], [], difference=float("nan")).refused)

    def test_memory_as_a_share_of_theirs(self):
        self.assertIn("| 20.0 | 100 | 400 | 0.25 | - | - |", tables.memory([result("mlp", [1], [2])]))

    def test_sixteen_heads_beside_one(self):
        both = [result("heads-1", [10.0], [20.0]), result("heads-16", [11.0], [30.0])]
        self.assertIn("take 1.10 of the step of T = 1 (plain, 2 threads; PyTorch: 1.50)",
                      tables.heads(both))
        self.assertEqual(tables.heads(both[1:]), "")

    def test_each_setting_once(self):
        rows = tables.settings([result("mlp", [1], [2]), result("cnn-one", [1], [2])]).splitlines()
        self.assertEqual(len(rows), 3)
        self.assertIn("mlp usual at 2; cnn-one usual at 2", rows[2])


if __name__ == "__main__":
    unittest.main()
