"""The tables of a comparison, as Markdown."""
import statistics

from report import number, ratio, spread, table

FORMS = ("usual", "stacked")


def times(results, threads):
    """Steps at one number of threads."""
    head = ["workload", "SGD", "Espalier, ms", "PyTorch, usual", "ratio", "stacked by hand", "ratio",
            "limit, ms", "step / limit"]
    rows = []
    for r in (r for r in results if r.threads == threads):
        if r.refused:
            rows.append([r.workload.what, r.optimizer, f"refused: losses differ by "
                         f"{r.difference:.1e}", *["-"] * 6])
            continue
        cells = []
        for form in FORMS:
            known = form in r.theirs
            cells += [spread(r.their(form, "step_ms")),
                      ratio(r.their(form, "step_ms"), r.our("step_ms"))] if known else ["-", "-"]
        limit = min(r.our("limit_ms"))  # at the best peak that was seen
        rows.append([r.workload.what, r.optimizer, spread(r.our("step_ms")), *cells, number(limit),
                     f"{statistics.median(r.our('step_ms')) / limit:.2f}"])
    return table(head, rows)


def memory(results):
    head = ["workload", "SGD", "threads", "planned for a step", "Espalier's process",
            "PyTorch's, usual", "ours / theirs", "stacked", "ours / theirs"]
    rows = []
    for r in (r for r in results if not r.refused):
        ours, cells = r.our("peak_resident_mib"), []
        for form in FORMS:
            theirs = r.their(form, "peak_resident_mib") if form in r.theirs else None
            cells += [number(statistics.median(theirs)), ratio(ours, theirs)] if theirs else ["-"] * 2
        rows.append([r.workload.what, r.optimizer, r.threads,
                     number(statistics.median(r.our("planned_mib"))),
                     number(statistics.median(ours)), *cells])
    return table(head, rows)


def settings(results):
    """Each choice once, with where it was taken."""
    taken = {}
    for r in results:
        for form, chosen in r.settings.items():
            words = f"{r.workload.name} {form} at {r.threads}"
            where = taken.setdefault(chosen.describe(r.images), [])
            if words not in where:
                where.append(words)
    return table(["settings", "taken for (workload, form, threads allowed)"],
                 [[words, "; ".join(where)] for words, where in sorted(taken.items())])


def heads(results):
    """Sentences: what T heads cost beside one."""
    sentences = []
    of = {(r.workload.name, r.optimizer, r.threads): r for r in results if not r.refused}
    for (name, optimizer, threads), many in of.items():
        one = of.get(("heads-1", optimizer, threads))
        if name == "heads-16" and one:
            ours = ratio(many.our("step_ms"), one.our("step_ms"))
            theirs = ratio(many.their("usual", "step_ms"), one.their("usual", "step_ms"))
            sentences.append(f"T = 16 heads take {ours} of the step of T = 1 ({optimizer}, "
                             f"{threads} threads; PyTorch: {theirs}).")
    return "\n".join(sentences)


def limits(results):
    """What the limits were computed from, at each number of threads."""
    sentences = []
    for threads in sorted({r.threads for r in results if r.ours}):
        said = [s for r in results if r.threads == threads for s in r.ours]
        sentences.append(f"{threads} thread{'s' if threads > 1 else ''}: "
                         f"{number(max(s['peak_gflops'] for s in said))} GFLOP/s, "
                         f"{number(max(s['peak_gbytes'] for s in said))} GB/s")
    return "; ".join(sentences)


def starts(figures):
    head = ["workload, from process start, s", "first step", "`espalier run` of one step, whole",
            "`espalier check`", "PyTorch's script to its first step", "ratio", "`import torch` alone"]
    return table(head, [[what, spread(of["first"]), spread(of["run"]), spread(of["check"]),
                         spread(of["torch"]), ratio(of["torch"], of["first"]), spread(of["import"])]
                        for what, of in figures.items()])
