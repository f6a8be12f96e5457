#!/usr/bin/env bash
# Measures the release build on this machine, everything on it: LeaderPort, its Valkey, and the load.
# Prints each figure beside what it is compared to. Takes some nine minutes; the reads fill a board with ten million entries.
# `bench.sh live` measures live delivery alone, in three minutes; `bench.sh browser` the pages, `bench.sh transfer` import and export, in two;
# `bench.sh api` a page of entries over HTTP, `bench.sh webhooks` deliveries, `bench.sh limits` what rate limits cost, `bench.sh dashboard` what operators who
# look cost, in half a minute each; `bench.sh trust` what keys, signatures, sessions and review do, and all of that with limits, in two.
set -euo pipefail
cd "$(dirname "$0")/.."

CONNECTIONS=32
SECONDS_EACH=${SECONDS_EACH:-10}
LIVE_SECONDS=${LIVE_SECONDS:-8}
port=${PORT:-38917}
url=http://127.0.0.1:$port
data=$(mktemp -d)
server=
wrong=
# Every viewer is a socket here and one there.
ulimit -n "$(ulimit -Hn)"
trap 'stop; rm -rf "$data"' EXIT
cargo build --quiet --release -p swarm

say() { printf '\n== %s\n' "$*"; }

# Starts LeaderPort on an empty store, with these flags besides.
start() {
  stop
  rm -rf "${data:?}"/*
  target/release/leaderport --listen "127.0.0.1:$port" --data-dir "$data" --log error --max-sockets 20000 --max-sockets-per-address 20000 "$@" &
  server=$!
  for _ in $(seq 100); do curl -sf "$url/readyz" >/dev/null && return; sleep 0.1; done
  echo "bench: LeaderPort did not start" >&2
  exit 1
}

stop() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}

# Lets the load generator loose on an empty LeaderPort, or on one with 500 players; prints what it says only if it found something wrong.
watched() { start; swarm "$@"; }
watched_full() { start; swarm --viewers 0 --players 500 --bulk 100 --rate 20000 --seconds 1; swarm --idle "$@"; }
swarm() {
  target/release/swarm --url "$url" --server-pid "$server" --truth-rate 20 --json "$data/report.json" "$@" >"$data/report.txt" ||
    { wrong=yes; cat "$data/report.txt"; }
}

# A text with figures out of the last report, which is `r` in it; `n(x, digits)` writes a number.
told() {
  node -e '
    const r = JSON.parse(require("fs").readFileSync(process.argv[1]))
    const n = (x, digits = 0) => x.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    const v = r.viewers, s = r.submissions
    console.log(eval("`" + process.argv[2] + "`"))
  ' "$data/report.json" "$1"
}

live() {
  # The best scores grow with each request of a connection: at one score a request half of the page is new every second.
  for bulk in 1 10; do
    say "Live: 1,000 viewers of a page, 1,000 scores a second by 500 players, $bulk a request: what a viewer is sent"
    watched --viewers 1000 --players 500 --rate 1000 --bulk "$bulk" --seconds "$LIVE_SECONDS"
    told 'the feed           ${n(v.traffic.bytesPerViewerSecond)} B a viewer and second; one JSON message per score: ${n(v.traffic.messageBytesPerSecond)} B
ratio              1/${n(1 / v.traffic.feedToMessages, 1)} (goal: 1/20 or less)
a delta            ${n(v.traffic.deltaBytes)} B; a snapshot: ${n(v.traffic.snapshotBytes)} B
ratio              ${n(v.traffic.deltaToSnapshot, 3)} (goal: 0.15 or less)'
  done

  say "Live: 1,000 viewers of a page, 500 scores a second by 500 players: how long until they see it"
  watched --viewers 1000 --players 500 --rate 500 --seconds "$LIVE_SECONDS"
  told 'submit to viewer   p50 ${n(v.delivery.fromDue.p50Ms, 1)} ms, p99 ${n(v.delivery.fromDue.p99Ms, 1)} ms (goal: p99 100 ms or less; a page is read every 50 ms), max ${n(v.delivery.fromDue.maxMs, 1)} ms
submit to receipt  p50 ${n(s.submit.p50Ms, 1)} ms, p99 ${n(s.submit.p99Ms, 1)} ms
frames             ${n(v.traffic.framesPerSecond)}/s, ${n(r.server.framesPerCoreSecond)} a second and core of the server (load generator: ${n(r.swarmCores, 2)} cores)
checked            ${n(v.checks.viewsCompared)} views against the server at the same version, ${n(v.checks.mismatched)} wrong'

  say "Live: what 1,000 viewers of a page cost the server, as submissions grow (goal: flat)"
  for rate in 100 1000 5000; do
    watched --viewers 0 --players 2000 --rate "$rate" --bulk 10 --seconds "$LIVE_SECONDS"
    alone=$(told '${r.server.cores}')
    watched --viewers 1000 --players 2000 --rate "$rate" --bulk 10 --seconds "$LIVE_SECONDS"
    told '${n('"$rate"').padStart(5)} scores a second: ${n(r.server.cores, 2)} cores; without viewers: '"$(printf %.2f "$alone")"'; the viewers: ${n(r.server.cores - '"$alone"', 2)}, for ${n(v.traffic.framesPerSecond)} frames/s'
  done

  say "Live: 10,000 idle sockets"
  watched_full --viewers 10000 --seconds 3
  told 'memory             ${n(r.server.bytesPerSocket / 1024, 1)} KiB a socket (goal: 12 or less): ${n(r.server.bytesBefore / 2 ** 20, 1)} MiB before, ${n(r.server.bytesWithViewers / 2 ** 20, 1)} MiB with them
opening            all had the page after ${n(v.openingMs / 1e3, 1)} s'

  say "Live: 5,000 sockets hang up and come back at once"
  watched_full --viewers 5000 --seconds 1 --storm
  told 'all right again    after ${n(r.storm.back.maxMs / 1e3, 2)} s (p50 ${n(r.storm.back.p50Ms / 1e3, 2)} s, p99 ${n(r.storm.back.p99Ms / 1e3, 2)} s); opening them, 200 at a time: ${n(v.openingMs / 1e3, 2)} s'
  [ -z "$wrong" ] || { echo "bench: a viewer showed something wrong" >&2; exit 1; }
}

browser() {
  export LEADERPORT_ADMIN_KEY=bench-key-of-20-chars
  start
  target/release/swarm --url "$url" --viewers 0 --players 500 --bulk 100 --rate 20000 --seconds 1 >/dev/null
  # Each of its fifty rows is another with every score.
  ask POST /api/boards '{"id":"rows","title":"Rows","submitters":"players","keep":"last"}' >/dev/null
  ask PATCH /api/limits '{"submit":{"perSecond":1000000,"burst":1000000}}' >/dev/null
  say "Browser: headless Chromium without a GPU, on the same cores as the server"
  node end2end/bench.mjs "$url" target/site/pkg
}

api() {
  start
  target/release/swarm --url "$url" --viewers 0 --players 500 --bulk 100 --rate 20000 --seconds 1 >/dev/null
  say "API: a page of 50 entries, over 32 connections, with and without If-None-Match"
  node end2end/bench-api.mjs "$url"
}

webhooks() {
  export LEADERPORT_ADMIN_KEY=bench-key-of-20-chars
  start --webhook-allow-private 127.0.0.0/8
  say "Webhooks: deliveries to a receiver on this machine, signed, each noted in Valkey, one after the other for each webhook"
  node end2end/bench-webhooks.mjs "$url"
}

# As an operator.
ask() { curl -sf -X "$1" "$url$2" -H "Authorization: Bearer $LEADERPORT_ADMIN_KEY" -H 'Content-Type: application/json' -d "$3"; }

# One submission a request, as fast as they are answered, by so many players; with flags besides.
flood() { swarm --players "${players:-100000}" --viewers 0 --rate 0 --connections $CONNECTIONS --seconds "$SECONDS_EACH" "$@"; }

# How many submissions a second everybody sends is in `rate`, with a LeaderPort that was started with these flags, and limits that nobody comes to.
submitted() {
  start "$@"
  ask PATCH /api/limits '{"write":{"perSecond":1000000,"burst":1000000},"submit":{"perSecond":1000000,"burst":1000000}}' >/dev/null
  flood
  rate=$(told '${s.perSecond}')
}

limits() {
  export LEADERPORT_ADMIN_KEY=bench-key-of-20-chars
  say "Rate limits: one submission a request, $CONNECTIONS connections, as fast as they are answered"
  local rate without
  submitted
  without=$rate
  submitted --unlimited 192.0.2.0/24
  awk -v without="$without" -v with="$rate" \
    'BEGIN { printf "counted by limits  %.0f/s, %.2f of those that are not (%.0f/s; goal: 0.8 or more)\n", with, with / without, without }'
}

trust() {
  export LEADERPORT_ADMIN_KEY=bench-key-of-20-chars
  say "Trust: one submission a request, $CONNECTIONS connections, as fast as they are answered"
  local without signed='"signed":true' most='{"perSecond":1000000,"burst":1000000}'
  local review='"review":{"maxScore":1000000000000,"maxGain":{"score":1000000000000,"seconds":3600},"outliers":"flag"}'
  start
  flood
  without=$(told '${s.perSecond}')
  start
  flood_by_key '"signed":false'
  compare "with an API key" "$without"
  start
  flood_by_key "$signed"
  compare "signed" "$without"
  start
  ask PATCH /api/boards/main "{$review}" >/dev/null
  flood
  compare "judged by review" "$without"
  # Limits that are looked at and that nobody comes to: by the key, here and on all servers together.
  start --unlimited 192.0.2.0/24
  ask PATCH /api/limits "{\"keyRequests\":$most,\"perKey\":$most,\"read\":$most}" >/dev/null
  ask PATCH /api/boards/main "{$review}" >/dev/null
  flood_by_key "$signed"
  compare "all of these" "$without"
  # Players who have signed in play for themselves: there are as many as connections.
  local players=$CONNECTIONS
  start
  flood
  without=$(told '${s.perSecond}')
  start --chosen-ids
  ask PATCH /api/boards/main '{"submitters":"accounts"}' >/dev/null
  flood --accounts
  compare "with a session" "$without"
  start --chosen-ids --unlimited 192.0.2.0/24
  ask PATCH /api/limits "{\"write\":$most,\"submit\":$most,\"perPlayer\":$most,\"read\":$most}" >/dev/null
  ask PATCH /api/boards/main "{\"submitters\":\"accounts\",$review}" >/dev/null
  flood --accounts
  compare "that, and the rest" "$without"
}

# The same with an API key, of which this is said besides, on a board that takes nothing else.
flood_by_key() {
  local key
  ask PATCH /api/boards/main '{"submitters":"servers"}' >/dev/null
  key=$(ask POST /api/keys "{\"label\":\"bench\",\"scopes\":[\"submit\"],$1}" |
    node -p 'const key = JSON.parse(require("fs").readFileSync(0)); [key.secret, key.signingSecret].filter(Boolean).join(":")')
  url=http://$key@127.0.0.1:$port flood
}

# Ten operators have the dashboard's overview open, each of whose pages asks for what changes every second.
dashboard() {
  export LEADERPORT_ADMIN_KEY=bench-key-of-20-chars
  say "Dashboard: one submission a request, $CONNECTIONS connections, as fast as they are answered"
  local without watchers cookie password='violet harbour tin sonata'
  start
  flood
  without=$(told '${s.perSecond}')
  start
  ask POST /api/operators '{"name":"bench","role":"owner","password":"'"$password"'"}' >/dev/null
  cookie=$(curl -sS -D - -o /dev/null "$url/api/session" -H 'Content-Type: application/json' -d '{"name":"bench","password":"'"$password"'"}' |
    sed -n 's/^set-cookie: \([^;]*\).*/\1/Ip')
  node -e 'const [url, cookie] = process.argv.slice(1);
    const look = async () => { const r = await fetch(`${url}/admin`, { headers: { cookie } }); if (!(await r.text()).includes("All is well")) process.exitCode = 1; };
    for (let n = 0; n < 10; n++) setTimeout(() => setInterval(look, 1000), n * 100);' "$url" "$cookie" &
  watchers=$!
  flood
  kill "$watchers"
  compare "with ten operators" "$without" 0.95
}

