"""Balancers and data sources that plugins bring are used as built-in ones: the documents' examples,
and what goes wrong."""
import json
import os
import struct
import unittest

from command import CommandTest, espalier

DOCS = os.path.join(os.environ["ESPALIER_BUILD"], "docs", "plugins")
BAD = os.environ["ESPALIER_BAD_PLUGINS"]

MOONS = """
name: moons
seed: 3
threads: 1
data:
  points: { source: two_moons, noise: 0.1, train: 300, test: 200, validation: 0.2 }
trunk: { input: [2], stages: [{ name: dense, layers: [{ linear: 24 }, relu] }] }
tasks:
  moon: { plugin: classification, data: points, classes: 2 }
  angle: { plugin: regression, data: points, target: angle }
balance: { inverse_loss: { power: 0.5 } }
optimizer: { adam: 0.02 }
train: { epochs: 8, batch: 20 }
"""


def npy(rows):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    header = header.ljust(117) + "\n"
    numbers = [x for row in rows for x in row]
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
            + struct.pack(f"<{len(numbers)}d", *numbers))


class Extensions(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("moons.yaml", MOONS + f"plugins: [{DOCS}, {BAD}]\n")

    def test_a_run_learns_and_resumes_to_the_same_bits(self):
        summary = self.check_resume("moons.yaml")
        self.assertEqual(summary["conventions"]["balance"], "inverse_loss")
        self.assertEqual(summary["conventions"]["heads"], "weighted")
        self.assertTrue(summary["data"]["points"]["synthetic"])
        self.assertRegex(summary["data"]["points"]["digest"], r"^[0-9a-f]{64}$")
        self.assertGreater(summary["tasks"]["moon"]["test"]["accuracy"], 0.8)
        self.check_resume("moons.yaml", "balance={min_norm_pair: {gram: per_layer, below: 1}}")

    def test_state_is_part_of_what_resumes(self):
        """Weights of the running mean differ from those of a method without a memory."""
        self.run_ok("run", "moons.yaml", "--out", "kept", "--quiet")
        self.run_ok("run", "moons.yaml", "balance.inverse_loss.keep=0", "--out", "none", "--quiet")
        self.assertNotEqual(self.read("kept", "model.safetensors"),
                            self.read("none", "model.safetensors"))

    def test_the_resolved_experiment_runs_again(self):
        resolved = self.run_ok("check", "moons.yaml", "--resolved").stdout
        self.assertIn("power: 0.5", resolved)
        self.assertIn("keep: 0.9", resolved)
        self.assertIn("noise: 0.1", resolved)
        self.write("again.yaml", resolved)
        self.assertEqual(self.run_ok("check", "again.yaml", "--resolved").stdout, resolved)

    def test_a_jacobian_is_balanced(self):
        with open(self.path("J.npy"), "wb") as file:
            file.write(npy([[1.0, 0.0], [-1.0, 2.0], [1.0, 1.0]]))
        done = self.run_ok("balance", "min_norm_pair", "J.npy", "--json", "--plugins", DOCS).stdout
        # <g1, g2> = -1, |g1|^2 = 1, |g2|^2 = 5: a = 6 / 8
        self.assertEqual(json.loads(done)["weights"], [1.5, 0.5, 1.0])
        self.assertIn("did you mean 'below'?",
                      self.refused("balance", "min_norm_pair", "J.npy", "belo=1", "--plugins", DOCS))
        self.assertIn("did you mean 'min_norm_pair'?",
                      self.refused("balance", "min_norm_pai", "J.npy", "--plugins", DOCS))
        self.assertEqual(self.refused("balance", "throws_in_weigh", "J.npy", "--plugins", BAD),
                         "[plugin throws_in_weigh] weigh: the scales are broken")

    def test_lists_and_info(self):
        balancers = self.run_ok("list", "balancers", "--plugins", DOCS).stdout
        self.assertIn("inverse_loss", balancers)
        self.assertIn("pcgrad", balancers)
        self.assertNotIn("two_moons", balancers)
        self.assertIn("two_moons", self.run_ok("list", "sources", "--plugins", DOCS).stdout)
        info = self.run_ok("info", "inverse_loss", "--plugins", DOCS).stdout
        for part in ("w_t = T m_t^-power", "needs: the losses", "power: 0: equal weights",
                     "heads:", "default weighted"):
            self.assertIn(part, info)
        self.assertIn("noise: standard deviation",
                      self.run_ok("info", "two_moons", "--plugins", DOCS).stdout)

    def test_the_matrix_shows_what_they_go_with(self):
        table = self.run_ok("check", "moons.yaml", "--matrix").stdout
        rows = {line.split()[0]: line for line in table.splitlines() if line.startswith("  ") and line.split()}
        header = table.splitlines()[0].split()
        none = header.index("none") + 1
        self.assertEqual(rows["inverse_loss"].split()[none], "yes")
        self.assertRegex(rows["min_norm_pair"].split()[none], r"^\[\d+\]$")
        self.assertEqual(rows["min_norm_pair"].split()[none], rows["mgda"].split()[none])
        self.assertIn("[plugin wrong_needs] needs: expected one of", table)

    def test_a_source_that_fails_names_itself(self):
        def read(source, *more):
            return self.refused("check", "moons.yaml", f"data.points={{source: {source}}}",
                                "tasks={label: {plugin: classification, data: points, classes: 2}}", *more)
        self.assertRegex(read("throws_in_read"),
                         r"data\.points\.source: \[plugin throws_in_read\] read: the well is dry$")
        self.write("dry.yaml", MOONS.replace("two_moons, noise: 0.1", "throws_in_read")
                   + f"plugins: [{DOCS}, {BAD}]\n")
        self.assertRegex(self.refused("check", "dry.yaml"),
                         r"dry\.yaml:6:21: data\.points\.source: \[plugin throws_in_read\] read: ")
        self.assertIn("[plugin wrong_row_count] read: expected column 'inputs' to hold 20", read("wrong_row_count"))
        self.assertIn("expected a number of points such as 500",
                      self.refused("check", "moons.yaml", "data.points.train=0.5"))
        self.assertRegex(self.refused("check", "moons.yaml", "data.points.noise=-1"),
                         r"data\.points\.noise: expected a number of at least 0, found -1")
        self.write("typo.yaml", MOONS.replace("noise: 0.1", "noise: loud") + f"plugins: {DOCS}\n")
        self.assertRegex(self.refused("check", "typo.yaml"), r"typo\.yaml:6:39: data\.points\.noise: ")

    def test_a_balancer_that_fails_names_itself_and_the_run_is_kept(self):
        done = espalier("run", "moons.yaml", "balance=nan_weights", "--out", "out", "--quiet",
                        cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[plugin nan_weights] weigh: expected finite weights, found nan for task 2 of 2 in step 3",
                      done.stderr)
        self.assertEqual(self.summary("out")["status"], "failed")
        done = espalier("run", "moons.yaml", "balance=throws_in_weigh", "--out", "thrown", "--quiet",
                        cwd=self.folder)
        self.assertIn("[plugin throws_in_weigh] weigh: the scales are broken", done.stderr)
        self.assertIn("the scales are broken", self.read("thrown", "log.txt").decode())

    def test_file_bytes_and_plugins_name_the_runs_of_a_study(self):
        self.write("bytes.bin", "abcdefgh" * 8)
        self.write("bytes.yaml", f"""
name: bytes
threads: 1
plugins: [{BAD}, {DOCS}]
data: {{ rows: {{ source: number_file, file: bytes.bin }} }}
trunk: {{ input: [1], stages: [{{ name: dense, layers: [{{ linear: 4 }}, relu] }}] }}
tasks: {{ odd: {{ plugin: classification, data: rows, classes: 2 }} }}
optimizer: {{ sgd: 0.1 }}
train: {{ epochs: 1, batch: 8 }}
""")
        self.write("study.yaml", """
name: study
extends: bytes.yaml
vary: { balance: [equal, inverse_loss] }
seeds: 1
""")
        self.run_ok("compare", "study.yaml", "--quiet")
        self.assertIn(" 0 to be run", self.run_ok("compare", "study.yaml", "--plan").stdout)
        self.write("bytes.bin", "abcdefgi" * 8)
        self.assertNotIn(" 0 to be run", self.run_ok("compare", "study.yaml", "--plan").stdout)


if __name__ == "__main__":
    unittest.main()
