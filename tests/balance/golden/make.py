"""Makes golden.json: what TorchJD's aggregators and scalarizers answer on random Jacobians and losses.

Development only; neither the build nor the tests need it:

    python3 -m venv /tmp/torchjd
    /tmp/torchjd/bin/pip install torch==2.13.0 torchjd==0.18.0 numpy quadprog qpsolvers cvxpy clarabel ecos
    /tmp/torchjd/bin/python tests/balance/golden/make.py

README.md beside this file says how the answers are compared.
"""
import json
import os
import warnings
from functools import partial
from itertools import permutations, product
from unittest.mock import patch

import numpy
import torch
import torchjd.aggregation as aggregation
import torchjd.scalarization as scalarization
from torchjd._linalg import QuadprogProjector

warnings.filterwarnings("ignore")
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json")
random = numpy.random.default_rng(3)


def rounded(numbers, digits=9):
    return [float(f"{x:.{digits}g}") for x in numpy.asarray(numbers, dtype=float).ravel()]


def matrix(tasks, columns, rank, kind):
    """Products of small whole numbers, times powers of 2: the rank is exact, and so is the text."""
    mix = random.integers(-9, 10, (tasks, rank))
    if kind == "agree":
        mix[:, 0] = 12 + abs(mix[:, 0])
    elif kind == "conflict":
        mix -= numpy.rint(0.9 * mix.mean(axis=0)).astype(int)
    rows = (mix @ random.integers(-9, 10, (rank, columns))) / 32.0
    if kind == "uneven":
        rows *= 2.0 ** random.integers(-3, 4, (tasks, 1))
    return rows * {"small": 2.0**-10, "large": 2.0**10}.get(kind, 1.0)


