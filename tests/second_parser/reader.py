"""Reads mails with Python's own parser and says what parts they have.

On standard input: mails, each behind its length in octets as a decimal line. On standard output: one JSON line for each.
"""
import email
import email.policy
import hashlib
import json
import quopri
import re
import sys
import warnings

# Longer texts are compared by this beginning.
LETTERS_MAX = 50_000
# Files inside a text are attachments of ours; what stands around them is compared.
INSIDE = re.compile(r"^begin [0-7]{3,4} [^\n]*\n.*?^end\s*$|^=ybegin .*?^=yend [^\n]*$", re.M | re.S)
NO_LETTER = re.compile(r"[^A-Za-z0-9]+")


def leaves(message):
    """All parts that hold something; an enclosed message is one part."""
    todo = [message]
    while todo:
        part = todo.pop()
        if part.is_multipart() and part.get_content_maintype() != "message":
            todo.extend(reversed(part.get_payload()))
            # What stands around the parts belongs to nobody.
            continue
        yield part


def content(part):
    if part.get_content_maintype() == "message" and part.is_multipart():
        # Delivery reports are cut into their groups of fields, enclosed mails are parsed: neither has octets of its own.
        return None
    payload = part.get_payload(decode=True)
    return payload if payload is not None else b""


def letters(part, octets):
    """ASCII letters and digits of a text, which no two decoders disagree about; `None` when it does not decode."""
    try:
        charset = part.get_content_charset("ascii")
        # We refuse to decode it.
        charset = "ascii" if "utf-7" in charset or charset == "utf7" else charset
        text = octets.decode(charset if "\0" not in charset else "ascii")
    except (LookupError, UnicodeError, ValueError):
        if not octets.isascii() and any(len(run) > 1 for run in re.findall(rb"[\x80-\xff]+.", octets)):
            # The second octet of a character may look like a letter.
            text = re.sub(rb"[\x80-\xff]+.?", b" ", octets).decode("ascii", "replace")
            return [NO_LETTER.sub("", piece) for piece in text.split()]
        text = octets.decode("ascii", "replace")
    return [NO_LETTER.sub("", piece)[:LETTERS_MAX] for piece in INSIDE.split(text)]


def is_text(octets):
    return b"\0" not in octets and len(re.findall(rb"[\x20-\x7e\s]", octets)) > 0.9 * len(octets)


def described(raw):
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
    except Exception as error:
        return {"error": repr(error)}
    found = []
    for part in leaves(message):
        try:
            octets = content(part)
            if octets is None:
                continue
            kind = part.get_content_type()
            row = {"kind": kind, "size": len(octets), "sha256": hashlib.sha256(octets).hexdigest()}
            row["defects"] = [type(defect).__name__ for defect in part.defects]
            row["first"] = NO_LETTER.sub("", octets.lstrip().partition(b"\n")[0].decode("ascii", "replace"))
            row["unquoted"] = NO_LETTER.sub("", quopri.decodestring(octets).decode("ascii", "replace"))
            charset = part.get_param("charset", "") or ""
            row["wide"] = isinstance(charset, str) and charset.lower().startswith(("utf-16", "utf-32"))
            encoding = str(part.get("content-transfer-encoding", "")).lower()
            row["quoted_printable"] = encoding.startswith("quoted-printable")
            row["left_encoded"] = encoding.startswith(("base64", "quoted-printable", "x-uuencode")) and len(encoding.split()) > 1
            row["blank"] = not octets.strip()
            if kind.startswith("text/") or part.get_content_maintype() in ("multipart", "message") or is_text(octets):
                row["letters"] = [run for run in letters(part, octets) if run]
            found.append(row)
        except Exception as error:
            # It fails on some headers only when they are asked for.
            found.append({"error": repr(error)})
    return {"leaves": found}


def main():
    warnings.simplefilter("ignore")
    while length := sys.stdin.buffer.readline():
        raw = sys.stdin.buffer.read(int(length))
        print(json.dumps(described(raw)), flush=True)


main()
