#!/usr/bin/env bash
# Builds the image from the Dockerfile and tries it, with no Docker engine and no image registry: `make image-test`.
#
# The base is made here from Debian's packages (mmdebstrap); buildah builds and runs the image, in a store of its own.
# Wants root on Debian bookworm, and reaches what this machine's apt and pip are set up to reach.
set -euo pipefail

repo=$(cd "$(dirname "$0")/.." && pwd)
here=$repo/tools/image
work=$(mktemp -d "${TMPDIR:-/tmp}/canbao-image-test.XXXXXX")
chmod 0711 "$work"     # apt gives up root for its downloads and still has to get through
export TMPDIR=$work    # so that what the tools leave on a bad day goes with the rest
image=localhost/canbao:test
runtime_base=localhost/canbao-base:runtime
build_base=localhost/canbao-base:build
step=""    # the long step that runs now
server=""  # the process that keeps the container running

say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

die() {
    printf 'image-test: %s\n' "$*" >&2
    exit 1
}

# Runs a long step quietly within a time, and shows the end of what it said when it fails.
quietly() {
    local seconds=$1 name=$2
    shift 2
    local status=0
    # In the background, because bash answers a signal only between commands and while it waits.
    timeout --kill-after=10 "$seconds" "$@" >"$work/$name.log" 2>&1 </dev/null &
    step=$!
    wait "$step" || status=$?
    step=""
    if [ "$status" -ne 0 ]; then
        tail -n 40 "$work/$name.log" >&2
        die "$name failed with status $status (124: not done within ${seconds}s)"
    fi
}

# A store of its own: no image or container that this machine keeps is seen or changed. (buildah does note the digests
# it has met in /var/lib/containers/cache, and has no option against that.)
# vfs and chroot are the slow, plain ways, which need no overlay file system, namespaces or cgroups of the machine.
store=(--root "$work/store" --runroot "$work/runroot" --storage-driver vfs)

in_image() {
    timeout --kill-after=5 60 buildah "${store[@]}" run --isolation chroot "$container" -- "$@" </dev/null
}

# A process and all that came from it, the youngest first.
family() {
    local child
    for child in $(pgrep --parent "$1" || true); do
        family "$child"
    done
    printf '%s\n' "$1"
}

