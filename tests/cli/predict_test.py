"""What a finished run's model says of each row."""
import csv
import io
import os
import unittest

from command import COMMON, SMALL, CommandTest


class Predict(CommandTest):
    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.run_ok("predict", *arguments).stdout)))

    def check_accuracy(self, folder, split):
        rows = self.rows(folder, "--split", split)
        for task, scores in self.summary(folder)["tasks"].items():
            own = [row for row in rows if row["task"] == task]
            right = sum(row["target"] == row["predicted"] for row in own)
            self.assertAlmostEqual(right / len(own), scores[split]["accuracy"])
            self.assertEqual([int(row["row"]) for row in own], list(range(len(own))))

    def test_predictions_have_the_accuracy_of_the_summary(self):
        self.write("common.yaml", COMMON)
        for experiment, sharing in (("small.yaml", "cross_stitch"), ("common.yaml", "hard")):
            self.run_ok("run", experiment, "sharing=" + sharing, "train.evaluation_batch=24",
                        "--out", "run-" + sharing, "--quiet")
            for split in ("test", "validation"):
                self.check_accuracy("run-" + sharing, split)

    def test_other_rows(self):
        self.run_ok("run", "small.yaml", "--out", "run", "--quiet")
        rows = self.rows("run", "data.letters.test=17", "-o", "p.csv")
        self.assertEqual(rows, [])
        with open(self.path("p.csv"), encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(sum(row["task"] == "letters" for row in rows), 17)

    def test_an_op_that_throws_is_named(self):
        """Outside of a run's steps, too; its exception's class lies in the plugin's library."""
        def late(failure):
            return ("--plugin-path", os.path.join(os.environ["ESPALIER_BAD_PLUGINS"], "late", failure))

        self.write("late.yaml", SMALL.replace("plugin: letters", "plugin: late"))
        self.run_ok("run", "late.yaml", "--quiet", "--out", "run", *late("none"))
        op = "[plugin late] op 'late' of heads/letters, "
        self.assertEqual(self.refused("predict", "run", *late("throws_in_evaluation")),
                         op + "forward: not in this state")
        self.assertEqual(self.refused("run", "late.yaml", "--dry-run", *late("throws_in_evaluation"), code=1),
                         op + "forward, in step 1: not in this state")
        for command in ("check", "run", "describe"):
            self.assertEqual(self.refused(command, "late.yaml", *late("throws_when_planned")),
                             op + "plan: not in this state")

    def test_a_folder_that_is_no_finished_run(self):
        self.assertIn("expected the folder of a finished run", self.refused("predict", "nowhere"))


if __name__ == "__main__":
    unittest.main()
