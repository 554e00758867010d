"""Every sharing strategy trains, resumes to the same bytes, and says what it is made of."""
import json
import os
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

    def table(self, *arguments):
        """{method: {strategy: cell}} of a printed table."""
        lines = self.run_ok("check", "--matrix", *arguments).stdout.splitlines()
        names = lines[0].split()
        rows = (line.split() for line in lines[1:] if not line.startswith("["))
        return {method: dict(zip(names, cells)) for method, *cells in rows}

    def check_table(self, methods, strategies, *overrides):
        table = self.table("common.yaml", *overrides)
        for method in methods:
            for strategy in strategies:
                with self.subTest(f"{strategy} with {method}"):
                    done = espalier("check", "common.yaml", *overrides, "sharing=" + strategy,
                                    "balance=" + method, cwd=self.folder)
                    self.assertEqual(done.returncode == 0, table[method][strategy] == "yes",
                                     done.stderr)

    def test_the_table_says_what_a_run_would(self):
        self.assertEqual(list(self.table("common.yaml")["equal"]), self.strategies())
        self.check_table(("pcgrad", "mgda_ub", "dwa"), self.strategies())

    def test_the_table_knows_what_methods_ask_of_data_and_options(self):
        methods = ("equal", "fixed", "modo", "moml")
        for overrides in ((), ("data.chars.validation=0",), ("train.last_batch=keep",),
                          ("train.batch=60",)):
            self.check_table(methods, ("hard", "none"), *overrides)

    def test_the_table_has_a_column_for_a_plugin_strategy(self):
        folder = os.path.join(os.environ["ESPALIER_BUILD"], "docs", "plugins")
        choice = "sharing={plugin: {name: gated_sum}}"
        table = self.table("small.yaml", choice, "--plugins", folder)
        self.assertEqual(list(table["equal"]), [*self.strategies(), "plugin"])
        for method in ("equal", "pcgrad", "mgda_ub", "fixed"):
            with self.subTest(method):
                done = espalier("check", "small.yaml", choice, "balance=" + method, "--plugins",
                                folder, cwd=self.folder)
                self.assertEqual(done.returncode == 0, table[method]["plugin"] == "yes",
                                 done.stderr)

    def test_options_without_a_use_are_refused(self):
        self.assertIn("expected gamma only with gate: dselect, found 2 with softmax",
                      self.refused("check", "small.yaml", "sharing={mmoe: {gamma: 2}}"))
        self.assertIn("expected same only with a unit, found 1 with unit: false",
                      self.refused("check", "small.yaml",
                                   "trunk.stages.0.sharing={stitch: {unit: false, same: 1}}"))
        for name in self.strategies():  # but not the defaults, as resolved experiments list them
            resolved = self.run_ok("check", "small.yaml", "sharing=" + name, "--resolved").stdout
            self.write("again.yaml", resolved)
            self.run_ok("check", "again.yaml")

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
