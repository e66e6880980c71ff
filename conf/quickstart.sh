#!/bin/bash
# SPDX-License-Identifier: MIT
# A registry on this machine in one command: installs what is missing, builds, and runs it in the foreground.
set -eu -o pipefail
umask 022

usage() {
    cat <<'TEXT'
usage: conf/quickstart.sh [--port N] [--data DIR] [--server nginx|apache] [--auth|--no-auth] [--check]

Runs a registry on http://localhost:5000 with a PostgreSQL, a web server and storage of its own, all of it below DIR
(./var): the system's clusters, sites and services are not touched. Ctrl-C, or closing the terminal, stops what it
started. As root it installs missing packages and makes the system accounts `berth` (workers and web server),
`berth-token` (token service) and `berth-database` (PostgreSQL) where they are missing; an ordinary user is told which
packages are missing, and everything runs as that user.

  --port N               (5000)
  --data DIR             where all of it lives; found again on the next run (./var; as root, when this folder is closed to
                         other accounts, or is not root's, /var/lib/berth/quickstart)
  --server nginx|apache  (nginx)
  --auth                 turn authentication on: start the token service, make the user `admin`, print the password once;
                         DIR/berth is then the command for users, projects and tokens; kept for later starts on DIR
  --no-auth              open DIR to everybody again
  --check                start, push and pull an image with skopeo, compare, stop; the exit status says whether it worked

Exit status: 0 stopped or checked, 1 failure, 2 wrong usage.
TEXT
}

fail() {
    echo "quickstart: $*" >&2
    exit 1
}

wrong() {
    echo "quickstart: $*; see --help" >&2
    exit 2
}

# Refuses a path with characters that Autoconf cannot handle.
path_can_build() {
    case $1 in
    *[[:space:]\"\#\$\&\'\`\\]*) fail "$2 $1 holds a space or one of \" # \$ & ' \` \\, which the build cannot handle: $3" ;;
    esac
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=conf/packages.sh
. "$top/conf/packages.sh"
port=5000
data=
server=nginx
auth= # empty: as at the last start
check=false
while [ $# -gt 0 ]; do
    case $1 in
    --port | --data | --server)
        [ $# -ge 2 ] || wrong "$1 wants a value"
        case $1 in
        --port) port=$2 ;;
        --data) data=$2 ;;
        --server) server=$2 ;;
        esac
        shift
        ;;
    --auth) auth=true ;;
    --no-auth) auth=false ;;
    --check) check=true ;;
    --help | -h)
        usage
        exit 0
        ;;
    *) wrong "no option $1" ;;
    esac
    shift
done
case $port in
'' | *[!0-9]* | ??????*) wrong "--port wants a number from 1 to 65535, not \"$port\"" ;;
esac
if [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
    wrong "--port wants a number from 1 to 65535, not \"$port\""
fi
case $server in
nginx | apache) ;;
*) wrong "--server wants nginx or apache, not \"$server\"" ;;
esac

path_can_build "$top" "the folder of the sources" "move it"
as_root=false
[ "$(id -u)" -ne 0 ] || as_root=true

