#!/usr/bin/env bash
# Tidemark's first load of Stripe customers into PostgreSQL beside that of @supabase/stripe-sync-engine, in turn, against the same stand-in.
# usage: TIDEMARK_BENCH_POSTGRES=postgres://user@127.0.0.1:5432/database bench/peers/run.sh [records] [rounds]
# Needs the published bench (see docs/benchmarks.md), node and npm.
set -euo pipefail
cd "$(dirname "$0")"
records=${1:-20000}
rounds=${2:-5}
bench=${TIDEMARK_BENCH:-../../artifacts/publish/bench/Tidemark.Benchmarks}
: "${TIDEMARK_BENCH_POSTGRES:?names the database}"
[ -d node_modules ] || npm install --no-audit --no-fund --silent

exec 3< <(exec "$bench" sandbox stripe "$records")
trap 'kill $(jobs -p) 2>/dev/null || pkill -P $$ || true' EXIT
read -r vendor _ <&3
peer=() own=()
for _ in $(seq "$rounds"); do
    peer+=("$(node supabase-stripe-sync.mjs "$vendor" "$TIDEMARK_BENCH_POSTGRES" "$records")")
    own+=("$("$bench" measure first --records "$records" --parallel 4 --vendor "$vendor" | cut -d' ' -f1)")
done

median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
p=$(median "${peer[@]}") o=$(median "${own[@]}")
echo "$records customers, median of $rounds: supabase $p s, tidemark $o s: $(awk "BEGIN { printf \"%.1f\", $p / $o }") x"
