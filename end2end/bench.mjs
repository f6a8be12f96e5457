// Measures the pages of a LeaderPort that has a board `main` with some hundred players, and an empty one `rows` that keeps the last scores:
// node bench.mjs URL PKG_FOLDER
// Prints each figure beside its goal. The browser, the server and the load share this machine, so the figures are no better than it is.
import { chromium } from "@playwright/test";
import lighthouse from "lighthouse";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";

const [url, folder] = process.argv.slice(2);
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const port = 9_333;
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
// The kind of a message of the feed that changes rows (`app/src/protocol`).
const DELTA = 3;
const line = (name, text) => console.log(`${name.padEnd(21)}${text}`);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** What a visitor loads: the module, with the parts of it that a page needs. */
function sizes() {
  const all = readdirSync(folder);
  const kb = (names, packed) => (names.reduce((sum, name) => sum + statSync(join(folder, name + packed)).size, 0) / 1e3).toFixed(0);
  const told = (what, names, goal = "") =>
    line(what, `${kb(names, "")} kB raw, ${kb(names, ".gz")} gzip, ${kb(names, ".br")} brotli in ${names.length}${goal}`);
  const module = all.filter((name) => /^leaderport\..*\.wasm$/.test(name));
  const manifest = all.find((name) => name.startsWith("__wasm_split_manifest") && name.endsWith(".json"));
  const parts = manifest ? JSON.parse(readFileSync(join(folder, manifest), "utf8")) : {};
  told("wasm, any page", module);
  const { send = [], ...pages } = parts;
  for (const [part, names] of Object.entries(pages)) {
    told(`wasm, ${part}`, [...module, ...names.map((name) => `${name}.wasm`)], " (goal: 200 kB or less as served, 150 if it can be)");
  }
  // The rest of a board's page: loaded when somebody types a score, or the page has been at rest.
  told("wasm, send", send.filter((name) => !pages.board?.includes(name)).map((name) => `${name}.wasm`), " more, later");
  told("js", all.filter((name) => name.endsWith(".js")));
  told("css", all.filter((name) => name.endsWith(".css")));
}

/** Pages that the server renders a second, over 16 connections. */
async function rendered(path) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const until = performance.now() + 4_000;
  let count = 0;
  const one = () =>
    new Promise((done, fail) => {
      get(url + path, { agent }, (answer) => {
        if (answer.statusCode !== 200) return fail(new Error(`${path}: ${answer.statusCode}`));
        answer.resume().on("end", done);
      }).on("error", fail);
    });
  const worker = async () => {
    while (performance.now() < until) {
      await one();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  agent.destroy();
  line(`GET ${path}`, `${Math.round(count / 4)} pages/s, rendered on the server`);
}

/** Frames, long tasks and answers to clicks while a thousand scores a second come in, each a change of one of the fifty rows on the page. */
async function frames(browser) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 2_500 }, serviceWorkers: "block" });
  await scores();
  await page.goto(`${url}/b/rows`);
  await page.locator(".connection[data-status=live]").waitFor();
  const seconds = 8;
  const load = new AbortController();
  const sending = send(load.signal);
  const measuring = page.evaluate(
    (ms) =>
      new Promise((done) => {
        const [deltas, long, events] = [[], [], []];
        new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
        new PerformanceObserver((list) => events.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "event", durationThreshold: 16 });
        let last = performance.now();
        const end = last + ms;
        const frame = (now) => {
          deltas.push(now - last);
          last = now;
          if (now < end) requestAnimationFrame(frame);
          else done({ deltas: deltas.slice(1), long, events });
        };
        requestAnimationFrame(frame);
      }),
    seconds * 1_000,
  );
  for (let click = 0; click < 6; click++) {
    await page.waitForTimeout(1_000);
    await page.locator(".pause").click();
    await page.waitForTimeout(100);
    await page.locator(".pause").click();
  }
  const { deltas, long, events } = await measuring;
  load.abort();
  const sent = await sending;
  const total = deltas.reduce((sum, delta) => sum + delta, 0);
  const slow = deltas.toSorted((a, b) => a - b)[Math.floor(deltas.length * 0.99)];
  line("frames", `${((deltas.length * 1_000) / total).toFixed(1)}/s, p99 ${slow.toFixed(1)} ms, at ${Math.round(sent / seconds)} scores/s (goal: 60/s)`);
  line("long tasks", `${long.length}${long.length ? `, longest ${Math.max(...long).toFixed(0)} ms` : ""} (goal: none over 50 ms)`);
  line("clicks (INP)", events.length ? `${Math.max(...events).toFixed(0)} ms at worst (goal: 100 ms or less)` : "all under 16 ms (goal: 100 ms or less)");
  await page.close();
}

