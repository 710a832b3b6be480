"""Reads mails with Python's own parser and says what parts they have.

On standard input: mails, each behind a line with its length in octets, and `lines` behind that to hear of every line. On
standard output: one JSON line for each.
"""
import base64
import binascii
import codecs
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
MARK = re.compile(rb"begin [0-7]{3,4} |end\s*$|=y(begin|part|end) ")
NO_LETTER = re.compile(r"[^A-Za-z0-9]+")
BOUNDARY = re.compile(r'\s*multipart/.*?[\s;]boundary="?([^";\s]+)', re.I | re.S)
# A line that is a header field. One of more words is text, unless it looks like the rest of a field.
FIELD = re.compile(rb"^[!-9;-~]+[ \t]*:", re.M)
# White space in front of the colon, obsolete, which ends the header for the other reader.
SPACED = re.compile(rb"^([!-9;-~]+)[ \t]+:")
ODD_LINES_MAX = 50
ESCAPED = re.compile(rb"=([0-9A-Fa-f]{2})")
# What text that names none, or a wrong one, may be of.
UNNAMED = ("big5", "big5hkscs", "gb18030", "shift_jis", "euc_jp", "euc_kr", "koi8_r", "cp1251", "cp1252", "latin-1")
NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
# Fewer octets out of base64 stand anywhere.
OCTETS_MIN = 6
# A shorter word does so too.
RUN_MIN = 4
# What no line of base64 has in it.
WHITE_INSIDE = re.compile(rb"\S[ \t]+\S")


def leaves(message):
    """All parts that hold something; an enclosed message is one part."""
    todo = [message]
    while todo:
        part = opened(todo.pop())
        for _ in range(ODD_LINES_MAX):
            odd, part = read_on(part)
            if odd is None:
                break
            yield odd
            part = opened(part)
        if part.is_multipart() and part.get_content_maintype() != "message":
            todo.extend(reversed(part.get_payload()))
            # What stands around the parts belongs to nobody.
            continue
        yield part


def opened(part):
    """A multipart whose name is damaged, read by the boundary that it names: so do we, and it leaves it closed."""
    kind = next((value for name, value in part.raw_items() if name.lower() == "content-type"), "")
    boundary = BOUNDARY.match(kind)
    if part.is_multipart() or not boundary or part.get_boundary() is not None:
        return part
    header = f'Content-Type: multipart/mixed; boundary="{boundary[1]}"\n\n'
    again = email.message_from_bytes(header.encode("utf-8", "surrogateescape") + body_of(part), policy=part.policy)
    return again if again.is_multipart() else part


def body_of(part):
    """The body as it stands in the mail. Asked for it, the other reader puts signs in the place of what its charset lacks."""
    return str(part._payload).encode("utf-8", "surrogateescape")


def written(part):
    """The header fields and the body as octets."""
    fields = "".join(f"{name}: {value}\n" for name, value in part.raw_items())
    return fields.encode("utf-8", "surrogateescape"), body_of(part)


def read_on(part):
    """Where it ends a header at a line that is no field though fields follow, we read on: that line, and what follows."""
    missing = any(type(defect).__name__ == "MissingHeaderBodySeparatorDefect" for defect in part.defects)
    if part.is_multipart() or not missing:
        return None, part
    fields, body = written(part)
    line, _, rest = body.partition(b"\n")
    header = re.split(rb"\n\r?\n", rest)[0]
    if line.startswith(b"--"):
        # The first part without the empty line in front.
        again = email.message_from_bytes(fields + b"\n" + body, policy=part.policy)
        if again.is_multipart():
            return None, again
    field = SPACED.sub(rb"\1:", line) + b"\n" if SPACED.match(line) else b""
    if not field and not FIELD.search(header):
        return None, part
    odd = email.message_from_bytes(b"Content-Type: text/x-odd-line\n\n" + line, policy=part.policy)
    return odd, email.message_from_bytes(fields + field + rest, policy=part.policy)


def content(part):
    if part.is_multipart():
        # An enclosed mail has no octets of its own any more: by the beginning of what it says, still encoded.
        while part.is_multipart():
            part = part.get_payload(0)
        return body_of(part)
    payload = part.get_payload(decode=True)
    return payload if payload is not None else b""


def encoded(part):
    """The octets with their encoding."""
    return content(part) if part.is_multipart() else body_of(part)


def charset_of(part):
    charset = part.get_content_charset("ascii")
    # We refuse to decode UTF-7.
    return "ascii" if "utf-7" in charset or charset == "utf7" or "\0" in charset else charset


def letters(charset, octets):
    """ASCII letters and digits of a text, which no two decoders disagree about, in runs."""
    try:
        text = octets.decode(charset)
    except (LookupError, UnicodeError, ValueError):
        if not octets.isascii() and any(len(run) > 1 for run in re.findall(rb"[\x80-\xff]+.", octets)):
            # The second octet of a character may look like a letter.
            text = re.sub(rb"[\x80-\xff]+.?", b" ", octets).decode("ascii", "replace")
            return [run for run in (NO_LETTER.sub("", piece) for piece in text.split()) if run]
        text = octets.decode("ascii", "replace")
    runs = (NO_LETTER.sub("", piece)[:LETTERS_MAX] for piece in INSIDE.split(text))
    return [run for run in runs if run]