# not_roots FOLDER: prints the first of this folder and those above it that another account can change, or that the accounts of
# the registry cannot enter; prints nothing if there is none. Root writes only where no other account can put a link in the way.
not_roots() {
    local folder=$1 owner mode
    while :; do
        owner=root mode=755
        [ ! -e "$folder" ] || read -r owner mode < <(stat -c '%U %a' -- "$folder")
        if [ -L "$folder" ]; then
            echo "$folder is a symbolic link"
        elif [ "$owner" != root ]; then
            echo "$folder belongs to $owner"
        elif ((8#$mode & 8#22)) && ! ((8#$mode & 8#1000)); then
            echo "other accounts can change $folder"
        elif ! ((8#$mode & 1)); then
            echo "$folder is closed to other accounts"
        elif [ "$folder" != / ]; then
            folder=$(dirname "$folder")
            continue
        fi
        return 0
    done
}

if [ -z "$data" ]; then
    data=$top/var
    if $as_root && [ -n "$(not_roots "$data")" ]; then
        data=/var/lib/berth/quickstart
        echo "quickstart: $(not_roots "$top/var"); everything goes to $data"
    fi
fi
case $data in
/*) ;;
*) data=$(pwd)/$data ;;
esac

# Takes the folder if it is new, empty or an earlier run's, and no other run uses it. Leaves every other folder as it is. The
# lock is the file that marks the folder; the programs that this script starts inherit the lock.
take_data_folder() {
    local why lock
    if [ -e "$data" ] && [ ! -d "$data" ]; then
        fail "$data is not a folder"
    fi
    if [ -d "$data" ] && ! { [ -O "$data" ] && [ -r "$data" ] && [ -w "$data" ] && [ -x "$data" ]; }; then
        fail "$data belongs to $(stat -c %U -- "$data"), not to $(id -un); choose another one with --data"
    fi
    if [ -d "$data" ] && [ ! -e "$data/quickstart" ] && [ -n "$(ls -A "$data")" ]; then
        fail "$data is not empty and not a folder that quickstart made; choose another one with --data"
    fi
    if $as_root; then
        why=$(not_roots "$data")
        [ -z "$why" ] || fail "$why: root keeps nothing there; choose another folder with --data"
    fi
    mkdir -p "$data" 2>/dev/null || fail "$data cannot be made"
    data=$(cd "$data" && pwd -P)
    if [ -e "$data/quickstart" ] && [ ! -w "$data/quickstart" ]; then
        fail "$data cannot be written to"
    fi
    exec {lock}>>"$data/quickstart"
    flock -n "$lock" || fail "another quickstart uses $data; stop it, or choose another folder with --data"
    [ -s "$data/quickstart" ] || echo "made by conf/quickstart.sh" >&"$lock"
}

make_accounts() {
    local name
    $as_root || return 0
    for name in berth berth-token berth-database; do
        id -u "$name" >/dev/null 2>&1 && continue
        echo "quickstart: making the system account $name"
        useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$name" ||
            fail "the system account $name cannot be made"
    done
}

# Earlier versions ran everything as one account. Gives its files to the three accounts, and follows no links.
hand_over() {
    local old part
    [ -d "$data/postgresql" ] || return 0
    old=$(stat -c %U -- "$data/postgresql")
    if ! $as_root || [ "$old" = berth-database ]; then
        return 0
    fi
    [ ! -e "$data/postgresql/postmaster.pid" ] || fail "the registry in $data runs, or was killed, as the account $old: stop it, \
or start and stop it once more with the version that ran it"
    echo "quickstart: handing $data over from the account $old to berth, berth-token and berth-database"
    rm -rf "$data/run"
    for part in registry=berth:berth keys=berth-token:berth postgresql=berth-database:berth-database; do
        [ ! -d "$data/${part%=*}" ] || chown -R -P -h --from="$old" "${part#*=}" "$data/${part%=*}"
    done
    [ ! -d "$data/keys" ] || runuser -u berth-token -- find "$data/keys" -name '*.key' -exec chmod 600 {} +
}

# step N TEXT: prints which of the three steps begins.
step() {
    echo "quickstart: step $1 of 3: $2"
}

port_is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

# Prints a line for each thing that must be there: a program or file to look for, and its package.
needed() {
    cat <<'LIST'
command gcc gcc
command make make
command autoreconf autoconf
command automake automake
command pkg-config pkg-config
header fcgiapp.h libfcgi-dev
header crypt.h libcrypt-dev
module libcrypto libssl-dev
module yaml-0.1 libyaml-dev
module libpq libpq-dev
module libpcre2-8 libpcre2-dev
module libcurl libcurl4-openssl-dev
module libxml-2.0 libxml2-dev
module libjwt libjwt-dev
file /usr/lib/postgresql/*/bin/initdb postgresql
command spawn-fcgi spawn-fcgi
command curl curl
LIST
    if [ "$server" = nginx ]; then
        echo "command nginx nginx-light"
    else
        echo "command apache2 apache2"
        echo "file /usr/lib/apache2/modules/mod_xsendfile.so libapache2-mod-xsendfile"
    fi
    if $check; then
        echo "command skopeo skopeo"
    fi
}

present() {
    case $1 in
    command) PATH=$PATH:/usr/sbin:/sbin command -v "$2" >/dev/null ;;
    header) [ -e "/usr/include/$2" ] ;;
    module) command -v pkg-config >/dev/null && pkg-config --exists "$2" ;;
    file) compgen -G "$2" >/dev/null ;;
    esac
}

missing_packages() {
    needed | while read -r kind what package; do
        present "$kind" "$what" || echo "$package"
    done | sort -u | tr '\n' ' '
}

