"""espalier plugins: which there are, where they were found, what they offer, why one is refused."""
import json
import os
import shutil
import unittest

from command import SANITIZED, SMALL, CommandTest, espalier

BAD_PLUGINS = os.environ["ESPALIER_BAD_PLUGINS"]
GOOD_PLUGINS = os.path.join(os.environ["ESPALIER_BUILD"], "lib/espalier/plugins")


def bad(name):
    return os.path.join(BAD_PLUGINS, f"espalier_{name}.so")


class Plugins(CommandTest):
    def listed(self, *arguments, **keywords):
        text = self.run_ok("plugins", "list", "--json", *arguments, **keywords).stdout
        return {entry["name"]: entry for entry in json.loads(text)}

    def checked(self, name, code, *more):
        done = espalier("plugins", "check", bad(name), "--json", *more, cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def copy(self, *folder):
        os.makedirs(self.path(*folder))
        return shutil.copy(bad("counted"), self.path(*folder, "espalier_counted.so"))

    def test_list_says_what_and_why_not(self):
        listed = self.listed("--plugin-path", BAD_PLUGINS)
        self.assertEqual(listed["letters"]["kind"], "task")
        self.assertTrue(listed["letters"]["usable"])
        self.assertEqual(listed["letters"]["origin"], "prefix")
        self.assertEqual(listed["older_api"]["origin"], "--plugin-path")
        self.assertIn("rebuild the plugin", listed["older_api"]["reason"])
        # Nothing of a plugin runs, also of those that would not survive it.
        self.assertTrue(listed["crashes_at_load"]["usable"])
        text = self.run_ok("plugins", "list", "--plugins", BAD_PLUGINS).stdout
        self.assertIn("refused: [plugin " + bad("no_stamp") + "] not an Espalier plugin", text)

    def test_each_place_has_its_name(self):
        self.write("with.yaml", SMALL + "plugins: [own]\n")
        places = {"experiment": self.copy("own"), "--plugin-path": self.copy("given"),
                  "ESPALIER_PLUGIN_PATH": self.copy("variable"), "build": self.copy("build"),
                  "user": self.copy("data", "espalier", "plugins")}
        environment = {"ESPALIER_PLUGIN_PATH": self.path("variable"), "XDG_DATA_HOME": self.path("data")}
        arguments = ("--plugin-path", "given", "--experiment", "with.yaml")
        clash = self.listed(*arguments, environment=environment)["counted"]["reason"]
        self.assertIn("expected one plugin of this name, found 5: ", clash)
        self.assertEqual([part.strip() for part in clash.split("found 5: ")[1].split(";")[0].split(",")],
                         list(places.values()))
        for origin, file in places.items():
            for other in places.values():
                if other != file:
                    os.rename(other, other + ".away")
            found = self.listed(*arguments, environment=environment)["counted"]
            self.assertEqual((found["origin"], found["file"]), (origin, file))
            which = self.run_ok("plugins", "which", "counted", *arguments, environment=environment)
            self.assertEqual(which.stdout.strip(), file)
            for other in places.values():
                if other != file:
                    os.rename(other + ".away", other)

    def test_which_of_none_and_of_two(self):
        self.assertEqual(self.run_ok("plugins", "which", "letters").stdout.strip(),
                         os.path.join(GOOD_PLUGINS, "espalier_letters.so"))
        self.assertIn("did you mean 'letters'?", self.refused("plugins", "which", "leters"))
        one, two = self.copy("one"), self.copy("two")
        said = self.refused("plugins", "which", "counted", "--plugin-path", "one:two")
        self.assertIn(one, said)
        self.assertIn(two, said)
        self.assertIn("rebuild the plugin",
                      self.refused("plugins", "which", "older_api", "--plugin-path", BAD_PLUGINS))

    @unittest.skipIf(os.geteuid() == 0, "root may list everything")
    def test_which_in_a_folder_that_cannot_be_listed(self):
        file = self.copy("closed")
        os.chmod(self.path("closed"), 0o300)
        self.addCleanup(os.chmod, self.path("closed"), 0o700)
        self.assertEqual(self.refused("plugins", "which", "counted", "--plugin-path", "closed"),
                         f"[plugin counted] expected a folder that can be listed, found {file} in one that "
                         "cannot; chmod u+r it")

    def test_info_tells_the_options(self):
        text = self.run_ok("plugins", "info", "classification").stdout
        self.assertIn("classification (task): ", text)
        self.assertIn("espalier_classification.so (prefix)", text)
        self.assertRegex(text, r"\n  classes: .*\(an integer of at least 2, required\)\n")
        told = json.loads(self.run_ok("plugins", "info", "classification", "--json").stdout)
        options = {option["name"]: option for option in told["options"]}
        self.assertEqual((options["dropout"]["default"], options["dropout"]["required"]), ("0", False))
        self.assertIn("integer", options["classes"]["type"])
        self.assertTrue(options["classes"]["required"])

    def test_check_of_a_good_one(self):
        told = json.loads(self.run_ok("plugins", "check", bad("counted"), "--json").stdout)
        self.assertEqual((told["name"], told["kind"], told["usable"], told["options"]),
                         ("counted", "task", True, []))

    def test_check_of_another_kind(self):
        shared = os.path.join(os.environ["ESPALIER_BUILD"], "docs/plugins/espalier_gated_sum.so")
        told = json.loads(self.run_ok("plugins", "check", shared, "--json").stdout)
        self.assertEqual((told["name"], told["kind"], told["usable"]), ("gated_sum", "sharing", True))

    def test_check_names_the_stage(self):
        for name, stage, why in (
                ("no_stamp", "stamp", "not an Espalier plugin"),
                ("newer_api", "stamp", "needs a newer framework"),
                ("other_build", "stamp", "built for"),
                ("undefined_symbol", "load", "undefined symbol"),
                ("no_symbol", "load", "expected an exported symbol"),
                ("throws_in_constructor", "constructor", "no room for another task"),
                ("throws_int_in_constructor", "constructor", "not a std::exception")):
            with self.subTest(name):
                told = self.checked(name, 2)
                self.assertEqual((told["stage"], told["usable"]), (stage, False))
                self.assertIn(why, told["reason"])

    def test_check_survives_what_crashes_and_what_hangs(self):
        for name, stage in (("crashes_at_load", "load"), ("crashes_in_constructor", "constructor"),
                            ("throws_in_destructor", "destructor")):
            with self.subTest(name):
                told = self.checked(name, 2)
                self.assertEqual(told["stage"], stage)
                self.assertIn(f"[plugin {bad(name)}] {stage}: ", told["reason"])
                if not SANITIZED:
                    signal = "SIGABRT" if stage == "destructor" else "SIGSEGV"
                    self.assertTrue(told["reason"].endswith(f"crashed ({signal})"), told["reason"])
        for name, stage in (("hangs_at_load", "load"), ("hangs_in_constructor", "constructor")):
            with self.subTest(name):
                told = self.checked(name, 2, "--timeout", "0.5")
                self.assertEqual(told["stage"], stage)
                self.assertEqual(told["reason"],
                                 f"[plugin {bad(name)}] {stage}: has not returned for 0.5 s")
        said = self.refused("plugins", "check", bad("crashes_at_load"))
        self.assertEqual(said.count("\n"), 0 if not SANITIZED else said.count("\n"))

    def test_check_of_what_is_no_library(self):
        self.write("espalier_text.so", "this is not a library")
        self.assertIn("expected a shared library (an ELF file)",
                      self.refused("plugins", "check", "espalier_text.so"))
        with open(bad("counted"), "rb") as file:
            whole = file.read()
        with open(self.path("espalier_half.so"), "wb") as file:
            file.write(whole[:len(whole) // 2])
        self.assertIn("truncated or damaged", self.refused("plugins", "check", "espalier_half.so"))
        shutil.copy(bad("counted"), self.path("mine.so"))
        self.assertIn("expected a file named espalier_counted.so",
                      self.refused("plugins", "check", "mine.so"))
        self.assertIn("cannot be read", self.refused("plugins", "check", "nowhere.so"))

    def test_a_wrong_command_is_bad_input(self):
        self.assertIn("did you mean 'which'?", self.refused("plugins", "wich", "letters"))


if __name__ == "__main__":
    unittest.main()
