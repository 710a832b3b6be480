"""What talon takes for one mail. A line of JSON in: text, html, times; a line out: nanoseconds of processor time for one.

talon 1.4.4 guesses signatures with a trained model, which scikit-learn of today no longer loads; here it uses its other,
quicker way (`bruteforce`), so that its time is rather too short than too long.
"""
import json
import sys
import time
import types

import joblib

sys.modules["sklearn.externals.joblib"] = joblib
sys.modules["sklearn.externals"] = types.SimpleNamespace(joblib=joblib)

from talon import quotations  # noqa: E402
from talon.signature.bruteforce import extract_signature  # noqa: E402


def read(text, html):
    extract_signature(quotations.extract_from_plain(text))
    if html:
        quotations.extract_from_html(html)


for line in sys.stdin:
    asked = json.loads(line)
    read(asked["text"], asked["html"])
    began = time.process_time_ns()
    for _ in range(asked["times"]):
        read(asked["text"], asked["html"])
    print(json.dumps({"nanos": (time.process_time_ns() - began) / asked["times"]}), flush=True)
