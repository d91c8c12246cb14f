#!/usr/bin/env bash
# Tidemark's first load of Stripe customers into PostgreSQL beside those of peers, in turn, against the same stand-in.
# usage: TIDEMARK_BENCH_POSTGRES=postgres://user@127.0.0.1:5432/database bench/peers/run.sh [records] [rounds]
# Needs the published bench (see docs/benchmarks.md), node and npm.
set -euo pipefail
cd "$(dirname "$0")"
records=${1:-20000}
rounds=${2:-5}
bench=${TIDEMARK_BENCH:-../../artifacts/publish/bench/Tidemark.Benchmarks}
: "${TIDEMARK_BENCH_POSTGRES:?names the database}"
[ -d node_modules/@stripe/sync-engine ] || npm install --no-audit --no-fund --silent

exec 3< <(exec "$bench" sandbox stripe "$records")
trap 'kill $(jobs -p) 2>/dev/null || pkill -P $$ || true' EXIT
read -r vendor _ <&3
load() { node "$1.mjs" "$vendor" "$TIDEMARK_BENCH_POSTGRES" "$records"; }
supabase=() stripe=() uncapped=() own=()
for _ in $(seq "$rounds"); do
    supabase+=("$(load supabase-stripe-sync)")
    stripe+=("$(load stripe-sync)")
    uncapped+=("$(REQUESTS_PER_SECOND=1000 load stripe-sync)")
    own+=("$("$bench" measure first --records "$records" --parallel 4 --vendor "$vendor" | cut -d' ' -f1)")
done

median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
o=$(median "${own[@]}")
echo "$records customers, median of $rounds: tidemark $o s"
beside() { local p; p=$(median "${@:2}"); echo "$1 $p s: $(awk "BEGIN { printf \"%.1f\", $p / $o }") x"; }
beside "@supabase/stripe-sync-engine" "${supabase[@]}"
beside "@stripe/sync-engine, ten requests a second" "${stripe[@]}"
beside "@stripe/sync-engine, a thousand" "${uncapped[@]}"
