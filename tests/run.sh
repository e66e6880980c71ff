#!/bin/bash
# SPDX-License-Identifier: MIT
# Every test of the project: installs what is missing, builds with sanitizers out of tree, runs all stages.
# The last line is `N passed, N failed, N skipped`; the exit status is that of the whole.
set -u -o pipefail
umask 022

usage() {
    cat <<'TEXT'
usage: tests/run.sh [--all] [--build DIR] [--no-install] [--quick] [STAGE...]

  --all        a skip is a failure: for machines on which everything can be installed
  --quick      no object stores, no clients, no conformance suite, no quickstart, no release, no fault tests, no fuzzing
  --build DIR  where the build trees live (build/ beside the sources)
  --no-install installs no package
  --list       prints the stages
  STAGE        build meta unit schema store programs api auth adversary tokens objects conformance clients quickstart
               dist faults fuzz; all of them without; `store` and `faults` go on beside those that follow, for they mostly wait

Reports and logs are left in results/. As root, missing packages are installed with apt-get; an ordinary user is told.
BERTH_FAULT_SECONDS, BERTH_FUZZ_SECONDS, BERTH_TEST_CACHE: see tests/README.md.
TEXT
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=conf/packages.sh
. "$top/conf/packages.sh"
builds=$top/build
results=$top/results
python=/usr/bin/python3
all=false
install=true
stages=(build meta unit schema store programs api auth adversary tokens objects faults conformance clients quickstart dist fuzz)
chosen=()
while [ $# -gt 0 ]; do
    case $1 in
    --all) all=true ;;
    --quick) chosen=(build meta unit schema programs api auth adversary tokens) ;;
    --build) builds=${2:?} && shift ;;
    --no-install) install=false ;;
    --list) printf '%s\n' "${stages[@]}" && exit 0 ;;
    --help | -h) usage && exit 0 ;;
    -*) usage >&2 && exit 2 ;;
    *)
        case " ${stages[*]} " in
        *" $1 "*) chosen+=("$1") ;;
        *) echo "tests/run.sh: there is no stage $1; --list prints the stages" >&2 && exit 2 ;;
        esac
        ;;
    esac
    shift
