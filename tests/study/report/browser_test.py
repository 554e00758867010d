"""The page of a study in headless Chromium: no error, no request, no script that a name brought in,
ink on the canvas, no horizontal scrolling on a phone, everything there without scripts.

    browser_test.py SAMPLE_PROGRAM [SCREENSHOT_FOLDER]
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from devtools import Browser, browser_path

SKIPPED = 77
INK = """[...document.querySelectorAll('#plots canvas')].map(canvas =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(x => x))"""
failures = []


def expect(what, found, expected):
    if found != expected:
        failures.append(f"{what}: expected {expected!r}, found {found!r}")


def check_common(page, what, name, url):
    expect(f"{what}: complaints", page.complaints(), [])
    expect(f"{what}: requests", page.requests(), [url])
    width = "document.documentElement"
    expect(f"{what}: horizontal scrolling",
           page.value(f"{width}.scrollWidth > {width}.clientWidth"), False)
    expect(f"{what}: window.pwned", page.value("typeof window.pwned"), "undefined")
    expect(f"{what}: images", page.value("document.querySelectorAll('img').length"), 0)
    figures = page.value("document.querySelectorAll('figure').length")
    tables = page.value("document.querySelectorAll('figure details table').length")
    expect(f"{what}: a table for each figure", tables, figures)
    expect(f"{what}: has figures", figures > 0, name != "empty")


def check_scripts(page, what, name):
    """The interactive curves, where the build has them."""
    scripts = page.value("document.querySelectorAll('script:not([type])').length")
    if scripts == 0:
        return
    tasks = len(json.loads(page.value("document.getElementById('curve-data').textContent")))
    expect(f"{what}: ink", page.value(INK), [True] * tasks)
    before = page.value("document.querySelectorAll('#plots .u-series').length")
    page.value("document.querySelector('#plots input').click()")
    more = page.value("document.querySelectorAll('#plots .u-series').length") > before
    expect(f"{what}: lines of seeds on demand", more, True)
    expect(f"{what}: window.pwned after drawing", page.value("typeof window.pwned"), "undefined")
    expect(f"{what}: complaints after drawing", page.complaints(), [])


def check_names(page, results):
    """The hostile name is on the page as it was given."""
    label = " ".join(results["contenders"][0]["label"].split())
    texts = page.value("[...document.querySelectorAll('tbody th')].map(e => e.textContent)")
    expect("hostile: the name is read as given",
           any(" ".join(text.split()).startswith(label) for text in texts), True)


def check_numbers(page, results):
    """The headline's numbers are the document's, to the last digit."""
    rows = page.value("""[...document.querySelectorAll('section table')][0] &&
        [...[...document.querySelectorAll('section table')][0].tBodies[0].rows].map(row =>
          [...row.querySelectorAll('data')].map(data => Number(data.value)))""")
    tasks = [task["name"] for task in results["tasks"]]
    cost = ("parameters", "flops", "seconds", "memory_bytes")
    expected = [[c["tasks"][task]["mean"] for task in tasks] + [c["delta_m"]["mean"]] +
                [c["cost"][key] for key in cost] for c in results["contenders"]]
    expect("plain: numbers of the headline table", rows, expected)


def check_without_scripts(browser, url):
    page = browser.page(url, scripts=False)
    seen = "[...document.querySelectorAll('figure svg')].filter(e => e.getClientRects().length)"
    expect("no scripts: drawings are seen", page.value(f"{seen}.length"),
           page.value("document.querySelectorAll('figure').length"))
    expect("no scripts: no empty plots",
           page.value("document.querySelectorAll('#plots:not([hidden])').length"), 0)
    page.close()


def check_print(browser, url):
    page = browser.page(url)
    pdf = page.send("Page.printToPDF")["data"]
    expect("print: a PDF of some size", len(pdf) > 10000, True)
    page.send("Emulation.setEmulatedMedia", media="print")
    expect("print: drawn curves are seen",
           page.value("document.querySelector('#curves .drawn, .drawn').getClientRects().length"), 1)
    page.close()


def main(program, shots=None):
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        subprocess.run([program, folder], check=True)
        for name in ("plain", "hostile", "empty", "wide"):
            url = (Path(folder) / f"{name}.html").as_uri()
            results = json.loads((Path(folder) / f"{name}.json").read_text())
            for width in (390, 1280):
                for dark in (False, True):
                    page = browser.page(url, width, dark)
                    what = f"{name}, {width} px, {'dark' if dark else 'light'}"
                    if shots:
                        page.screenshot(f"{shots}/{name}-{width}-{'dark' if dark else 'light'}.png")
                    check_common(page, what, name, url)
                    check_scripts(page, what, name)
                    if name == "hostile":
                        check_names(page, results)
                    if name == "plain":
                        check_numbers(page, results)
                    page.close()
        check_without_scripts(browser, (Path(folder) / "plain.html").as_uri())
        check_print(browser, (Path(folder) / "plain.html").as_uri())
    for sentence in failures:
        print(sentence)
    print(f"pages in {browser_path()}: {len(failures)} failure(s)")
    return 1 if failures else 0


if __name__ == "__main__":
    if not browser_path():
        print("skipped: no Chromium is installed (apt-get install --no-install-recommends chromium)")
        sys.exit(SKIPPED)
    sys.exit(main(*sys.argv[1:]))
