"""What the tests of an installed prefix share: installing it, building a project against it, running
its command. Nothing here knows the source tree but `SOURCE`, which the tests must not find again."""
import os
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.environ["ESPALIER_SOURCE"]
BUILD = os.environ["ESPALIER_BUILD"]
CXX = os.environ["ESPALIER_CXX"]
CMAKE = os.environ["ESPALIER_CMAKE"]
HERE = os.path.dirname(os.path.abspath(__file__))

# A user's shell has none of the build's settings.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.startswith(("ESPALIER", "CMAKE", "PKG_CONFIG"))}


def run(*command, cwd=None, **environment):
    """Runs a command; returns the finished process with its texts."""
    return subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True,
                          timeout=500, env={**ENVIRONMENT, **environment}, check=False)


class PrefixTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="espalier install ")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.prefix = os.path.join(folder.name, "first", "prefix")
        done = run(CMAKE, "--install", BUILD, "--prefix", cls.prefix)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def ok(self, *command, **keywords):
        done = run(*command, **keywords)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def espalier(self, *arguments, **keywords):
        return self.ok(os.path.join(self.prefix, "bin", "espalier"), *arguments, **keywords)

    def copy_project(self, name, added=""):
        """A copy of the example plugin's folder, with lines added to its CMakeLists.txt."""
        project = self.path(name)
        shutil.copytree(os.path.join(HERE, "kind"), project)
        with open(os.path.join(project, "CMakeLists.txt"), "a", encoding="utf-8") as file:
            file.write(added)
        return project

    def build(self, project, *options):
        """Configures and builds `project` against the prefix only; returns the build folder."""
        folder = os.path.join(project, "build")
        self.ok(CMAKE, "-S", project, "-B", folder, "-G", "Ninja",
                f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_COMPILER={CXX}",
                "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF", *options)
        self.ok(CMAKE, "--build", folder)
        return folder

    def assert_nothing_knows(self, folder, places, suffixes=("",)):
        """No file below `folder` contains the path of one of `places`."""
        for base, _, names in os.walk(folder):
            for name in (name for name in names if name.endswith(suffixes)):
                with open(os.path.join(base, name), "rb") as file:
                    content = file.read()
                for place in places:
                    self.assertNotIn(place.encode(), content, os.path.join(base, name))
