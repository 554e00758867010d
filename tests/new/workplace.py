"""Shared by the tests of `espalier new`: an empty folder, and an installed prefix whose command is on the
PATH. Nothing else says where the framework is."""
import os
import subprocess
import tempfile
import time
import unittest

SOURCE = os.environ["ESPALIER_SOURCE"]


def environment(prefix):
    """A user's shell has none of the build's settings."""
    plain = {name: value for name, value in os.environ.items()
             if not name.startswith(("ESPALIER", "CMAKE", "PKG_CONFIG"))}
    return {**plain, "PATH": os.path.join(prefix, "bin") + os.pathsep + os.environ["PATH"],
            "CXX": os.environ["ESPALIER_CXX"], "CMAKE_BUILD_PARALLEL_LEVEL": "2"}


class WorkplaceTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        done = subprocess.run(["cmake", "--install", os.environ["ESPALIER_BUILD"], "--prefix", folder.name],
                              capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        cls.environment = environment(folder.name)

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
        return subprocess.run(command, cwd=self.path(cwd), env=self.environment, capture_output=True, text=True,
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