# The last report's submissions a second, beside how many there are without something, and the share that is wanted.
compare() {
  awk -v what="$1" -v without="$2" -v goal="${3:-0.8}" -v with="$(told '${s.perSecond}')" \
    'BEGIN { printf "%-18s %.0f/s, %.2f of those of anybody, unlimited (%.0f/s; goal: %s or more)\n", what, with, with / without, without, goal }'
}

# How much memory the server uses and, on Linux, the most that it ever has.
memory() {
  ps -o rss= -p "$server" | awk '{ printf "%.1f MiB", $1 / 1024 }'
  [ ! -r "/proc/$server/status" ] || awk '/^VmHWM/ { printf ", at most %.1f MiB so far", $2 / 1024 }' "/proc/$server/status"
}

transfer() {
  local rows=${TRANSFER_ROWS:-1000000} file=$data/in.ndjson seconds=0 started zadd
  export LEADERPORT_URL=$url LEADERPORT_ADMIN_KEY=bench-key-of-20-chars
  start
  target/release/leaderport bench-data --rows "$rows" >"$file"
  LC_ALL=C sort "$file" >"$data/sorted"
  say "Import and export: $rows entries as NDJSON ($(du -h "$file" | cut -f1))"
  zadd=$(valkey-benchmark -s "$data/valkey.sock" -P 16 -n 1000000 -r 1000000 --csv -q zadd bench:plain __rand_int__ player:__rand_int__ | tail -1 | cut -d'"' -f4)
  for board in whole broken; do
    ask POST /api/boards "{\"id\":\"$board\"}" >/dev/null
  done
  echo "server's memory    $(memory), before"
  timed target/release/leaderport import whole "$file" >/dev/null
  figure import "$rows" "$zadd"
  echo "server's memory    $(memory), after importing"
  timed target/release/leaderport export whole --output "$data/out.ndjson"
  figure export "$rows" "$zadd"
  echo "server's memory    $(memory), after exporting"
  compared whole
  for _ in 1 2 3; do
    interrupted target/release/leaderport import broken "$file"
  done
  target/release/leaderport import broken "$file"
  target/release/leaderport export broken --output "$data/out.ndjson"
  compared broken
}