install_missing() {
    local packages
    ! $as_root || packages_clean
    packages=$(missing_packages)
    if [ -z "$packages" ]; then
        step 1 "all packages are installed"
        return 0
    fi
    $as_root || fail "packages are missing; as root: apt-get install $packages"
    command -v apt-get >/dev/null || fail "packages are missing and there is no apt-get: $packages"
    step 1 "installing packages, 1 to 4 minutes (log in $data/install.log): $packages"
    # shellcheck disable=SC2086 # a list
    install_packages "$data/install.log" $packages || fail "apt-get could not install $packages; see $data/install.log"
    packages=$(missing_packages)
    [ -z "$packages" ] || fail "still missing after the installation: $packages"
}

build() {
    local log=$data/build.log
    [ ! -e "$top/config.status" ] || fail "$top is configured for a build in place; run \`make distclean\` there first"
    step 2 "building, 1 to 2 minutes the first time (log in $log)"
    mkdir -p "$data/build"
    {
        [ -e "$top/configure" ] || "$top/autogen.sh"
        cd "$data/build"
        [ -e Makefile ] || "$top/configure" --quiet
        make -j"$(nproc)" berth registry.fcgi token.fcgi
    } >"$log" 2>&1 || fail "the build failed; see $log"
}

write_config() {
    cat >"$data/config.yml" <<TEXT
# Written by conf/quickstart.sh at each start; copy this file before you change it.
version: 0.1
log:
  level: info
storage:
  filesystem:
    rootdirectory: "$data/registry"
  delete:
    enabled: true
http:
  addr: 127.0.0.1:$port
validation:
  manifests:
    urls: # layers that clients fetch from other servers, such as those of Windows images
      allow: ['^https?://']
TEXT
    if $auth; then
        cat >>"$data/config.yml" <<TEXT
auth:
  token:
    realm: http://localhost:$port/jwt/auth
    service: localhost:$port
    issuer: berth-quickstart
    rootcertbundle: "$data/keys/bundle.pem"
token_service:
  enabled: true
  issuer: berth-quickstart
  service: localhost:$port
  keys: "$data/keys"
TEXT
    fi
}

# Decides whether the registry has authentication: as an option says, else as at the last start.
settle_auth() {
    [ -z "$auth" ] || return 0
    auth=false
    if [ -e "$data/config.yml" ] && grep -q '^token_service:' "$data/config.yml"; then
        auth=true
        echo "quickstart: $data was started with --auth, which stays on; --no-auth opens it to everybody"
    fi
}

# Writes the command that administers this registry, with the PostgreSQL of `berth serve`. Makes the signing keys if there are none.
prepare_auth() {
    cat >"$data/berth" <<TEXT
#!/bin/sh
# Written by conf/quickstart.sh at each start: \`$data/berth user list $data/config.yml\` and so on.
REGISTRY_DATABASE_ENABLED=true REGISTRY_DATABASE_HOST='$data/run/db' REGISTRY_DATABASE_PORT=5432
REGISTRY_DATABASE_USER=berth REGISTRY_DATABASE_DBNAME=postgres REGISTRY_DATABASE_SSLMODE=disable
export REGISTRY_DATABASE_ENABLED REGISTRY_DATABASE_HOST REGISTRY_DATABASE_PORT
export REGISTRY_DATABASE_USER REGISTRY_DATABASE_DBNAME REGISTRY_DATABASE_SSLMODE
exec '$data/build/berth' "\$@"
TEXT
    chmod 755 "$data/berth"
    if ! compgen -G "$data/keys/*.key" >/dev/null; then
        "$data/berth" key generate "$data/config.yml" >/dev/null || fail "no signing key could be made"
    fi
}

# make_admin NAME: a new administrator; prints the password.
make_admin() {
    "$data/berth" user add "$data/config.yml" "$1" --admin --generate | sed -n 's/^password: //p'
}

serve_pid=
stop() {
    trap '' INT TERM HUP
    if [ -n "$serve_pid" ] && kill -TERM "$serve_pid" 2>/dev/null; then
        wait "$serve_pid" || true
    fi
}

start() {
    step 3 "starting PostgreSQL, the workers and $server"
    "$data/build/berth" serve "$data/config.yml" --data "$data" --server "$server" &
    serve_pid=$!
    until curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/v2/" | grep -q -e 200 -e 401; do
        if ! kill -0 "$serve_pid" 2>/dev/null; then
            local status=0
            wait "$serve_pid" || status=$?
            serve_pid=
            exit "$status"
        fi
        sleep 0.2
    done
}

