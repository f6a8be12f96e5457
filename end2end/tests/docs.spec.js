import { readFileSync } from "node:fs";
import { expect, test } from "./leaderport.js";

const client = readFileSync(new URL("../../style/assets/live-client.js", import.meta.url), "utf8");
const listings = (page) => page.locator("pre").evaluateAll((all) => all.map((listing) => listing.textContent.trim()));

/** The rows of the running client, as [rank, player, score]. */
const clientRows = (frame) => frame.locator("#rows tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));

/** The first page by REST, in the same form. */
async function restRows(server) {
  const { entries } = await (await fetch(`${server.url}/api/leaderboard?limit=50`)).json();
  return entries.map(({ rank, name, score }) => [String(rank), name, String(score)]);
}

const follows = async (frame, server) => expect.poll(() => clientRows(frame)).toEqual(await restRows(server));

test("the page shows the very client that runs on it", async ({ page, server }) => {
  await server.submit("ada", 1200);
  const answer = await page.goto("/docs/live");
  expect(answer.status()).toBe(200);
  await expect(page).toHaveTitle("The live feed · LeaderPort");
  expect(await listings(page)).toContain(client.trim());
  const frame = page.frameLocator("iframe");
  await frame.owner().scrollIntoViewIfNeeded();
  await expect(frame.locator("#state")).toContainText("main, version 1, players: 1");
  await server.submit("bob", 1300);
  await follows(frame, server);
});

test("links lead where they say, there and back", async ({ page, server }) => {
  await server.submit("ada", 1200);
  await page.goto("/b/main");
  await expect(page.locator(".connection")).toHaveText("Live");
  await page.getByRole("link", { name: "Docs" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Documentation");
  await page.getByRole("link", { name: "The live feed" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The live feed");
  await page.getByRole("link", { name: "Resuming" }).click();
  await expect(page).toHaveURL(/#resume$/);
  await expect(page.locator("#resume")).toBeInViewport();
  // The app takes over here; what it comes back to it has to load.
  await page.getByRole("link", { name: "LeaderPort" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Boards");
  await page.goBack();
  await expect(page.locator("#resume")).toBeVisible();
  expect(await listings(page)).toContain(client.trim());
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [320, 390, 1280]) {
    test(`nothing sticks out at ${width} px, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      for (const address of ["/docs", "/docs/live", "/live-client.html"]) {
        await page.goto(address);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
        const wide = "h1, h2, h3, p, li, table, td, iframe, header *";
        const out = await page.locator(wide).evaluateAll((all) =>
          all.filter((it) => it.getBoundingClientRect().right > innerWidth || it.scrollWidth > it.clientWidth + 1 && it.tagName === "TD").map((it) => it.outerHTML.slice(0, 200)),
        );
        expect(out).toEqual([]);
      }
    });
  }
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the page is there to read", async ({ page }) => {
    await page.goto("/docs/live");
    await expect(page.locator("h2")).toHaveCount(11);
    await expect(page.locator("pre", { hasText: "function watchBoard" })).toBeVisible();
    await expect(page.getByRole("cell", { name: "3002" })).toBeVisible();
    await page.getByRole("link", { name: "Docs" }).click();
    await expect(page.getByRole("link", { name: "The live feed" })).toBeVisible();
  });
});

test("the client follows a hundred scores exactly, also across a restart of the server", async ({ page, server, complaints }) => {
  expect(client.split("\n").filter((line) => line.trim() && !line.trim().startsWith("//")).length).toBeLessThanOrEqual(20);
  await server.submit("ada", 1200);
  const said = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => said.push(Object.keys(JSON.parse(payload))[0])));
  await page.goto("/live-client.html");
  await expect.poll(() => clientRows(page)).toEqual([["1", "ada", "1200"]]);
  const round = (seed) => Promise.all(Array.from({ length: 100 }, (_, n) => server.submit(`p${(n * seed) % 70}`, (n * 7919 * seed) % 1000)));
  await round(3);
  await follows(page, server);
  // All of it came as changes of the one page that was sent whole.
  expect(said.filter((kind) => kind === "snapshot")).toHaveLength(1);
  expect(said).toContain("delta");
  await server.stop();
  await server.start();
  await round(11);
  await follows(page, server);
  expect(complaints.every((text) => text.includes("WebSocket connection"))).toBe(true);
  complaints.length = 0;
});

test("a client that comes back to the same server goes on from what it has", async ({ page, server }) => {
  await server.submit("ada", 1200);
  await page.addInitScript(() => {
    window.sockets = [];
    window.WebSocket = class extends WebSocket {
      constructor(...args) {
        super(...args);
        sockets.push(this);
      }
    };
  });
  const said = [];
  page.on("websocket", (socket) => {
    said.push([]);
    socket.on("framereceived", ({ payload }) => said.at(-1).push(Object.keys(JSON.parse(payload))[0]));
  });
  await page.goto("/live-client.html");
  await expect.poll(() => clientRows(page)).toEqual([["1", "ada", "1200"]]);
  await page.evaluate(() => sockets[0].close());
  await server.submit("bob", 1300);
  await follows(page, server);
  // If it was back before bob, there is a delta without anything in it first.
  expect([...new Set(said[1])]).toEqual(["hello", "watching", "delta"]);
});

test("the digest of the page is that of the server", async ({ page, server }) => {
  await server.submit("ada", 1200);
  await server.submit("Grüße ✓", -5);
  await page.goto("/docs/live");
  const code = (await listings(page)).find((listing) => listing.startsWith("function digest("));
  const { sent, computed } = await page.evaluate(async (code) => {
    const digest = new Function(`${code}; return digest`)();
    const events = new EventSource("/api/boards/main/events");
    const snapshot = await new Promise((done) => events.addEventListener("snapshot", ({ data }) => done(JSON.parse(data).snapshot)));
    events.close();
    return { sent: snapshot.digest, computed: digest(snapshot.period, snapshot.from, snapshot.total, snapshot.rows) };
  }, code);
  expect(computed).toBe(sent);
  // As well as those in the examples.
  const examples = (await listings(page)).filter((listing) => listing.startsWith('{"snapshot"'));
  const { snapshot } = JSON.parse(examples[0]);
  const example = await page.evaluate(([code, { period, from, total, rows }]) => new Function(`${code}; return digest`)()(period, from, total, rows), [code, snapshot]);
  expect(example).toBe(snapshot.digest);
});

test("events: a snapshot, then a delta, with ids to come back by", async ({ page, server }) => {
  await server.submit("ada", 1200);
  await page.goto("/docs/live");
  await page.evaluate(() => {
    window.told = [];
    const events = new EventSource("/api/boards/main/events?len=10");
    for (const kind of ["watching", "snapshot", "delta"])
      events.addEventListener(kind, ({ type, data, lastEventId }) => told.push({ type, message: JSON.parse(data), lastEventId }));
  });
  const told = () => page.evaluate(() => told);
  await expect.poll(async () => (await told()).length).toBe(2);
  await server.submit("bob", 1300);
  await expect.poll(async () => (await told()).length).toBe(3);
  const [watching, snapshot, delta] = await told();
  expect([watching, snapshot, delta].map(({ type }) => type)).toEqual(["watching", "snapshot", "delta"]);
  expect(watching.message.watching.pages).toEqual([{ page: snapshot.message.snapshot.page, from: 1 }]);
  for (const { type, message, lastEventId } of [snapshot, delta])
    expect(lastEventId).toBe(`${message[type].version}-${message[type].digest}`);
  // A reader that comes back with the id of the snapshot gets the delta alone.
  const answer = await page.evaluate(async (id) => {
    const reader = (await fetch("/api/boards/main/events?len=10", { headers: { "last-event-id": id } })).body.getReader();
    let text = "";
    while (!/event: (delta|snapshot)[^]*\n\n/.test(text)) text += new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
    return text;
  }, snapshot.lastEventId);
  expect(answer).toContain("event: delta");
  expect(answer).not.toContain("event: snapshot");
});
