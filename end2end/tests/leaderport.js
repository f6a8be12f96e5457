// What the tests stand on: a LeaderPort process of each test's own, and a page that must not complain.
import { test as base, expect } from "@playwright/test";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const sites = resolve(process.env.TEST_SITES ?? join(root, "target/test-sites"));
const program = process.env.LEADERPORT_PROGRAM ?? join(root, "target/debug/leaderport");

const adminKey = "only-for-these-tests";

/** A port that is free at the moment. */
async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Waits until a page could take a score without its server: that part of the app is loaded when somebody begins to type, or the page is at rest. */
export async function prepared(page) {
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("split_send")));
}

/** LeaderPort with its own Valkey, which can be stopped and started again on the same port and data. */
export class LeaderPort {
  /** One that serves the front end of the `release` build, or the `debug` one. */
  static async create(build = "release") {
    const server = new LeaderPort();
    server.site = join(sites, build);
    server.folder = mkdtempSync(join(tmpdir(), "leaderport-"));
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    await server.start();
    return server;
  }

  /** Starts it, with `flags` besides. */
  async start() {
    const { LEADERPORT_VALKEY_URL, VALKEY_URL, ...env } = process.env;
    const args = ["--listen", `127.0.0.1:${this.port}`, "--data-dir", this.folder, "--site-root", this.site, "--log", "warn,server::auth::setup=info", "--admin-key", adminKey, ...(this.flags ?? [])];
    this.process = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    // The log is for whoever reads the tests' output; the line with the token for the first operator is for them.
    this.process.stderr.on("data", (text) => {
      const token = /once: ([0-9a-f]+)/.exec(text)?.[1];
      if (token) this.token = token;
      else process.stderr.write(text);
    });
    await expect.poll(() => fetch(`${this.url}/readyz`).then((r) => r.status, () => 0), { timeout: 20_000 }).toBe(200);
  }

  async stop() {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await ended;
  }

