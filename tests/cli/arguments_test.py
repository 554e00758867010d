"""The command's own arguments."""
import json
import unittest

from command import CommandTest, espalier


class Arguments(CommandTest):
    def test_version_names_the_build(self):
        text = self.run_ok("--version").stdout
        self.assertRegex(text, r"^espalier \d+\.\d+\.\d+\n")
        self.assertIn("real float", text)

    def test_help_of_every_command(self):
        for command in ("run", "check", "describe", "list", "info", "balance"):
            self.assertIn("--help", self.run_ok(command, "--help").stdout)

    def test_no_or_wrong_command_is_bad_input(self):
        self.assertEqual(espalier().returncode, 2)
        self.assertRegex(self.refused("rum"), r"^expected a command \(run, check, .*\), found 'rum'; "
                                              r"did you mean 'run'\?$")
        self.assertEqual(espalier("run").returncode, 2)
        self.assertEqual(espalier("run", "small.yaml", "--wrong", cwd=self.folder).returncode, 2)

    def test_check_trains_and_writes_nothing(self):
        text = self.run_ok("check", "small.yaml").stdout
        self.assertIn("small: ok", text)
        self.assertIn("planned for a training step", text)

    def test_describe_draws_the_model(self):
        text = self.run_ok("describe", "small.yaml").stdout
        for word in ("trunk/conv", "28x28x4", "heads/letters", "heads/digits", "parameters"):
            self.assertIn(word, text)

    def test_describe_writes_a_drawing(self):
        text = self.run_ok("describe", "small.yaml", "--svg", "small.svg",
                           "trunk.stages.0.sharing=private").stdout
        self.assertRegex(text, r"trunk/conv/letters .* own +letters\n")
        with open(self.path("small.svg")) as file:
            drawing = file.read()
        self.assertIn("trunk/conv/digits", drawing)
        self.assertTrue(drawing.startswith("<svg"))

    def test_check_prints_what_goes_together(self):
        text = self.run_ok("check", "--matrix", "small.yaml").stdout
        names = text.splitlines()[0].split()
        self.assertLessEqual({"hard", "none"}, set(names))
        rows = {line.split()[0]: line.split()[1:] for line in text.splitlines()[1:]
                if not line.startswith("[")}
        legal = json.loads(self.run_ok("list", "balancers", "--json").stdout)
        self.assertEqual(set(rows), {entry["name"] for entry in legal})
        self.assertTrue(all(cell == "yes" for cell in rows["equal"]))
        self.assertEqual(rows["pcgrad"][names.index("hard")], "yes")
        self.assertNotEqual(rows["pcgrad"][names.index("none")], "yes")
        # The table says what a run would.
        self.run_ok("check", "small.yaml", "sharing=hard", "balance=pcgrad")
        self.assertIn("found none under sharing 'none'; nearest: balance: equal",
                      self.refused("check", "small.yaml", "sharing=none", "balance=pcgrad"))

    def test_list_and_info(self):
        text = self.run_ok("list").stdout
        for word in ("hard", "pcgrad", "max_pool", "adamw", "cosine", "glyphs", "letters"):
            self.assertIn(word, text)
        names = {entry["name"] for entry in json.loads(self.run_ok("list", "balancers", "--json").stdout)}
        self.assertLessEqual({"equal", "pcgrad"}, names)
        self.assertIn("Yu et al. 2020", self.run_ok("info", "pcgrad").stdout)
        self.assertIn("momentum", self.run_ok("info", "sgd").stdout)
        self.assertIn("classes", self.run_ok("info", "classification").stdout)
        self.assertIn("did you mean 'pcgrad'?", self.refused("info", "pcgard"))
        self.assertIn("did you mean 'layers'?", self.refused("list", "layer"))


if __name__ == "__main__":
    unittest.main()
