#!/usr/bin/env python3
"""How fast letters leave, beside Postfix: the table of the README.

    deploy/bench-leaving.py [--letters 3000] [--rounds 3] [--replyd target/release/replyd]

Both get a queue full of letters first, and then one smarthost, a smtp-sink of their own on loopback without TLS; the time
runs from its first message to its last. replyd signs each letter twice (RSA-2048 and Ed25519) and reads its keys' rows from
a DNS server of ours; Postfix signs nothing. A second replyd signs with Ed25519 alone: an RSA signature costs more than all
else together, whoever makes it. Alternating rounds; a rate for each second of the processor as well, because the sink needs
one of the cores too. Needs root and Debian's `postfix` (its system-wide instance is never started). Everything
is on 127.0.0.1 and in a temporary folder on the disk of the work tree, and is ended by process id.
"""

import argparse
import glob
import http.client
import json
import os
import re
import shutil
import signal
import smtplib
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")
HOST = "127.0.0.1"
# Seconds in which replyd's queue must be full: people's letters wait so long before they leave.
FILL_SECS = 25
# Seconds in which a queue must be empty.
EMPTY_SECS = 300
# Octets of a letter, about.
LETTER_OCTETS = 5120
CONVERSATIONS = 100


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def cpu_of(root):
    """Seconds of processor time of a process and all below it, reaped children included."""
    stats = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", "rb") as f:
                rest = f.read().rpartition(b")")[2].split()
        except OSError:
            continue
        stats[int(pid)] = (int(rest[1]), sum(map(int, rest[11:15])) / TICK)
    total, todo = 0.0, [root]
    while todo:
        pid = todo.pop()
        total += stats.get(pid, (0, 0.0))[1]
        todo += [child for child, (parent, _) in stats.items() if parent == pid]
    return total


class Sink:
    """A smtp-sink that counts; knows when its first and its last message came."""

    def __init__(self, wanted, watched):
        self.port = free_port()
        self.wanted, self.watched = wanted, watched
        self.count, self.first, self.last = 0, None, None
        self.done = threading.Event()
        self.process = subprocess.Popen(["smtp-sink", "-c", "-u", "nobody", f"{HOST}:{self.port}", "1024"],
                                        stdout=subprocess.PIPE)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        left = b""
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            now = time.monotonic()
            *lines, left = re.split(rb"[\r\n]", left + chunk)
            numbers = [found for line in lines if (found := re.search(rb"mesg=(\d+)", line))]
            if not numbers:
                continue
            self.count = int(numbers[-1][1])
            if self.count and self.first is None:
                self.first = (now, self.count, cpu_of(self.watched()))
            if self.count >= self.wanted and self.last is None:
                self.last = (now, self.count, cpu_of(self.watched()))
                self.done.set()

    def figures(self):
        if not self.done.wait(EMPTY_SECS):
            raise SystemExit(f"only {self.count} of {self.wanted} letters came in {EMPTY_SECS} s")
        messages = self.last[1] - self.first[1]
        return messages / (self.last[0] - self.first[0]), messages / max(self.last[2] - self.first[2], 1 / TICK)

    def end(self):
        self.process.terminate()
        self.process.wait()


class Zone:
    """A DNS server with TXT rows and one address."""

    def __init__(self):
        self.txt = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            at, labels = 12, []
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
                at += 1 + query[at]
            question = query[12:at + 5]
            value = self.txt.get(".".join(labels)) if query[at + 1:at + 3] == b"\0\x10" else None
            answer = b""
            if value is not None:
                pieces = [value[n:n + 255].encode() for n in range(0, len(value), 255)]
                data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
                answer = b"\xc0\x0c\0\x10\0\x01" + struct.pack(">IH", 300, len(data)) + data
            head = query[:2] + b"\x81\x80\0\x01" + (b"\0\x01" if answer else b"\0\0") + b"\0\0\0\0"
            self.socket.sendto(head + question + answer, peer)