  /** Stops it and removes its data. */
  async end() {
    if (this.process.exitCode === null) await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Calls the API as its operator. */
  async api(method, path, body, expected = 200) {
    const headers = { authorization: `Bearer ${adminKey}`, ...(body && { "content-type": "application/json" }) };
    const answer = await fetch(`${this.url}/api${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    expect(answer.status, text).toBe(expected);
    return text ? JSON.parse(text) : undefined;
  }

  /** The same by a name, as passkeys need one. */
  get named() {
    return `http://localhost:${this.port}`;
  }

  /** Makes an operator, and signs them in in a browser. */
  async operator(context, role, name = role) {
    const password = "violet harbour tin sonata";
    await this.api("POST", "/operators", { name, role, password }, 201);
    const answer = await fetch(`${this.url}/api/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name, password }) });
    const [cookie, value] = answer.headers.get("set-cookie").split(";")[0].split("=");
    await context.addCookies([{ name: cookie, value, url: this.url, httpOnly: true, sameSite: "Lax" }]);
  }

  /** Sends a score in by REST, to the main board or another one. */
  async submit(playerId, score, board = "main") {
    await this.send(board, [{ playerId, score }]);
  }

  /** Sends many scores in, a thousand at a time. */
  async send(board, scores) {
    for (let at = 0; at < scores.length; at += 1_000) {
      const { receipts = [] } = (await this.api("POST", `/boards/${board}/scores`, scores.slice(at, at + 1_000))) ?? {};
      for (const receipt of receipts) expect(receipt.error).toBeUndefined();
    }
  }

  /** Makes a board that takes scores from everybody. */
  async create(id, rules = {}) {
    await this.api("POST", "/boards", { id, title: id, submitters: "players", ...rules }, 201);
  }

  /** Changes a board's rules. */
  async edit(rules, board = "main") {
    await this.api("PATCH", `/boards/${board}`, rules);
  }

  /** How a player stands on a board. */
  entry(player, board = "main") {
    return this.api("GET", `/boards/${board}/entries/${encodeURIComponent(player)}`);
  }

  /** The rows by REST, as [player, score]. */
  async rows() {
    const board = await (await fetch(`${this.url}/api/leaderboard?limit=1000`)).json();
    return board.entries.map((row) => [row.playerId, row.score]);
  }
}

/** What Playwright says where a page that is live registers its worker. */
export const WORKER_BLOCKED = "Service Worker registration blocked by Playwright";

/** Collects what a page complains about; that tests allow it no service worker is said by Playwright. */
export function collectComplaints(page) {
  const complaints = [];
  page.on("console", (message) => {
    if (message.text() === WORKER_BLOCKED) return;
    // On a machine that is very busy.
    if (/was preloaded using link preload but not used within a few seconds/.test(message.text())) return;
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}

export const test = base.extend({
  // Which build of the front end is tested.
  build: ["release", { option: true }],
  server: async ({ build }, use) => {
    const server = await LeaderPort.create(build);
    await use(server);
    await server.end();
  },
  baseURL: async ({ server }, use) => use(server.url),
  // What the page complains about. A test that expects complaints empties it.
  complaints: [
    async ({ page }, use) => {
      const complaints = collectComplaints(page);
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

/** The rows on a page in the order of its document, as [rank, player, score]. */
export const shown = (page) =>
  page.locator("tbody tr.row").evaluateAll((rows) =>
    rows.map((row) => [".rank", "bdi", ".score"].map((part) => row.querySelector(part)?.textContent.trim() ?? "")),
  );

/** The rows that are seen, at least in part, from the top down: their rank, player, and how far below the head they begin. */
export const seen = (page) =>
  page.locator(".scroller").evaluate((scroller) => {
    const top = scroller.querySelector("thead").getBoundingClientRect().bottom;
    const end = scroller.getBoundingClientRect().bottom;
    return [...scroller.querySelectorAll("tbody tr.row")]
      .map((row) => ({ row, box: row.getBoundingClientRect() }))
      .filter(({ box }) => box.bottom > top + 1 && box.top < end - 1)
      .sort((a, b) => a.box.top - b.box.top)
      .map(({ row, box }) => ({
        rank: Number(row.querySelector(".rank").textContent.replaceAll(",", "")),
        player: row.dataset.player,
        at: Math.round(box.top - top),
      }));
  });

/** The boards that most tests of pages look at. Yesterday's scores come in late. */
export async function furnish(server) {
  const daily = { name: "daily", every: "day", lateSeconds: 604_800 };
  await server.edit({ description: "Everything counts here.", windows: [daily] });
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1_000).toISOString();
  await server.send("main", Array.from({ length: 120 }, (_, n) => ({ playerId: `player ${n + 1}`, score: 5_000 - 10 * n })));
  await server.send("main", ["old hand", "player 3"].map((playerId, n) => ({ playerId, score: 100 + n, at: yesterday })));
  await server.create("laps", { title: "Lap times", direction: "asc", decimals: 3, rankMode: "competition" });
  await server.send("laps", [["ada", 61.5], ["bob", 61.5], ["eve", 59.875]].map(([playerId, score]) => ({ playerId, score })));
  await server.api("PUT", "/players/eve", { name: "Eve Moneypenny", country: "NZ" });
  await server.create("empty", { title: "An empty board" });
}

/** The day before today, as daily periods are called. */
export const yesterday = () => new Date(Date.now() - 24 * 60 * 60 * 1_000).toISOString().slice(0, 10);

/** Waits until the page is hydrated and live. */
export const live = (page) => expect(page.locator(".connection")).toHaveText("Live");

/** Fills in the form and sends it. */
export async function send(page, player, score) {
  await page.getByLabel("Name").fill(player);
  await page.getByLabel("Score", { exact: true }).fill(score);
  await page.getByRole("button", { name: "Send" }).click();
}

/** Holds the page's submissions back until they are let go. */
export async function hold(page) {
  let release;
  const released = new Promise((done) => (release = done));
  await page.route("**/fn/submit_score", async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

/** What a page complains about, less what the browser itself says of a server that can't be reached, or refuses. */
export const others = (complaints) =>
  complaints.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|WebSocket connection|Failed to load resource/.test(text));

export { expect, sites };
