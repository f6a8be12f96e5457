// Watches the first page of a board: show(rows, version, total) is called at the start and whenever it has changed.
function watchBoard(url, board, show) {
  let rows = [], known = null, tries = 0;
  (function connect(silence) {
    const socket = new WebSocket(url, "leaderport.json.v1");
    socket.onopen = () => socket.send(JSON.stringify({ watch: { view: 1, board, known: [known] } }));
    socket.onclose = ({ code }) => code < 3500 && setTimeout(connect, Math.random() * 1000 * 2 ** Math.min(tries++, 5));
    socket.onmessage = ({ data }) => {
      const { snapshot, delta } = JSON.parse(data), frame = snapshot ?? delta;
      clearTimeout(silence), (silence = setTimeout(() => socket.close(), 60_000)); // A server that is there says something.
      if (frame) [known, tries] = [{ version: frame.version, digest: frame.digest }, 0];
      if (frame) show((rows = snapshot?.rows ?? apply(rows, delta)), frame.version, frame.total);
    };
  })();
}
// What a delta makes of the rows: a row that is put brings itself, any other is taken out first.
function apply(rows, { edits, ranks }) {
  for (const { at, to, row = rows.splice(at, 1)[0], ...now } of edits.flatMap(Object.values))
    if (to >= 0) rows.splice(to, 0, { ...row, ...now });
  const all = ranks.flatMap(([first, count, step]) => Array.from({ length: count }, (_, at) => first + at * step));
  return rows.map((row, at) => ({ ...row, rank: all[at] }));
}
