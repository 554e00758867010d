"""espalier doctor: what is wrong with the place a run would start in, and what mends it."""
import json
import os
import shutil
import subprocess
import unittest

from command import ESPALIER, CommandTest, build_option, espalier

BAD_PLUGINS = os.environ["ESPALIER_BAD_PLUGINS"]
RELEASE = build_option("CMAKE_BUILD_TYPE") == "Release"
# Nothing of the machine that runs the tests.
HEALTHY = {"OPENBLAS_CORETYPE": None, "OPENBLAS_NUM_THREADS": None, "OMP_NUM_THREADS": None,
           "ESPALIER_DATA": None, "ESPALIER_PLUGIN_PATH": None}


class Doctor(CommandTest):
    def examined(self, *arguments, **variables):
        """Exit code, and the findings by area."""
        environment = {**HEALTHY, **variables}
        before = {name: os.environ.pop(name, None) for name in environment}
        try:
            done = espalier("doctor", "--json", *arguments, cwd=self.folder,
                            environment={k: v for k, v in environment.items() if v is not None})
        finally:
            os.environ.update({name: value for name, value in before.items() if value is not None})
        findings = json.loads(done.stdout)
        areas = {}
        for finding in findings:
            areas.setdefault(finding["area"], []).append(finding)
            self.assertEqual(finding["ok"], finding["mend"] == "")
        self.assertEqual(done.returncode, 0 if all(f["ok"] for f in findings) else 1)
        return areas

    def wrong(self, areas, area):
        return [finding for finding in areas[area] if not finding["ok"]]

    def test_every_area_is_looked_at(self):
        areas = self.examined()
        self.assertEqual(set(areas), {"machine", "memory", "OpenBLAS", "kernels", "threads", "build", "data",
                                      "plugins", "runs", "disk"})
        self.assertRegex(areas["machine"][0]["text"], r", \d+ cores, ")
        self.assertRegex(areas["OpenBLAS"][0]["text"], r"^OpenBLAS \d+\.\d+")
        self.assertIn("letters", areas["plugins"][0]["text"])
        for area in ("data", "plugins", "runs"):
            self.assertEqual(self.wrong(areas, area), [])
        if RELEASE:
            self.assertEqual(self.wrong(areas, "build"), [])

    def test_slow_kernels(self):
        areas = self.examined(OPENBLAS_CORETYPE="Nehalem")
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            if " avx " not in file.read():
                self.skipTest("nothing is slow here")
        [finding] = self.wrong(areas, "kernels")
        self.assertIn("Nehalem kernels (SSE4.2) on a machine with ", finding["text"])
        self.assertIn("OPENBLAS_CORETYPE=Nehalem", finding["text"])
        self.assertEqual(finding["mend"], "unset OPENBLAS_CORETYPE")
        self.assertEqual(self.wrong(self.examined(), "kernels"), [])

    def test_threads(self):
        [finding] = [f for f in self.examined(OPENBLAS_NUM_THREADS="4096")["threads"]
                     if "OPENBLAS_NUM_THREADS" in f["text"]]
        self.assertTrue(finding["ok"])
        self.assertIn("=4096 has no influence", finding["text"])

    def test_data(self):
        [finding] = self.wrong(self.examined(ESPALIER_DATA=self.path("none")), "data")
        self.assertIn("which does not exist", finding["text"])
        os.makedirs(self.path("data", "mnist"))
        [finding] = self.examined(ESPALIER_DATA=self.path("data"))["data"]
        self.assertTrue(finding["ok"])
        self.assertRegex(finding["text"], r" has mnist; not letters_digits, ")
        if os.geteuid() != 0:
            os.chmod(self.path("data", "mnist"), 0)
            [finding] = self.wrong(self.examined(ESPALIER_DATA=self.path("data")), "data")
            os.chmod(self.path("data", "mnist"), 0o700)
            self.assertEqual(finding["mend"], f"chmod -R u+rX '{self.path('data', 'mnist')}'")

    def test_plugins(self):
        wrong = self.wrong(self.examined("--plugin-path", BAD_PLUGINS), "plugins")
        texts = " ".join(finding["text"] for finding in wrong)
        self.assertIn("built for plugin API", texts)
        self.assertIn("has no section .espalier.stamp", texts)
        self.assertIn(f"rm '{BAD_PLUGINS}/espalier_no_stamp.so'", [f["mend"] for f in wrong])

    def test_two_plugins_of_one_name(self):
        files = []
        for folder in ("one", "it's two"):
            os.makedirs(self.path(folder))
            files.append(shutil.copy(os.path.join(BAD_PLUGINS, "espalier_counted.so"), self.path(folder)))
        search = ("--plugin-path", self.path("one"), "--plugin-path", self.path("it's two"))
        [finding] = self.wrong(self.examined(*search), "plugins")
        for file in files:
            self.assertIn(file, finding["text"])
        subprocess.run(["sh", "-c", finding["mend"]], check=True)
        self.assertEqual([os.path.exists(file) for file in files], [True, False])
        self.assertEqual(self.wrong(self.examined(*search), "plugins"), [])

    def test_folders_of_plugins_that_are_not_there(self):
        os.makedirs(self.path("there"))
        there, gone = self.path("there"), self.path("gone")
        for value, mend in ((gone, "unset ESPALIER_PLUGIN_PATH"),
                            (f"{gone}:{there}", f"export ESPALIER_PLUGIN_PATH='{there}'")):
            [finding] = self.wrong(self.examined(ESPALIER_PLUGIN_PATH=value), "plugins")
            self.assertEqual(finding["text"], "expected ESPALIER_PLUGIN_PATH to name folders, found "
                                              f"'{gone}', which is none")
            self.assertEqual(finding["mend"], mend)
        [finding] = self.wrong(self.examined("--plugins", "small.yaml", "--plugins", there), "plugins")
        self.assertIn("found 'small.yaml', which is none", finding["text"])
        self.assertEqual(finding["mend"], f"espalier doctor --plugins '{there}'")

    def test_a_place_that_cannot_hold_runs(self):
        self.write("runs", "a file where the folder of all runs would be")
        [finding] = self.wrong(self.examined(), "runs")
        self.assertIn(self.path("runs"), finding["text"])
        subprocess.run(["sh", "-c", finding["mend"]], check=True)
        self.assertEqual(self.wrong(self.examined(), "runs"), [])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_that_is_closed(self):
        os.mkdir(self.path("runs"), 0o500)
        [finding] = self.wrong(self.examined(), "runs")
        self.assertEqual(finding["mend"], f"chmod u+rwx '{self.path('runs')}'")
        subprocess.run(["sh", "-c", finding["mend"]], check=True)
        self.assertEqual(self.wrong(self.examined(), "runs"), [])

    def test_a_slow_build_is_mended_where_it_came_from(self):
        """In the source tree by its presets, and nothing is installed."""
        wrong = self.wrong(self.examined(), "build")
        if not wrong:
            self.skipTest("nothing is wrong with this build")
        sources = os.path.realpath(os.path.join(os.path.dirname(ESPALIER), "../../.."))
        in_tree = os.path.exists(os.path.join(sources, "CMakePresets.json"))
        for finding in wrong:
            self.assertTrue(finding["mend"].startswith(f"cd '{sources}' && cmake " if in_tree else "cmake -D"))
            self.assertNotIn("cmake --install", finding["mend"])

    def test_people_see_a_table(self):
        done = espalier("doctor", cwd=self.folder, environment={"ESPALIER_DATA": self.path("none")})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(?m)^ok     machine   ")
        self.assertRegex(done.stdout, r"(?m)^WRONG  data      expected ESPALIER_DATA .*\n"
                                      r"       mend:     export ESPALIER_DATA=FOLDER$")


if __name__ == "__main__":
    unittest.main()
