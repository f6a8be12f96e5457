// Measures how fast a LeaderPort delivers to webhooks on this machine: node bench-webhooks.mjs URL, with its key in LEADERPORT_ADMIN_KEY
import { createServer } from "node:http";

const [url, key] = [process.argv[2], process.env.LEADERPORT_ADMIN_KEY];
const acts = 900;
const line = (name, text) => console.log(`${name.padEnd(19)}${text}`);

async function api(method, path, body) {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.json();
}

let received = new Set();
let wanted = () => {};
const receiver = createServer((request, answer) => {
  request.resume().on("end", () => {
    received.add(request.headers["webhook-id"]);
    answer.writeHead(204).end();
    wanted();
  });
});
await new Promise((done) => receiver.listen(0, "127.0.0.1", done));

/** A board with changes that a webhook of its own, which is still disabled, is to tell. */
async function prepared(board) {
  await api("POST", "/api/boards", { id: board });
  await api("POST", `/api/boards/${board}/scores`, { playerId: "ada", score: 1 });
  const setup = { url: `http://127.0.0.1:${receiver.address().port}/`, events: ["moderation"], enabled: false };
  const { id } = await api("POST", `/api/boards/${board}/webhooks`, setup);
  for (let act = 0; act < acts; act += 1) await api("PATCH", `/api/boards/${board}/entries/ada`, { add: 1 });
  return `/api/boards/${board}/webhooks/${id}`;
}

async function rate(name, boards) {
  const hooks = await Promise.all(Array.from({ length: boards }, (_, at) => prepared(`hooked-${boards}-${at}`)));
  received = new Set();
  const all = new Promise((done) => {
    wanted = () => received.size === boards * acts && done();
  });
  const began = performance.now();
  await Promise.all(hooks.map((hook) => api("PATCH", hook, { enabled: true })));
  await all;
  line(name, `${Math.round((boards * acts) / ((performance.now() - began) / 1_000)).toLocaleString("en")} deliveries/s`);
}

await rate("one webhook", 1);
await rate("eight at once", 8);
receiver.close();
receiver.closeAllConnections();
