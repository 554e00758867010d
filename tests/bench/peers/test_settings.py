"""Tests of the calibration with a worker that needs no PyTorch: it answers from a rule."""
import unittest
from unittest import mock

import settings
from torch_side import Refused


class FakeWorker:
    """Takes as long as `rule` says of the settings with their allocator's environment."""

    def __init__(self, rule, variables):
        self.rule, self.variables = rule, variables

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ask(self, patience=None, **asked):
        return {"step_ms": self.rule(asked["settings"], self.variables)}


def best(rule, images=True, threads=2, compiles=True):
    notes = []
    with mock.patch.object(settings, "Worker",
                           lambda python, job, threads, variables: FakeWorker(rule, variables)):
        calibration = settings.Calibration("python", None, "/lib/libjemalloc.so.2", compiles,
                                           notes.append)
        return calibration.best("stacked", threads, images), notes


class Calibration(unittest.TestCase):
    def test_takes_what_is_faster(self):
        def rule(s, variables):
            return (10.0 - 2 * ("LD_PRELOAD" in variables) - (s["optimizer"] == "foreach")
                    - (not s["channels_last"]) - (s["threads"] == 1) - s["compile"])
        chosen, notes = best(rule)
        self.assertEqual(chosen, settings.Settings("stacked", "jemalloc", False, "foreach", 1, True))
        self.assertEqual(notes, [])

    def test_keeps_the_first_where_all_are_equal(self):
        chosen, _ = best(lambda s, variables: 10.0)
        self.assertEqual(chosen, settings.Settings("stacked"))

    def test_chance_is_not_faster(self):
        chosen, _ = best(lambda s, variables: 10.0 - 0.1 * s["compile"])
        self.assertFalse(chosen.compile)

    def test_no_more_threads_than_allowed(self):
        chosen, _ = best(lambda s, variables: 10.0 / s["threads"], threads=1)
        self.assertEqual(chosen.threads, 1)

    def test_says_why_compile_is_not_taken(self):
        def rule(s, variables):
            if s["compile"]:
                raise Refused("no compiler")
            return 10.0
        chosen, notes = best(rule)
        self.assertFalse(chosen.compile)
        self.assertEqual(notes, ["torch.compile (stacked): no compiler"])

    def test_compiles_only_where_asked(self):
        chosen, _ = best(lambda s, variables: 10.0 - 5 * s["compile"], compiles=False)
        self.assertFalse(chosen.compile)

    def test_jemalloc_only_where_it_is(self):
        self.assertNotIn("jemalloc", settings.allocators(None))


if __name__ == "__main__":
    unittest.main()
