"""The files of a study's report as other programs read them: SVG by an XML parser, CSV by a CSV
reader, the page by an HTML parser that looks for anything from outside.

    files_test.py SAMPLE_PROGRAM
"""

import base64
import csv
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from xml.dom import minidom

failures = []


def expect(what, found, expected):
    if found != expected:
        failures.append(f"{what}: expected {expected!r}, found {found!r}")


class Page(HTMLParser):
    """What the page holds: tags with their attributes, the text of its scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.inlined, self.open = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag in ("script", "style"):
            self.open = (tag, attributes.get("type", ""))
            self.inlined.append([*self.open, ""])

    def handle_data(self, data):
        if self.open:
            self.inlined[-1][2] += data

    def handle_endtag(self, tag):
        if self.open and tag == self.open[0]:
            self.open = None


def check_page(name, text):
    page = Page(text)
    for tag, attributes in page.tags:
        outside = set(attributes) & {"src", "href", "srcset", "style", "action", "xlink:href"}
        expect(f"{name}: attributes of <{tag}>", outside, set())
        handlers = [key for key in attributes if key.startswith("on")]
        expect(f"{name}: handlers of <{tag}>", handlers, [])
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv"))
    for tag, kind, body in page.inlined:
        if kind == "application/json":
            expect(f"{name}: '<' in the data", "<" in body, False)
            json.loads(body)
            continue
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        directive = re.search(rf"{tag}-src([^;]*)", policy)[1]
        expect(f"{name}: policy lets this <{tag}> in", f"'sha256-{digest}'" in directive, True)
        if tag == "style":
            expect(f"{name}: style from outside", re.findall(r"url\(|@import", body), [])
    expect(f"{name}: unsafe", "unsafe" in policy, False)


def check_drawing(path):
    document = minidom.parse(str(path)).documentElement
    expect(f"{path.name}: root", document.tagName, "svg")
    width, height = (float(document.getAttribute(key)) for key in ("width", "height"))
    for text in document.getElementsByTagName("text"):
        x, y = float(text.getAttribute("x")), float(text.getAttribute("y"))
        expect(f"{path.name}: '{text.firstChild}' is inside", 0 <= x <= width and 0 <= y <= height,
               True)
    elements = {e.tagName for e in document.getElementsByTagName("*")}
    expect(f"{path.name}: elements", elements - {"title", "text", "line", "rect", "circle", "path"},
           set())
    numbers = " ".join(e.getAttribute("d") for e in document.getElementsByTagName("path"))
    expect(f"{path.name}: no number that is none", re.findall(r"nan|inf", numbers), [])


def check_csv(name, path, results):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    contenders, tasks = results.get("contenders", []), results.get("tasks", [])
    seeds = [row for row in rows if row["kind"] == "seed"]
    expected = [(c["label"], t["name"], "" if v is None else v) for c in contenders for t in tasks
                for v in c["tasks"][t["name"]]["values"]]
    found = [(r["label"], r["task"], float(r["value"]) if r["value"] else "") for r in seeds]
    expect(f"{name}.csv: seeds", found, expected)
    means = {(r["label"], r["task"]): float(r["value"]) for r in rows if r["kind"] == "mean"}
    expect(f"{name}.csv: means", means, {(c["label"], t["name"]): c["tasks"][t["name"]]["mean"]
                                         for c in contenders for t in tasks})


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True)
        root = Path(folder)
        pages, drawings = sorted(root.glob("*.html")), sorted(root.glob("*.svg"))
        for page in pages:
            check_page(page.stem, page.read_text())
        for drawing in drawings:
            check_drawing(drawing)
        for path in sorted(root.glob("*.csv")):
            check_csv(path.stem, path, json.loads(path.with_suffix(".json").read_text()))
        expect("pages", [page.stem for page in pages], ["empty", "hostile", "plain", "wide"])
        expect("drawings of 'plain'", len([d for d in drawings if d.stem.startswith("plain.")]), 10)
    for sentence in failures[:40]:
        print(sentence)
    print(f"files of sample reports: {len(failures)} failure(s)")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
