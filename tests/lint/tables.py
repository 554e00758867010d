"""What is written once must be named where it is looked up: ops have test cases, the makers of a
folder stand in its table, and every source file is compiled."""

import re
import sys

import sources

FRAMEWORK = sources.ROOT / "framework"
OP_CASES = "tests/autograd/ops/op_cases.cpp"

# folder, base class of its entries, file with the table
TABLES = [
    ("nn/layers", "Layer", "nn/layer_table.cpp"),
    ("balance", "Balancer", "balance/balancer_table.cpp"),
    ("sharing", "SharingStrategy", "sharing/sharing_table.cpp"),
    ("sharing", "StageSharing", "sharing/stage_sharing_table.cpp"),
    ("optim", "Optimizer", "optim/optimizer_table.cpp"),
    ("optim", "Schedule", "optim/optimizer_table.cpp"),
    ("data", "Source", "data/source_table.cpp"),
]


def read(path):
    return sources.without_comments(path.read_text()) if path.exists() else ""


def check_ops():
    declared = re.findall(r"^ESPALIER_API Var (\w+)\(",
                          read(FRAMEWORK / "include/espalier/ops.hpp"), re.M)
    cases = read(sources.ROOT / OP_CASES)
    violations = [f"{OP_CASES}: expected a case that records {op}(), found none"
                  for op in sorted(set(declared)) if not re.search(rf"\b{op}\(", cases)]
    if not declared:
        violations.append("framework/include/espalier/ops.hpp: expected ops, found none")
    return len(set(declared)), violations


def check_table(folder, base, table_file):
    """Every class derived from `base` has a maker in its file, and the table names the maker."""
    table = read(FRAMEWORK / table_file)
    maker = re.compile(rf"^std::unique_ptr<{base}> (make_\w+)\(\)\s*\{{", re.M)
    derived = re.compile(rf":\s*public\s+{base}\b")
    named = set(re.findall(r"\bmake_\w+", table))
    violations, count = [], 0
    for path in sources.files(f"framework/{folder}", suffixes=[".cpp"]):
        text, file = read(path), sources.name(path)
        makers = maker.findall(text)
        count += len(makers)
        if derived.search(text) and not makers:
            violations.append(f"{file}: expected std::unique_ptr<{base}> make_...() for its "
                              f"{base}, found none")
        violations += [f"{file}: {name}() is not named in framework/{table_file}"
                       for name in makers if name not in named]
    if not count:
        violations.append(f"framework/{folder}: expected makers of {base}, found none")
    return count, violations


def check_compiled():
    listing = re.sub(r"#[^\n]*", "", (FRAMEWORK / "CMakeLists.txt").read_text())
    listed = set(re.findall(r"[\w/]+\.cpp", listing))
    existing = {path.relative_to(FRAMEWORK).as_posix()
                for path in sources.files("framework", suffixes=[".cpp"])
                if "templates" not in path.parts}  # text until `espalier new` writes them
    violations = [f"framework/CMakeLists.txt: {file} exists and is not listed"
                  for file in sorted(existing - listed)]
    violations += [f"framework/CMakeLists.txt: {file} is listed and does not exist"
                   for file in sorted(listed - existing)]
    return len(existing), violations


def main():
    ops, violations = check_ops()
    entries = 0
    for row in TABLES:
        count, found = check_table(*row)
        entries += count
        violations += found
    compiled, found = check_compiled()
    return sources.report(f"{ops} ops with cases, {entries} makers in tables, {compiled} files "
                          f"compiled", violations + found)


if __name__ == "__main__":
    sys.exit(main())
