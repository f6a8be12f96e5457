// Measures how fast a LeaderPort that has a board `main` answers with a page of 50 entries, and how long the answer is: node bench-api.mjs URL
import { get } from "node:http";
import { connect } from "node:net";

const { hostname, port, host } = new URL(process.argv[2]);
const path = "/api/boards/main/entries?from=1&limit=50";
const connections = 32;
const seconds = 5;
const line = (name, text) => console.log(`${name.padEnd(19)}${text}`);

/** The page, once: its headers, and how many bytes it has as it is encoded. */
function page(encoding) {
  return new Promise((done, fail) => {
    get({ hostname, port, path, headers: { "Accept-Encoding": encoding } }, async (answer) => {
      let length = 0;
      for await (const piece of answer) length += piece.length;
      if (answer.statusCode === 200) done({ headers: answer.headers, length });
      else fail(new Error(`${path}: ${answer.statusCode}`));
    }).on("error", fail);
  });
}

/** Asks again and again over one connection, until it is time; how many answers came. Bare, since an HTTP client would take more time than the server. */
function asked(request, status, until) {
  return new Promise((done, fail) => {
    let count = 0;
    let got = "";
    const socket = connect(port, hostname, () => socket.write(request));
    socket.setNoDelay().setEncoding("latin1").on("error", fail);
    socket.on("data", (piece) => {
      got += piece;
      const end = got.indexOf("\r\n\r\n") + 4;
      if (end < 4 || got.length < end + length(got.slice(0, end))) return;
      if (!got.startsWith(`HTTP/1.1 ${status} `)) return fail(new Error(got));
      count += 1;
      got = "";
      if (performance.now() < until) return socket.write(request);
      socket.destroy();
      done(count);
    });
  });
}

const length = (head) => Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);

/** Answers a second over all connections. */
async function rate(name, status, headers) {
  const request = [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...headers, "", ""].join("\r\n");
  const began = performance.now();
  const all = Array.from({ length: connections }, () => asked(request, status, began + seconds * 1_000));
  const counts = await Promise.all(all);
  const sum = counts.reduce((a, b) => a + b);
  line(name, `${Math.round(sum / ((performance.now() - began) / 1_000)).toLocaleString("en")} requests/s`);
}

const [json, gzip, br] = [await page("identity"), await page("gzip"), await page("br")];
line("50 entries", `${json.length} B as JSON, ${gzip.length} gzip, ${br.length} brotli`);
await rate("whole", 200, []);
await rate("known already", 304, [`If-None-Match: ${json.headers.etag}`]);
