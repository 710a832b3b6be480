"""Puts the bounces of three packages into one folder, with a table of what the packages' own tests expect.

    corpora-bounces.py DEST FLUFL BOUNCEPARSER [BAUNSU]

DEST/expected.tsv has a line for each mail: file, bounce (1, 0 or -), failed addresses (or -), temporary (1, 0 or -);
- is: the tests do not say.
"""
import ast
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Stands in for the test helper of the Perl package: writes down what each test expects and lets all of them pass.
RECORDER = r"""package TestBounceParser;
use strict; use Exporter 'import'; our @EXPORT = qw(readfile check_report);
sub readfile { my $name = shift; local (*FH, $/); open FH, $name or die $!; <FH> }
sub check_report { my ($file, %e) = @_; $file =~ s{.*/}{};
  print STDERR join("\t", 'EXPECTED', $file, (exists $e{is_bounce} && !exists $e{todo_is_bounce}) ? $e{is_bounce} : '-',
    ($e{addresses} && !exists $e{todo_addresses}) ? join(',', @{$e{addresses}}) : '-'), "\n";
  bless {}, 'Nil' }
package Nil; our $AUTOLOAD; sub AUTOLOAD { wantarray ? () : undef }
1;
"""
PARSER = r"""package Mail::DeliveryStatus::BounceParser; our $VERSION = 0; our $AUTOLOAD;
sub new { bless {}, shift } sub AUTOLOAD { wantarray ? () : undef } 1;
"""


def take(dest, origin, files):
    """Copies the mails of one package and gives their rows, all unknown yet."""
    (dest / origin).mkdir(parents=True)
    rows = {}
    for file in sorted(files):
        shutil.copy(file, dest / origin / file.name)
        rows[f"{origin}/{file.name}"] = ["-", "-", "-"]
    return rows


def flufl(dest, source):
    data = next(source.rglob("tests/data"))
    rows = take(dest, "flufl", data.glob("*.txt"))
    for node in ast.parse((data.parent / "test_detectors.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DETECTORS":
            for _, name, addresses, temporary in ast.literal_eval(node.value):
                # Without addresses the row says that one detector of theirs stays silent: no word about the mail.
                if addresses:
                    words = ",".join(sorted(a.decode() for a in addresses))
                    rows[f"flufl/{name}"] = ["1", words, str(int(temporary))]
    return rows


def bounceparser(dest, source):
    rows = take(dest, "bounceparser", (source / "t/corpus").glob("*.msg"))
    with tempfile.TemporaryDirectory() as work:
        tests = Path(work) / "t"
        shutil.copytree(source / "t", tests)
        (tests / "TestBounceParser.pm").write_text(RECORDER)
        (tests / "Mail/DeliveryStatus").mkdir(parents=True)
        (tests / "Mail/DeliveryStatus/BounceParser.pm").write_text(PARSER)
        for test in sorted(tests.glob("*.t")):
            run = subprocess.run(["perl", "-T", "-I", "t", f"t/{test.name}"], cwd=work, capture_output=True, timeout=60)
            for line in run.stderr.decode("utf-8", "replace").splitlines():
                word, *fields = line.split("\t")
                row = rows.get(f"bounceparser/{fields[0]}") if word == "EXPECTED" else None
                if row:
                    row[0] = fields[1] if fields[1] != "-" else row[0]
                    row[1] = fields[2] if fields[2] != "-" else row[1]
    return rows


def baunsu(dest, source):
    rows = take(dest, "baunsu", source.rglob("tests/emails/*.txt"))
    for name, row in rows.items():
        row[0] = "1" if name.startswith("baunsu/bounce") else "0"
    return rows


dest, *sources = map(Path, sys.argv[1:])
table = {}
for read, source in zip((flufl, bounceparser, baunsu), sources):
    table.update(read(dest, source))
with open(dest / "expected.tsv", "w", encoding="utf-8") as file:
    for name, row in sorted(table.items()):
        print(name, *row, sep="\t", file=file)
