"""Every sharing strategy trains, resumes to the same bytes, and says what it is made of."""
import json
import unittest

from command import COMMON, CommandTest, espalier

# Strategies that leave no parameter to the balancer.
UNSHARED = {"none", "soft"}


class Sharing(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("common.yaml", COMMON.replace("channels: 3", "channels: 4"))  # two subspaces

    def strategies(self):
        listed = json.loads(self.run_ok("list", "sharing", "--json").stdout)
        return [entry["name"] for entry in listed]

    def check_strategy(self, experiment, strategy, balance):
        summary = self.check_resume(experiment, "sharing=" + strategy, "balance=" + balance)
        self.assertEqual(summary["conventions"]["sharing"], strategy)
        parameters, composition = summary["parameters"], summary["composition"]
        self.assertEqual(parameters["trunk"] + parameters["heads"], parameters["total"])
        self.assertEqual(parameters["shared"] == 0, strategy in UNSHARED)
        self.assertEqual(sum(part["parameters"] for part in composition["parts"].values()),
                         parameters["total"])

    def test_every_strategy_trains_and_resumes_on_a_common_input(self):
        for strategy in self.strategies():
            with self.subTest(strategy):
                self.check_strategy("common.yaml", strategy, "uncertainty")

    def test_every_strategy_trains_and_resumes_on_inputs_of_their_own(self):
        for strategy in self.strategies():
            with self.subTest(strategy):
                self.check_strategy("small.yaml", strategy,
                                    "equal" if strategy in UNSHARED else "pcgrad")

    def test_the_table_says_what_a_run_would(self):
        lines = self.run_ok("check", "--matrix", "common.yaml").stdout.splitlines()
        names = lines[0].split()
        self.assertEqual(names, self.strategies())
        for line in lines[1:]:
            if line.startswith("["):
                break
            method, *cells = line.split()
            if method not in ("pcgrad", "mgda_ub", "dwa"):
                continue
            for strategy, cell in zip(names, cells):
                with self.subTest(f"{strategy} with {method}"):
                    done = espalier("check", "common.yaml", "sharing=" + strategy,
                                    "balance=" + method, cwd=self.folder)
                    self.assertEqual(done.returncode == 0, cell == "yes")

    def test_stages_may_differ_and_tasks_may_be_grouped(self):
        text = self.run_ok("describe", "small.yaml", "trunk.stages.0.sharing=stitch",
                           "trunk.stages.1.sharing={shared: [[letters], [digits]]}").stdout
        self.assertRegex(text, r"trunk/conv/letters/unit .* shared +letters\n")
        self.assertRegex(text, r"trunk/dense/digits .* own +digits\n")
        self.assertIn("unknown task 'leters'; did you mean 'letters'?",
                      self.refused("check", "small.yaml", "sharing={hard: [[leters], [digits]]}"))
        self.assertIn("expected every task in a group, found 'digits' in none",
                      self.refused("check", "small.yaml", "sharing={hard: [[letters]]}"))
        self.assertIn("which takes all stages as one; found 'private' at stage 'conv'",
                      self.refused("check", "small.yaml", "sharing=mmoe",
                                   "trunk.stages.0.sharing=private"))

    def test_info_names_paper_and_shared_parameters(self):
        text = self.run_ok("info", "ple").stdout
        self.assertIn("Tang et al. 2020", text)
        self.assertIn("shared parameters: all experts and gates below the last level", text)
        self.assertIn("private: experts of each task alone", text)


if __name__ == "__main__":
    unittest.main()
