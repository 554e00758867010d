"""PyTorch's settings: what there is to try, and a short calibration that takes the best.

One choice after the other, each kept where it is faster: allocator (an environment of the process),
memory layout, optimiser, threads, torch.compile. Denormals are flushed always.
"""
import dataclasses

from torch_side import PATIENCE, Refused, Worker

BURST = 0.3  # seconds of steps, twice, for each thing tried
# Faster by less is chance.
MARGIN = 0.98
KEEP = ("glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184"
        ":glibc.malloc.top_pad=67108864")


def allocators(jemalloc):
    """{name: environment}. PyTorch gives gradients of many MB back in each step; an allocator that
    keeps them spares the page faults."""
    found = {"glibc": {}, "glibc keeping memory": {"GLIBC_TUNABLES": KEEP},
             "glibc keeping memory, huge pages":
                 {"GLIBC_TUNABLES": KEEP + ":glibc.malloc.hugetlb=1"}}
    if jemalloc:
        found["jemalloc"] = {"LD_PRELOAD": jemalloc, "MALLOC_CONF":
                             "thp:always,dirty_decay_ms:-1,muzzy_decay_ms:-1"}
    return found


@dataclasses.dataclass(frozen=True)
class Settings:
    form: str
    allocator: str = "glibc"
    channels_last: bool = True
    optimizer: str = "fused"
    threads: int = 2
    compile: bool = False

    def of_worker(self):
        """As torch_worker.py wants them."""
        fields = dataclasses.asdict(self)
        del fields["allocator"]
        return fields

    def describe(self, images):
        words = ["torch.compile" if self.compile else "eager"]
        if images:
            words.append("channels_last" if self.channels_last else "channels first")
        words += [f"{self.optimizer} SGD", self.allocator]
        words.append("1 thread" if self.threads == 1 else f"{self.threads} threads")
        return ", ".join(words)


def time_of(worker, settings):
    """Milliseconds of a step: the better of two bursts, since others may be at work."""
    return min(worker.ask(do="burst", settings=settings.of_worker(), seconds=BURST)["step_ms"]
               for _ in range(2))


class Calibration:
    """Finds the best settings of a job in one form. `note` takes a sentence for the reader."""

    def __init__(self, python, job, jemalloc, compiles, note):
        self.python, self.job, self.compiles, self.note = python, job, compiles, note
        self.environments = allocators(jemalloc)

    def worker(self, settings, threads):
        return Worker(self.python, self.job, threads, self.environments[settings.allocator])

    def best(self, form, threads, images):
        chosen, ms = Settings(form, threads=threads, channels_last=images), float("inf")
        for name in self.environments:
            tried = dataclasses.replace(chosen, allocator=name)
            with self.worker(tried, threads) as worker:
                found = time_of(worker, tried)
            if found < MARGIN * ms:
                chosen, ms = tried, found
        chosen, ms = self.best_of_process(chosen, threads, images)
        return self.compiled(chosen, ms, threads) if self.compiles else chosen

    def best_of_process(self, chosen, threads, images):
        with self.worker(chosen, threads) as worker:
            ms = time_of(worker, chosen)
            changes = [{"optimizer": "foreach"}]
            changes += [{"channels_last": False}] if images else []
            changes += [{"threads": 1}] if threads > 1 else []
            for change in changes:
                tried = dataclasses.replace(chosen, **change)
                found = time_of(worker, tried)
                if found < MARGIN * ms:
                    chosen, ms = tried, found
        return chosen, ms

    def compiled(self, chosen, ms, threads):
        tried = dataclasses.replace(chosen, compile=True)
        try:
            with self.worker(tried, threads) as worker:
                worker.ask(patience=PATIENCE, do="losses", settings=tried.of_worker())
                found = time_of(worker, tried)
        except Refused as refused:
            self.note(f"torch.compile ({chosen.form}): {refused}")
            return chosen
        return tried if found < MARGIN * ms else chosen
