"""Figures to text: medians and spread, Markdown tables, and their place in a document."""
import statistics

BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"


def number(value):
    """Three digits that count: 0.0123, 1.23, 12.3, 123, 1234."""
    digits = 3
    size = abs(value)
    while size >= 1 and digits > 0:
        size /= 10
        digits -= 1
    if 0 < abs(value) < 0.1:
        return f"{value:.3g}"
    return f"{value:.{min(digits, 2)}f}"


def spread(values):
    """"59.4 (58.8 - 61.2)": median, least and most."""
    return f"{number(statistics.median(values))} ({number(min(values))} - {number(max(values))})"


def ratio(of, to):
    """Ratio of medians."""
    return f"{statistics.median(of) / statistics.median(to):.2f}"


def table(head, rows):
    """A Markdown table. Every row has as many cells as the head."""
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"expected {len(head)} cells, found {len(row)}: {row}")
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def replaced(document, text):
    """The document with `text` between its two markers instead of what stood there."""
    if document.count(BEGIN) != 1 or document.count(END) != 1 or \
            document.index(BEGIN) > document.index(END):
        raise ValueError(f"expected one line '{BEGIN}' and then one line '{END}'")
    before, rest = document.split(BEGIN)
    return f"{before}{BEGIN}\n{text.strip()}\n{END}{rest.split(END)[1]}"


def largest_difference(ours, theirs):
    """Largest relative difference of two lists of steps, [[loss of each task] of each step]."""
    if len(ours) != len(theirs) or not ours:
        raise ValueError(f"expected {len(ours)} steps, found {len(theirs)}")
    worst = 0.0
    for our_step, their_step in zip(ours, theirs):
        if len(our_step) != len(their_step):
            raise ValueError(f"expected {len(our_step)} losses a step, found {len(their_step)}")
        for a, b in zip(our_step, their_step):
            difference = abs(a - b) / abs(a)
            # NaN agrees with nothing.
            worst = max(worst, difference if difference == difference else float("inf"))
    return worst