class Control(http.client.HTTPConnection):
    """The API on the control socket."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def ask(self, method, path, body=None):
        headers = {"content-type": "application/json"} if body is not None else {}
        self.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)


class Replyd:
    def __init__(self, folder, binary, letters, rsa):
        self.rsa = rsa
        self.name = "replyd" if rsa else "Ed25519"
        self.folder, self.binary, self.letters = os.path.join(folder, self.name), os.path.abspath(binary), letters
        self.zone, self.process, self.round = Zone(), None, 0

    def configure(self, sink_port):
        self.smtp_port = free_port()
        text = f"""[smtp]
hostname = "mx.acme.example"
[[smtp.listener]]
listen = "{HOST}:{self.smtp_port}"
[auth]
resolvers = ["{HOST}:{self.zone.port}"]
[outbound]
route = "smarthost"
smarthost_host = "{HOST}"
smarthost_port = {sink_port}
smarthost_tls = "off"
undo_secs = {FILL_SECS}
[log]
level = "warn"
[[domain]]
name = "acme.example"
{'selector_rsa = "r1"' if self.rsa else ""}
selector_ed25519 = "e1"
[[address]]
address = "support@acme.example"
autopilot = "off"
"""
        with open(os.path.join(self.home, "smtpd.toml"), "w") as f:
            f.write(text)

    def publish(self):
        """Makes keys, and has DNS show their rows."""
        subprocess.run([self.binary, "domain", "add", "acme.example"], cwd=self.home, check=True,
                       stdout=subprocess.DEVNULL)
        rows = subprocess.run([self.binary, "domain", "records", "acme.example", "--json"], cwd=self.home, check=True,
                              capture_output=True, text=True).stdout
        self.zone.txt.update({row["name"]: row["value"] for row in json.loads(rows) if row["type"] == "TXT"})

    def start(self):
        self.process = subprocess.Popen([self.binary, "serve", "--config", "smtpd.toml"], cwd=self.home)
        for _ in range(200):
            try:
                socket.create_connection((HOST, self.smtp_port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("replyd does not listen")

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
            self.process = None

    def fill(self):
        self.round += 1
        self.home = os.path.join(self.folder, f"replyd-{self.round}")
        os.makedirs(self.home)
        self.configure(free_port())
        self.publish()
        self.start()
        with smtplib.SMTP(HOST, self.smtp_port) as smtp:
            for n in range(CONVERSATIONS):
                sender = f"ada{n}@customer{n}.example"
                smtp.sendmail(sender, ["support@acme.example"],
                              f"From: {sender}\r\nTo: support@acme.example\r\nSubject: Parcel {n}\r\n"
                              f"Message-ID: <{n}@customer.example>\r\n\r\nWhere is parcel {n}?\r\n")
        control = Control(glob.glob(os.path.join(self.home, "data", "*.sock"))[0])
        ids = [row["id"] for row in control.ask("GET", f"/api/v1/conversations?limit={CONVERSATIONS}")]
        # Text and HTML hold the words once each.
        words = "Your parcel is on its way and will be with you soon. " * (LETTER_OCTETS // 2 // 60)
        begun = time.monotonic()
        for n in range(self.letters):
            control.ask("POST", f"/api/v1/conversations/{ids[n % len(ids)]}/replies",
                        {"markdown": f"Parcel {n}: {words}", "by": "Grace"})
        took = time.monotonic() - begun
        if took > FILL_SECS - 5:
            raise SystemExit(f"the queue took {took:.0f} s to fill")
        self.stop()
        time.sleep(FILL_SECS + 1)

    def empty(self, sink):
        self.configure(sink.port)
        self.start()

    def pid(self):
        return self.process.pid


class Postfix:
    name = "Postfix"

    def __init__(self, folder, letters):
        self.folder, self.letters = os.path.join(folder, "postfix"), letters
        self.port, self.master = free_port(), None

    def configure(self, sink_port, deferred):
        etc = os.path.join(self.folder, "etc")
        os.makedirs(etc, exist_ok=True)
        for name in ("spool", "data"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        shutil.chown(os.path.join(self.folder, "data"), "postfix")
        with open(os.path.join(etc, "main.cf"), "w") as f:
            f.write(f"""compatibility_level = 3.6
