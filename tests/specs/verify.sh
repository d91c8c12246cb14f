#!/usr/bin/env bash
# Holds Tidemark's requests, and its stand-ins' answers, against the vendors' own specs, and what it reads of a GraphQL
# server by others against that server's data. See docs/contract-checks.md.
#   TIDEMARK_SPECS=FOLDER tests/specs/verify.sh            checks; 1 on violations
#   TIDEMARK_SPECS=FOLDER tests/specs/verify.sh --prove    spoils answers and requests on purpose; 1 if that goes unseen
set -euo pipefail
cd "$(dirname "$0")"

if [ -z "${TIDEMARK_SPECS:-}" ]; then
  echo "contract checks left out: TIDEMARK_SPECS names no folder of specs"
  exit 0
fi

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent --no-audit --no-fund
dotnet build -c Release --nologo -v quiet ../../src/Tidemark >&2

work=$(mktemp -d "${TMPDIR:-/tmp}/tidemark-specs.XXXXXX")
trap 'rm -rf "$work"' EXIT
TIDEMARK="../../artifacts/bin/Tidemark/release/tidemark.dll" node verify.mjs "$work" "$@"
