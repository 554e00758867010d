"""The public headers and kPluginApi change together: api.txt holds the number and a hash of the
headers without comments and white space.

    api_hash.py           checks
    api_hash.py --update  records the present state
"""

import hashlib
import re
import sys

import sources

RECORD = sources.ROOT / "tests/lint/api.txt"
PLUGIN = "framework/include/espalier/plugin.hpp"


def present():
    digest = hashlib.sha256()
    for path in sources.files("framework/include/espalier", suffixes=[".hpp"]):
        code = "".join(sources.without_comments(path.read_text()).split())
        digest.update(f"{path.name}\n{code}\n".encode())
    number = re.search(r"\bkPluginApi\s*=\s*(\d+)", (sources.ROOT / PLUGIN).read_text())
    return number[1] if number else None, digest.hexdigest()


def compare(number, digest, recorded):
    if number is None:
        return [f"{PLUGIN}: expected 'kPluginApi = NUMBER', found none"]
    update = "then record it with tests/lint/api_hash.py --update"
    if len(recorded) != 2:
        return [f"tests/lint/api.txt: expected a number and a hash, found {len(recorded)} word(s); "
                f"write them with tests/lint/api_hash.py --update"]
    if digest != recorded[1] and number == recorded[0]:
        return [f"framework/include/espalier: the public headers changed, kPluginApi is still "
                f"{number}; raise it in {PLUGIN} if the layout of a type or the virtual functions "
                f"of a class changed, {update}"]
    if [number, digest] != recorded:
        return [f"{PLUGIN}: kPluginApi is {number}, tests/lint/api.txt records {recorded[0]}; "
                f"make sure the change is meant, {update}"]
    return []


def main(arguments):
    number, digest = present()
    if arguments == ["--update"]:
        RECORD.write_text(f"{number} {digest}\n")
        print(f"tests/lint/api.txt: recorded plugin API {number}")
        return 0
    if arguments:
        sources.fail_usage("api_hash", arguments)
    recorded = RECORD.read_text().split() if RECORD.exists() else []
    return sources.report(f"public headers against plugin API {number}",
                          compare(number, digest, recorded))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
