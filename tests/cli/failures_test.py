"""Plugins that fail in the middle of a run, or before it: one sentence, a report, and nothing lost."""
import glob
import os
import re
import shutil
import unittest

from command import SANITIZED, SMALL, CommandTest, espalier, timeless

BAD_PLUGINS = os.environ["ESPALIER_BAD_PLUGINS"]
OP = r"\[plugin late\] op 'late' of heads/letters, {}, in step 14: "
REPORT = r"; see (\S+)$"

# failure of the plugin -> what stderr says, exit code (negative: the signal), kind of the report
FAILURES = {
    "nan": (r"\[train\] expected a finite loss of task 'letters' \(plugin late\), found nan in step 14 "
            r"\(epoch 2\)", 1, None),
    "throws": (OP.format("forward") + "this op is tired$", 1, None),
    "throws_number": (OP.format("forward") + "threw something that is not a std::exception$", 1, None),
    "throws_in_measure": (r"\[plugin late\] metric batches: lost count \(in step 14\)$", 1, None),
    "crashes": (OP.format("forward") + r"crashed \(SIGSEGV, .*\)", -11, "crash"),
    "crashes_backward": (OP.format("backward") + r"crashed \(SIGSEGV, .*\)", -11, "crash"),
    "overflows_stack": (OP.format("forward") + r"crashed \(SIGSEGV, .*\)", -11, "crash"),
    "aborts": (OP.format("forward") + r"crashed \(SIGABRT, .*\)", -6, "crash"),
    "hangs": (OP.format("forward") + "has not returned for 0.5 s", 1, "hang"),
}
# plugin -> what stderr says, exit code, kind of the report
EARLY = {
    "crashes_at_load": (r"\[plugin \S+/espalier_crashes_at_load.so\] load: crashed \(SIGSEGV, ", -11, "crash"),
    "crashes_in_constructor": (r"\[plugin crashes_in_constructor\] constructor: crashed \(SIGSEGV, ",
                               -11, "crash"),
    "hangs_at_load": (r"\[plugin \S+/espalier_hangs_at_load.so\] load: has not returned for 0.5 s", 1,
                      "hang"),
    "hangs_in_constructor": (r"\[plugin hangs_in_constructor\] constructor: has not returned for 0.5 s",
                             1, "hang"),
    "throws_in_head": (r"\[plugin throws_in_head\] head: this head has lost its body$", 2, None),
    "throws_in_loss": (r"\[plugin throws_in_loss\] loss: nothing is lost$", 2, None),
    "throws_in_constructor": (r"\S+: tasks.letters: \[plugin throws_in_constructor\] create: no room for "
                              "another task$", 2, None),
    "wrong_head_shape": (r"\[plugin wrong_head_shape\] head: expected predictions for 16 rows, found \(1\)",
                         2, None),
}


