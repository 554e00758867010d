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
