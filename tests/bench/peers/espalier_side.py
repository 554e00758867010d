"""Runs Espalier's programs as processes of their own."""
import json
import os
import subprocess

from workloads import optimizer_override


class Espalier:
    def __init__(self, build, data, command=None):
        self.bench = os.path.join(build, "bin", "bench_step")
        self.command = command or os.path.join(build, "bin", "espalier")
        for program in (self.bench, self.command):
            if not os.access(program, os.X_OK):
                raise FileNotFoundError(
                    f"expected the program {program}, found none; cmake --preset bench && cmake "
                    "--build --preset bench, or --build FOLDER")
        # OPENBLAS_CORETYPE and its like pin OpenBLAS to other kernels than it would choose.
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("OPENBLAS_")}
        self.environment["ESPALIER_BENCH_DATA"] = data

    def run(self, *command):
        """Standard output; a CalledProcessError that names what was said where it fails."""
        result = subprocess.run(command, capture_output=True, text=True, env=self.environment,
                                check=False)
        if result.returncode:
            raise RuntimeError(f"{os.path.basename(command[0])} ended with {result.returncode}: "
                               f"{result.stderr.strip()}")
        return result.stdout

    def step(self, workload, optimizer, threads, *options):
        """What bench_step says of the workload's step."""
        return json.loads(self.run(self.bench, workload.experiment, *workload.overrides,
                                   f"threads={threads}", optimizer_override(optimizer, workload.rate),
                                   *options))
