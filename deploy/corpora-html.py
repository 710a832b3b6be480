"""Puts the hostile markup of three packages into one file.

    corpora-html.py DEST BLEACH BRS_KB HORDE

DEST/vectors.jsonl has a line for each: {"id", "html"}. BRS_KB makes some of its payloads when it is imported; nothing else of
the packages is run.
"""
import importlib
import json
import pkgutil
import re
import sys
from pathlib import Path

CONTEXTS = ("html", "svg", "css", "xml", "mathml", "url")


def php_strings(source):
    """The first of each pair in a PHP list of arrays."""
    literal = r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\""
    escapes = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
    for one in re.finditer(r"(?m)^\s*array\((?:%s)\s*,\s*(?:%s)\)" % (literal, literal), source):
        single, double = one.group(1), one.group(2)
        if single:
            yield re.sub(r"\\(['\\])", r"\1", single)
        else:
            yield re.sub(r"\\(.)", lambda m: escapes.get(m.group(1), m.group(1)), double or "")


def entries(folder):
    """Names, payloads and contexts of every table in the package."""
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    package = importlib.import_module("brs_kb.payloads")
    for info in pkgutil.walk_packages(package.__path__, "brs_kb.payloads."):
        try:
            module = importlib.import_module(info.name)
        except Exception:  # Some want more than the standard library; they hold no tables.
            continue
        for table in vars(module).values():
            for key, value in table.items() if isinstance(table, dict) else ():
                if isinstance(getattr(value, "payload", None), str):
                    yield key, value.payload, getattr(value, "contexts", None) or []


def main():
    dest, bleach, brs, horde = map(Path, sys.argv[1:5])
    vectors, seen = [], set()
    source = next(horde.rglob("XssTest.php")).read_text("utf-8", "replace")
    vectors += [(f"horde-{n:03}", html) for n, html in enumerate(php_strings(source))]
    for path in sorted((bleach / "tests/data").glob("*.test")):
        vectors.append((f"bleach-{path.stem}", path.read_text("utf-8").split("\n--\n")[0]))
    for key, html, contexts in entries(brs):
        if "<" in html and html not in seen and any(c.startswith(CONTEXTS) for c in contexts):
            seen.add(html)
            vectors.append((f"brs-{key}", html))
    with open(dest / "vectors.jsonl", "w", encoding="utf-8") as file:
        for key, html in vectors:
            file.write(json.dumps({"id": key, "html": html}) + "\n")


main()