# Ends only what this script started, and never deletes through a mount that is still there.
clean_up() {
    local status=$? pid member
    trap - EXIT
    for pid in $step $server; do
        for member in $(family "$pid"); do
            kill -KILL "$member" 2>/dev/null || true
        done
        wait "$pid" 2>/dev/null || true
    done
    if grep -qF " $work/" /proc/self/mountinfo; then
        printf 'image-test: something is still mounted below %s, which is left as it is\n' "$work" >&2
        exit 1
    fi
    rm -rf --one-file-system "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

install_what_is_missing() {
    local missing=() pair
    # Not only for the installs: until its lists are there, apt cannot tell below which of its sources are Debian's.
    quietly 300 apt-update apt-get update
    for pair in mmdebstrap:mmdebstrap buildah:buildah pgrep:procps; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    [ "${#missing[@]}" -eq 0 ] && return
    say "installing ${missing[*]}"
    quietly 600 apt-install env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends "${missing[@]}"
}

lint_dockerfile() {
    python3 -m venv "$work/lint"
    quietly 300 hadolint-install \
        "$work/lint/bin/python" -m pip install --no-cache-dir --require-hashes -r "$here/lint.txt"
    timeout 60 "$work/lint/bin/hadolint" "$repo/Dockerfile" || die "hadolint has something to say"
}

# The mirror and the way to it are this machine's own, asked of apt now and written into no file that stays.
write_apt_settings() {
    # shellcheck disable=SC2016 # apt puts in the $(…)
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Identifier: Packages' 'Origin: Debian' 'Target-Of: deb' |
        grep -E ' bookworm(-updates|-security)? ' | sort -u >"$work/sources.list" || true
    grep -q ' bookworm ' "$work/sources.list" || die "apt on this machine knows no Debian bookworm"
    apt-config dump --format '%f "%v";%n' Acquire |
        grep -E '^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)[: ]' >"$work/apt.conf" || true
}

# One rootfs gives both bases: python3 alone for the service, then the same with python3-venv to build on. Both installs
# happen inside the rootfs (chroot), so this machine's own packages stay as they are.
make_bases() {
    write_apt_settings
    local pack="tar --create --directory \"\$1\" --one-file-system --numeric-owner
        --exclude=./dev/* --exclude=./tmp/* --exclude=./var/lib/apt/lists/* --exclude=./var/cache/apt/*
        --exclude=./etc/resolv.conf --exclude=./etc/apt/sources.list.d/* --exclude=./etc/apt/sources.list
        --exclude=./etc/apt/apt.conf.d/99mmdebstrap"
    pack=${pack//$'\n'/ }
    quietly 900 mmdebstrap mmdebstrap --mode=root --variant=minbase --include=python3 --format=null \
        --aptopt="$work/apt.conf" --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook="$pack --file '$work/runtime.tar' ." \
        --customize-hook="chroot \"\$1\" apt-get install --yes --no-install-recommends python3-venv" \
        --customize-hook="$pack --file '$work/build.tar' ." \
        bookworm /dev/null "$work/sources.list"
    import_base "$work/runtime.tar" "$runtime_base"
    import_base "$work/build.tar" "$build_base"
}

import_base() {
    local tar=$1 name=$2 from_scratch
    from_scratch=$(buildah "${store[@]}" from scratch)
    quietly 120 buildah-add buildah "${store[@]}" add "$from_scratch" "$tar" /
    quietly 120 buildah-commit buildah "${store[@]}" commit --rm "$from_scratch" "$name"
    rm "$tar"
}

# pip's configuration reaches the build as secrets and read-only folders, for its length only.
build_image() {
    local pip=$work/pip lend=() mount
    install --directory --mode=0700 "$pip"
    timeout 60 python3 "$here/pip_settings.py" "$pip"
    lend+=(--secret "id=pip_conf,src=$pip/pip.conf")
    [ ! -e "$pip/ca.pem" ] || lend+=(--secret "id=pip_ca,src=$pip/ca.pem")
    [ ! -e "$pip/lent" ] || lend+=(--volume "$pip/lent:/mnt:ro")
    while read -r mount; do
        lend+=(--volume "$mount:ro")
    done <"$pip/mounts"
    quietly 900 buildah-build buildah "${store[@]}" build \
        --isolation chroot --format docker --pull-never --layers=false \
        --build-arg "BASE=$runtime_base" --build-arg "BUILD_BASE=$build_base" \
        --build-arg "VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$repo/pyproject.toml")" \
        --build-arg "REVISION=$(git -C "$repo" rev-parse --quiet --verify HEAD 2>/dev/null || echo unknown)" \
        "${lend[@]}" --file "$repo/Dockerfile" --tag "$image" "$repo"
}

# The answer to a question in Python about the image's configuration, `config`.
configured() {
    buildah "${store[@]}" inspect --type image "$image" |
        python3 -c "import json, sys; config = json.load(sys.stdin)['Docker']['config']; print($1)"
}

check_configuration() {
    local wrong
    wrong=$(configured "'\n'.join(f'{name} is {config.get(name)}' for name, wanted in {
        'User': '10001:10001', 'Cmd': ['canbao', 'serve'], 'StopSignal': 'SIGTERM', 'ExposedPorts': {'8000/tcp': {}},
        'Volumes': {'/var/lib/canbao': {}}}.items() if config.get(name) != wanted)")
    [ -z "$wrong" ] || die "the image's configuration: $wrong"
    configured "'HOST=0.0.0.0' in config['Env'] and 'CANBAO_DATA=/var/lib/canbao' in config['Env']" | grep -qx True ||
        die "the image's environment: $(configured "config['Env']")"
}

# Refuses what was found, if anything was: the first of it, as seen from within the image.
none() {
    [ -z "$2" ] || die "$1: $(head -n 10 <<<"${2//"$root"/}")"
}

check_contents() {
    local found
    [ "$(in_image id -u)" = 10001 ] || die "the image does not run as its own user"
    local compilers='(.*-)?(gcc|g\+\+|cc|c\+\+|cpp|ld|as|clang)(-[0-9.]+)?' builders='g?make|cmake|ninja'
    local installers='(pip|easy_install|wheel|hatch|hatchling)[0-9.]*'
    found=$(find "$root" -xdev ! -type d -regextype posix-extended \
        -regex ".*/s?bin/($compilers|$builders|$installers)")
    none "build tools in the image" "$found"
    found=$(in_image python3 -c "import importlib.util as u; \
        print(*(m for m in ('pip', 'setuptools', 'wheel', 'hatchling', 'editables', 'ensurepip') if u.find_spec(m)))")
    none "Python packages that only a build needs" "$found"
    # A sticky folder (/tmp) is open to everybody by design; a link's own mode says nothing.
    found=$(find "$root" -xdev -perm -0002 ! -type l ! \( -type d -perm -1000 \) ! -type c)
    none "writable by everybody" "$found"
    found=$(find "$root" -xdev \( -uid 10001 -o -gid 10001 \) ! -path "$root/var/lib/canbao")
    none "the service's user owns more than its data folder" "$found"
    found=$(find "$root/opt" "$root/mnt" -mindepth 1 -maxdepth 1 ! -name canbao)
    none "left over from the build" "$found"
    found=$(for name in src tools wheels etc/pip.conf run/secrets; do [ ! -e "$root/$name" ] || echo "/$name"; done)
    none "left over from the build" "$found"
}

# Neither what the Dockerfile's steps made nor the image's history may tell how this machine reaches its packages.
check_nothing_leaked() {
    local ca=$work/pip/ca.pem found
    if [ -e "$ca" ]; then
        found=$(find "$root" -xdev -type f -size "$(stat --format %s "$ca")c" -exec cmp --silent "$ca" {} \; -print)
        none "this machine's certificates in the image" "$found"
    fi
    [ -s "$work/pip/private" ] || return 0
    buildah "${store[@]}" inspect --type image "$image" >"$work/inspect.json"
    if grep -rqF --file="$work/pip/private" \
        "$work/inspect.json" "$root/opt/canbao" "$root/etc" "$root/var/lib/canbao"; then
        die "the image tells where this machine gets its Python packages from"
    fi
}

# From the process that keeps the container down to the first Python: the service. Nothing is looked for by name.
find_service() {
    local pid=$1
    while [ -n "$pid" ]; do
        case $(readlink "/proc/$pid/exe" || true) in
            */python3*) printf '%s' "$pid"; return 0 ;;
        esac
        pid=$(pgrep --parent "$pid" | head -n 1 || true)
    done
    return 1
}

