"""Tests of the table of workloads: the command accepts its experiments on the files made for them."""
import os
import subprocess
import tempfile
import unittest

import bench_data
import workloads


class Chosen(unittest.TestCase):
    def test_all_by_default(self):
        self.assertEqual(workloads.chosen(""), list(workloads.WORKLOADS))

    def test_a_name_or_a_beginning(self):
        names = [w.name for w in workloads.chosen("heads-16,lenet-two,lenet-two-64")]
        self.assertEqual(names, ["heads-16", "lenet-two-64", "lenet-two-256"])
        self.assertEqual([w.name for w in workloads.chosen("heads-1")], ["heads-1"])

    def test_refuses_another(self):
        with self.assertRaisesRegex(ValueError, "found 'lenett'"):
            workloads.chosen("lenett")


@unittest.skipUnless("ESPALIER" in os.environ, "ESPALIER names no command")
class Accepted(unittest.TestCase):
    def test_every_experiment_passes_check(self):
        with tempfile.TemporaryDirectory() as data:
            bench_data.write_all(data)
            for workload in {w.file: w for w in workloads.WORKLOADS}.values():
                command = [os.environ["ESPALIER"], "check", workload.experiment,
                           *workload.overrides, workloads.optimizer_override("momentum", workload.rate)]
                result = subprocess.run(command, capture_output=True, text=True, check=False,
                                        env=os.environ | {"ESPALIER_BENCH_DATA": data})
                self.assertEqual(result.returncode, 0, f"{workload.name}: {result.stderr}")


if __name__ == "__main__":
    unittest.main()
