#!/usr/bin/env python3
"""How many questions plain SQLite FTS5 finds the right passage for, among the first few: what replyd is compared with.

Reads {"passages": [[heading, text]], "questions": [[text, place, half]], "among": n} from standard input and writes the hits
of each half. FTS5 as its documentation recommends it for prose: the porter tokenizer over unicode61 without accents, the words of
the question joined by OR, ranked by its bm25 with headings counting twice.
"""

import json
import re
import sqlite3
import sys

asked = json.load(sys.stdin)
database = sqlite3.connect(":memory:")
database.execute("CREATE VIRTUAL TABLE page USING fts5(heading, text, tokenize = 'porter unicode61 remove_diacritics 2')")
database.executemany(
    "INSERT INTO page(rowid, heading, text) VALUES (?, ?, ?)",
    [(place, heading, text) for place, (heading, text) in enumerate(asked["passages"])],
)
hits = [0, 0]
for text, place, half in asked["questions"]:
    words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
    found = database.execute(
        "SELECT rowid FROM page WHERE page MATCH ? ORDER BY bm25(page, 2.0, 1.0) LIMIT ?", (words, asked["among"])
    )
    hits[half] += (place,) in found.fetchall()
json.dump(hits, sys.stdout)