def cases():
    kinds = ["plain", "agree", "conflict", "uneven", "small", "large"]
    tasks = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 8, 8, 8, 9, 10, 10, 10, 12,
             12, 14, 16, 16, 18, 20, 20, 20]
    for i, t in enumerate(tasks):
        kind = kinds[i % 6]
        columns = int(random.integers(max(8, t + 2), max(15, t + 10)))
        lower = {3: t - 1, 7: (t + 1) // 2}.get(i % 8, t) if t > 2 else t  # every fourth: dependent
        yield {"name": f"{t}x{columns} rank {lower} {kind}", "kind": kind, "rank": lower,
               "rows": matrix(t, columns, lower, kind)}
    # Zero rows, and the published one.
    for zero in ([0], [1, 3]):
        rows = matrix(5, 9, 5, "plain")
        rows[zero] = 0
        yield {"name": f"5x9 zero rows {zero}", "kind": "zero", "rank": 5 - len(zero), "rows": rows}
    yield {"name": "published", "kind": "published", "rank": 2,
           "rows": numpy.array([[-4.0, 1.0, 1.0], [6.0, 1.0, 1.0]])}


def nash(tasks):
    return aggregation.NashMTL(n_tasks=tasks, max_norm=0.0, optim_niter=300)


def aggregators(tasks):
    """name -> aggregator. norm_eps=0: a small Jacobian is not taken for none."""
    loose = QuadprogProjector(norm_eps=0.0)
    tight = QuadprogProjector(norm_eps=0.0, reg_eps=1e-9)
    made = {
        "mean": aggregation.Mean(),
        "sum": aggregation.Sum(),
        "mgda": aggregation.MGDA(epsilon=1e-9, max_iters=100_000),
        "mgda_default": aggregation.MGDA(),
        "upgrad": aggregation.UPGrad(projector=loose),
        "upgrad_tight": aggregation.UPGrad(projector=tight),
        "dualproj": aggregation.DualProj(projector=loose),
        "dualproj_tight": aggregation.DualProj(projector=tight),
        "imtl_g": aggregation.IMTLG(),
        "config": aggregation.ConFIG(),
        "fairgrad_1": aggregation.FairGrad(alpha=1.0),
        "fairgrad_2": aggregation.FairGrad(alpha=2.0),
        "nash": nash(tasks),
    }
    for mode in ("min", "median", "rmse"):
        made[f"aligned_{mode}"] = aggregation.AlignedMTL(scale_mode=mode)
    for c in (0.4, 1.0):
        made[f"cagrad_{c}"] = aggregation.CAGrad(c=c, norm_eps=0.0)
    if tasks == 2:
        made["pcgrad"] = aggregation.PCGrad()
        made["gradvac"] = aggregation.GradVac(eps=1e-30)
    if tasks >= 3:
        made["trimmed_mean"] = aggregation.TrimmedMean(trim_number=1)
    if tasks >= 4:
        made["krum"] = aggregation.Krum(n_byzantine=1, n_selected=1)
        made["krum_2"] = aggregation.Krum(n_byzantine=1, n_selected=2)
        made["krum_squared"] = aggregation.Krum(n_byzantine=1, n_selected=1)
        made["krum_squared_2"] = aggregation.Krum(n_byzantine=1, n_selected=2)
    return made


def weights_of(aggregator, jacobian):
    weighting = getattr(aggregator, "gramian_weighting", None)
    if weighting is not None:
        return weighting(jacobian @ jacobian.T)
    weighting = getattr(aggregator, "weighting", None)
    return weighting(jacobian) if isinstance(aggregator, aggregation.WeightedAggregator) else None


def answer(aggregator, jacobian):
    """One call: the direction, and the weights where there are any."""
    weights = weights_of(aggregator, jacobian)
    direction = weights @ jacobian if weights is not None else aggregator(jacobian)
    found = {"direction": rounded(direction)}
    if weights is not None:
        found["weights"] = rounded(weights)
    return found


def changed(name, run):
    """TorchJD with one line as the papers or their authors have it, where ours has it too: Krum's
    scores of squared distances; Aligned-MTL's cut of small eigenvalues, in float32 at any type."""
    if "squared" in name:
        with patch("torch.sqrt", side_effect=lambda x: x):
            return run()
    if name.startswith("aligned"):
        with patch("torch.finfo", return_value=torch.finfo(torch.float32)):
            return run()
    return run()


def all_orders(tasks, make):
    """The directions of every order in which a method of three tasks can visit the others."""
    def orders(n):
        return [torch.tensor(order) for order in permutations(range(n))]

    def run(jacobian):
        n = tasks if make is aggregation.PCGrad else tasks - 1
        seen = {}
        for drawn in product(orders(n), repeat=tasks):
            with patch("torch.randperm", side_effect=list(drawn)):
                direction = make()(jacobian)
            seen.setdefault(tuple(rounded(direction, 7)), rounded(direction))
        return list(seen.values())

    return run


def run_case(case):
    rows = case.pop("rows")
    jacobian = torch.tensor(rows, dtype=torch.float64)
    tasks = len(rows)
    case["rows"] = [[float(x) for x in row] for row in rows]
    case["answers"] = {}
    for name, aggregator in aggregators(tasks).items():
        if case["rank"] < tasks and name.startswith(("nash", "fairgrad")):
            continue  # a zero row or a mixture that is zero has no solution
        try:
            run = partial(answer, aggregator, jacobian)
            case["answers"][name] = changed(name, run)
        except Exception as error:  # its solver gave up: README.md counts these
            case["answers"][name] = {"failed": type(error).__name__}
    if tasks == 3:
        case["answers"]["pcgrad_orders"] = all_orders(3, aggregation.PCGrad)(jacobian)
        case["answers"]["gradvac_orders"] = all_orders(
            3, partial(aggregation.GradVac, eps=1e-30))(jacobian)
    # State over three steps on the same rows.
    gram = jacobian @ jacobian.T
    modo = aggregation.MoDoWeighting(gamma=0.1, rho=0.1)
    sdmgrad = aggregation.SDMGradWeighting(lr=1.0, momentum=0.5, n_iter=20, lambda_=0.3)
    excess = aggregation.ExcessMTL(robust_step_size=0.5, n_warmup_steps=1)
    scale = float(gram.trace()) / tasks
    case["answers"]["modo_steps"] = [rounded(modo(gram / scale)) for _ in range(3)]
    case["answers"]["sdmgrad_steps"] = [rounded(sdmgrad(gram / scale)) for _ in range(3)]
    case["answers"]["excess_steps"] = [rounded(excess.weighting(jacobian * k)) for k in (1, 2, 0.5)]
    return case


def gradient(scalarizer, losses):
    values = torch.tensor(losses, dtype=torch.float64, requires_grad=True)
    scalarizer(values).backward()
    return rounded(values.grad)


def loss_case(tasks):
    """Weights: the derivative of the scalarizer by the losses."""
    losses = [rounded(numpy.exp(random.normal(0, 1, tasks)), 6) for _ in range(4)]
    weights = numpy.array(rounded(random.uniform(0.1, 1, tasks), 6))
    vector = torch.tensor(weights, dtype=torch.float64)
    case = {"losses": losses, "weights": rounded(weights), "answers": {}}
    answers = case["answers"]
    answers["mean"] = gradient(scalarization.Mean(), losses[0])
    answers["gls"] = gradient(scalarization.GeometricMean(), losses[0])
    answers["uncertainty"] = gradient(scalarization.UW(tasks).double(), losses[0])
    answers["imtl_l"] = gradient(scalarization.IMTLL(tasks).double(), losses[0])
    answers["fixed"] = gradient(scalarization.Constant(vector), losses[0])
    for theta in (0.1, 5.0):
        answers[f"pbi_{theta}"] = gradient(scalarization.PBI(theta, vector), losses[0])
    # DWA: a batch each epoch; FAMO: the next losses are those after the update.
    dwa = scalarization.DWA(temperature=2.0)
    answers["dwa_steps"] = []
    for values in losses:
        answers["dwa_steps"].append(gradient(dwa, values))
        dwa.step()
    famo = scalarization.FAMO(tasks, lr=0.025, weight_decay=0.001).double()
    answers["famo_steps"] = []
    for before, after in zip(losses, losses[1:]):
        answers["famo_steps"].append(gradient(famo, before))
        famo.update(torch.tensor(after, dtype=torch.float64))
    return case


def main():
    made = {"torch": torch.__version__, "torchjd": "0.18.0",
            "jacobians": [run_case(case) for case in cases()],
            "losses": [loss_case(tasks) for tasks in (1, 2, 3, 5, 8, 20)]}
    with open(FILE, "w", encoding="utf-8") as file:
        text = json.dumps(made, separators=(",", ":"))
        file.write(text.replace('{"name"', '\n{"name"').replace('{"losses":[[', '\n{"losses":[[') + "\n")
    print(f"{FILE}: {len(made['jacobians'])} Jacobians, {len(text)} bytes")


if __name__ == "__main__":
    main()
