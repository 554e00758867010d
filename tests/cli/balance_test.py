"""`espalier balance`: weights and directions of a Jacobian, and what it refuses; `info` and `list` of
balancers."""
import json
import os
import struct
import unittest

from command import CommandTest, espalier

PUBLISHED = [[-4, 1, 1], [6, 1, 1]]
# Need more than a Jacobian and losses.
NOT_DETERMINED = {"famo", "mgda_ub", "aligned_ub", "graddrop_features", "rotograd", "sdmgrad", "modo",
                  "auto_lambda", "moml", "forum"}


def npy(rows, descr="<f8", fortran=False, shape=None, payload=None):
    shape = shape or (len(rows), len(rows[0]))
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    header = header.ljust(117) + b"\n"
    numbers = [x for row in rows for x in row]
    code = "f" if descr == "<f4" else "d"
    payload = struct.pack(f"<{len(numbers)}{code}", *numbers) if payload is None else payload
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + payload


class Balance(CommandTest):
    def setUp(self):
        super().setUp()
        self.matrix("j.npy", PUBLISHED)

    def matrix(self, name, rows, **keywords):
        with open(self.path(name), "wb") as file:
            file.write(npy(rows, **keywords))

    def asked(self, *arguments):
        return json.loads(self.run_ok("balance", *arguments, "--json").stdout)

    def assert_close(self, found, wanted):
        self.assertEqual(len(found), len(wanted))
        for a, b in zip(found, wanted):
            self.assertAlmostEqual(a, b, places=4)

    def methods(self):
        return json.loads(self.run_ok("list", "balancers", "--json").stdout)

    def test_json(self):
        answer = self.asked("pcgrad", "j.npy", "scale=sum_to_one")
        self.assertEqual(list(answer), ["method", "weights", "direction", "options", "conventions", "notes"])
        self.assertEqual(answer["method"], "pcgrad")
        self.assertEqual(answer["conventions"]["scale"], "sum_to_one")
        self.assert_close([sum(answer["weights"])], [1])
        self.assert_close(self.asked("pcgrad", "j.npy")["weights"], [2.2222, 1.5789])
        self.assert_close(self.asked("pcgrad", "j.npy")["direction"], [0.5848, 3.8012, 3.8012])

    def test_float32_is_the_same(self):
        self.matrix("f.npy", PUBLISHED, descr="<f4")
        self.assertEqual(self.asked("pcgrad", "f.npy"), self.asked("pcgrad", "j.npy"))

    def test_table(self):
        text = self.run_ok("balance", "pcgrad", "j.npy").stdout
        for words in ("pcgrad: 2 tasks, 3 parameters, 1 step", "2.22222", "direction", "norm",
                      "conventions"):
            self.assertIn(words, text)

    def test_one_task_and_zero_rows(self):
        self.matrix("one.npy", [[3, -4]])
        self.assertEqual(self.asked("pcgrad", "one.npy")["notes"], ["one task: there is nothing to balance"])
        self.matrix("zero.npy", [[0, 0, 0], *PUBLISHED])
        answer = self.asked("pcgrad", "zero.npy")
        self.assertEqual(answer["weights"][0], 0)
        self.assertIn("rows that are zero: 0", answer["notes"][0])

    def test_every_method_answers_or_says_what_it_needs(self):
        for entry in self.methods():
            name = entry["name"]
            with self.subTest(name):
                options = ["weights=[1, 2]"] if name == "fixed" else []
                arguments = [name, "j.npy", "--losses", "1.2,0.3", "--steps", "3", *options]
                if name in NOT_DETERMINED:
                    sentence = self.refused("balance", *arguments)
                    self.assertEqual(len(sentence.splitlines()), 1)
                    self.assertIn(f"'{name}' needs ", sentence)
                    continue
                answer = self.asked(*arguments)
                self.assertEqual(len(answer["direction"]), 3)
                self.assertEqual(answer["notes"].count("no losses were given: each is 1"), 0)
                if answer["weights"] is not None:
                    self.assertEqual(len(answer["weights"]), 2)
                self.assertTrue(self.run_ok("balance", name, "j.npy", *options).stdout)

    def test_refusals(self):
        cases = {
            ("pcgard", "j.npy"): "METHOD: unknown balancer 'pcgard'; did you mean 'pcgrad'?",
            ("pcgrad", "nowhere.npy"): "nowhere.npy: cannot read: No such file or directory",
            ("pcgrad", "j.npy", "--losses", "1,2,3"):
                "--losses: expected 2 numbers, one for each row of J, found 3",
            ("pcgrad", "j.npy", "--losses", "1,inf"): "--losses: expected a number, found 'inf'",
            ("pcgrad", "j.npy", "--steps", "many"): "--steps: expected an integer",
            ("pcgrad", "j.npy", "scael=native"): "unknown key 'scael'; did you mean 'scale'?",
            ("pcgrad", "j.npy", "scale=nativ"): "did you mean 'native'?",
            ("pcgrad", "j.npy", "native"): "expected key.path=value, found no '='",
            ("equal", "j.npy", "normalise=l2"): "expected 'equal' without normalise: l2",
        }
        for arguments, words in cases.items():
            with self.subTest(arguments):
                sentence = self.refused("balance", *arguments)
                self.assertEqual(len(sentence.splitlines()), 1, sentence)
                self.assertIn(words, sentence)
        self.assertEqual(espalier("balance", "pcgrad").returncode, 2)
        self.assertEqual(sorted(os.listdir(self.folder)), ["j.npy", "small.yaml"])

    def test_matrices_that_are_none(self):
        nan, inf = float("nan"), float("inf")
        cases = {
            "nan": (npy([[1, nan], [2, 3]]), "byte 136: expected a finite number, found nan in row 0"),
            "inf": (npy([[1, 2], [inf, 3]]), "byte 144: expected a finite number, found inf in row 1"),
            "empty": (npy([[]], shape=(0, 3)), "at least 1, found shape (0, 3)"),
            "vector": (npy([[1, 2]], shape="(2,)"), "found shape (2,)"),
            "cube": (npy([[1, 2]], shape=(1, 1, 2)), "found shape (1, 1, 2)"),
            "fortran": (npy(PUBLISHED, fortran=True), "expected numbers in C order"),
            "integers": (npy(PUBLISHED, descr="<i8"), "expected numbers of type '<f4' or '<f8'"),
            "short": (npy(PUBLISHED)[:-3], "header promises 2 x 3 numbers of 8 bytes, file holds 45"),
            "long": (npy(PUBLISHED) + b"x", "file holds 49"),
            "huge": (npy(PUBLISHED, shape=(2**62, 2**62)), "header promises"),
            "cut": (npy(PUBLISHED)[:40], "expected a header of 118 bytes"),
            "nothing": (b"", "byte 0"),
            "archive": (b"PK\3\4" + bytes(60), "which begins a .npy file"),
        }
        for name, (data, words) in cases.items():
            with self.subTest(name):
                with open(self.path("bad.npy"), "wb") as file:
                    file.write(data)
                sentence = self.refused("balance", "pcgrad", "bad.npy")
                self.assertEqual(len(sentence.splitlines()), 1, sentence)
                self.assertTrue(sentence.startswith("[npy] bad.npy: byte "), sentence)
                self.assertIn(words, sentence)


class Catalogue(CommandTest):
    def test_list_and_info_of_every_balancer(self):
        entries = json.loads(self.run_ok("list", "balancers", "--json").stdout)
        listed = self.run_ok("list", "balancers").stdout
        self.assertGreaterEqual(len(entries), 2)
        for entry in entries:
            with self.subTest(entry["name"]):
                self.assertEqual(entry["kind"], "balancers")
                self.assertIn(f"  {entry['name']} ", listed)
                self.assertIn(entry["summary"], listed)
                self.assertLessEqual(max(len(line) for line in listed.splitlines()), 110)
                text = self.run_ok("info", entry["name"]).stdout
                self.assertTrue(text.startswith(f"{entry['name']} (balancers): {entry['summary']}\n"))
                for words in ("  paper: ", "  needs: ", "  costs: ", "  scale: ", "  every: "):
                    self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
