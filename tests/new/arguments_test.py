"""`espalier new`: what it writes, and what it refuses without leaving anything behind."""
import os
import re
import unittest

from workplace import SOURCE, WorkplaceTest

TEMPLATES = os.path.join(SOURCE, "framework", "templates")


class Arguments(WorkplaceTest):
    def refused(self, *arguments):
        before = self.everything()
        done = self.do("espalier", "new", *arguments)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(self.everything(), before)
        self.assertEqual(done.stdout, "")
        return done.stderr.strip().removeprefix("espalier: ")

    def test_the_files_are_the_templates_with_the_name(self):
        printed, _ = self.do_ok("espalier", "new", "task", "vowel_or_not")
        self.assertEqual(self.everything(), [f"vowel_or_not/{name}" for name in (
            "CMakeLists.txt", "README.md", "experiment.yaml", "study.yaml", "vowel_or_not.cpp",
            "vowel_or_not_test.cpp")])
        for file in self.everything():
            self.assertIn(file + "\n", printed)
            self.assertNotIn("my_name", self.read(file))
        with open(os.path.join(TEMPLATES, "task_classification", "my_name.cpp"), encoding="utf-8") as file:
            template = file.read()
        self.assertEqual(self.read("vowel_or_not", "vowel_or_not.cpp"),
                         template.replace("my_name", "vowel_or_not").replace("MyName", "VowelOrNot"))
        self.assertIn("class VowelOrNotTask", self.read("vowel_or_not", "vowel_or_not.cpp"))

    def test_kinds_of_tasks_differ(self):
        for kind, word in (("classification", "cross_entropy"), ("regression", "mean_squared_error"),
                           ("custom", "HingeLoss")):
            self.do_ok("espalier", "new", "task", f"a_{kind}", "--kind", kind)
            self.assertIn(word, self.read(f"a_{kind}", f"a_{kind}.cpp"))

    def test_what_to_make(self):
        self.assertEqual(self.refused("tusk", "vowel"),
                         "[new] expected what to make (task, sharing, balancer, source, experiment), "
                         "found 'tusk'; did you mean 'task'?")
        self.assertIn("did you mean 'balancer'?", self.refused("balance", "mine"))
        self.assertEqual(self.refused("task", "vowel", "--kind", "regresion"),
                         "[new] expected a kind of task (classification, regression, custom), found "
                         "'regresion'; did you mean 'regression'?")
        self.assertEqual(self.refused("sharing", "mine", "--kind", "custom"),
                         "[new] expected no --kind for sharing, which has one kind only, found 'custom'")

    def test_names(self):
        for name, better in (("Vowel", "vowel"), ("my-task", "my_task"), ("2nd", "nd"), ("a/b", "ab"),
                             ("../up", "up"), ("x" * 41, "x" * 40)):
            self.assertEqual(self.refused("task", name),
                             "[new] expected a name of at most 40 lower-case letters, digits and '_', with a "
                             f"letter in front, found '{name}'; did you mean '{better}'?")
        self.assertNotIn("did you mean", self.refused("task", "123"))
        self.assertIn("found ''", self.refused("task", ""))

    def test_names_that_mean_something_else(self):
        for name in ("null", "true", "false", "yes", "no", "on", "off"):
            for what in ("task", "balancer", "experiment"):
                self.assertEqual(self.refused(what, name),
                                 "[new] expected a name that every reader of YAML takes for a text, found "
                                 f"'{name}'; did you mean 'my_{name}'?")

    def test_the_other_tasks_of_a_template_are_refused(self):
        """One of them of this name would be the same key twice."""
        for template in sorted(os.listdir(TEMPLATES)):
            if not template.startswith("task_"):
                continue
            with open(os.path.join(TEMPLATES, template, "experiment.yaml"), encoding="utf-8") as file:
                tasks = re.findall(r"^  (\w+): \{ plugin: ", file.read(), re.M)
            self.assertEqual(tasks[0], "my_name")
            self.assertEqual(len(tasks), 3)
            for task in tasks[1:]:
                self.assertIn(f"found '{task}'", self.refused("task", task))

    def test_a_build_that_is_not_installed_says_so(self):
        build = os.environ["ESPALIER_BUILD"]
        printed, _ = self.do_ok(os.path.join(build, "bin", "espalier"), "new", "task", "vowel")
        self.assertIn(f"\n    cmake --install '{os.path.realpath(build)}' --prefix PREFIX\n", printed)
        self.assertIn("    cmake -S . -B build -DCMAKE_PREFIX_PATH=PREFIX && ", printed)
        printed, _ = self.do_ok("espalier", "new", "task", "consonant")
        self.assertNotIn("PREFIX", printed)

    def test_names_that_are_taken(self):
        self.assertEqual(self.refused("task", "letters"),
                         "[new] expected a name that is not taken, found 'letters' (plugins: which of 26 "
                         "letters is shown); `espalier list` shows them")
        self.assertIn("found 'hard' (sharing: ", self.refused("sharing", "hard"))
        self.assertIn("found 'pcgrad' (balancers: ", self.refused("balancer", "pcgrad"))
        self.assertIn("found 'glyphs' (sources: ", self.refused("source", "glyphs"))

    def test_what_exists_is_left_alone(self):
        for make in (os.mkdir, lambda path: open(path, "w", encoding="utf-8").close(),
                     lambda path: os.symlink("nowhere", path)):
            path = self.path("vowel")
            make(path)
            self.assertEqual(self.refused("task", "vowel"),
                             "[new] expected a name that nothing in this folder has, found 'vowel'; take "
                             "another name, or remove it")
            (os.rmdir if os.path.isdir(path) else os.remove)(path)

    def test_a_folder_that_cannot_be_written(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        os.chmod(self.folder, 0o500)
        self.addCleanup(os.chmod, self.folder, 0o700)
        done = self.do("espalier", "new", "task", "vowel")
        self.assertEqual(done.returncode, 1)
        self.assertIn("folder 'vowel' cannot be made here: Permission denied", done.stderr)


if __name__ == "__main__":
    unittest.main()
