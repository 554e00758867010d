"""Completion: what the shells' scripts are told, and bash's own function."""
import os
import shutil
import subprocess
import unittest
import unittest.mock

from command import ESPALIER, SMALL, CommandTest

DOCS = os.path.join(os.environ["ESPALIER_BUILD"], "docs", "plugins")
MOONS = """
data: { points: { source: two_moons } }
trunk: { stages: [{ name: dense, sharing: { plugin: { name: gated_sum } } }] }
sharing: { plugin: { name: gated_sum } }
"""


class Completion(CommandTest):
    def complete(self, *words):
        return self.run_ok("complete", "--", *words).stdout.splitlines()

    def test_commands_and_options(self):
        self.assertLessEqual({"run", "check", "plugins", "doctor", "completion"}, set(self.complete("")))
        self.assertEqual(self.complete("des"), ["describe"])
        self.assertEqual(self.complete("plugins", "wh"), ["which"])
        self.assertEqual(self.complete("run", "--res"), ["--resume"])
        self.assertLessEqual({"--plugins", "--plugin-path"}, set(self.complete("run", "--plu")))
        self.assertEqual(self.complete("nothing", ""), self.complete(""))

    def test_every_command_of_the_table_exists(self):
        """A command that was renamed would lose its completion silently."""
        commands = self.complete("")
        for command in ("run", "check", "describe", "affinity", "compare", "report", "list", "info", "balance",
                        "convert", "predict", "runs", "completion"):
            self.assertIn(command, commands)
            self.assertNotEqual(self.complete(command, "-"), [])

    def test_files(self):
        os.makedirs(self.path("more"))
        self.write("notes.txt", "")
        shutil.copy(self.experiment, self.path("more", "other.yaml"))
        self.assertEqual(self.complete("run", ""), ["more/", "small.yaml"])
        self.assertEqual(self.complete("check", "more/"), ["more/other.yaml"])
        self.assertEqual(self.complete("run", "small.yaml", "--out", "mo"), ["more/"])

    def test_keys(self):
        self.assertEqual(self.complete("run", "small.yaml", "tra"), ["train."])
        self.assertEqual(self.complete("run", "small.yaml", "train.ep"), ["train.epochs="])
        self.assertEqual(self.complete("run", "small.yaml", "see"), ["seed="])
        self.assertEqual(self.complete("run", "small.yaml", "balance"), ["balance.", "balance="])
        self.assertIn("balance.cagrad.c=", self.complete("run", "small.yaml", "balance.cagrad."))
        self.assertEqual(self.complete("run", "small.yaml", "optimizer.sgd.mom"),
                         ["optimizer.sgd.momentum="])
        self.assertEqual(self.complete("run", "small.yaml", "nothing.here."), [])

    def test_keys_that_the_experiment_names(self):
        self.assertEqual(self.complete("run", "small.yaml", "tasks."), ["tasks.digits.", "tasks.letters."])
        self.assertEqual(self.complete("run", "small.yaml", "trunk.stages."),
                         ["trunk.stages.0.", "trunk.stages.1."])
        self.assertIn("trunk.stages.1.sharing=", self.complete("run", "small.yaml", "trunk.stages.1."))
        self.assertIn("data.letters.classes=", self.complete("run", "small.yaml", "data.letters."))
        self.write("common.yaml", "tasks: { kind: { plugin: classification } }\n")
        self.assertIn("tasks.kind.classes=", self.complete("run", "common.yaml", "tasks.kind."))

    def test_values(self):
        self.assertEqual(self.complete("run", "small.yaml", "balance=pcg"), ["balance=pcgrad"])
        self.assertEqual(self.complete("run", "small.yaml", "train.last_batch="),
                         ["train.last_batch=drop", "train.last_batch=keep"])
        self.assertIn("tasks.letters.plugin=letters",
                      self.complete("run", "small.yaml", "tasks.letters.plugin="))
        self.assertEqual(self.complete("run", "small.yaml", "tasks.letters.data="),
                         ["tasks.letters.data=digits", "tasks.letters.data=letters"])
        self.assertIn("sharing=cross_stitch", self.complete("run", "small.yaml", "sharing="))

    def test_every_key_that_is_offered_is_read(self):
        """Keys with a default: the experiment goes on as it was when they are set to it."""
        for part in ("train.", "diagnostics."):
            keys = self.complete("check", "small.yaml", part)
            self.assertGreater(len(keys), 1)
            values = [value for key in keys for value in self.complete("check", "small.yaml", key)[:1]
                      if not value.startswith(("train.epochs", "train.batch"))]
            self.assertGreater(len(values), 1)
            self.run_ok("check", "small.yaml", *values)

    def test_names(self):
        self.assertEqual(self.complete("info", "pcg"), ["pcgrad"])
        self.assertEqual(self.complete("plugins", "info", "lett"), ["letters"])
        self.assertEqual(self.complete("list", "bal"), ["balancers"])
        self.assertEqual(self.complete("balance", "cagr"), ["cagrad"])
        self.assertEqual(self.complete("balance", "cagrad", "J.npy", "c="), ["c=0.4"])
        self.assertEqual(self.complete("completion", ""), ["bash", "fish", "zsh"])

    def test_runs(self):
        for name in ("runs/small-0123", "runs/other-4567"):
            os.makedirs(self.path(name))
            shutil.copy(self.experiment, self.path(name, "spec.yaml"))
        self.assertEqual(self.complete("predict", "runs/"), ["runs/other-4567", "runs/small-0123"])
        self.assertIn("runs/small-0123", self.complete("predict", ""))
        self.assertEqual(self.complete("predict", "runs/small-0123", "data.le"), ["data.letters."])
        # A run's name alone will do where a run is asked for, and nowhere else.
        for command in ("predict", "convert"):
            self.assertEqual(self.complete(command, "small-"), ["small-0123"])
        self.assertEqual(self.complete("predict", "small-0123", "data.le"), ["data.letters."])
        self.assertEqual(self.complete("runs", "small-"), [])
        self.assertEqual(self.complete("run", "small.yaml", "--out", "small-"), [])
        self.assertEqual(self.complete("compare", "small.yaml", "--store", ""), ["runs/"])

    def test_a_run_is_found_by_its_name(self):
        self.run_ok("run", "small.yaml", "--quiet", "train.epochs=1")
        [name] = [name for name in os.listdir(self.path("runs")) if not name.startswith(".")]
        self.assertEqual(self.complete("predict", "sma"), [name])
        self.assertEqual(self.run_ok("predict", name).stdout, self.run_ok("predict", "runs/" + name).stdout)
        self.assertEqual(self.refused("convert", name, "--layers", "1"),
                         self.refused("convert", "runs/" + name, "--layers", "1"))
        # A folder here goes before the store's.
        os.makedirs(self.path(name))
        self.assertIn(f"found no {name}/model.safetensors", self.refused("predict", name))
        self.assertIn("found no nowhere/model.safetensors", self.refused("predict", "nowhere"))

    def test_plugins_of_every_kind(self):
        def told(typed, *search):
            return self.complete("run", "moons.yaml", *(search or ("--plugins", DOCS)), typed)
        self.write("moons.yaml", MOONS)
        self.assertEqual(told("balance=inv"), ["balance=inverse_loss"])
        self.assertEqual(told("balance.inv"), ["balance.inverse_loss."])
        self.assertEqual(told("balance.inverse_loss.po"), ["balance.inverse_loss.power="])
        self.assertIn("balance.inverse_loss.gram=", told("balance.inverse_loss.g"))
        self.assertEqual(told("balance.two_moons."), [])  # of another kind
        self.assertEqual(told("data.points.source=two"), ["data.points.source=two_moons"])
        self.assertEqual(told("data.points.noi"), ["data.points.noise="])
        self.assertEqual(told("sharing.plu"), ["sharing.plugin."])
        for before in ("sharing.plugin.", "trunk.stages.0.sharing.plugin."):
            self.assertEqual(told(before + "name="), [before + "name=gated_sum"])
            self.assertEqual(told(before + "st"), [before + "start="])
        self.assertEqual(self.complete("balance", "--plugins", DOCS, "inv"), ["inverse_loss"])
        self.assertEqual(self.complete("balance", "--plugins", DOCS, "inverse_loss", "J.npy", "po"), ["power="])

    def test_where_plugins_are_looked_for(self):
        self.write("with.yaml", SMALL + f"plugins: [{DOCS}]\n")
        for search in (("--plugins", DOCS), (f"--plugins={DOCS}",), (f"--plugin-path={self.folder}:{DOCS}",),
                       ("--plugin-path", f"{self.folder}:{DOCS}")):
            self.assertEqual(self.complete("run", *search, "small.yaml", "balance=inv"), ["balance=inverse_loss"])
        self.assertEqual(self.complete("plugins", "info", "inv"), [])
        self.assertEqual(self.complete("plugins", "info", "--experiment", "with.yaml", "inv"), ["inverse_loss"])
        self.assertEqual(self.complete("plugins", "which", "--experiment=with.yaml", "inv"), ["inverse_loss"])

    def bash(self, typed):
        """What bash's function answers when Tab is pressed behind `typed`."""
        script = ('source <("$0" completion bash)\n'
                  'COMP_LINE="$1" COMP_POINT=${#1}\n_espalier\nprintf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "--norc", "-c", script, ESPALIER, typed], cwd=self.folder,
                              capture_output=True, text=True, timeout=60, check=True,
                              env={**os.environ, "PATH": os.path.dirname(ESPALIER) + ":" + os.environ["PATH"]})
        return done.stdout.rstrip("\n").split("\n")

    @unittest.skipUnless(shutil.which("bash"), "no bash here")
    def test_bash(self):
        self.assertEqual(self.bash("espalier desc"), ["describe"])
        self.assertEqual(self.bash("espalier run sm"), ["small.yaml"])
        self.assertEqual(self.bash("espalier run small.yaml train.ep"), ["train.epochs="])
        # readline keeps what stands before the last '='.
        self.assertEqual(self.bash("espalier run small.yaml balance=pcg"), ["pcgrad"])
        self.assertEqual(self.bash("espalier run small.yaml  "), self.complete("run", "small.yaml", ""))
        registered = subprocess.run(["bash", "--norc", "-c", 'source <("$0" completion bash); complete -p espalier',
                                     ESPALIER], capture_output=True, text=True, check=True)
        self.assertIn("-F _espalier", registered.stdout)

    @unittest.skipUnless(shutil.which("bash"), "no bash here")
    def test_bash_quotes(self):
        os.makedirs(self.path("my data"))
        for name in ("my data/small it's.yaml", "my data/$(touch ran).yaml"):
            shutil.copy(self.experiment, self.path(name))
        self.assertEqual(self.bash("espalier run my"), ["my\\ data/"])
        self.assertEqual(self.bash("espalier run my\\ data/sm"), ["my\\ data/small\\ it\\'s.yaml"])
        # Inside an open quote, readline keeps the quote: what is inserted is already one word.
        self.assertEqual(self.bash("espalier run 'my data/$"), ["my data/$(touch ran).yaml"])
        self.assertEqual(self.bash('espalier run "my data/sm'), ["my data/small it's.yaml"])
        for typed in ("'my data/small it'\\''s.yaml'", '"my data/small it\'s.yaml"', "my\\ data/small\\ it\\'s.yaml"):
            self.assertEqual(self.bash(f"espalier run {typed} data.le"), ["data.letters."])
        self.bash("espalier run 'my data/$(touch ran).yaml' --plugins $(touch ran) data.le")
        self.assertFalse(os.path.exists(self.path("ran")))

    @unittest.skipUnless(shutil.which("bash"), "no bash here")
    def test_bash_finds_a_command_below_the_home(self):
        home = os.path.dirname(os.path.dirname(ESPALIER))
        with unittest.mock.patch.dict(os.environ, {"HOME": home}):
            typed = "~" + ESPALIER[len(home):]
            self.assertEqual(self.bash(f"{typed} desc"), ["describe"])

    def test_scripts_parse(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.run_ok("completion", shell).stdout
            self.assertIn("complete --", script)
            if shutil.which(shell):
                subprocess.run([shell, "-n"], input=script, text=True, check=True)
        self.assertEqual(self.run_ok("list", "--help").returncode, 0)
        self.assertIn("tcsh", self.refused("completion", "tcsh"))


if __name__ == "__main__":
    unittest.main()
