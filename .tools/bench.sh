#!/usr/bin/env bash
# Measures the release build on this machine, everything on it: LeaderPort, its Valkey, and the load.
# Prints each figure beside what it is compared to. Takes some five minutes; the reads fill a board with ten million entries.
set -euo pipefail
cd "$(dirname "$0")/.."

CONNECTIONS=32
SECONDS_EACH=${SECONDS_EACH:-10}
port=${PORT:-38917}
url=http://127.0.0.1:$port
data=$(mktemp -d)
cargo build --quiet --release -p swarm
target/release/leaderport --listen "127.0.0.1:$port" --data-dir "$data" --log error &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$data"' EXIT
for _ in $(seq 100); do curl -sf "$url/readyz" >/dev/null && break; sleep 0.1; done
curl -sf "$url/readyz" >/dev/null || { echo "bench: LeaderPort did not start" >&2; exit 1; }

say() { printf '\n== %s\n' "$*"; }

say "Live: 200 players, 200 viewers, 500 submissions a second"
target/release/swarm --url "$url" --players 200 --viewers 200 --rate 500 --seconds "$SECONDS_EACH"

say "valkey-benchmark: ZADD, $CONNECTIONS connections, no pipelining, on the same Valkey"
valkey-benchmark -s "$data/valkey.sock" -c $CONNECTIONS -n 200000 -r 100000 -t zadd -q | tr '\r' '\n' | grep -E 'requests per second' | tail -1

say "HTTP: one submission a request, $CONNECTIONS connections, as fast as they are answered"
target/release/swarm --url "$url" --players 100000 --viewers 0 --rate 0 --connections $CONNECTIONS --seconds "$SECONDS_EACH"

say "HTTP: a hundred submissions a request, $CONNECTIONS connections, as fast as they are answered"
target/release/swarm --url "$url" --players 100000 --viewers 0 --rate 0 --bulk 100 --connections $CONNECTIONS --seconds "$SECONDS_EACH"

kill $server
wait $server || true
trap 'rm -rf "$data"' EXIT
cargo bench --quiet -p server --bench engine

say "Front end: WebAssembly, raw and brotli"
wasm=$(ls target/site/pkg/*.wasm | head -1)
printf 'raw %d KiB, brotli %d KiB\n' $(($(wc -c <"$wasm") / 1024)) $(($(wc -c <"$wasm.br") / 1024))