class Failures(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("late.yaml", SMALL.replace("plugin: letters", "plugin: late"))

    def run_late(self, failure, *more):
        return espalier("run", "late.yaml", "--quiet", "--plugin-path",
                        os.path.join(BAD_PLUGINS, "late", failure), *more, cwd=self.folder)

    def check_report(self, kind, sentence, plugin_file, *words):
        """The file that the sentence names: what ran, and the stack with the plugin in it."""
        path = os.path.join(self.folder, re.search(REPORT, sentence)[1])
        self.assertIn(kind, os.path.basename(path))
        with open(path, encoding="utf-8") as file:
            report = file.read()
        self.assertEqual(report.split("\n")[0], sentence.split("; see")[0])
        for word in ("command ", "version ", "build ", "kernels ", "stack, innermost first", *words):
            self.assertIn(word, report)
        self.assertIn(plugin_file, report.split("stack,")[1])

    def test_in_the_middle_of_a_run(self):
        self.run_ok("run", "late.yaml", "--quiet", "--out", "whole", "--plugin-path",
                    os.path.join(BAD_PLUGINS, "late", "none"))
        for failure, (sentence, code, kind) in FAILURES.items():
            if SANITIZED and kind is not None:
                continue  # the sanitizers report crashes themselves
            with self.subTest(failure):
                done = self.run_late(failure, "--out", "cut", "--watchdog", "0.5")
                said = done.stderr.strip().removeprefix("espalier: ")
                self.assertEqual(done.returncode, code, said)
                self.assertRegex(said, "^" + sentence)
                self.assertEqual(len(said.splitlines()), 1)
                if kind is not None:
                    self.check_report(kind, said, "late/" + failure + "/espalier_late.so(+",
                                      "run late.yaml")
                else:
                    self.assertEqual(self.summary("cut")["status"], "failed")
                self.assertIn(said.split("; see")[0], self.read("cut", "log.txt").decode())
                self.check_goes_on()

    def check_goes_on(self):
        """With a plugin that is right, from the checkpoint before the failure to the same bits."""
        done = self.run_late("none", "--out", "cut", "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("started at step 9\n", self.read("cut", "log.txt").decode())
        self.assertEqual(self.read("cut", "model.safetensors"), self.read("whole", "model.safetensors"))
        self.assertEqual(timeless(self.read("cut", "metrics.jsonl")),
                         timeless(self.read("whole", "metrics.jsonl")))
        self.assertEqual(self.summary("cut")["tasks"], self.summary("whole")["tasks"])
        shutil.rmtree(self.path("cut"))

    @unittest.skipIf(SANITIZED, "the sanitizers report crashes themselves")
    def test_a_destructor_that_throws_loses_nothing(self):
        done = self.run_late("throws_in_destructor", "--out", "cut")
        self.assertEqual(done.returncode, -6, done.stderr)
        said = done.stderr.strip().removeprefix("espalier: ")
        self.assertRegex(said, r"^\[plugin late\] destructor, in step 27: crashed \(SIGABRT, it gave up, "
                               r"uncaught: 'cannot let go'\)")
        self.check_report("crash", said, "espalier_late.so(+", "signal 6")
        self.assertEqual(self.summary("cut")["status"], "done")

    def test_before_the_first_step(self):
        for plugin, (sentence, code, kind) in EARLY.items():
            if SANITIZED and kind is not None:
                continue
            with self.subTest(plugin):
                self.write("early.yaml", SMALL.replace("plugin: letters", "plugin: " + plugin))
                done = espalier("run", "early.yaml", "--quiet", "--out", "early", "--plugin-path",
                                BAD_PLUGINS, "--watchdog", "0.5", cwd=self.folder)
                said = done.stderr.strip().removeprefix("espalier: ")
                self.assertEqual(done.returncode, code, said)
                self.assertRegex(said, "^" + sentence)
                self.assertFalse(os.path.exists(self.path("early")))
                if kind is not None:
                    self.check_report(kind, said, f"espalier_{plugin}.so(+")
        left = glob.glob(self.path("espalier-*.txt"))
        self.assertEqual(len(left), 0 if SANITIZED else 4)

    @unittest.skipIf(SANITIZED, "the sanitizers report crashes themselves")
    def test_in_other_commands(self):
        plugin = "crashes_at_load"
        self.write("early.yaml", SMALL.replace("plugin: letters", "plugin: " + plugin))
        self.write("study.yaml", "name: early\nextends: early.yaml\nvary: { sharing: [hard] }\nseeds: 1\n")
        self.run_ok("run", "small.yaml", "--quiet", "--out", "done")
        for command in (("check", "early.yaml"), ("check", "early.yaml", "--matrix"), ("describe", "early.yaml"),
                        ("affinity", "early.yaml"), ("info", plugin), ("balance", plugin, "J.npy"),
                        ("predict", "done", "tasks.letters.plugin=" + plugin), ("compare", "study.yaml"),
                        ("report", "study.yaml")):
            with self.subTest(command):
                done = espalier(*command, "--plugin-path", BAD_PLUGINS, cwd=self.folder)
                said = done.stderr.strip().removeprefix("espalier: ")
                self.assertEqual(done.returncode, -11, said)
                self.assertRegex(said, "^" + EARLY[plugin][0])
                self.check_report("crash", said, f"espalier_{plugin}.so(+", command[0])
        self.write("hang.yaml", SMALL.replace("plugin: letters", "plugin: hangs_at_load"))
        done = espalier("check", "hang.yaml", "train.watchdog=0.5", "--plugin-path", BAD_PLUGINS, cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("load: has not returned for 0.5 s; see espalier-hang-", done.stderr)

    @unittest.skipIf(SANITIZED, "the sanitizers report crashes themselves")
    def test_the_experiment_sets_the_watchdog(self):
        done = self.run_late("hangs", "--out", "cut", "train.watchdog=0.5")
        self.assertEqual(done.returncode, 1)
        self.assertIn("has not returned for 0.5 s", done.stderr)

    def test_a_watchdog_that_is_never_needed_changes_nothing(self):
        for name, seconds in (("off", "0"), ("on", "0.5")):
            self.run_ok("run", "small.yaml", "--quiet", "--out", name, "--watchdog", seconds)
        self.assertEqual(self.read("on", "model.safetensors"), self.read("off", "model.safetensors"))
        self.assertEqual(self.read("on", "spec.yaml"), self.read("off", "spec.yaml"))


if __name__ == "__main__":
    unittest.main()
