"""What a finished run's model says of each row."""
import csv
import io
import unittest

from command import COMMON, CommandTest


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

    def test_a_folder_that_is_no_finished_run(self):
        self.assertIn("expected the folder of a finished run", self.refused("predict", "nowhere"))


if __name__ == "__main__":
    unittest.main()