def texts(charset, octets):
    """The octets by every charset that they may be of."""
    named = decoded((charset, "utf-8", "iso-2022-jp"), octets, "strict")
    return named or decoded(UNNAMED, octets, "strict") + decoded((charset, "utf-8", "cp1252"), octets, "as on the web")


def decoded(names, octets, errors):
    found = []
    for name in names:
        try:
            text = octets.decode(name, errors)
        except UnicodeDecodeError as error:
            # A text may be cut off in the middle of its last character.
            if error.start < max(1, len(octets.rstrip()) - 3):
                continue
            text = octets[: error.start].decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
        if text not in found:
            found.append(text)
    return found


def as_on_the_web(error):
    """An octet that fits nowhere is one of windows-1252, where those without a character stand for themselves."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = (error.object[at : at + 1] for at in range(error.start, error.end))
    return "".join(one.decode("latin-1" if one in NO_CP1252 else "cp1252") for one in bad), error.end


NO_CP1252 = b"\x81\x8d\x8f\x90\x9d"
codecs.register_error("as on the web", as_on_the_web)


def line_forms(charset, line, odd):
    """A line in all its forms, and its pieces where padding begins anew."""
    row = forms(charset, line)
    if odd and b"=" in line.rstrip(b"= "):
        row["pieces"] = [forms(charset, piece) for piece in line.split(b"=") if piece.strip()]
    return row


def whole_fours(alphabet):
    """What letters of base64 stand for, as far as four stand together."""
    return base64.b64decode(alphabet[: len(alphabet) // 4 * 4])


def forms(charset, line):
    """What a line may say: as it stands, and behind every encoding that it may have."""
    # The other reader takes two signs of escape for one; then what stands behind them is none.
    escaped = ESCAPED.sub(lambda digits: bytes.fromhex(digits[1].decode()), line)
    readable = [line, quopri.decodestring(line), escaped]
    packed = []
    try:
        packed.append(binascii.a2b_uu(line))
    except binascii.Error:
        pass
    # A letter lost further up moves what four letters stand together.
    alphabet = NO_BASE64.sub(b"", line)
    whole = [alphabet[skipped:] for skipped in range(4)]
    octets = [whole_fours(some) for some in whole]
    packed += [some for some in octets if len(some) >= OCTETS_MIN]
    runs = [letters(charset, some) for some in readable if some.isascii()]
    # Single letters out of noise, or between those of another script, stand anywhere.
    others = [some for some in readable if not some.isascii()] + packed
    runs += [found for found in (letters(charset, some) for some in others) if telling(found)]
    return {
        "plain": texts(charset, line),
        "runs": runs,
        "texts": [text for some in readable + packed for text in texts(charset, some)],
        "octets": [some.hex() for some in packed if len(some) >= OCTETS_MIN],
    }


def telling(runs):
    """Whether a word is among them."""
    return any(len(run) >= RUN_MIN for run in runs)


def is_text(octets):
    return b"\0" not in octets and len(re.findall(rb"[\x20-\x7e\s]", octets)) > 0.9 * len(octets)


def row(part, octets, with_lines):
    kind, charset = part.get_content_type(), charset_of(part)
    row = {
        "kind": kind,
        "size": len(octets),
        "sha256": hashlib.sha256(octets).hexdigest(),
        "defects": [type(defect).__name__ for defect in part.defects],
        "blank": not octets.strip(),
    }
    if kind.startswith("text/") or part.get_content_maintype() in ("multipart", "message") or is_text(octets):
        found = letters(charset, octets)
        row["letters"] = found if octets.isascii() or telling(found) else []
        if not row["letters"]:
            row["texts"] = texts(charset, octets[:LETTERS_MAX])
    if with_lines:
        # A character may begin in one line of base64 and end in the next.
        undone = whole_fours(NO_BASE64.sub(b"", encoded(part)))
        runs = letters(charset, undone)
        row["undone"] = runs if telling(runs) or not WHITE_INSIDE.search(encoded(part)) else []
        row["whole"] = [text for whole in (octets, undone, encoded(part)) for text in texts(charset, whole)]
        # Padding begins anew, wherever it stands.
        odd = any(defect.startswith("InvalidBase64") for defect in row["defects"])
        # Characters of two octets begin in one line of base64 and end in the next.
        strange = row.get("letters") == [] and not octets.isascii() and not odd
        lines = re.split(rb"[\r\n]+", octets if strange else encoded(part))
        row["header_lines"] = len(re.split(rb"\n\r?\n", encoded(part))[0].splitlines())
        row["lines"] = [line_forms(charset, line, odd) for line in lines if line.strip() and not MARK.match(line)]
    return row


def read(raw, policy, with_lines):
    found = []
    for part in leaves(email.message_from_bytes(raw, policy=policy)):
        found.append(row(part, content(part), with_lines))
    return {"leaves": found}


def described(raw, with_lines):
    """By the parser of today, which fails on some headers when they are asked for; else by the one of before."""
    for policy in (email.policy.default, email.policy.compat32):
        try:
            return read(raw, policy, with_lines)
        except Exception as error:
            failed = repr(error)
    return {"error": failed}


def main():
    warnings.simplefilter("ignore")
    while asked := sys.stdin.buffer.readline().split():
        raw = sys.stdin.buffer.read(int(asked[0]))
        print(json.dumps(described(raw, asked[1:] == [b"lines"])), flush=True)


main()