# What production wants, made up for this run; nothing of it is kept.
make_settings() {
    production=()
    local line
    while IFS= read -r line; do production+=(--env "$line"); done < <(python3 - <<'PY'
import base64, os
key = lambda: base64.b64encode(os.urandom(32)).decode()
print("DATABASE_URL=sqlite:////var/lib/canbao/canbao.db")
print(f"CANBAO_WEBHOOK_SECRETS=whsec_{key()}\nCANBAO_DATA_KEYS=k1:{key()}\nCANBAO_INDEX_KEY={key()}")
PY
    )
}

# Without its settings the image must not come up with development's keys on an open port.
refuses_without_settings() {
    ! in_image canbao serve >"$work/refusal.log" 2>&1 || die "canbao serve starts without its settings"
    grep -q DATABASE_URL "$work/refusal.log" || die "the refusal names no setting: $(cat "$work/refusal.log")"
}

# `canbao migrate` makes the database in the data folder, and the service then is ready.
migrates() {
    buildah "${store[@]}" run --isolation chroot "${production[@]}" "$container" -- canbao migrate >"$work/migrate.log" 2>&1 </dev/null ||
        die "canbao migrate failed: $(tail -n 5 "$work/migrate.log")"
}

start_service() {
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    local command=()
    mapfile -t command < <(configured "'\n'.join(config['Cmd'])")
    # The image says 0.0.0.0; this container shares the machine's network, so here it is told to keep to loopback.
    buildah "${store[@]}" run --isolation chroot --env HOST=127.0.0.1 --env "PORT=$port" "${production[@]}" "$container" -- \
        "${command[@]}" >"$work/service.log" 2>&1 </dev/null &
    server=$!
    local tries
    for ((tries = 0; tries < 150; tries++)); do
        kill -0 "$server" 2>/dev/null || break
        ! ask /healthz >/dev/null 2>&1 || return 0
        sleep 0.2
    done
    tail -n 40 "$work/service.log" >&2
    die "the service did not come to answer on /healthz (it had 30s)"
}

