"""The documents say what is so: code blocks equal the files they name, links lead somewhere, the
generated reference is current, and the commands shown are commands."""
import os
import re
import subprocess
import unittest

from command import ESPALIER, SOURCE, CommandTest, espalier

DOCS = os.path.join(SOURCE, "docs")


def pages():
    yield os.path.join(SOURCE, "README.md")
    for name in sorted(os.listdir(DOCS)):
        if name.endswith(".md"):
            yield os.path.join(DOCS, name)


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def prose_of(path):
    """The page without its blocks of code, in which brackets are no links."""
    return re.sub(r"^```.*?^```", "", text_of(path), flags=re.M | re.S)


def anchors(path):
    """What links to a section of the page may name."""
    titles = re.findall(r"^#+ (.+)$", prose_of(path), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


class Documents(CommandTest):
    def test_code_blocks_equal_their_files(self):
        found = 0
        for page in pages():
            for name, code in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", text_of(page), re.S):
                found += 1
                self.assertEqual(code, text_of(os.path.join(os.path.dirname(page), name)),
                                 f"{page}: {name}")
        self.assertGreaterEqual(found, 2)

    def test_outputs_shown_are_what_the_command_prints(self):
        found = 0
        for page in pages():
            for arguments, shown in re.findall(r"<!-- output: ([^\n]+) -->\n```text\n(.*?)```", text_of(page),
                                               re.S):
                found += 1
                done = espalier(*arguments.split(), cwd=os.path.dirname(page))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(shown, done.stdout, f"{page}: espalier {arguments}")
        self.assertGreaterEqual(found, 3)

    def test_links_lead_somewhere(self):
        sections = 0
        for page in pages():
            for target, section in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", prose_of(page)):
                if target.startswith("http"):
                    continue
                path = os.path.join(os.path.dirname(page), target) if target else page
                self.assertTrue(os.path.exists(path), f"{page}: {target}")
                if section:
                    sections += 1
                    self.assertIn(section, anchors(path), f"{page}: {target}#{section}")
        self.assertGreaterEqual(sections, 10)

    def test_the_reference_is_what_the_code_says(self):
        made = subprocess.run([ESPALIER, "describe", "--reference"], capture_output=True, text=True,
                              check=True).stdout
        self.assertEqual(text_of(os.path.join(DOCS, "reference.md")), made,
                         "renew it: espalier describe --reference > docs/reference.md")

    def test_commands_shown_are_commands(self):
        subcommands = set(re.findall(r"^  (\w+)  ", self.run_ok("--help").stdout, re.M))
        shown = set()
        for page in pages():
            shown |= set(re.findall(r"(?:^    |`|&& )(?:build/release/bin/)?espalier (\w+)",
                                    text_of(page), re.M))
        self.assertTrue(shown)
        self.assertLessEqual(shown, subcommands)

    def test_the_example_tasks_run(self):
        plugins = os.path.join(os.environ["ESPALIER_BUILD"], "docs", "plugins")
        done = self.run_ok("run", "small.yaml", "tasks.letters={plugin: top_two, data: letters, hidden: 8}",
                           "train.epochs=1", "--plugins", plugins, "--out", "out")
        self.assertIn("top_two", done.stdout)
        table = "x,y,z\n" + "".join(f"{i % 7},{i % 5},{i % 7 + i % 5}\n" for i in range(200))
        self.write("table.csv", table)
        self.write("sums.yaml", """
name: sums
seed: 1
threads: 1
data:
  table: { source: csv, file: table.csv, inputs: [x, y], targets: [z], test: 0.2 }
trunk: { input: [2], stages: [{ name: dense, layers: [{ linear: 16 }, relu] }] }
tasks: { sum: { plugin: log_cosh, data: table } }
optimizer: { adam: 0.01 }
train: { epochs: 20, batch: 16 }
""")
        self.run_ok("run", "sums.yaml", "--plugins", plugins, "--out", "sums")
        self.assertLess(self.summary("sums")["tasks"]["sum"]["test"]["rmse"], 0.5)

    def test_the_example_strategy_runs_for_a_trunk_and_for_a_stage(self):
        plugins = os.path.join(os.environ["ESPALIER_BUILD"], "docs", "plugins")
        for number, choice in enumerate(("sharing={plugin: {name: gated_sum, start: 0.1}}",
                                         "trunk.stages.1.sharing={plugin: {name: gated_sum}}")):
            self.run_ok("run", "small.yaml", choice, "train.epochs=1", "balance=pcgrad", "--plugins",
                        plugins, "--out", f"out{number}")
            parts = self.summary(f"out{number}")["composition"]["parts"]
            self.assertFalse(parts["trunk/dense/letters/gate"]["shared"])
            self.assertTrue(parts["trunk/dense"]["shared"])
        self.assertIn("unknown key 'strat'; did you mean 'start'?",
                      self.refused("check", "small.yaml", "--plugins", plugins,
                                   "sharing={plugin: {name: gated_sum, strat: 1}}"))
        self.assertIn("expected a plugin that contributes a sharing, found one that contributes a task",
                      self.refused("check", "small.yaml", "sharing={plugin: {name: letters}}"))
        self.assertIn("expected a plugin that contributes a task, found one that contributes a sharing",
                      self.refused("check", "small.yaml", "tasks.letters.plugin=gated_sum",
                                   "--plugins", plugins))


if __name__ == "__main__":
    unittest.main()