announce() {
    local password=
    if $auth && ! "$data/berth" user show "$data/config.yml" admin >/dev/null 2>&1; then
        password=$(make_admin admin)
    fi
    echo
    echo "    The registry listens on http://localhost:$port, on this machine only (data in $data). In another terminal:"
    if $auth; then
        echo "        docker login -u admin localhost:$port"
    fi
    cat <<TEXT
        docker pull alpine
        docker tag alpine localhost:$port/team/alpine
        docker push localhost:$port/team/alpine
TEXT
    if $auth; then
        cat <<TEXT
    Authentication is on. ${password:+The password of admin is $password (not shown again). }Users and projects:
        $data/berth project add $data/config.yml team --visibility public
        $data/berth help user
TEXT
    else
        echo "    Whoever reaches the port may push and pull; --auth changes that. The command berth is $data/build/berth."
    fi
    echo "    Ctrl-C stops the registry."
    echo
}

# Puts a blob into an image layout, and prints its descriptor.
layout_blob() {
    local folder=$1 type=$2 file=$3 digest
    digest=$(sha256sum "$file" | cut -d' ' -f1)
    mkdir -p "$folder/blobs/sha256"
    cp "$file" "$folder/blobs/sha256/$digest"
    printf '{"mediaType":"%s","digest":"sha256:%s","size":%d}' "$type" "$digest" "$(stat -c %s "$file")"
}

# Makes an image of one layer from files that every Debian has.
make_image() {
    local folder=$1/image prefix=application/vnd.oci.image layer config manifest
    mkdir -p "$folder"
    tar -C / -cf "$1/layer.tar" usr/share/common-licenses
    gzip -n -k "$1/layer.tar"
    layer=$(layout_blob "$folder" "$prefix.layer.v1.tar+gzip" "$1/layer.tar.gz")
    printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
        "$(sha256sum "$1/layer.tar" | cut -d' ' -f1)" >"$1/config.json"
    config=$(layout_blob "$folder" "$prefix.config.v1+json" "$1/config.json")
    printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":%s,"layers":[%s]}' \
        "$prefix" "$config" "$layer" >"$1/manifest.json"
    manifest=$(layout_blob "$folder" "$prefix.manifest.v1+json" "$1/manifest.json")
    printf '{"schemaVersion":2,"manifests":[%s]}' "$manifest" >"$folder/index.json"
    printf '{"imageLayoutVersion":"1.0.0"}' >"$folder/oci-layout"
}

push_and_pull() {
    local work=$1 name
    name=localhost:$port/quickstart/check:$$
    make_image "$work"
    echo '{}' >"$work/auth.json"
    ! $auth || sign_in "$work" || return 1
    skopeo --insecure-policy copy -q --preserve-digests --dest-tls-verify=false --authfile "$work/auth.json" \
        "oci:$work/image" "docker://$name" &&
        skopeo --insecure-policy copy -q --preserve-digests --src-tls-verify=false --authfile "$work/auth.json" \
            "docker://$name" "oci:$work/back" &&
        diff -r "$work/image/blobs" "$work/back/blobs" || return 1
    ! $auth || is_closed "$work" "$name"
}

# Signs in as a user that exists only for this check.
sign_in() {
    make_admin "check$$" | skopeo login --authfile "$1/auth.json" --tls-verify=false -u "check$$" --password-stdin \
        "localhost:$port" >/dev/null
}

# Checks that a removed user, and a client without credentials, cannot pull the image.
is_closed() {
    "$data/berth" user remove "$data/config.yml" "check$$" >/dev/null || return 1
    rm -f "$1/none.json"
    ! skopeo inspect --tls-verify=false --authfile "$1/none.json" "docker://$2" >/dev/null 2>&1 &&
        ! skopeo inspect --tls-verify=false --authfile "$1/auth.json" "docker://$2" >/dev/null 2>&1
}

run_check() {
    local work status=0
    work=$(mktemp -d)
    push_and_pull "$work" || status=1
    rm -rf "$work"
    stop
    if [ "$status" -eq 0 ]; then
        echo "quickstart: check passed: what was pushed came back byte for byte"
    else
        echo "quickstart: check FAILED" >&2
    fi
    exit "$status"
}

path_can_build "$(realpath -m "$data")" "the folder" "choose another one with --data"
port_is_free || fail "port $port is in use by another program; choose another one with --port"
take_data_folder
make_accounts
hand_over
install_missing
build
settle_auth
write_config
! $auth || prepare_auth
trap 'stop; exit 0' INT TERM HUP
start
if $check; then
    run_check
fi
announce
status=0
wait "$serve_pid" || status=$?
exit "$status"
