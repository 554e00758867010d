"""Names the machine and what both sides were built with, for the head of a table."""
import datetime
import os
import re
import subprocess

WORTH_NAMING = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")


def said(*command):
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return result.stdout.strip()


def processor(lscpu):
    """(model name, flags worth naming) of what lscpu printed."""
    model = re.search(r"^Model name:\s*(.*)$", lscpu, re.M)
    flags = re.search(r"^Flags:\s*(.*)$", lscpu, re.M)
    known = flags[1].split() if flags else []
    return (model[1] if model else "an unnamed processor",
            [flag for flag in WORTH_NAMING if flag in known])


def compiler(build):
    """The compiler of a build folder, as it names itself."""
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        path = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache.read(), re.M)
    return said(path[1], "--version").split("\n")[0] if path else "an unknown compiler"


def describe(build, blas_core, torch):
    model, flags = processor(said("lscpu"))
    return (f"{model}, {os.cpu_count()} cores, {' '.join(flags) or 'no AVX2'}; OpenBLAS kernel set "
            f"{blas_core}; {compiler(build)}; PyTorch {torch['version']} on {torch['capability']} "
            f"kernels; {datetime.date.today().isoformat()}")
