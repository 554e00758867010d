"""What is compared: one line a workload."""
import dataclasses
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "workloads"


# Optimisers: momentum of SGD. The rate is small enough for every workload's first ten steps to be
# smooth, so that rounding does not grow.
OPTIMIZERS = {"plain": 0.0, "momentum": 0.9}
RATE = 0.002


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    what: str  # for the reader of the table
    file: str  # experiment, in workloads/
    model: str  # trunk, in torch_models.py
    overrides: tuple = ()
    rate: float = RATE

    @property
    def experiment(self):
        return str(FOLDER / self.file)


def heads(count):
    tasks = ", ".join(f"head{i}" for i in range(1, count + 1))
    return Workload(f"heads-{count}", f"brief's CNN, one input of 64, T = {count}",
                    "cnn_heads.yaml", "cnn", (f"only=[{tasks}]",),
                    RATE / (2 * count))  # the trunk's gradient is the sum of the heads' losses


WORKLOADS = (
    Workload("cnn-two", "brief's CNN, two inputs of 64", "cnn_two_inputs.yaml", "cnn"),
    Workload("cnn-one", "brief's CNN, one input of 64, two labels", "cnn_one_input.yaml", "cnn"),
    Workload("lenet-two-64", "LeNet size, two inputs of 64", "lenet_two_inputs.yaml", "lenet"),
    Workload("lenet-two-256", "LeNet size, two inputs of 256", "lenet_two_inputs.yaml", "lenet",
             ("train.batch=256",)),
    Workload("lenet-one-64", "LeNet size, one input of 64, two labels", "lenet_one_input.yaml",
             "lenet"),
    Workload("lenet-one-256", "LeNet size, one input of 256, two labels", "lenet_one_input.yaml",
             "lenet", ("train.batch=256",)),
    Workload("mlp", "MLP 256 x 3, 21 numbers, 7 regressions, batch 256", "mlp.yaml", "mlp"),
    *(heads(count) for count in (1, 2, 4, 8, 16)),
)


def optimizer_override(name, rate):
    return f"optimizer={{sgd: {{learning_rate: {rate}, momentum: {OPTIMIZERS[name]}}}}}"


def chosen(names):
    """The workloads of a comma-separated list; a name may stand for all that begin with it."""
    if not names:
        return list(WORKLOADS)
    found = []
    for name in names.split(","):
        of_name = [w for w in WORKLOADS if w.name == name] or \
            [w for w in WORKLOADS if w.name.startswith(name + "-")]
        if not of_name:
            raise ValueError(f"expected workloads among {', '.join(w.name for w in WORKLOADS)} "
                             f"(or what they begin with), found '{name}'")
        found += [w for w in of_name if w not in found]
    return found