done
[ ${#chosen[@]} -gt 0 ] || chosen=("${stages[@]}")

passed=0
failed=0
skipped=0
notes=()

say() {
    printf '== %s\n' "$*"
}

# count NAME STATUS FILE: adds the counts of a stage. A stage that ran nothing has failed.
count() {
    local p f s
    read -r p f s < <("$python" "$top/tests/count.py" "$2" "$3" || echo 0 1 0)
    [ "$((p + f + s))" -gt 0 ] || { f=1 && say "$1: nothing was run"; }
    passed=$((passed + p))
    failed=$((failed + f))
    skipped=$((skipped + s))
    say "$1: $p passed, $f failed, $s skipped (${SECONDS} s)"
    [ "$f" -eq 0 ] || notes+=("FAILED: $1, see $3")
}

skip() {
    skipped=$((skipped + 1))
    notes+=("SKIPPED: $1")
    say "SKIPPED: $1"
}

# logged NAME COMMAND...: a stage whose log counts; the log's end is shown when it fails.
logged() {
    local name=$1 log=$results/$1.log status=0
    shift
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [ "$status" -eq 0 ] || tail -n 60 "$log"
    grep -a '^SKIPPED' "$log"
    count "$name" "$status" "$log"
}

# pytest_begin NAME ARGUMENT...: a stage of pytest in the background, until pytest_end.
declare -A under_way
pytest_begin() {
    local name=$1
    shift
    "$python" -m pytest -q -rfEs --tb=short -p no:cacheprovider --junitxml="$results/$name.xml" "$@" \
        >"$results/$name.log" 2>&1 </dev/null &
    under_way[$name]=$!
}

# pytest_end NAME: waits for it; failures and skips are shown.
pytest_end() {
    local name=$1 status=0
    wait "${under_way[$name]}" || status=$?
    unset "under_way[$name]"
    [ "$status" -eq 0 ] || tail -n 120 "$results/$name.log" | cut -c1-400
    grep -a '^SKIPPED' "$results/$name.log"
    count "$name" "$status" "$results/$name.xml"
}

pytest_stage() {
    pytest_begin "$@"
    pytest_end "$1"
}

# Waits for every stage that is still under way.
end_all() {
    local name
    for name in "${!under_way[@]}"; do
        pytest_end "$name"
    done
}

# ---- packages ----

# command or file, and the package that has it
needed() {
    cat <<'LIST'
autoreconf autoconf
automake automake
gcc gcc
make make
pkg-config pkg-config
/usr/include/fcgiapp.h libfcgi-dev
/usr/include/openssl/evp.h libssl-dev
/usr/include/json-c/json.h libjson-c-dev
/usr/include/yaml.h libyaml-dev
/usr/include/postgresql/libpq-fe.h libpq-dev
/usr/include/pcre2.h libpcre2-dev
/usr/include/*/curl/curl.h libcurl4-openssl-dev
/usr/include/libxml2/libxml/parser.h libxml2-dev
/usr/include/jwt.h libjwt-dev
/usr/include/check.h check
/usr/include/crypt.h libcrypt-dev
spawn-fcgi spawn-fcgi
nginx nginx-light
apache2 apache2
/usr/lib/apache2/modules/mod_xsendfile.so libapache2-mod-xsendfile
/usr/lib/postgresql/*/bin/initdb postgresql
/usr/lib/python3/dist-packages/pytest python3-pytest
/usr/lib/python3/dist-packages/yaml python3-yaml
/usr/lib/python3/dist-packages/cryptography python3-cryptography
docker-registry docker-registry
/usr/bin/python3 python3
openssl openssl
curl curl
git git
clang clang
clang-format clang-format
shellcheck shellcheck
skopeo skopeo
podman podman
buildah buildah
zstd zstd
systemd-analyze systemd
node nodejs
npm npm
docker-registry docker-registry
/usr/lib/python3/dist-packages/boto3 python3-boto3
/usr/lib/python3/dist-packages/swift/proxy/server.py python3-swift
/usr/lib/python3/dist-packages/cryptography python3-cryptography
/usr/lib/python3/dist-packages/crcmod python3-crcmod
/usr/lib/python3.*/ensurepip/__init__.py python3-venv
LIST
}

# A go too old to build the tests' programs fetches a newer one, see tools.sh.
needed_go() {
    [ -x /usr/local/go/bin/go ] || echo go golang-go
}

# The package of clang's runtime is named after clang's version, which is known once clang is installed.
needed_clang_runtime() {
    local major
    major=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
    [ -z "$major" ] || echo "/usr/lib/llvm-$major/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a libclang-rt-$major-dev"
}

missing_packages() {
    { needed && needed_go && needed_clang_runtime; } | packages_not_present
}

# Installs until no package is missing, or until a round changes nothing: one package may decide the name of another.
install_missing() {
    local packages before=
    [ "$(id -u)" -ne 0 ] || packages_clean
    packages=$(missing_packages)
    if $install && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        while [ -n "$packages" ] && [ "$packages" != "$before" ]; do
            say "installing $packages"
            # shellcheck disable=SC2086 # a list
            install_packages "$results/install.log" $packages || true
            before=$packages
            packages=$(missing_packages)
        done
    fi
    [ -z "$packages" ] || notes+=("missing packages: $packages(apt-get: $results/install.log)")
    [ -z "$packages" ] || say "missing packages: $packages"
    if [ ! -x "$python" ]; then
        say "nothing can be tested without $python"
        exit 1
    fi
}

# install_tools NAME...: programs that are no packages; the tests skip, loudly, what is missing.
install_tools() {
    "$top/tests/tools.sh" "$@" >/dev/null 2>"$results/tools.log" || cat "$results/tools.log"
}

# ---- stages ----

# What configure looks at: the installed libraries, the compiler, the options.
surroundings() {
    dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' '*-dev' check 2>/dev/null || pkg-config --list-all
    ${CC:-gcc} --version | head -n 1
    echo "$top/configure $*"
}

# configure_if_needed [OPTION...]: configures the current folder if it is not configured, or if what configure looks at has
# changed since. Objects that an older library or compiler made are removed.
configure_if_needed() {
    surroundings "$@" >surroundings.new
    if [ -f Makefile ] && cmp -s surroundings surroundings.new; then
        return 0
    fi
    "$top/configure" --quiet "$@" || return 1
    [ ! -f surroundings ] || make --silent clean >/dev/null || return 1
    mv surroundings.new surroundings
}

# configure_and_make NAME [OPTION...]
configure_and_make() {
    local folder=$builds/$1
    shift
    mkdir -p "$folder" && cd "$folder" && configure_if_needed "$@" || return 1
    make --silent -j"$(nproc)" && make --silent -j"$(nproc)" check TESTS= >/dev/null
}

stage_build() {
    [ -x "$top/configure" ] && [ -f "$top/Makefile.in" ] || (cd "$top" && ./autogen.sh) >"$results/autogen.log" 2>&1
    logged build configure_and_make developer --enable-developer
    logged build-release configure_and_make release
    if [ ! -x "$builds/developer/registry.fcgi" ]; then
        say "nothing to test without a build"
        finish
    fi
}

stage_meta() {
    logged meta "$top/tests/meta/run"
    pytest_stage meta-self "$top/tests/meta"
}

stage_unit() {
    logged unit "$top/tests/unit/run" "$builds/developer"
}

# The database's schema by itself.
stage_schema() {
    pytest_stage schema "$top/tests/db"
}

# Programs from outside: the command line, the master under signals.
stage_programs() {
    pytest_stage programs "$top/tests/cli" "$top/tests/fcgi"
}

# Both front ends at once: each has its own PostgreSQL, ports and folders.
stage_api() {
    pytest_begin api-apache "$top/tests/api" --frontend apache
    pytest_stage api-nginx "$top/tests/api" --frontend nginx
    pytest_end api-apache
}

# Who may do what, through both web servers.
stage_auth() {
    pytest_stage auth "$top/tests/auth"
}

# What an adversary tries, through both web servers.
stage_adversary() {
    pytest_stage adversary "$top/tests/adversary"
}

# The drivers of object stores against servers that verify signatures. Most of it is waiting: it goes on beside other stages.
stage_store() {
    install_tools azurite
    pytest_begin store "$top/tests/store" --frontend nginx
}

# The API on object stores.
stage_objects() {
    install_tools azurite
    pytest_stage api-s3 "$top/tests/api" --frontend nginx --storage s3
    pytest_stage nodes-s3 "$top/tests/faults/test_two_nodes.py" --storage s3 -k 'not apache'
    logged conformance-s3 "$top/tests/conformance/run.py" --storage s3 --frontend nginx --results "$results/conformance-s3"
    api_on oss both
    api_on azure nginx
    api_on gcs nginx
    pytest_stage api-swift "$top"/tests/api/test_{blobs,deletion,mount,ranges_and_conditions}.py \
        "$top"/tests/api/test_uploads_{chunked,monolithic}.py --frontend nginx --storage swift
}

# api_on STORAGE FRONTEND: what of the API has to do with blobs, on an object store.
api_on() {
    pytest_stage "api-$1" "$top"/tests/api/test_{blobs,deletion,mount,ranges_and_conditions,redirect}.py \
        "$top"/tests/api/test_uploads_{chunked,monolithic,streamed}.py --storage "$1" --frontend "$2"
}

# The token service through both front ends, and what other registries say of its tokens.
stage_tokens() {
    pytest_stage tokens "$top/tests/token"
}

stage_conformance() {
    logged conformance "$top/tests/conformance/run.py" --results "$results/conformance"
}

stage_clients() {
    install_tools crane oras regctl
    pytest_stage clients "$top/tests/clients" --frontend nginx
}

# What the first command does to a machine; then the command checks itself behind each web server, and with the token
# service. The runs share a build.
stage_quickstart() {
    local how port data
    pytest_stage conf "$top/tests/conf"
    data=$(mktemp -d /tmp/bq.XXXXXX)
    chmod 755 "$data"
    for how in nginx apache "nginx --auth"; do
        port=$(PYTHONPATH=$top/tests/lib "$python" -B -c 'from processes import free_port; print(free_port())')
        # shellcheck disable=SC2086 # words
        logged "quickstart-${how// --/-}" "$top/conf/quickstart.sh" --check --port "$port" --data "$data" --server $how
    done
    rm -rf "$data"
}

# What `make dist` packs.
stage_dist() {
    pytest_stage dist "$top/tests/dist"
}

# Beside other stages, too, once `store` has ended.
stage_faults() {
    end_all
    pytest_begin faults "$top/tests/faults"
}

stage_fuzz() {
    if ! command -v clang >/dev/null; then
        skip "fuzz: clang is missing"
        return
    fi
    FUZZ_BUILD=$builds/fuzz logged fuzz "$top/tests/fuzz/run.sh" "${BERTH_FUZZ_SECONDS:-5}"
}

finish() {
    local note
    end_all
    for note in "${notes[@]}"; do
        say "$note"
    done
    if $all && [ "$skipped" -gt 0 ]; then
        say "--all: a skip is a failure"
        failed=$((failed + skipped))
        skipped=0
    fi
    [ "$((passed + failed))" -gt 0 ] || say "nothing was run: this is a failure"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

rm -rf "$results"
mkdir -p "$results" "$builds"
install_missing
export BERTH_BUILD=$builds/developer BERTH_RELEASE=$builds/release
for stage in "${stages[@]}"; do
    case " ${chosen[*]} " in
    *" $stage "*) "stage_$stage" ;;
    esac
done
finish
