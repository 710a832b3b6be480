#!/usr/bin/env python3
"""How long an answer takes: from the 250 of a mail to its answer on the wire, quiet period 0.

    deploy/bench-answer.py [--mails 1000] [--warm-up 100] [--answerer builtin|model] [--replyd target/release/replyd]
                           [--median-max-millis MS]

One mail at a time, each from another customer with SPF of their own, so that nothing waits for a brake or for the mail before
it. The clock begins when we read the 250 of the mail, and ends when the last dot of its answer is read by a smarthost of ours on
loopback without TLS. In between: the journal is durable twice (the mail before its 250 does not count), the mail is read and
thought about, the answer is checked, composed and signed (RSA-2048 and Ed25519). `builtin` quotes the page that it finds;
`model` is a chat-completions server of ours that answers at once, so that it costs its HTTP and nothing else. Everything is on
127.0.0.1 and in a temporary folder on the disk of the work tree, and is ended by process id. Fails above --median-max-millis.
"""

import argparse
import importlib.util
import json
import os
import re
import smtplib
import socketserver
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("leaving", os.path.join(HERE, "bench-leaving.py"))
leaving = importlib.util.module_from_spec(spec)
spec.loader.exec_module(leaving)

HOST = leaving.HOST
# Seconds after which an answer is taken for lost.
ANSWER_SECS = 20
PAGE = """# Shipping times

Orders placed before noon are shipped the same day.

- Germany: 1 to 2 working days
- Austria: 2 to 3 working days
- Switzerland: 3 to 5 working days
"""
ANSWER = "Orders placed before noon are shipped the same day. Austria: 2 to 3 working days"


class Zone(leaving.Zone):
    """Of every customer: they send from here."""

    class Rows(dict):
        def get(self, name, default=None):
            if re.fullmatch(r"c\d+\.example", name):
                return "v=spf1 ip4:127.0.0.1 -all"
            return super().get(name, default)

    def __init__(self):
        super().__init__()
        self.txt = self.Rows()


class Smarthost(socketserver.ThreadingTCPServer):
    """Takes letters, and notes when each was there."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__((HOST, 0), Session)
        self.port = self.server_address[1]
        self.news = threading.Condition()
        self.came = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def note(self, recipient):
        now = time.perf_counter()
        with self.news:
            self.came[recipient] = now
            self.news.notify_all()

    def wait_for(self, recipient):
        with self.news:
            if not self.news.wait_for(lambda: recipient in self.came, ANSWER_SECS):
                raise SystemExit(f"no answer to {recipient} came within {ANSWER_SECS} s")
            return self.came[recipient]


class Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        self.wfile.write(b"220 bench\r\n")
        recipients = []
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.wfile.write(b"250-bench\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            elif verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                for recipient in recipients:
                    self.server.note(recipient)
                recipients = []
                self.wfile.write(b"250 taken\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                found = re.search(rb"(?i)^RCPT TO:<([^>]*)>", line)
                recipients += [found[1].decode()] if found else []
                self.wfile.write(b"250 ok\r\n")


class Model(BaseHTTPRequestHandler):
    """Says what the page says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        said = {"paragraphs": [{"markdown": ANSWER, "source": "P1"}], "hand_off": None}
        body = json.dumps({
            "id": "1", "object": "chat.completion", "created": 1, "model": "instant",
            "choices": [{"index": 0, "finish_reason": "stop",
                         "message": {"role": "assistant", "content": json.dumps(said)}}],
            "usage": {"prompt_tokens": 500, "completion_tokens": 30, "total_tokens": 530},
        }).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Replyd(leaving.Replyd):
    def __init__(self, folder, binary, smarthost, model):
        super().__init__(folder, binary, 0, rsa=True)
        self.zone, self.smarthost, self.model = Zone(), smarthost, model
        self.home = self.folder
        os.makedirs(os.path.join(self.home, "pages"))
        with open(os.path.join(self.home, "pages", "shipping.md"), "w") as f:
            f.write(PAGE)

    def configure(self, sink_port):
        super().configure(sink_port)
        path = os.path.join(self.home, "smtpd.toml")
        with open(path) as f:
            text = f.read().replace('autopilot = "off"', 'autopilot = "on"')
        text += """
[agent]
quiet_period_secs = 0
answers_per_hour_max = 1000000
answers_per_day_max = 1000000
[knowledge]
path = "pages"
"""
        if self.model:
            text += f'[model]\nbase_url = "http://{HOST}:{self.model}/v1"\nname = "instant"\n'
        with open(path, "w") as f:
            f.write(text)

    def open(self):
        self.configure(self.smarthost.port)
        self.publish()
        self.start()


def asked(smtp, smarthost, n):
    """Milliseconds from the 250 to the answer."""
    sender = f"ada{n}@c{n}.example"
    mail = (f"From: Ada <{sender}>\r\nTo: support@acme.example\r\nSubject: Shipping\r\nMessage-ID: <{n}@c{n}.example>\r\n"
            f"Date: Mon, 04 May 2026 10:00:00 +0000\r\n\r\nHow long does shipping to Austria take?\r\n")
    smtp.sendmail(sender, ["support@acme.example"], mail)
    kept = time.perf_counter()
    return (smarthost.wait_for(sender) - kept) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--warm-up", type=int, default=100)
    parser.add_argument("--answerer", choices=["builtin", "model"], default="builtin")
    parser.add_argument("--replyd", default="target/release/replyd")
    parser.add_argument("--median-max-millis", type=float, default=25.0)
    options = parser.parse_args()
    os.makedirs("target", exist_ok=True)
    model = None
    if options.answerer == "model":
        model = ThreadingHTTPServer((HOST, 0), Model)
        threading.Thread(target=model.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="answer-", dir="target") as folder:
        smarthost = Smarthost()
        replyd = Replyd(os.path.abspath(folder), options.replyd, smarthost, model and model.server_address[1])
        try:
            replyd.open()
            with smtplib.SMTP(HOST, replyd.smtp_port) as smtp:
                for n in range(options.warm_up):
                    asked(smtp, smarthost, n)
                times = sorted(asked(smtp, smarthost, options.warm_up + n) for n in range(options.mails))
        finally:
            replyd.stop()
    median, p99 = statistics.median(times), times[min(len(times) - 1, len(times) * 99 // 100)]
    print(f"{options.answerer}: {len(times)} answers, from 250 to the wire: median {median:.1f} ms, p99 {p99:.1f} ms, "
          f"longest {times[-1]:.1f} ms")
    if median > options.median_max_millis:
        sys.exit(f"the median is above {options.median_max_millis} ms")


if __name__ == "__main__":
    main()
