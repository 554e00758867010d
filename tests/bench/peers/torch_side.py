"""Runs PyTorch as processes of their own: workers that are asked for steps, and single scripts."""
import dataclasses
import json
import os
import select
import signal
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PATIENCE = 120  # seconds: what torch.compile may take


class Refused(RuntimeError):
    """Why PyTorch does not do what it was asked."""


@dataclasses.dataclass(frozen=True)
class Job:
    """What a worker trains: see torch_worker.py."""
    folder: str
    model: str
    streams: list
    rate: float
    momentum: float


def find_jemalloc():
    """Path of libjemalloc.so.2, or None."""
    try:
        listed = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    paths = [line.split("=>")[1].strip() for line in listed.stdout.splitlines()
             if "libjemalloc.so.2" in line]
    return paths[0] if paths else None


class Worker:
    """A torch_worker.py at work, in an environment of its own. Close it after use."""

    def __init__(self, python, job, threads, variables):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("OPENBLAS_")}
        environment |= {"OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            [python, str(FOLDER / "torch_worker.py"), json.dumps(dataclasses.asdict(job))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment | variables, start_new_session=True)
        self.said = b""

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        self.close(patience=0.1 if error else 10)

    def ask(self, patience=None, **asked):
        """The worker's answer; Refused where it fails or takes longer than `patience` seconds."""
        try:
            self.process.stdin.write(json.dumps(asked).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # what it said is read below
        lines = []
        while True:  # warnings of PyTorch go to standard error, which must not fill its pipe
            pipes = [self.process.stdout, self.process.stderr]
            ready, _, _ = select.select(pipes, [], [], patience)
            if not ready:
                self.close()
                raise Refused(f"it took more than {patience} s")
            if self.process.stderr in ready:
                self.said = (self.said + os.read(self.process.stderr.fileno(), 65536))[-4000:]
            if self.process.stdout in ready:
                line = self.process.stdout.readline()
                if line:
                    return json.loads(line)
                self.said = (self.said + self.process.stderr.read())[-4000:]
                self.close()
                lines = self.said.decode(errors="replace").strip().splitlines() or ["nothing said"]
                raise Refused(lines[-1])

    def close(self, patience=0.1):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)  # with the compilers it started
                self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()


def check_python(python):
    """Refused where `python` has no PyTorch."""
    result = subprocess.run([python, "-c", "import torch"], capture_output=True, text=True,
                            check=False)
    if result.returncode:
        raise Refused(f"expected PyTorch in {python}, found none; pip install torch==2.13.0, or "
                      "--python PATH")
