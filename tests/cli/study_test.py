"""Studies: runs that are missing are run, once, whatever happens to the driver; the report says what
the runs say."""
import csv
import glob
import io
import json
import os
import random
import signal
import subprocess
import time
import unittest

from command import ESPALIER, SOURCE, CommandTest, espalier, timeless

STUDY = """
name: little
extends: small.yaml
vary:
  sharing: [hard, cross_stitch]
  balance: [equal, pcgrad]
seeds: 2
budget: { epochs: 2 }
"""

# Four contenders and each task alone at eight seeds.
FORTY = """
name: forty
extends: small.yaml
vary:
  sharing: [hard, cross_stitch, mmoe]
  balance: [equal, pcgrad]
except: [{ sharing: mmoe, balance: [equal, pcgrad] }]
seeds: 8
budget: { epochs: 2 }
"""
FORTY_RUNS = 4 * 8 + 2 * 8


def without_times(j):
    """A document without the keys that hold times and memory."""
    if isinstance(j, dict):
        return {key: without_times(value) for key, value in j.items()
                if not key.endswith(("seconds", "per_second", "bytes"))}
    return [without_times(value) for value in j] if isinstance(j, list) else j


class Studies(CommandTest):
    def setUp(self):
        super().setUp()
        self.study = self.write("study.yaml", STUDY)

    def results(self, folder="studies/little"):
        return json.loads(self.read(folder, "results.json"))

    def folders(self, store):
        return [path for path in glob.glob(self.path(store, "*")) if os.path.isdir(path)]

    def starts(self, store):
        """How often each run was started."""
        counts = []
        for folder in self.folders(store):
            with open(os.path.join(folder, "log.txt"), encoding="utf-8") as log:
                counts.append(sum(line.startswith("started") for line in log))
        return counts

    def test_a_study_runs_what_is_missing_and_reports_what_the_runs_say(self):
        plan = self.run_ok("compare", "study.yaml", "--plan").stdout
        self.assertIn("little: 5 contenders, 12 runs, 12 to be run", plan)
        self.assertIn("0/4  each task alone", plan)
        self.run_ok("compare", "study.yaml", "-j2", "--quiet")
        results = self.results()
        labels = [c["label"] for c in results["contenders"]]
        self.assertEqual(labels, ["each task alone", "hard, equal", "hard, pcgrad",
                                  "cross_stitch, equal", "cross_stitch, pcgrad"])
        for contender in results["contenders"]:
            for run in contender["runs"]:
                self.assertEqual(run["status"], "done")
                summary = self.summary(os.path.join("runs", run["hash"]))
                self.assertEqual((summary["seed"], summary["epochs"], summary["threads"]),
                                 (run["seed"], 2, 1))
                for task, scores in summary["tasks"].items():
                    at = results["study"]["seeds"].index(run["seed"])
                    self.assertEqual(contender["tasks"][task]["values"][at],
                                     scores["test"]["accuracy"])
        for name in ("report.html", "report.md", "report.csv", "report.tex",
                     "figures/heat_map.svg"):
            self.assertGreater(len(self.read("studies/little", name)), 200, name)
        self.assertEqual(results["alarms"], [])
        # Again: nothing is run, the same bytes come out.
        before = self.read("studies/little/results.json")
        self.run_ok("compare", "study.yaml", "--quiet")
        self.assertEqual(self.read("studies/little/results.json"), before)
        self.assertEqual(self.starts("runs"), [1] * 12)
        printed = self.run_ok("report", "study.yaml", "--json").stdout
        self.assertEqual(json.loads(printed), results)
        again = self.run_ok("report", "studies/little/results.json", "--csv").stdout
        self.assertEqual(again.replace("\r\n", "\n").encode(),
                         self.read("studies/little/report.csv").replace(b"\r\n", b"\n"))

    def test_another_study_finds_the_runs_that_it_needs(self):
        self.run_ok("compare", "study.yaml", "--quiet")
        self.write("other.yaml", STUDY.replace("little", "other").replace(
            "[hard, cross_stitch]", "[hard, mmoe]"))
        plan = self.run_ok("compare", "other.yaml", "--plan").stdout
        self.assertIn("12 runs, 4 to be run", plan)
        self.assertIn("4/4  each task alone", plan)
        self.assertIn("2/2  hard, pcgrad", plan)

    def test_a_driver_killed_twenty_times_leaves_what_one_that_lived_leaves(self):
        self.write("forty.yaml", FORTY)
        self.run_ok("compare", "forty.yaml", "--store", "whole", "--quiet", "-j2", "--out", "w")
        dice = random.Random(5)
        for kill in range(20):  # each when two runs more are done, and a little later
            driver = subprocess.Popen(
                [ESPALIER, "compare", "forty.yaml", "--store", "cut", "--quiet", "-j2", "--out", "c"],
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while len(glob.glob(self.path("cut", "*", "summary.json"))) < 2 * kill + 1:
                self.assertIsNone(driver.poll(), "it ended before it was killed")
                time.sleep(0.002)
            time.sleep(0.03 * dice.random())
            driver.kill()
            driver.wait()
        self.run_ok("compare", "forty.yaml", "--store", "cut", "--quiet", "-j2", "--out", "c")
        whole, cut = self.results("w"), self.results("c")
        self.assertEqual(sum(len(c["runs"]) for c in whole["contenders"]), FORTY_RUNS)
        shown = json.dumps(without_times(cut)).replace("cut/", "whole/")
        self.assertEqual(json.loads(shown), without_times(whole))
        for folder in self.folders("whole"):
            name = os.path.basename(folder)
            self.assertEqual(timeless(self.read("cut", name, "metrics.jsonl")),
                             timeless(self.read("whole", name, "metrics.jsonl")))
            self.assertEqual(self.read("cut", name, "model.safetensors"),
                             self.read("whole", name, "model.safetensors"))
        self.assertEqual(len(self.folders("cut")), FORTY_RUNS)

    def test_two_drivers_share_the_work_and_repeat_nothing(self):
        drivers = [subprocess.Popen([ESPALIER, "compare", "study.yaml", "--quiet", "--out", f"o{i}"],
                                    cwd=self.folder, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True) for i in range(2)]
        for driver in drivers:
            _, said = driver.communicate(timeout=300)
            self.assertEqual(driver.returncode, 0, said)
        self.assertEqual(self.starts("runs"), [1] * 12)
        self.assertEqual(self.results("o0"), self.results("o1"))

    def test_a_run_that_fails_stops_no_other(self):
        self.write("study.yaml", STUDY.replace(
            "  balance: [equal, pcgrad]", "  optimizer.sgd.learning_rate: [0.05, 1e30]"))
        done = espalier("compare", "study.yaml", "-j2", "--quiet", cwd=self.folder)
        self.assertEqual(done.returncode, 1, done.stderr)
        results = self.results()
        states = {c["label"]: [run["status"] for run in c["runs"]] for c in results["contenders"]}
        self.assertEqual(states["hard, learning_rate=0.05"], ["done", "done"])
        self.assertEqual(states["hard, learning_rate=1e30"], ["failed", "failed"])
        self.assertTrue(any("'hard, learning_rate=1e30': 2 of 2 runs failed: " in alarm and
                            "loss" in alarm for alarm in results["alarms"]), results["alarms"])

    def test_ctrl_c_saves_and_the_same_command_goes_on(self):
        driver = subprocess.Popen([ESPALIER, "compare", "study.yaml", "--quiet"], cwd=self.folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(0.3)
        driver.send_signal(signal.SIGINT)
        _, said = driver.communicate(timeout=60)
        self.assertEqual(driver.returncode, 130, said)
        self.assertIn("goes on where it stopped", said)
        self.run_ok("compare", "study.yaml", "--quiet")
        self.assertEqual({run["status"] for c in self.results()["contenders"] for run in c["runs"]},
                         {"done"})

    def test_a_search_chooses_on_validation_for_everyone_alike(self):
        self.write("study.yaml", STUDY.replace("[equal, pcgrad]", "[pcgrad]") + """
search:
  over:
    optimizer.sgd.learning_rate: { from: 0.0001, to: 0.05, count: 2, log: true }
    balance.cagrad.c: [0.1, 0.9]
""")
        plan = self.run_ok("compare", "study.yaml", "--plan").stdout
        self.assertIn("8 runs, 8 to be run, and 8 after the search", plan)
        self.run_ok("compare", "study.yaml", "-j2", "--quiet")
        results = self.results()
        by_spec = {}
        for folder in self.folders("runs"):
            spec = self.read(folder, "spec.yaml").decode()
            summary = json.loads(self.read(folder, "summary.json"))
            rate = "0.0001" if "learning_rate: 0.0001" in spec else "0.05"
            key = (tuple(summary["tasks"]), summary["conventions"]["sharing"], summary["seed"])
            by_spec.setdefault(key, {})[rate] = sum(
                scores["validation"]["accuracy"] for scores in summary["tasks"].values())
        for contender in results["contenders"]:
            for run in contender["runs"]:
                tasks = (run["task"],) if contender["baseline"] else ("letters", "digits")
                sharing = contender["values"].get("sharing", "hard")
                points = by_spec[(tasks, sharing, 1)]
                best = max(points, key=points.get)  # the first of equals
                self.assertEqual(run["chosen"], {"optimizer.sgd.learning_rate": best})

    def test_a_search_that_fails_everywhere_stops_no_other_contender(self):
        self.write("study.yaml", STUDY.replace("[hard, cross_stitch]", "[hard]").replace(
            "balance: [equal, pcgrad]",
            "balance: [cagrad]\n  optimizer.sgd.learning_rate: [0.05, 1e30]") + """
baseline: false
search: { over: { balance.cagrad.c: [0.1, 0.9] } }
""")
        done = espalier("compare", "study.yaml", "-j2", "--quiet", cwd=self.folder)
        self.assertEqual(done.returncode, 1, done.stderr)
        results = self.results()
        self.assertEqual([run["status"] for run in results["contenders"][0]["runs"]], ["done"] * 2)
        self.assertEqual(results["contenders"][1]["runs"], [])
        self.assertTrue(any("every trial has failed; the first one: " in alarm
                            for alarm in results["alarms"]), results["alarms"])

    def relative(self, contender, alone, task):
        """Mean over seeds of (score - alone) / alone."""
        pairs = zip(contender["tasks"][task]["values"], alone["tasks"][task]["values"])
        changes = [(a - b) / b for a, b in pairs]
        return sum(changes) / len(changes)

    def test_what_one_task_gains_beside_another(self):
        self.write("study.yaml", STUDY.replace(
            "  sharing: [hard, cross_stitch]\n  balance: [equal, pcgrad]",
            "  only: [[letters, digits]]").replace("epochs: 2", "epochs: 6"))
        self.run_ok("compare", "study.yaml", "-j2", "--quiet")
        results = self.results()
        alone, both = results["contenders"]
        change = results["transfer"]["change"]
        self.assertEqual((change[0][0], change[1][1]), (None, None))
        for i, task in enumerate(("letters", "digits")):
            self.assertAlmostEqual(change[i][1 - i], self.relative(both, alone, task))
            self.assertAlmostEqual(results["relative"]["[letters,digits]"][task]["change"],
                                   self.relative(both, alone, task))
        self.assertTrue(os.path.exists(self.path("studies/little/figures/transfer.svg")))

    def test_scores_against_the_size_of_a_task(self):
        self.write("study.yaml", STUDY.replace("balance: [equal, pcgrad]",
                                               "tasks.letters.limit: [32, 128]"))
        plan = self.run_ok("compare", "study.yaml", "--plan").stdout
        self.assertIn("16 runs, 14 to be run", plan)  # digits alone know nothing of letters' limit
        self.run_ok("compare", "study.yaml", "-j2", "--quiet")
        results = self.results()
        sizes = results["sizes"]
        self.assertEqual((sizes["task"], sizes["limits"]), ("letters", ["32", "128"]))
        self.assertEqual(set(sizes["contenders"]), {"each task alone", "hard", "cross_stitch"})
        by_label = {c["label"]: c for c in results["contenders"]}
        for i, limit in enumerate((32, 128)):
            self.assertEqual(sizes["contenders"]["hard"]["mean"][i],
                             by_label[f"hard, limit={limit}"]["tasks"]["letters"]["mean"])
            self.assertEqual(sizes["contenders"]["each task alone"]["mean"][i],
                             by_label[f"each task alone, limit={limit}"]["tasks"]["letters"]["mean"])

    def test_two_names_of_one_method_raise_an_alarm(self):
        self.write("study.yaml", STUDY.replace("[equal, pcgrad]",
                                               "[equal, { fixed: { weights: [1, 1] } }]"))
        self.run_ok("compare", "study.yaml", "-j2", "--quiet")
        alarms = self.results()["alarms"]
        self.assertEqual(len(alarms), 2, alarms)
        self.assertIn("'hard, equal' and 'hard, fixed(weights=[1,1])' have identical scores", alarms[0])

    def test_budgets_of_steps_and_seconds(self):
        self.write("study.yaml", STUDY.replace("{ epochs: 2 }", "{ steps: 13 }"))
        self.run_ok("compare", "study.yaml", "-j2", "--quiet")
        for folder in self.folders("runs"):
            self.assertEqual(self.summary(folder)["steps"], 13)
        summary = self.run_ok("run", "small.yaml", "train.seconds=0.2", "train.epochs=1000000",
                              "--json", "--quiet").stdout
        seconds = json.loads(summary)["seconds"]
        spent = sum(seconds[phase] for phase in ("data", "forward", "backward", "update"))
        self.assertGreaterEqual(spent, 0.2)

    def test_the_table_of_runs_sorts_filters_and_shows_what_differs(self):
        self.run_ok("compare", "study.yaml", "-j2", "--quiet")
        table = self.run_ok("runs", "--sort", "-test.letters.accuracy", "--format", "csv").stdout
        rows = list(csv.DictReader(io.StringIO(table)))
        self.assertEqual(len(rows), 12)
        scores = [float(row["test.letters.accuracy"]) for row in rows if row["test.letters.accuracy"]]
        self.assertEqual(scores, sorted(scores, reverse=True))
        some = json.loads(self.run_ok("runs", "--where", "sharing=cross_stitch", "--where", "seed=2",
                                      "--only-changed", "--format", "json").stdout)
        self.assertEqual(len(some), 2)
        self.assertNotIn("seed", some[0])
        self.assertIn("| run |", self.run_ok("runs", "--format", "md").stdout)
        self.assertIn("did you mean 'seed'?", self.refused("runs", "--sort", "sed"))

    def test_the_shipped_studies_can_be_planned(self):
        studies = sorted(glob.glob(os.path.join(SOURCE, "experiments", "studies", "*.yaml")))
        self.assertGreaterEqual(len(studies), 5)
        for study in studies:
            with self.subTest(os.path.basename(study)):
                if "glyphs" not in study and "ESPALIER_DATA" not in os.environ:
                    self.skipTest("ESPALIER_DATA is not set: this study reads real images")
                self.assertIn("contenders", self.run_ok("compare", study, "--plan").stdout)

    def test_bad_studies_get_a_sentence_with_its_place(self):
        cases = [
            ("vary:", "very:", "study.yaml:4:1: unknown key 'very'; did you mean 'vary'?"),
            ("[hard, cross_stitch]", "hard", "study.yaml:5:12: vary.sharing: expected a list"),
            ("[hard, cross_stitch]", "{ from: 1 }", "expected the key 'to'"),
            ("[hard, cross_stitch]", "[hard, cros_stitch]", "did you mean 'cross_stitch'?"),
            ("[hard, cross_stitch]", "[hard, hard]", "expected each combination once"),
            ("  sharing:", "  sharng:", "did you mean 'sharing'?"),
            ("seeds: 2", "seeds: 0", "study.yaml:7:8: seeds: expected an integer"),
            ("seeds: 2", "seeds: [1, 1]", "expected each seed once"),
            ("seeds: 2", "seeds: 2\nselect: { on: test }", "found 'test'"),
            ("seeds: 2", "seeds: 2\nexcept: [{ shring: hard }]", "did you mean 'sharing'?"),
            ("  sharing:", "  seed: [1, 2]\n  sharing:", "the study's own key is 'seeds'"),
            ("small.yaml", "none.yaml", "none.yaml: cannot read"),
            ("extends: small.yaml\n", "", "expected the key 'extends'"),
        ]
        for old, new, sentence in cases:
            with self.subTest(new):
                self.write("study.yaml", STUDY.replace(old, new))
                said = self.refused("compare", "study.yaml")
                self.assertIn(sentence, said)
                self.assertNotIn("\n", said)
        self.assertEqual(self.folders("runs"), [])


if __name__ == "__main__":
    unittest.main()
