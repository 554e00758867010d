"""Same spec, seed and threads: the same bytes."""
import unittest

from command import CommandTest, timeless


class Exactness(CommandTest):
    def twice(self, *overrides):
        for name in ("first", "second"):
            self.run_ok("run", "small.yaml", *overrides, "--out", name, "--quiet")
        self.assertEqual(self.read("first", "model.safetensors"),
                         self.read("second", "model.safetensors"))
        self.assertEqual(timeless(self.read("first", "metrics.jsonl")),
                         timeless(self.read("second", "metrics.jsonl")))

    def test_equal(self):
        self.twice()

    def test_pcgrad(self):
        self.twice("balance=pcgrad")

    def test_two_threads(self):
        # Large enough for products to be divided among the threads.
        self.twice("threads=2", "trunk.stages.1.layers.0.linear=1024", "train.batch=48")

    def test_another_seed_gives_another_model(self):
        self.run_ok("run", "small.yaml", "--out", "first", "--quiet")
        self.run_ok("run", "small.yaml", "seed=8", "--out", "second", "--quiet")
        self.assertNotEqual(self.read("first", "model.safetensors"),
                            self.read("second", "model.safetensors"))

    def test_a_task_more_does_not_move_the_others_numbers(self):
        """Parameters of the trunk start the same with one task or two."""
        for name, only in (("both", "[]"), ("alone", "[digits]")):
            self.run_ok("run", "small.yaml", f"only={only}", "train.epochs=1",
                        "optimizer={sgd: {learning_rate: 0}}", "--out", name, "--quiet")
        both, alone = (self.tensor(name, "heads/digits/output/weight") for name in ("both", "alone"))
        self.assertEqual(both, alone)

    def tensor(self, run, name):
        import json
        data = self.read(run, "model.safetensors")
        length = int.from_bytes(data[:8], "little")
        begin, end = json.loads(data[8:8 + length])[name]["data_offsets"]
        return data[8 + length + begin:8 + length + end]


if __name__ == "__main__":
    unittest.main()
