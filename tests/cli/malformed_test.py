"""Bad input gets one sentence with its place, exit code 2, and leaves nothing behind.

tests/malformed/*.yaml are checked through the command as well as in the unit tests; here are also the
cases that need data files or plugins.
"""
import glob
import gzip
import os
import struct
import unittest

from command import SOURCE, CommandTest

TRUNK = """
trunk:
  input: [1, 4, 4]
  stages:
    - { name: dense, layers: [{ linear: 8 }, relu] }
train: { epochs: 1, batch: 2 }
optimizer: { sgd: 0.1 }
threads: 1
"""


def idx(dims, payload, kind=0x08, magic=b"\0\0"):
    return magic + bytes([kind, len(dims)]) + b"".join(struct.pack(">I", d) for d in dims) + payload


class Malformed(CommandTest):
    def write_bytes(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def setUp(self):
        super().setUp()
        self.write_bytes("images.idx", idx([6, 4, 4], bytes(range(96))))
        self.write_bytes("labels.idx", idx([6], bytes([0, 1, 2, 0, 1, 2])))

    def write_experiment(self, images="images.idx", labels="labels.idx", task="{ plugin: digits, data: d }",
                   extra="", trunk=TRUNK):
        return self.write("exp.yaml", f"""name: bad
data:
  d: {{ source: idx, train: {{ images: {images}, label: {labels} }}, test: {{ images: {images}, label: {labels} }}{extra} }}
tasks: {{ t: {task} }}
{trunk}""")

    def check(self, expected, *arguments, **keywords):
        """The sentence must contain every expected part, be one line, and nothing may be written."""
        self.write_experiment(**keywords)
        before = sorted(os.listdir(self.folder))
        for command in ("check", "run"):
            sentence = self.refused(command, "exp.yaml", *arguments)
            self.assertEqual(len(sentence.splitlines()), 1, sentence)
            for part in expected:
                self.assertIn(part, sentence)
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_the_good_one_is_good(self):
        self.write_experiment()
        self.run_ok("check", "exp.yaml")

    def test_missing_file(self):
        self.check(["nowhere.idx", "No such file"], images="nowhere.idx")

    def test_folder_for_a_file(self):
        os.mkdir(self.path("folder"))
        self.check(["folder"], images="folder")

    def test_truncated_header(self):
        self.write_bytes("short.idx", idx([6, 4, 4], b"")[:9])
        self.check(["[idx]", "short.idx"], images="short.idx")

    def test_promises_more_than_it_holds(self):
        self.write_bytes("short.idx", idx([6, 4, 4], bytes(90)))
        self.check(["[idx]", "short.idx", "promises", "96", "90"], images="short.idx")

    def test_holds_more_than_it_promises(self):
        self.write_bytes("long.idx", idx([6, 4, 4], bytes(100)))
        self.check(["[idx]", "long.idx", "96"], images="long.idx")

    def test_promises_the_world(self):
        self.write_bytes("huge.idx", idx([2**31 - 1, 2**31 - 1, 2**31 - 1], bytes(16)))
        self.check(["[idx]", "huge.idx"], images="huge.idx")

    def test_wrong_magic(self):
        self.write_bytes("wrong.idx", idx([6, 4, 4], bytes(96), magic=b"\1\0"))
        self.check(["[idx]", "wrong.idx", "byte 0", "two zero bytes"], images="wrong.idx")

    def test_unknown_element_type(self):
        self.write_bytes("type.idx", idx([6, 4, 4], bytes(96), kind=0x55))
        self.check(["[idx]", "type.idx", "type"], images="type.idx")

    def test_truncated_gzip(self):
        packed = gzip.compress(idx([6, 4, 4], os.urandom(96)))
        self.write_bytes("cut.idx.gz", packed[:len(packed) // 2])
        self.check(["cut.idx.gz"], images="cut.idx.gz")

    def test_gzip_promises_more_than_it_holds(self):
        self.write_bytes("short.idx.gz", gzip.compress(idx([6, 4, 4], bytes(90))))
        self.check(["[idx]", "short.idx.gz", "promises"], images="short.idx.gz")

    def test_different_numbers_of_rows(self):
        self.write_bytes("five.idx", idx([5], bytes(5)))
        self.check(["5", "6", "rows"], labels="five.idx")

    def test_empty_file(self):
        self.write_bytes("empty.idx", b"")
        self.check(["[idx]", "empty.idx"], images="empty.idx")

    def test_label_out_of_range(self):
        self.write_bytes("big.idx", idx([6], bytes([0, 1, 2, 0, 1, 35])))
        self.check(["[digits] expected labels below 10, found label 35", "'label'", "'d'"], labels="big.idx")

    def test_class_count_that_differs_from_the_head(self):
        self.check(["expected labels below 2, found label 2"],
                   task="{ plugin: classification, data: d, classes: 2 }")

    def test_selection_that_finds_nothing(self):
        self.check(["exp.yaml:3", "20-25"], extra=", select: { label: 20-25 }")

    def test_selection_of_a_column_that_is_not_there(self):
        self.check(["exp.yaml:3", "labl", "did you mean 'label'?"], extra=", select: { labl: 0-2 }")

    def test_target_that_is_not_there(self):
        self.check(["exp.yaml:3", "'t'", "knd", "images, label"],
                   task="{ plugin: digits, data: d, target: knd }")

    def test_target_of_the_wrong_kind(self):
        self.check(["label"], task="{ plugin: regression, data: d, target: label }")
        self.check(["images"], task="{ plugin: digits, data: d, target: images }")

    def test_input_of_another_shape(self):
        self.check(["exp.yaml", "(4, 4, 1)", "(28, 28, 1)"],
                   trunk=TRUNK.replace("[1, 4, 4]", "[1, 28, 28]"))

    def data_of_two_files(self, train, test):
        """An experiment whose training and test data are written out; its sentence from both commands."""
        self.write("exp.yaml", f"""name: bad
data:
  d: {{ source: idx, train: {{ {train} }}, test: {{ {test} }} }}
tasks: {{ t: {{ plugin: digits, data: d }} }}
{TRUNK}""")
        sentence = self.refused("check", "exp.yaml")
        self.assertEqual(self.refused("run", "exp.yaml"), sentence)
        return sentence

    def test_data_without_inputs(self):
        self.assertEqual(self.data_of_two_files("pictures: images.idx, label: labels.idx",
                                                "pictures: images.idx, label: labels.idx"),
                         "exp.yaml:3:3: data.d: expected a column 'images' or 'inputs', found label, pictures")

    def test_test_data_without_inputs(self):
        self.assertEqual(self.data_of_two_files("images: images.idx, label: labels.idx",
                                                "label: labels.idx"),
                         "exp.yaml:3:3: data.d: expected a column 'images' in the test data, found none")

    def test_test_inputs_of_another_shape(self):
        self.write_bytes("small.idx", idx([6, 2, 2], bytes(24)))
        self.assertEqual(self.data_of_two_files("images: images.idx, label: labels.idx",
                                                "images: small.idx, label: labels.idx"),
                         "exp.yaml:3:3: data.d: expected test inputs of shape (4, 4, 1), found (2, 2, 1)")

    def test_test_inputs_of_another_kind(self):
        self.write_bytes("column.idx", idx([6, 1], bytes(6)))
        self.write("exp.yaml", f"""name: bad
data:
  d: {{ source: idx, train: {{ images: column.idx, label: labels.idx }}, test: {{ images: labels.idx, label: labels.idx }} }}
tasks: {{ t: {{ plugin: digits, data: d }} }}
{TRUNK.replace("[1, 4, 4]", "[1]")}""")
        self.assertIn("exp.yaml:3", self.refused("run", "exp.yaml"))
        self.assertIn("expected test inputs that are real numbers, as the training inputs, found integers",
                      self.refused("check", "exp.yaml"))

    def test_streams_of_two_kinds(self):
        self.write("table.csv", "x,y\n" + "1,2\n3,4\n" * 6)
        self.write("exp.yaml", f"""name: bad
data:
  a: {{ source: csv, file: table.csv, inputs: [x], targets: [y], test: 0.5 }}
  b: {{ source: idx, train: {{ images: labels.idx, label: labels.idx }}, test: {{ images: labels.idx, label: labels.idx }} }}
tasks: {{ r: {{ plugin: regression, data: a, target: y }}, d: {{ plugin: digits, data: b }} }}
{TRUNK.replace("[1, 4, 4]", "[1]")}""")
        sentence = self.refused("run", "exp.yaml")
        self.assertIn("expected inputs of one kind, found real numbers in data 'a' and integers in data 'b'",
                      sentence)

    def test_layer_that_does_not_fit(self):
        bad = TRUNK.replace("{ linear: 8 }, relu", "{ linear: 8 }, { conv: { channels: 4 } }")
        self.check(["exp.yaml:9", "stage 'dense'", "layer 1 (conv)", "(2, 8)"], trunk=bad)

    def test_window_larger_than_its_image(self):
        bad = TRUNK.replace("{ linear: 8 }, relu", "{ max_pool: 9 }")
        self.check(["stage 'dense'", "layer 0 (max_pool)", "(2, 4, 4, 1)"], trunk=bad)

    def test_plugin_not_found(self):
        self.check(["espalier_digit.so", "lib/espalier/plugins", "did you mean 'digits'?"],
                   task="{ plugin: digit, data: d }")

    def test_plugin_of_another_build(self):
        self.check(["other_build", "built"], "--plugins", os.environ["ESPALIER_BAD_PLUGINS"],
                   task="{ plugin: other_build, data: d }")

    def test_unknown_option_of_a_plugin(self):
        self.check(["exp.yaml:4", "clases", "did you mean 'classes'?"],
                   task="{ plugin: classification, data: d, clases: 3 }")

    def test_batch_larger_than_the_data(self):
        self.check(["train.batch", "6", "100"], "train.batch=100")

    def test_validation_that_leaves_nothing(self):
        self.check(["validation"], extra=", validation: 0.99999")

    def test_csv(self):
        cases = {
            "ragged": ("x,y\n1,2\n3\n", "line 3"),
            "word": ("x,y\n1,2\n3,abc\n", "line 3"),
            "empty": ("", "empty"),
            "header_only": ("x,y\n", "rows"),
            "infinite": ("x,y\n1,2\n3,inf\n", "line 3"),
        }
        for name, (text, part) in cases.items():
            with self.subTest(name):
                self.write(f"{name}.csv", text)
                self.write("csv.yaml", f"""name: bad
data: {{ d: {{ source: csv, file: {name}.csv, inputs: [x], targets: [y], test: 0.5 }} }}
tasks: {{ t: {{ plugin: regression, data: d, target: y }} }}
{TRUNK.replace("[1, 4, 4]", "[1]")}""")
                sentence = self.refused("check", "csv.yaml")
                self.assertIn(f"{name}.csv", sentence)
                self.assertIn(part, sentence)

    def test_csv_column_that_is_not_there(self):
        self.write("table.csv", "alpha,beta\n1,2\n3,4\n")
        self.write("csv.yaml", f"""name: bad
data: {{ d: {{ source: csv, file: table.csv, inputs: [alpa], targets: [beta], test: 0.5 }} }}
tasks: {{ t: {{ plugin: regression, data: d, target: beta }} }}
{TRUNK.replace("[1, 4, 4]", "[1]")}""")
        self.assertIn("did you mean 'alpha'?", self.refused("check", "csv.yaml"))


class MalformedFiles(CommandTest):
    """Line `# expect: ` is the whole sentence; lines `# override: ` are arguments."""

    def test_every_file_of_the_folder(self):
        folder = os.path.join(SOURCE, "tests", "malformed")
        paths = sorted(glob.glob(os.path.join(folder, "*.yaml")))
        self.assertGreaterEqual(len(paths), 40)
        plugins = os.path.join(os.environ["ESPALIER_BUILD"], "lib", "espalier", "plugins")
        for path in paths:
            with self.subTest(os.path.basename(path)):
                with open(path, encoding="utf-8") as file:
                    lines = file.read().splitlines()
                expected = lines[0].removeprefix("# expect: ")
                overrides = [line.removeprefix("# override: ") for line in lines
                             if line.startswith("# override: ")]
                sentence = self.refused("run", path, *overrides)
                self.assertEqual(sentence.replace(folder + "/", "").replace(plugins, "<plugins>"),
                                 expected)
        self.assertEqual(sorted(os.listdir(self.folder)), ["small.yaml"])


if __name__ == "__main__":
    unittest.main()
