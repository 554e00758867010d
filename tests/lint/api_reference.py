"""The plugin API reference says something about every public name: Doxygen finds nothing to warn of,
and every class and function is on the page of a group.

    api_reference.py DOXYGEN DOXYFILE              writes the reference and checks it
    api_reference.py DOXYGEN DOXYFILE --self-test  plants an undocumented member, a class and a
                                                   function without a group, and expects them found

Skipped where DOXYGEN is no program: it is not installed.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import sources

PLANTED = """#pragma once
namespace espalier {
/// A class that no group has.
class Planted {
 public:
  int undocumented();
};
/// A function that no group has.
int planted();
}  // namespace espalier
"""


def write(doxygen, doxyfile, *more):
    """Runs Doxygen on the settings and some that overrule them; its exit code and what it says."""
    settings = "\n".join([doxyfile.read_text(), *more])
    done = subprocess.run([doxygen, "-"], input=settings, text=True, capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def outside_of_groups(folder):
    """A sentence for each class and each member of a namespace that no group has, by Doxygen's XML."""
    compounds = ElementTree.parse(folder / "index.xml").getroot().findall("compound")
    grouped = {inner.get("refid") for group in compounds if group.get("kind") == "group"
               for inner in ElementTree.parse(folder / f"{group.get('refid')}.xml").iter("innerclass")}
    classes = {one.findtext("name"): one.get("refid") for one in compounds
               if one.get("kind") in ("class", "struct")}
    names = [name for name, place in classes.items()
             if place not in grouped and name.rpartition("::")[0] not in classes]
    for space in (one for one in compounds if one.get("kind") == "namespace"):
        names += [f"{space.findtext('name')}::{member.findtext('name')}"
                  for member in space.findall("member")
                  if member.get("kind") != "enumvalue" and not member.get("refid").startswith("group__")]
    return [f"{name}: in no group of the reference; put it between '/// @addtogroup NAME', '/// @{{' "
            f"and '/// @}}' (groups: docs/api.dox)" for name in names]


def output_of(doxyfile):
    settings = dict(re.findall(r"^(\w+) *= *\"?([^\"\n]*)", doxyfile.read_text(), re.M))
    return Path(settings["OUTPUT_DIRECTORY"]) / settings["HTML_OUTPUT"]


def check(doxygen, doxyfile):
    folder = output_of(doxyfile)
    code, said = write(doxygen, doxyfile, "GENERATE_XML = YES", f'XML_OUTPUT = "{folder / "xml"}"')
    if code != 0 and not said:
        said = [f"{doxygen}: ended with {code}"]
    return sources.report(f"plugin API reference, {len(list(folder.glob('*.html')))} pages in {folder}",
                          said or outside_of_groups(folder / "xml"))


def self_test(doxygen, doxyfile):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "planted.hpp").write_text(PLANTED)
        planted = [f'INPUT += "{folder}"', f'OUTPUT_DIRECTORY = "{folder}"',
                   "GENERATE_HTML = NO", "GENERATE_XML = YES"]
        code, said = write(doxygen, doxyfile, *planted)
        text = "\n".join(said + outside_of_groups(folder / "xml"))
    expected = ["Member undocumented() (function) of class espalier::Planted is not documented",
                "espalier::Planted: in no group", "espalier::planted: in no group"]
    missing = [f"expected to find: {sentence}; found:\n{text}" for sentence in expected
               if sentence not in text]
    if code == 0:
        missing.append("expected an exit code other than 0 after a warning, found 0")
    return sources.report("planted faults of the reference", missing)


def main(arguments):
    if len(arguments) not in (2, 3) or arguments[2:] not in ([], ["--self-test"]):
        sources.fail_usage("api_reference", arguments)
    if not shutil.which(arguments[0]):
        print("skipped: doxygen is not installed (apt-get install doxygen)")
        return sources.SKIPPED
    run = self_test if len(arguments) == 3 else check
    return run(arguments[0], Path(arguments[1]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
