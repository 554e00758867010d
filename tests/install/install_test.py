"""An installed prefix is complete and can be moved; a plugin written outside of the source tree is
built, tested and run with it, and refused by name where it was built with other flags."""
import glob
import json
import os
import re
import shutil
import unittest

from prefix import BUILD, CMAKE, CXX, HERE, SOURCE, PrefixTest, run

FILES = """
bin/espalier
include/espalier/build_string.hpp
include/espalier/plugin.hpp
lib/cmake/espalier/EspalierPlugin.cmake
lib/cmake/espalier/espalierConfig.cmake
lib/cmake/espalier/espalierConfigVersion.cmake
lib/cmake/espalier/espalierTargets.cmake
lib/espalier/plugins/espalier_letters.so
lib/libespalier.so
lib/libespalier_f64.so
lib/pkgconfig/espalier.pc
share/bash-completion/completions/espalier
share/doc/espalier/install.md
share/espalier/experiments/letters_digits.yaml
share/fish/vendor_completions.d/espalier.fish
share/man/man1/espalier.1
share/zsh/site-functions/_espalier
share/zsh/vendor-completions/_espalier
""".split()

# name, flag of one file, pattern of what the refusal says
OTHER_FLAGS = [
    ("debug", "-D_GLIBCXX_DEBUG",
     r"built for 'libstdc\+\+ \d+ with _GLIBCXX_DEBUG', this framework is 'libstdc\+\+ \d+'; rebuild"),
    ("march", "-march=x86-64", r"built for 'simd sse2', this framework is 'simd avx[^;]*'; rebuild"),
    ("double", "-DESPALIER_REAL_DOUBLE",
     r"built for 'real double', this framework is 'real float'; rebuild"),
]


