"""`precision`: refused where the processor does not do it faster, and runs that learn and resume."""
import re
import unittest

from command import CommandTest, espalier, timeless


def flags():
    """The processor's, as Linux names them."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^flags\s*:(.*)$", file.read(), re.MULTILINE)
    return set(found[1].split()) if found else set()


class Precision(CommandTest):
    AMX = {"amx_tile", "amx_bf16"} <= flags()
    VECTORS = {"avx512f", "avx512bw", "avx512_bf16"} <= flags()

    def need(self, precision):
        done = espalier("check", "small.yaml", "precision=" + precision, cwd=self.folder)
        if done.returncode != 0:
            self.skipTest(done.stderr.strip())

    def check_refused(self, precision, expected):
        text = self.read("small.yaml").decode()
        self.write("small.yaml", text.replace("threads: 1\n", f"threads: 1\nprecision: {precision}\n"))
        line = text[:text.index("threads: 1\n")].count("\n") + 2
        for command in ("check", "run"):
            sentence = self.refused(command, "small.yaml")
            self.assertEqual(len(sentence.splitlines()), 1, sentence)
            self.assertTrue(sentence.startswith(f"small.yaml:{line}:12: precision: "), sentence)
            self.assertIn(expected, sentence)

    def test_split_without_amx_is_refused(self):
        if self.AMX:
            self.skipTest("this processor has AMX")
        self.check_refused("fp32_split", "expected a processor with AMX")

    def test_bf16_without_instructions_is_refused(self):
        if self.AMX or self.VECTORS:
            self.skipTest("this processor multiplies bfloat16")
        self.check_refused("bf16", "found one with neither")

    def test_other_words_are_refused(self):
        self.check_refused("bf17", "did you mean 'bf16'?")

    def test_fp32_is_the_default(self):
        for name, overrides in (("unsaid", ()), ("said", ("precision=fp32",))):
            self.run_ok("run", "small.yaml", *overrides, "--out", name, "--quiet")
            self.assertEqual(self.summary(name)["precision"], "fp32")
        self.assertEqual(self.read("unsaid", "model.safetensors"), self.read("said", "model.safetensors"))

    def test_runs_learn_as_in_fp32(self):
        """Close to what fp32 reaches, not the same bits."""
        self.need("bf16")
        settings = ("data.letters.train=1000", "data.digits.train=1000", "train.epochs=6", "--quiet",
                    "--out")
        reached = {}
        for precision in ("fp32", "bf16"):
            self.run_ok("run", "small.yaml", "precision=" + precision, *settings, precision)
            summary = self.summary(precision)
            self.assertEqual(summary["precision"], precision)
            reached[precision] = summary["tasks"]["digits"]["train"]["accuracy"]
        self.assertIn(self.summary("bf16")["precision_by"], ("amx_bf16", "avx512_bf16"))
        self.assertGreater(reached["bf16"], 0.5)
        self.assertLess(abs(reached["bf16"] - reached["fp32"]), 0.1)
        self.assertNotEqual(self.read("fp32", "model.safetensors"),
                            self.read("bf16", "model.safetensors"))

    def test_runs_are_exact(self):
        for precision in ("bf16", "fp32_split"):
            with self.subTest(precision):
                self.need(precision)
                arguments = ("run", "small.yaml", "precision=" + precision, "threads=2",
                             "trunk.stages.1.layers.0.linear=1024", "train.batch=48", "--quiet",
                             "--out")
                for name in ("first", "second"):
                    self.run_ok(*arguments, precision + name)
                self.assertEqual(self.read(precision + "first", "model.safetensors"),
                                 self.read(precision + "second", "model.safetensors"))
                self.assertEqual(timeless(self.read(precision + "first", "metrics.jsonl")),
                                 timeless(self.read(precision + "second", "metrics.jsonl")))

    def test_runs_resume(self):
        self.need("bf16")
        self.check_resume("small.yaml", "precision=bf16", "train.epochs=2")
        self.check_resume("small.yaml", "precision=bf16", "train.epochs=2", "balance=pcgrad")

    def test_another_precision_does_not_resume(self):
        self.need("bf16")
        self.run_ok("run", "small.yaml", "train.epochs=1", "--quiet", "--out", "run")
        sentence = self.refused("run", "small.yaml", "train.epochs=1", "precision=bf16", "--resume",
                                "--out", "run")
        self.assertIn("the same experiment", sentence)


if __name__ == "__main__":
    unittest.main()