queue_directory = {self.folder}/spool
data_directory = {self.folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = bench.example
inet_interfaces = {HOST}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
relayhost = [{HOST}]:{sink_port}
defer_transports = {"smtp" if deferred else ""}
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
in_flow_delay = 0
disable_dns_lookups = yes
smtp_tls_security_level = none
smtpd_tls_security_level = none
""")
        services = [f"{HOST}:{self.port} inet n - n - - smtpd", "qmgr unix n - n 300 1 qmgr"]
        services += [f"{name} unix {kind}" for name, kind in {
            "cleanup": "n - n - 0 cleanup", "tlsmgr": "- - n 1000? 1 tlsmgr", "rewrite": "- - n - - trivial-rewrite",
            "bounce": "- - n - 0 bounce", "defer": "- - n - 0 bounce", "trace": "- - n - 0 bounce",
            "verify": "- - n - 1 verify", "flush": "n - n 1000? 0 flush", "proxymap": "- - n - - proxymap",
            "smtp": "- - n - - smtp", "relay": "- - n - - smtp", "error": "- - n - - error", "retry": "- - n - - error",
            "anvil": "- - n - 1 anvil", "scache": "- - n - 1 scache"}.items()]
        services += ["showq unix n - n - - showq", "pickup unix n - n 60 1 pickup"]
        with open(os.path.join(etc, "master.cf"), "w") as f:
            f.write("\n".join(services) + "\n")
        self.etc = etc

    def run(self, *command):
        subprocess.run([command[0], "-c", self.etc, *command[1:]], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def fill(self):
        self.configure(9, deferred=True)
        self.run("postfix", "start")
        subprocess.run(["smtp-source", "-d", "-s", "10", "-m", str(self.letters), "-l", str(LETTER_OCTETS),
                        "-f", "support@acme.example", "-t", "ada@customer.example", f"{HOST}:{self.port}"], check=True)
        for _ in range(EMPTY_SECS * 10):
            waiting = [glob.glob(os.path.join(self.folder, "spool", queue, "**", "*"), recursive=True)
                       for queue in ("incoming", "active", "maildrop")]
            if not any(os.path.isfile(path) for paths in waiting for path in paths):
                break
            time.sleep(0.1)
        self.stop()

    def empty(self, sink):
        self.configure(sink.port, deferred=False)
        self.run("postfix", "start")
        with open(os.path.join(self.folder, "spool", "pid", "master.pid")) as f:
            self.master = int(f.read())
        self.run("postqueue", "-f")

    def stop(self):
        subprocess.run(["postfix", "-c", self.etc, "stop"], check=False, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def pid(self):
        return self.master


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--replyd", default="target/release/replyd")
    options = parser.parse_args()
    os.makedirs("target", exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="leaving-", dir="target") as folder:
        folder = os.path.abspath(folder)
        os.chmod(folder, 0o755)
        arms = [Replyd(folder, options.replyd, options.letters, rsa=True),
                Replyd(folder, options.replyd, options.letters, rsa=False), Postfix(folder, options.letters)]
        rates = {arm.name: [] for arm in arms}
        for n in range(options.rounds):
            for arm in arms:
                sink = Sink(options.letters, arm.pid)
                try:
                    arm.fill()
                    arm.empty(sink)
                    rates[arm.name].append(sink.figures())
                finally:
                    arm.stop()
                    sink.end()
                rate, by_cpu = rates[arm.name][-1]
                print(f"round {n + 1}: {arm.name:8} {rate:7.0f} letters/s, {by_cpu:7.0f} a second of processor time",
                      flush=True)
        for place, what in enumerate(["letters a second", "letters a second of processor time"]):
            *ours, theirs = ([pair[place] for pair in rates[arm.name]] for arm in arms)
            print(f"{what}: Postfix {statistics.median(theirs):.0f}")
            for arm, rate in zip(arms, ours):
                each = [a / b for a, b in zip(rate, theirs)]
                print(f"    {arm.name} {statistics.median(rate):.0f}, ratio {statistics.median(each):.2f} "
                      f"({' '.join(f'{one:.2f}' for one in each)})")


if __name__ == "__main__":
    main()
