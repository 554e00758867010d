"""Every template, as a user meets it: made, configured, built, tested and run, with nothing edited. The
times go to stdout; `espalier new` promises 30 s of building and 5 s of running on two free cores."""
import json
import re
import unittest

from workplace import WorkplaceTest


class Templates(WorkplaceTest):
    def made(self, name, *arguments):
        """Makes something and executes its README line by line; the summary of the first run."""
        self.do_ok("espalier", "new", *arguments[:1], name, *arguments[1:])
        commands = re.findall(r"^    (.+)$", self.read(name, "README.md"), re.M)
        self.assertGreaterEqual(len(commands), 5)
        seconds = {}
        for command in commands:
            printed, taken = self.do_ok(*command.split(), cwd=name)
            seconds.setdefault(" ".join(command.split()[:2]), taken)
            if command.startswith("ctest"):
                self.assertIn("100% tests passed, 0 tests failed out of 2", printed)
        print(f"{' '.join(arguments)}:", ", ".join(f"{what} {taken:.1f} s" for what, taken in seconds.items()))
        self.do_ok("espalier", "run", "experiment.yaml", "--plugins", "build/plugins", "--quiet", "--out", "out",
                   cwd=name)
        return json.loads(self.read(name, "out", "summary.json"))

    def plugin(self, name, *arguments):
        summary = self.made(name, *arguments)
        self.check_kit(name, {"gradients"} if arguments[0] in ("task", "sharing") else set())
        return summary

    def check_kit(self, name, only_double):
        """In float everything but the derivatives is looked at, in double everything but the library."""
        for suffix, skipped in (("", only_double), ("_f64", {"static_dynamic"})):
            printed, _ = self.do_ok(f"build/{name}_test{suffix}", cwd=name)
            found = {line.split("MESSAGE: ")[1].split(" ")[0] for line in printed.splitlines()
                     if "MESSAGE: " in line}
            self.assertEqual(found, skipped, printed)

    def test_classification(self):
        # A name that reads like what stands beside it in the experiment.
        tasks = self.plugin("character", "task")["tasks"]
        self.assertGreater(tasks["character"]["test"]["accuracy"], 0.76)

    def test_regression(self):
        tasks = self.plugin("drawn_again", "task", "--kind", "regression")["tasks"]
        self.assertLess(tasks["drawn_again"]["test"]["rmse"], 0.28)

    def test_custom(self):
        tasks = self.plugin("with_margin", "task", "--kind", "custom")["tasks"]
        self.assertGreater(tasks["with_margin"]["test"]["margin"], 0.5)

    def test_sharing(self):
        summary = self.plugin("stage", "sharing")  # its class is called StageSharing, as its base is
        self.assertGreater(summary["tasks"]["digits"]["test"]["accuracy"], 0.6)
        self.assertFalse(summary["composition"]["parts"]["trunk/dense/letters/gate"]["shared"])

    def test_balancer(self):
        tasks = self.plugin("slow_first", "balancer")["tasks"]
        self.assertGreater(tasks["digits"]["test"]["accuracy"], 0.6)
        self.assertIn("slow_first", self.read("slow_first", "out", "spec.yaml"))

    def test_source(self):
        summary = self.plugin("spirals", "source")
        self.assertGreater(summary["tasks"]["arm"]["test"]["accuracy"], 0.9)
        self.assertLess(summary["tasks"]["radius"]["test"]["rmse"], 0.1)
        self.assertTrue(summary["data"]["points"]["synthetic"])

    def test_experiment(self):
        tasks = self.made("first", "experiment")["tasks"]
        self.assertGreater(tasks["digits"]["test"]["accuracy"], 0.6)


if __name__ == "__main__":
    unittest.main()
