"""One workload on both sides: first the same losses, then steps timed in turn."""
import contextlib
import dataclasses
import tempfile

from report import largest_difference
from settings import Calibration
from torch_side import Job, Worker
from workloads import OPTIMIZERS

TOLERANCE = 1e-4  # relative


@dataclasses.dataclass
class Result:
    """Of one workload, optimiser and number of threads. Lists hold one figure a round."""
    workload: object
    optimizer: str
    threads: int
    difference: float = 0.0  # of the losses, the worst of all forms
    settings: dict = dataclasses.field(default_factory=dict)  # form: Settings
    images: bool = True
    ours: list = dataclasses.field(default_factory=list)  # what bench_step said
    theirs: dict = dataclasses.field(default_factory=dict)  # form: what the worker said

    @property
    def refused(self):
        return not self.difference <= TOLERANCE

    def our(self, key):
        return [said[key] for said in self.ours]

    def their(self, form, key):
        return [said[key] for said in self.theirs[form]]


class Measure:
    """Settings are calibrated once for each workload, form and number of threads. `options` as the
    command has them; `note` takes a sentence for the reader."""

    def __init__(self, espalier, options, note):
        self.espalier, self.options, self.note = espalier, options, note
        self.calibrated = {}

    def compare(self, workload, optimizer, threads):
        with tempfile.TemporaryDirectory() as folder:
            dumped = self.espalier.step(workload, optimizer, threads, "--steps", "0", "--dump", folder)
            streams = dumped["streams"]
            job = Job(folder, workload.model, streams, workload.rate, OPTIMIZERS[optimizer])
            result = Result(workload, optimizer, threads, images=len(streams[0]["sample"]) == 3)
            forms = ["usual", "stacked"] if len(streams) > 1 else ["usual"]
            names = [task["name"] for stream in streams for task in stream["tasks"]]
            expected = [[losses[name] for name in names] for losses in dumped["losses"]]
            with contextlib.ExitStack() as stack:
                workers = {}
                for form in forms:
                    calibration = Calibration(self.options.python, job, self.options.jemalloc,
                                              not self.options.no_compile, self.note)
                    settings = self.settings_of(calibration, workload, form, threads, result.images)
                    result.settings[form] = settings
                    workers[form] = stack.enter_context(calibration.worker(settings, threads))
                    losses = workers[form].ask(do="losses", settings=settings.of_worker())["losses"]
                    result.difference = max(result.difference, largest_difference(expected, losses))
                if not result.refused:
                    self.take_turns(result, workers)
        return result

    def settings_of(self, calibration, workload, form, threads, images):
        key = (workload.name, form, threads)
        if key not in self.calibrated:
            self.calibrated[key] = calibration.best(form, threads, images)
        return self.calibrated[key]

    def take_turns(self, result, workers):
        result.theirs = {form: [] for form in workers}
        first = next(iter(workers))
        ask = {form: {"settings": result.settings[form].of_worker()} for form in workers}
        step_ms = workers[first].ask(do="burst", seconds=0.2, **ask[first])["step_ms"]
        steps = max(5, min(500, int(1000 * self.options.seconds / step_ms)))
        for _ in range(self.options.rounds):
            result.ours.append(self.espalier.step(result.workload, result.optimizer, result.threads,
                                                  "--steps", str(steps)))
            for form, worker in workers.items():
                result.theirs[form].append(worker.ask(do="time", steps=steps, **ask[form]))


def about(python):
    """Version of PyTorch and the kernels it takes."""
    job = Job("", "mlp", [], 0.0, 0.0)
    with Worker(python, job, 1, {}) as worker:
        return worker.ask(do="about")
