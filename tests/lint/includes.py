"""Includes follow the module ladder, third-party headers stay in their homes, no header includes
itself in a circle.

    includes.py              checks the tree
    includes.py --self-test  plants one violation of each kind in a copy and expects it to be found
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

import sources

ENGINE = {"core", "tensor", "autograd", "nn"}
BELOW_EXPERIMENT = ENGINE | {"sharing", "optim", "balance", "data", "plugin"}
# module -> what it may include beside itself
MAY_INCLUDE = {
    "core": set(),
    "tensor": {"core"},
    "autograd": {"core", "tensor"},
    "nn": {"core", "tensor", "autograd"},
    "sharing": ENGINE,
    "optim": ENGINE,
    "balance": {"core", "tensor"},
    "data": {"core", "tensor"},
    "plugin": ENGINE,
    "testing": ENGINE | {"sharing", "optim", "plugin"},
    "experiment": BELOW_EXPERIMENT,
    "study": {"core", "experiment"},
    "cli": {"core", "experiment", "study"},
    "templates": ENGINE | {"sharing", "plugin", "testing"},  # what `espalier new` writes: plugins
}
# What plugins may contribute: plugin/ sees these headers of modules it otherwise must not see.
INTERFACES = {
    "plugin": {"espalier/sharing.hpp", "espalier/balancer.hpp", "espalier/source.hpp"},
    "testing": {"espalier/balancer.hpp", "espalier/dataset.hpp"},
}
# third-party prefix -> modules it may be included from
HOMES = {
    "cblas": {"tensor"},
    "f77blas.h": {"tensor"},
    "openblas": {"tensor"},
    "xtensor-blas/": {"tensor"},
    "boost/dll": {"plugin"},
    "boost/math": {"study"},
    "yaml-cpp/": {"experiment"},
    "CLI/": {"cli"},
}
NOT_IN_PUBLIC = ("xtensor", "xsimd", "boost/", "yaml-cpp/", "nlohmann/", "zlib.h", "CLI/", "cblas")
# How plugins see a tensor as an xtensor expression; the only public headers with a third party.
XTENSOR_HEADERS = {"xtensor_view.hpp", "xtensor_compat.hpp"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
PUBLIC = "espalier/"
GENERATED_HEADERS = {"espalier/build_string.hpp": "core"}


class Tree:
    def __init__(self, root):
        self.root = root
        self.violations = []
        framework = root / "framework"
        self.files = sources.files("framework", root=root)
        self.public = {}
        for path in sources.files("framework/include/espalier", suffixes=[".hpp"], root=root):
            self.public[PUBLIC + path.name] = self.declared_module(path)
        # includes as they are written -> file
        self.headers = {path.relative_to(framework).as_posix(): path for path in self.files
                        if path.suffix == ".hpp" and "include" not in path.parts}
        self.headers |= {header: framework / "include" / header for header in self.public}

    def say(self, path, line, sentence):
        self.violations.append(f"{sources.name(path, self.root)}:{line}: {sentence}")

    def declared_module(self, path):
        first = path.read_text().split("\n", 1)[0]
        match = re.fullmatch(r"// module: (\w+)", first)
        if match and match[1] in MAY_INCLUDE:
            return match[1]
        self.say(path, 1, f"expected '// module: NAME' with a module's name, found '{first}'")
        return "core"

    def module_of(self, header):
        if header in GENERATED_HEADERS:
            return GENERATED_HEADERS[header]
        if header in self.public:
            return self.public[header]
        module = header.split("/")[0]
        return module if "/" in header and module in MAY_INCLUDE else None

    def module_of_file(self, path):
        parts = path.relative_to(self.root / "framework").parts
        return self.public[PUBLIC + path.name] if parts[0] == "include" else parts[0]

    def includes(self, path):
        text = sources.without_comments(path.read_text())
        for match in INCLUDE.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, match[1] == "<", match[2]

    def check_third_party(self, path, line, module, header):
        if path.parent.name == "espalier" and header.startswith(NOT_IN_PUBLIC):
            if not (path.name in XTENSOR_HEADERS and header.startswith("xtensor/")):
                self.say(path, line, f"a public header must not include <{header}>")
        for prefix, homes in HOMES.items():
            if header.startswith(prefix) and module not in homes:
                self.say(path, line, f"<{header}> belongs in {'/, '.join(sorted(homes))}/ only")

    def check_own(self, path, line, module, header):
        target = self.module_of(header)
        if target is None:
            self.say(path, line, f"expected an include written from the framework folder or "
                                 f"'espalier/...', found \"{header}\"")
            return
        if path.parent.name == "espalier" and not header.startswith(PUBLIC):
            self.say(path, line, f"a public header must not include \"{header}\", which plugins "
                                 f"cannot see")
        if target == module or target in MAY_INCLUDE[module]:
            return
        if header in INTERFACES.get(module, ()):
            return
        seen = ", ".join(sorted(MAY_INCLUDE[module])) or "nothing else"
        self.say(path, line, f"{module} must not include {target} (\"{header}\"): it sees {seen}")

    def check_files(self):
        for path in self.files:
            module = self.module_of_file(path)
            if module not in MAY_INCLUDE:
                self.say(path, 1, f"expected a known module, found folder '{module}': "
                                  f"add it to the ladder in tests/lint/includes.py")
                continue
            for line, angled, header in self.includes(path):
                check = self.check_third_party if angled else self.check_own
                check(path, line, module, header)

    def check_plugins(self):
        for path in sources.files("plugins", root=self.root):
            for line, angled, header in self.includes(path):
                beside = (path.parent / header).exists()
                if not angled and not header.startswith(PUBLIC) and not beside:
                    self.say(path, line, f"a plugin sees 'espalier/...' and its own files only, "
                                         f"found \"{header}\"")

    def check_cycles(self):
        edges = {header: [h for _, angled, h in self.includes(path) if not angled]
                 for header, path in self.headers.items()}
        done, trail = set(), []

        def visit(header):
            if header in trail:
                circle = trail[trail.index(header):] + [header]
                self.say(self.headers[header], 1, "includes itself: " + " -> ".join(circle))
                return
            if header in done or header not in edges:
                return
            trail.append(header)
            for other in edges[header]:
                visit(other)
            trail.pop()
            done.add(header)

        for header in sorted(edges):
            visit(header)


def check(root):
    tree = Tree(root)
    tree.check_files()
    tree.check_plugins()
    tree.check_cycles()
    return len(tree.files), tree.violations


# file, what is put in front of its second line, words that the one expected sentence contains
PLANTS = [
    ("framework/core/text.cpp", '#include "autograd/plan.hpp"', "core must not include autograd"),
    ("framework/nn/net.cpp", '#include "optim/make.hpp"', "nn must not include optim"),
    ("framework/balance/equal.cpp", '#include "espalier/tape.hpp"',
     "balance must not include autograd"),
    ("framework/core/text.cpp", '#include "espalier/task.hpp"', "core must not include plugin"),
    ("framework/nn/net.cpp", "#include <yaml-cpp/yaml.h>", "belongs in experiment/ only"),
    ("framework/autograd/plan.cpp", "#include <cblas.h>", "belongs in tensor/ only"),
    ("framework/core/text.cpp", "#include <boost/dll/shared_library.hpp>",
     "belongs in plugin/ only"),
    ("framework/include/espalier/tape.hpp", "#include <nlohmann/json.hpp>",
     "a public header must not include"),
    ("framework/include/espalier/tape.hpp", '#include "core/text.hpp"',
     "which plugins cannot see"),
    ("framework/include/espalier/shape.hpp", '#include "espalier/tensor.hpp"', "includes itself"),
    ("framework/core/text.cpp", '#include "text.hpp"', "written from the framework folder"),
    ("framework/include/espalier/tensor.hpp", None, "expected '// module: NAME'"),
]


def self_test():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in ("framework", "plugins"):
            shutil.copytree(sources.ROOT / part, root / part)
        _, before = check(root)
        for file, plant, expected in PLANTS:
            path = root / file
            original = path.read_text()
            first, rest = original.split("\n", 1)
            path.write_text(f"{first}\n{plant}\n{rest}" if plant else rest)
            _, after = check(root)
            path.write_text(original)
            if not any(expected in sentence for sentence in after if sentence not in before):
                failures.append(f"'{plant or 'no module line'}' in {file} was not found: expected "
                                f"a sentence with '{expected}'")
    return sources.report(f"{len(PLANTS)} planted violations", failures)


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if arguments:
        sources.fail_usage("includes", arguments)
    count, violations = check(sources.ROOT)
    return sources.report(f"includes of {count} files in framework/ and of plugins/", violations)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