# The time in seconds; a Mac's `date` knows no parts of them.
now() { node -p 'Date.now() / 1000'; }

# Runs a command; how long it took is in `seconds`.
timed() {
  started=$(now)
  "$@"
  seconds=$(awk -v from="$started" -v to="$(now)" 'BEGIN { print to - from }')
}

# Runs a command for some seconds, by chance.
interrupted() {
  "$@" >/dev/null 2>&1 &
  sleep "$((RANDOM % 3)).$((RANDOM % 10))"
  kill "$!" 2>/dev/null || true
  wait "$!" 2>/dev/null || true
}

figure() {
  awk -v what="$1" -v rows="$2" -v seconds="$seconds" -v zadd="$3" \
    'BEGIN { printf "%-18s %.0f rows/s, %.2f of ZADD pipelined by 16 (%.0f/s; goal for the import: 0.3 or more)\n", what, rows / seconds, rows / seconds / zadd, zadd }'
}

# What was exported, ranks apart, is what was imported, byte for byte after sorting.
compared() {
  sed 's/"rank":[0-9]*,//' "$data/out.ndjson" | LC_ALL=C sort | cmp - "$data/sorted" || { echo "bench: $1 came back as something else" >&2; exit 1; }
  echo "$(printf %-18s "$1") the same, byte for byte after sorting"
}

case "${1:-}" in
  live) live; exit ;;
  browser) browser; exit ;;
  transfer) transfer; exit ;;
  api) api; exit ;;
  webhooks) webhooks; exit ;;
  limits) limits; exit ;;
  trust) trust; exit ;;
  dashboard) dashboard; exit ;;
esac
live
browser
transfer
api
webhooks
limits
trust
dashboard
start

say "valkey-benchmark: ZADD, $CONNECTIONS connections, no pipelining, on the same Valkey"
valkey-benchmark -s "$data/valkey.sock" -c $CONNECTIONS -n 200000 -r 100000 -t zadd -q | tr '\r' '\n' | grep -E 'requests per second' | tail -1

say "HTTP: one submission a request, $CONNECTIONS connections, as fast as they are answered"
target/release/swarm --url "$url" --players 100000 --viewers 0 --rate 0 --connections $CONNECTIONS --seconds "$SECONDS_EACH"

say "HTTP: a hundred submissions a request, $CONNECTIONS connections, as fast as they are answered"
target/release/swarm --url "$url" --players 100000 --viewers 0 --rate 0 --bulk 100 --connections $CONNECTIONS --seconds "$SECONDS_EACH"

stop
cargo bench --quiet -p server --bench engine
