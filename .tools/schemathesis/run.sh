#!/usr/bin/env bash
# Sends the debug build what its API's document allows and what it doesn't, and checks every answer against the document: no failure of
# the server, no status, media type or shape that isn't documented, nothing wrong accepted. On a LeaderPort of its own.
#
#   .tools/schemathesis/run.sh            the same each time, within five minutes
#   .tools/schemathesis/run.sh SECONDS    another way each time, for so long; FUZZ_SEED=7 goes one way again
set -euo pipefail
cd "$(dirname "$0")/../.."

PATIENCE=300
export LEADERPORT_ADMIN_KEY=a-key-for-schemathesis
data=$(mktemp -d)
server=
trap 'stop; rm -rf "$data"' EXIT

stop() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
}

target/debug/leaderport --listen 127.0.0.1:0 --data-dir "$data" --log error,server=info 2>"$data/log" &
server=$!
for _ in $(seq 300); do
  url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$data/log" || true)
  if [ -n "$url" ]; then break; fi
  sleep 0.1
done
[ -n "$url" ] || { cat "$data/log" >&2; echo "schemathesis: LeaderPort did not start" >&2; exit 1; }

post() { curl -sSf "$url/api/$1" -H "Authorization: Bearer $LEADERPORT_ADMIN_KEY" -H 'Content-Type: application/json' -d "$2" >/dev/null; }
post boards '{"id":"spare"}'
post boards '{"id":"laps","direction":"asc","decimals":3,"rankMode":"competition","windows":["daily"]}'
post boards '{"id":"duels","keep":"sum","rankMode":"dense","windows":["weekly"],"tiebreaks":[{"name":"penalty"}]}'
for player in ada bob 'Zoë 🦊'; do
  post boards/main/scores "{\"playerId\":\"$player\",\"score\":7}"
  post boards/laps/scores "{\"playerId\":\"$player\",\"score\":61.5,\"metadata\":{\"car\":\"red\"}}"
  post boards/duels/scores "{\"playerId\":\"$player\",\"score\":3,\"tiebreaks\":{\"penalty\":1}}"
done

if [ $# -gt 0 ]; then
  seed=${FUZZ_SEED:-$RANDOM}
  limits=(--max-time "$1" --seed "$seed")
  PATIENCE=$(($1 + PATIENCE))
  echo "FUZZ_SEED=$seed"
else
  limits=(--max-examples 30 --seed 1 --generation-deterministic)
fi
# perl's alarm: a Mac has no `timeout`.
perl -e 'alarm shift; exec @ARGV or die' "$PATIENCE" "${CARGO_HOME:-$HOME/.cargo}/lib/schemathesis/bin/schemathesis" \
  --config-file .tools/schemathesis/config.toml run "$url/api/openapi.json" --no-color "${limits[@]}" ||
  { grep -v '"level":"INFO"' "$data/log" >&2; echo "schemathesis: something is wrong, or it took more than $PATIENCE seconds" >&2; exit 1; }
