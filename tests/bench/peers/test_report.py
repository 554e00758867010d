"""Tests of the report's functions; python3 -m unittest finds them."""
import unittest

import report


class Numbers(unittest.TestCase):
    def test_three_digits(self):
        self.assertEqual([report.number(v) for v in (0.01234, 0.5, 1.234, 12.34, 123.4, 1234.5)],
                         ["0.0123", "0.50", "1.23", "12.3", "123", "1234"])

    def test_spread(self):
        self.assertEqual(report.spread([3.0, 1.0, 2.0]), "2.00 (1.00 - 3.00)")

    def test_ratio_of_medians(self):
        self.assertEqual(report.ratio([4.0, 100.0, 3.0], [2.0, 1.0, 50.0]), "2.00")


class Table(unittest.TestCase):
    def test_markdown(self):
        self.assertEqual(report.table(["a", "b"], [[1, "x"]]), "| a | b |\n| --- | --- |\n| 1 | x |")

    def test_refuses_a_ragged_row(self):
        with self.assertRaisesRegex(ValueError, "expected 2 cells, found 1"):
            report.table(["a", "b"], [["x"]])


class Replaced(unittest.TestCase):
    def test_only_what_stands_between_the_markers(self):
        document = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
        once = report.replaced(document, "new\n")
        self.assertEqual(once, f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n")
        self.assertEqual(report.replaced(once, "new"), once)

    def test_refuses_a_document_without_both(self):
        for document in ("", report.BEGIN, f"{report.END}\n{report.BEGIN}"):
            with self.assertRaisesRegex(ValueError, "expected one line"):
                report.replaced(document, "new")


class Differences(unittest.TestCase):
    def test_largest_relative(self):
        self.assertAlmostEqual(report.largest_difference([[1.0, 2.0]], [[1.1, 2.0]]), 0.1)

    def test_not_a_number_agrees_with_nothing(self):
        self.assertEqual(report.largest_difference([[1.0]], [[float("nan")]]), float("inf"))

    def test_refuses_other_lengths(self):
        for theirs in ([], [[1.0, 2.0]]):
            with self.assertRaisesRegex(ValueError, "expected 1"):
                report.largest_difference([[1.0]], theirs)


if __name__ == "__main__":
    unittest.main()
