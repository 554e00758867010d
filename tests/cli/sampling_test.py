"""Streams of unequal size and tasks with few labels: runs, and resumes to the same bytes."""
import unittest

from command import CommandTest

# After a quarter is split off: 240 letters, 48 digits.
UNEQUAL = ("data.letters.train=320", "data.digits.train=64", "train.epochs=2")


class Sampling(CommandTest):
    def test_every_kind_of_method_trains_and_resumes(self):
        for balance in ("equal", "pcgrad", "mgda_ub", "moco", "moml", "modo"):
            for sampling in ("{sampling: proportional, epochs: 2, batch: 16}",
                             "{sampling: temperature, temperature: 3, epochs: 2, batch: 16}"):
                with self.subTest(balance=balance, sampling=sampling):
                    self.check_resume("small.yaml", *UNEQUAL, f"balance={balance}",
                                      f"train={sampling}")

    def test_steps_of_an_epoch(self):
        # 32 rows a step: 16 and 16; 27 and 5; by cube roots (1.71 : 1) 20 and 12.
        for sampling, steps in (("cycle", 15), ("proportional", 9), ("temperature", 12)):
            train = f"{{sampling: {sampling}, epochs: 2, batch: 16}}"
            more = ("train.temperature=3",) if sampling == "temperature" else ()
            self.run_ok("run", "small.yaml", *UNEQUAL, f"train={train}", *more, "--out", sampling,
                        "--quiet")
            summary = self.summary(sampling)
            self.assertEqual(summary["steps"], 2 * steps, sampling)
            said = "one pass over the longest" if sampling == "cycle" else "every stream is through"
            self.assertIn(said, summary["conventions"]["epoch"])

    def test_a_run_is_repeated_from_its_resolved_experiment(self):
        self.run_ok("run", "small.yaml", *UNEQUAL, "tasks.digits.limit=20",
                    "train={sampling: temperature, temperature: 3, batch: 8, epochs: 2}",
                    "--out", "first", "--quiet")
        spec = self.read("first", "spec.yaml").decode()
        for line in ("limit: 20", "sampling: temperature", "temperature: 3"):
            self.assertIn(line, spec)
        self.run_ok("run", self.path("first", "spec.yaml"), "--out", "second", "--quiet")
        self.assertEqual(self.read("first", "model.safetensors"),
                         self.read("second", "model.safetensors"))


class Limit(CommandTest):
    COMMON = ("data={chars: {source: glyphs, classes: characters, train: 96, test: 32, "
              "validation: 0.25}}",
              "tasks={character: {plugin: classification, data: chars, classes: 36, limit: 9}, "
              "kind: {plugin: classification, data: chars, target: kind, classes: 2}}",
              "train={batch: 8, epochs: 2}")

    def test_a_task_without_labels_in_most_batches(self):
        self.run_ok("run", "small.yaml", *self.COMMON, "--out", "few", "--quiet")
        summary = self.summary("few")
        self.assertEqual(summary["data"]["chars"]["train"], 72)
        self.assertGreater(summary["balance"]["absent"]["character"], 0)
        self.assertEqual(summary["balance"]["absent"]["kind"], 0)
        for splits in summary["tasks"].values():
            for split in ("train", "validation", "test"):
                for number in splits[split].values():
                    self.assertIsInstance(number, float)

    def test_the_limit_alone_makes_the_data_set_small(self):
        self.run_ok("run", "small.yaml", *self.COMMON, "only=[character]", "--out", "alone", "--quiet")
        self.assertEqual(self.summary("alone")["data"]["chars"]["train"], 9)
        self.assertEqual(self.summary("alone")["steps"], 2)


if __name__ == "__main__":
    unittest.main()