/**
 * What a change of fifty rows takes the page's main thread, by the browser's own count, while nothing in the page looks at it: the module's work, and what
 * becomes of it on the page up to the next frame. Changes are counted on the socket.
 */
async function changes(browser) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 2_500 }, serviceWorkers: "block" });
  let count = 0;
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => (count += payload[0] === DELTA)));
  await scores();
  await page.goto(`${url}/b/rows`);
  await page.locator(".connection[data-status=live]").waitFor();
  await page.waitForTimeout(3_000);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const measure = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const spent = (name) => metrics.find((metric) => metric.name === name).value * 1_000;
    return { script: spent("ScriptDuration"), layout: spent("RecalcStyleDuration") + spent("LayoutDuration"), all: spent("TaskDuration"), count };
  };
  const [load, before] = [new AbortController(), await measure()];
  const sending = send(load.signal);
  await page.waitForTimeout(5_000);
  load.abort();
  await sending;
  const after = await measure();
  const each = (what) => ((after[what] - before[what]) / Math.max(after.count - before.count, 1)).toFixed(1);
  line("a change of 50 rows", `${each("script")} ms of script, ${each("layout")} ms of style and layout, ${each("all")} ms of the main thread in all, over ${after.count - before.count} changes (goal: less than a frame, 16.7 ms, in all)`);
  await page.close();
}

/** A score of each of fifty players, all others than before. */
async function scores() {
  const all = Array.from({ length: 50 }, (_, player) => ({ playerId: `p${player}`, score: Math.floor(Math.random() * 1e6) }));
  await fetch(`${url}/api/boards/rows/scores`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(all) });
  return all.length;
}

/** A thousand scores a second, twenty times fifty; how many there were. */
async function send(signal) {
  let sent = 0;
  while (!signal.aborted) {
    const due = new Promise((done) => setTimeout(done, 50));
    sent += await scores();
    await due;
  }
  return sent;
}

/** Lighthouse, three times each, on a phone and on a desktop. */
async function lighthouses() {
  const desktop = { formFactor: "desktop", screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false }, throttling: { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1, requestLatencyMs: 0, downloadThroughputKbps: 0, uploadThroughputKbps: 0 } };
  for (const [name, settings] of Object.entries({ phone: {}, desktop })) {
    const runs = [];
    for (let run = 0; run < 3; run++) {
      const { lhr } = await lighthouse(`${url}/b/main`, { port, logLevel: "error", onlyCategories: ["performance", "accessibility", "best-practices", "seo"], ...settings });
      runs.push(lhr);
    }
    const score = (category) => Math.round(100 * median(runs.map((run) => run.categories[category].score)));
    const audit = (id) => median(runs.map((run) => run.audits[id].numericValue));
    line(`Lighthouse ${name}`, `${["performance", "accessibility", "best-practices", "seo"].map(score).join("/")} (goal: 95/100/100/100)`);
    line("", `LCP ${(audit("largest-contentful-paint") / 1e3).toFixed(2)} s (goal: 1.5), CLS ${audit("cumulative-layout-shift").toFixed(3)} (goal: 0.02), blocked ${audit("total-blocking-time").toFixed(0)} ms`);
    for (const category of ["accessibility", "best-practices", "seo"]) {
      const failed = runs[0].categories[category].auditRefs.map(({ id }) => runs[0].audits[id]).filter((audit) => audit.score !== null && audit.score < 1);
      for (const audit of failed) line("", `${category}: ${audit.title}`);
    }
  }
}

const browser = await chromium.launch({ executablePath, args: [...args, `--remote-debugging-port=${port}`] });
sizes();
for (const path of ["/", "/b/main", "/b/main/p/player-1"]) await rendered(path);
await frames(browser);
await changes(browser);
await lighthouses();
await browser.close();
