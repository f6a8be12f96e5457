// What the tests stand on: a LeaderPort process of each test's own, and a page that must not complain.
import { test as base, expect } from "@playwright/test";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const site = resolve(process.env.LEPTOS_SITE_ROOT ?? join(root, "target/site"));
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

/** LeaderPort with its own Valkey, which can be stopped and started again on the same port and data. */
export class LeaderPort {
  static async create() {
    const server = new LeaderPort();
    server.folder = mkdtempSync(join(tmpdir(), "leaderport-"));
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    await server.start();
    return server;
  }

  async start() {
    const { LEADERPORT_VALKEY_URL, VALKEY_URL, ...env } = process.env;
    const args = ["--listen", `127.0.0.1:${this.port}`, "--data-dir", this.folder, "--site-root", site, "--log", "warn", "--admin-key", adminKey];
    this.process = spawn(program, args, { env, stdio: ["ignore", "ignore", "inherit"] });
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

  /** Sends a score in by REST. */
  async submit(playerId, score) {
    const body = JSON.stringify({ playerId, score });
    const answer = await fetch(`${this.url}/api/score`, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(answer.status).toBe(200);
  }

  /** Changes the main board's rules. */
  async edit(rules) {
    const headers = { "content-type": "application/json", authorization: `Bearer ${adminKey}` };
    const answer = await fetch(`${this.url}/api/boards/main`, { method: "PATCH", headers, body: JSON.stringify(rules) });
    expect(answer.status).toBe(200);
  }

  /** The rows by REST, as [player, score]. */
  async rows() {
    const board = await (await fetch(`${this.url}/api/leaderboard?limit=1000`)).json();
    return board.entries.map((row) => [row.playerId, row.score]);
  }
}

export const test = base.extend({
  server: async ({}, use) => {
    const server = await LeaderPort.create();
    await use(server);
    await server.end();
  },
  baseURL: async ({ server }, use) => use(server.url),
  // What the page complains about. A test that expects complaints empties it.
  complaints: [
    async ({ page, javaScriptEnabled }, use) => {
      const complaints = [];
      page.on("console", (message) => {
        // Without JavaScript, what was preloaded for it is never used, and Chromium says so.
        const unused = javaScriptEnabled === false && message.text().includes("preloaded");
        if (["error", "warning"].includes(message.type()) && !unused) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

/** The rows on a page, as [rank, player, score]. */
export const shown = (page) => page.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));

/** Waits until the page is hydrated and live. */
export const live = (page) => expect(page.locator(".connection")).toHaveText("Live");

/** Fills in the form and sends it. */
export async function send(page, player, score) {
  await page.getByLabel("Name").fill(player);
  await page.getByLabel("Score", { exact: true }).fill(score);
  await page.getByRole("button", { name: "Send" }).click();
}

export { expect };
