"""Shared by the tests of `espalier new`: an empty folder, with the command on the PATH and the framework
where CMake finds it: an installed prefix (ESPALIER_PREFIX), or the build tree."""
import os
import subprocess
import tempfile
import time
import unittest

SOURCE = os.environ["ESPALIER_SOURCE"]


def environment():
    prefix = os.environ.get("ESPALIER_PREFIX")
    found = {**os.environ, "CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count()), "CTEST_OUTPUT_ON_FAILURE": "1"}
    if prefix:
        found["PATH"] = os.path.join(prefix, "bin") + os.pathsep + os.environ["PATH"]
    else:
        found["PATH"] = os.path.dirname(os.environ["ESPALIER"]) + os.pathsep + os.environ["PATH"]
        found["espalier_DIR"] = os.environ["ESPALIER_PACKAGE"]
    found.pop("ESPALIER_PLUGIN_PATH", None)
    return found


class WorkplaceTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def read(self, *names):
        with open(self.path(*names), encoding="utf-8") as file:
            return file.read()

    def do(self, *command, cwd=""):
        return subprocess.run(command, cwd=self.path(cwd), env=environment(), capture_output=True, text=True,
                              timeout=900, check=False)

    def do_ok(self, *command, cwd=""):
        """What the command printed, and the seconds it took."""
        start = time.monotonic()
        done = self.do(*command, cwd=cwd)
        self.assertEqual(done.returncode, 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout, time.monotonic() - start

    def everything(self):
        """Every file below the folder."""
        return sorted(os.path.relpath(os.path.join(place, name), self.folder)
                      for place, _, names in os.walk(self.folder) for name in names)