class Install(PrefixTest):
    def run_kind(self, project, out, *options):
        """Runs the project's experiment; its summary."""
        self.espalier("run", "kind.yaml", "--quiet", "--out", out, *options, cwd=project)
        with open(os.path.join(project, out, "summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        self.assertEqual(summary["status"], "done")
        self.assertGreater(summary["tasks"]["kind"]["test"]["sureness"], 0.5)
        return summary["tasks"]

    def test_the_prefix_is_complete_and_names_no_other_place(self):
        for file in FILES:
            self.assertTrue(os.path.isfile(os.path.join(self.prefix, file)), file)
        headers = {os.path.basename(file) for file in
                   glob.glob(os.path.join(SOURCE, "framework/include/espalier/*.hpp"))}
        installed = set(os.listdir(os.path.join(self.prefix, "include/espalier")))
        self.assertEqual(installed, headers | {"build_string.hpp"})
        self.assert_nothing_knows(self.prefix, (SOURCE, BUILD, self.prefix),
                                  (".cmake", ".pc", ".hpp", ".1"))

    def test_the_man_page_describes_every_command(self):
        with open(os.path.join(self.prefix, "share/man/man1/espalier.1"), encoding="utf-8") as file:
            page = file.read()
        commands = [line.split()[0] for line in
                    self.espalier("--help").split("Subcommands:")[1].splitlines() if line]
        self.assertGreaterEqual(len(commands), 12)
        for command in commands:
            self.assertIn(f"\n.SS espalier {command}\n.nf\n", page)
        self.assertIn(r"\-\-dry\-run", page)
        if shutil.which("groff"):
            done = run("groff", "-man", "-Tascii", "-ww", "-z",
                       os.path.join(self.prefix, "share/man/man1/espalier.1"))
            self.assertEqual(done.stderr, "")

    def test_completion_is_what_the_installed_command_prints(self):
        for shell, file in (("bash", "share/bash-completion/completions/espalier"),
                            ("zsh", "share/zsh/site-functions/_espalier"),
                            ("fish", "share/fish/vendor_completions.d/espalier.fish")):
            with open(os.path.join(self.prefix, file), encoding="utf-8") as script:
                self.assertEqual(script.read(), self.espalier("completion", shell), file)
        # bash's loader knows a file by the command's name; then Tab asks the command.
        bash = ('. "$1"; COMP_LINE="espalier des"; COMP_POINT=12; PATH="$2:$PATH"; _espalier; '
                'complete -p espalier; echo "${COMPREPLY[@]}"')
        said = self.ok("bash", "-c", bash, "bash",
                       os.path.join(self.prefix, "share/bash-completion/completions/espalier"),
                       os.path.join(self.prefix, "bin"))
        self.assertEqual(said.splitlines(), ["complete -o default -F _espalier espalier", "describe"])

    def test_shipped_experiments_are_found_by_name(self):
        empty = self.path("empty")
        os.makedirs(empty)
        self.espalier("run", "letters_digits", "--dry-run", "--quiet", cwd=empty)
        self.assertIn("runs", self.espalier("compare", "studies/sharing_glyphs.yaml", "--plan", cwd=empty))
        done = run(os.path.join(self.prefix, "bin", "espalier"), "check", "no_such", cwd=empty)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no_such", done.stderr)

    def test_a_plugin_is_built_tested_and_run_before_and_after_a_move(self):
        project = self.copy_project("kind")
        build = self.build(project)
        self.assert_nothing_knows(build, (SOURCE, BUILD))
        self.assertIn("100% tests passed, 0 tests failed out of 2",
                      self.ok("ctest", "--test-dir", build, "--output-on-failure"))
        first = self.run_kind(project, "first", "--plugins", "build/plugins")

        moved = self.path("second")
        os.rename(self.path("first"), moved)
        self.addCleanup(os.rename, moved, self.path("first"))
        self.addCleanup(setattr, type(self), "prefix", self.prefix)
        type(self).prefix = os.path.join(moved, "prefix")
        self.assertEqual(self.run_kind(project, "second", "--plugins", "build/plugins"), first)
        # A user's own -march comes before the framework's, and the last one wins.
        again = self.build(self.copy_project("again"), "-DBUILD_TESTING=OFF",
                           "-DCMAKE_CXX_FLAGS=-march=x86-64")
        self.assertEqual(os.listdir(os.path.join(again, "plugins")), ["espalier_kind.so"])
        self.ok(CMAKE, "--install", again, "--prefix", self.prefix)
        self.addCleanup(os.remove, os.path.join(self.prefix, "lib/espalier/plugins/espalier_kind.so"))
        # Found in the prefix from a folder that has built none.
        self.assertEqual(self.run_kind(self.copy_project("elsewhere"), "third"), first)

    def test_a_recipe_of_the_cookbook_is_built_as_its_page_says(self):
        documents = os.path.join(self.prefix, "share/doc/espalier")
        project = self.path("recipe")
        os.makedirs(project)
        for file in glob.glob(os.path.join(glob.escape(documents), "examples", "prelu*")):
            shutil.copy(file, project)
        with open(os.path.join(documents, "cookbook.md"), encoding="utf-8") as page:
            settings = re.search(r"```cmake\n(.*?)```", page.read(), re.S)[1]
        with open(os.path.join(project, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write(settings)
        build = self.build(project)
        self.assertIn("100% tests passed, 0 tests failed out of 2", self.ok("ctest", "--test-dir", build))
        self.espalier("run", "prelu.yaml", "--plugins", "build/plugins", "--quiet", "train.epochs=1",
                      cwd=project)

    def test_a_plugin_of_other_flags_is_refused_by_name(self):
        for name, flag, reason in OTHER_FLAGS:
            project = self.copy_project(
                name, f'set_source_files_properties(kind.cpp PROPERTIES COMPILE_OPTIONS "{flag}")\n')
            build = self.build(project, "-DBUILD_TESTING=OFF")
            done = run(os.path.join(self.prefix, "bin", "espalier"), "check", "kind.yaml",
                       "--plugins", "build/plugins", cwd=project)
            self.assertEqual(done.returncode, 2, done.stdout)
            file = re.escape(os.path.join(build, "plugins", "espalier_kind.so"))
            self.assertRegex(done.stderr, rf"^espalier: kind\.yaml:13:3: tasks\.kind: \[plugin {file}\] {reason} the plugin$")

    def test_new_names_a_prefix_that_cmake_would_not_find(self):
        os.mkdir(self.path("made"))
        far = self.espalier("new", "task", "far", cwd=self.path("made"))
        self.assertIn(f"cmake -S . -B build -DCMAKE_PREFIX_PATH='{self.prefix}' && ", far)
        path = os.pathsep.join([os.path.join(self.prefix, "bin"), os.environ["PATH"]])
        near = self.ok("espalier", "new", "task", "near", cwd=self.path("made"), PATH=path)
        self.assertIn("cmake -S . -B build && ", near)

    @unittest.skipUnless(shutil.which("pkg-config"), "pkg-config is not installed")
    def test_a_program_is_built_through_pkg_config(self):
        pkg_config = {"PKG_CONFIG_PATH": os.path.join(self.prefix, "lib/pkgconfig")}
        # Through a shell, as a user writes it: a path may hold a space that pkg-config escapes.
        self.ok("sh", "-c", f'eval "{CXX} $1 -o $2 $(pkg-config --cflags --libs espalier)"', "sh",
                os.path.join(HERE, "shape.cpp"), "shape", cwd=self.folder, **pkg_config)
        library = os.path.join(self.prefix, "lib")
        self.assertEqual(self.ok(self.path("shape"), LD_LIBRARY_PATH=library), "(2, 3) 5")
        folder = self.ok("pkg-config", "--variable=plugindir", "espalier", **pkg_config).strip()
        self.assertTrue(os.path.isfile(os.path.join(folder.replace("\\ ", " "), "espalier_letters.so")))


if __name__ == "__main__":
    unittest.main()
