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
      if (!frame) return;
      rows = snapshot?.rows ?? apply(rows, delta.runs);
      [known, tries] = [{ version: frame.version, digest: frame.digest }, 0];
      show(rows, frame.version, frame.total);
    };
  })();
}
// What the runs of a delta make of the old rows.
const apply = (old, runs, next = 0) => runs.flatMap(({ keep, take, change, put }) => {
  const { at = next, rows = keep ?? 1, shift = 0, ...now } = take ?? change ?? {};
  return put ?? old.slice(at, (next = at + rows)).map((row) => ({ ...row, ...now, rank: row.rank + shift }));
});
