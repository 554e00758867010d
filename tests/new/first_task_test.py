"""docs/first-task.md, executed from top to bottom in an empty folder; the files it shows are those that
the commands made."""
import os
import re
import subprocess
import tempfile
import unittest

from workplace import SOURCE, WorkplaceTest

PAGE = os.path.join(SOURCE, "docs", "first-task.md")
BLOCK = re.compile(r"(?:<!-- made: (?P<made>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.S)


class FirstTask(WorkplaceTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.expected = folder.name

    def script(self):
        """One shell runs all commands, so that a `cd` lasts; what a block shows is compared where it
        stands."""
        with open(PAGE, encoding="utf-8") as file:
            blocks = list(BLOCK.finditer(file.read()))
        lines, compared = ["set -e"], 0
        for block in blocks:
            if block["kind"] == "sh":
                lines.append(block["text"])
                continue
            compared += 1
            shown = os.path.join(self.expected, str(compared))
            with open(shown, "w", encoding="utf-8") as file:
                file.write(block["text"])
            lines.append(f"diff {shown} {block['made']}" if block["made"] else f"ls | diff {shown} -")
        self.assertGreaterEqual(compared, 6)
        return "\n".join(lines)

    def test_the_page_from_top_to_bottom(self):
        done = subprocess.run(["bash", "-c", self.script()], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, timeout=1800, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        tests = re.findall(r"\d+% tests passed, \d+ tests failed out of \d+", done.stdout)
        self.assertEqual(tests, ["100% tests passed, 0 tests failed out of 2"] * 2)
        for task in ("letter_or_digit", "which_character", "digits"):
            self.assertRegex(done.stdout, rf"{task}\s+train")
        self.assertEqual(os.listdir(self.folder), ["letter_or_digit"])


if __name__ == "__main__":
    unittest.main()