# GETs a path of the service, or POSTs the file given to it, and prints the answer; fails unless it is a 2xx.
ask() {
    python3 - "http://127.0.0.1:$port$1" "${2:-}" <<'PY'
import sys, urllib.request
url, body = sys.argv[1:]
data = open(body, "rb").read() if body else None
request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if body else {})
print(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5).read().decode())
PY
}

check_quote() {
    local answer
    answer=$(ask /v1/quotes "$here/quote.json") || die "no quote: $(tail -n 20 "$work/service.log")"
    python3 -c 'import json, sys; sys.exit(json.loads(sys.argv[1])["payable_fen"] != 38000)' "$answer" ||
        die "not the quote that was expected (payable_fen 38000): $answer"
}

# The image's own HEALTHCHECK, word for word.
healthcheck() {
    local command=()
    mapfile -t command < <(configured "'\n'.join(config['Healthcheck']['Test'][1:])")
    timeout --kill-after=5 20 buildah "${store[@]}" run --isolation chroot --env "PORT=$port" "$container" -- \
        "${command[@]}" >"$work/healthcheck.log" 2>&1 </dev/null
}

check_data_folder() {
    in_image python3 -c "import os; open(os.environ['CANBAO_DATA'] + '/written', 'w').close()" ||
        die "the service's user cannot write to its data folder"
    if in_image python3 -c "open('/opt/canbao/written', 'w')" 2>/dev/null; then
        die "the service's user can write to its own program"
    fi
}

# A clean end is status 0, or the signal once more: uvicorn finishes its work and then ends by what asked for it, which
# buildah reports as 1 and a word. That the service catches the signal is looked at first: elsewhere it would be process
# 1 of its container, which no signal ends that it does not catch.
stop_service() {
    local service caught from status=0 tries
    service=$(find_service "$server") || die "the service answers but its process is not to be found"
    caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$service/status")
    (((16#$caught >> (15 - 1)) & 1)) || die "the service does not catch SIGTERM"
    from=$EPOCHREALTIME
    kill -TERM "$service"
    for ((tries = 0; tries < 100; tries++)); do
        kill -0 "$service" 2>/dev/null || break
        sleep 0.1
    done
    ! kill -0 "$service" 2>/dev/null || die "the service did not stop within 10s of SIGTERM"
    stopped_in=$(python3 -c "print(f'{$EPOCHREALTIME - $from:.2f}')")
    wait "$server" || status=$?
    server=""
    [ "$status" -eq 0 ] || grep -qx 'subprocess exited on terminated' "$work/service.log" ||
        die "the service ended with status $status: $(tail -n 20 "$work/service.log")"
    ! grep -q Traceback "$work/service.log" || die "the service ended badly: $(tail -n 20 "$work/service.log")"
}

megabytes() { du --summarize --apparent-size --block-size=1000000 "$1" | cut -f 1; }

main() {
    [ "$(id -u)" -eq 0 ] || die "wants root, for mmdebstrap and buildah"
    say "tools"
    install_what_is_missing
    say "hadolint"
    lint_dockerfile
    say "base images, from Debian's packages"
    make_bases
    say "building the image"
    build_image
    say "looking into it"
    container=$(buildah "${store[@]}" from --pull-never "$image")
    root=$(buildah "${store[@]}" mount "$container")
    check_configuration
    check_contents
    check_nothing_leaked
    check_data_folder
    say "running it"
    make_settings
    refuses_without_settings
    migrates
    start_service
    check_quote
    healthcheck || die "the HEALTHCHECK fails on a healthy service: $(cat "$work/healthcheck.log")"
    say "stopping it"
    stop_service
    ! healthcheck || die "the HEALTHCHECK passes with nothing there"
    say "image: $(megabytes "$root") MB of files, of them the service $(megabytes "$root/opt/canbao") MB"
    say "image-test passed (the service stopped within ${stopped_in}s of SIGTERM)"
}

main
