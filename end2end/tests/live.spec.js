// The page's socket: when it is open, what comes over it, and what becomes of that.
import { expect, live, others, send, shown, test } from "./leaderport.js";

// The first byte of a binary frame says what it is, in the order of the protocol's messages.
const [HELLO, WATCHING, DELTA, NOTICE, REFUSED] = [0, 1, 3, 5, 6];

/** The sockets that a page opens, with the frames that come over each. */
function sockets(page) {
  const all = [];
  page.on("websocket", (socket) => {
    const seen = { url: socket.url(), received: [], kinds: () => seen.received.map((frame) => frame[0]), closed: false };
    socket.on("framereceived", ({ payload }) => seen.received.push(payload));
    socket.on("close", () => (seen.closed = true));
    all.push(seen);
  });
  return all;
}

/** Has a page think that it is looked at, or not. */
function look(page, isLookedAt) {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, !isLookedAt);
}

/** Follows a link that the app follows by itself. */
async function leave(page) {
  await page.evaluate(() => {
    const link = document.body.appendChild(document.createElement("a"));
    link.href = "/nowhere";
    link.click();
    link.remove();
  });
  await expect(page.getByText("There is nothing here")).toBeVisible();
}

/** Comes back from there. */
async function back(page) {
  await page.getByRole("link", { name: "To the boards" }).click();
  await page.getByRole("link", { name: "Main board" }).click();
}

/** Stops the page's time: its timers and animation frames wait until it is moved on. */
async function stopTime(page) {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000);
}

test("one socket brings what has changed since the page was rendered, and little else", async ({ page, server }) => {
  for (let n = 0; n < 60; n++) await server.submit(`player-${n}`, 1_000 + n);
  const open = sockets(page);
  await page.goto("/b/main");
  await live(page);
  await expect.poll(() => open[0].kinds()).toEqual([HELLO, WATCHING, DELTA]);
  // The rows are on the page already: no frame repeats them.
  const size = (frames) => frames.reduce((sum, frame) => sum + frame.length, 0);
  expect(open[0].received.every((frame) => Buffer.isBuffer(frame))).toBe(true);
  expect(size(open[0].received)).toBeLessThan(100);
  await server.submit("player-3", 5_000);
  await expect.poll(() => shown(page).then((rows) => rows[0])).toEqual(["1", "player-3", "5,000"]);
  expect(await page.locator("tbody tr").count()).toBeGreaterThan(9);
  expect(open[0].kinds()).toEqual([HELLO, WATCHING, DELTA, DELTA]);
  expect(open[0].received[3].length).toBeLessThan(60);
  expect(open.map(({ url }) => new URL(url).pathname)).toEqual(["/ws"]);
});

test("after the server was away the page goes on from what it shows", async ({ page, server, complaints }) => {
  for (let n = 0; n < 60; n++) await server.submit(`player-${n}`, 1_000 + n);
  const open = sockets(page);
  await page.goto("/b/main");
  await live(page);
  await page.evaluate(() => (window.mark = "never reloaded"));
  await server.stop();
  // It was told, and when to come back.
  await expect(page.locator(".connection")).toHaveText("Connection lost, trying again…");
  expect(open[0].kinds().at(-1)).toBe(NOTICE);
  await server.start();
  await live(page);
  await expect.poll(() => open.at(-1).kinds()).toEqual([HELLO, WATCHING, DELTA]);
  await server.submit("ada", 9_000);
  await expect.poll(() => shown(page).then((rows) => rows[0])).toEqual(["1", "ada", "9,000"]);
  expect(await page.evaluate(() => window.mark)).toBe("never reloaded");
  // The browser itself reports each failed try.
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

test("a page that is gone to while the server is away comes by itself when it is back", async ({ page, server, complaints }) => {
  await server.submit("ada", 900);
  await page.goto("/b/main");
  await live(page);
  await page.evaluate(() => (window.mark = "never reloaded"));
  await page.getByRole("link", { name: "Boards" }).first().click();
  const board = page.locator('.card a[href="/b/main"]');
  await expect(board).toBeVisible();
  await server.stop();
  await board.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Not to be reached at the moment");
  await server.start();
  await live(page);
  expect(await shown(page)).toEqual([["1", "ada", "900"]]);
  expect(await page.evaluate(() => window.mark)).toBe("never reloaded");
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

test("a page that nobody looks at does not try, and is back at once when somebody does", async ({ page, server }) => {
  await page.clock.install();
  const open = sockets(page);
  await page.goto("/b/main");
  await live(page);
  await look(page, false);
  await server.stop();
  await expect.poll(() => open[0].closed).toBe(true);
  await page.clock.runFor(120_000);
  await server.start();
  await server.submit("ada", 1_200);
  await page.clock.runFor(120_000);
  expect(open.length).toBe(1);
  await stopTime(page);
  await look(page, true);
  await expect.poll(() => open.length).toBe(2);
  await page.clock.resume();
  await live(page);
  await expect.poll(() => shown(page)).toEqual([["1", "ada", "1,200"]]);
});

test("a page that nobody looks at for a minute gives its socket back", async ({ page, server }) => {
  await page.clock.install();
  const open = sockets(page);
  await page.goto("/b/main");
  await live(page);
  // No second passes but those that are let pass, however long the rest takes.
  await stopTime(page);
  await look(page, false);
  await page.clock.runFor(40_000);
  // What comes from the server says that it is there: it may be silent for so long from then on.
  await server.submit("ada", 1_200);
  await expect.poll(() => open[0].kinds()).toEqual([HELLO, WATCHING, DELTA, DELTA]);
  await page.clock.runFor(15_000);
  expect(open[0].closed).toBe(false);
  await page.clock.runFor(10_000);
  await expect.poll(() => open[0].closed).toBe(true);
  await server.submit("bob", 1_300);
  await page.clock.fastForward(3_600_000);
  expect(open.length).toBe(1);
  await look(page, true);
  await expect.poll(() => open.length).toBe(2);
  await page.clock.resume();
  await expect.poll(() => shown(page)).toEqual([
    ["1", "bob", "1,300"],
    ["2", "ada", "1,200"],
  ]);
  await live(page);
  expect(open[1].kinds()).toEqual([HELLO, WATCHING, DELTA]);
});

test("a network that comes back ends the wait", async ({ page, server }) => {
  await page.clock.install();
  const open = sockets(page);
  await page.goto("/b/main");
  await live(page);
  await stopTime(page);
  await server.stop();
  await expect(page.locator(".connection")).toHaveText("Connection lost, trying again…");
  await server.start();
  expect(open.length).toBe(1);
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await live(page);
  expect(open.length).toBe(2);
});

test("a socket that brings nothing for too long is taken for dead", async ({ page, server }) => {
  await page.clock.install();
  const open = sockets(page);
  await page.goto("/b/main");
  await live(page);
  await expect.poll(() => open[0].kinds()).toEqual([HELLO, WATCHING, DELTA]);
  await page.clock.fastForward(45_000);
  expect(open.length).toBe(1);
  await page.clock.fastForward(10_000);
  await expect.poll(() => open[0].closed).toBe(true);
  await expect.poll(() => open.length).toBe(2);
  await live(page);
  await server.submit("ada", 1_200);
  await expect(page.locator('[data-player="ada"]')).toContainText("1,200");
});

test("a page without a board has no socket", async ({ page, server, complaints }) => {
  await page.clock.install();
  const open = sockets(page);
  await page.goto("/b/main");
  await live(page);
  await stopTime(page);
  await leave(page);
  await back(page);
  // Whoever is back within a moment finds the socket open.
  await live(page);
  await page.clock.resume();
  await server.submit("ada", 1_200);
  await expect.poll(() => shown(page)).toEqual([["1", "ada", "1,200"]]);
  expect(open.length).toBe(1);
  await leave(page);
  await page.clock.runFor(5_000);
  await expect.poll(() => open[0].closed).toBe(true);
  await server.submit("bob", 1_300);
  await stopTime(page);
  await back(page);
  await live(page);
  await page.clock.resume();
  await expect.poll(() => shown(page).then((rows) => rows[0])).toEqual(["1", "bob", "1,300"]);
  expect(open.length).toBe(2);
});

test("what comes within one animation frame is shown at once, the newest of it", async ({ page, server }) => {
  await page.clock.install();
  const open = sockets(page);
  await server.submit("ada", 1);
  await page.goto("/b/main");
  await live(page);
  await expect.poll(() => open[0].kinds()).toEqual([HELLO, WATCHING, DELTA]);
  await page.clock.runFor(1_000);
  await page.evaluate(() => {
    window.seen = [];
    const cell = document.querySelector('[data-player="ada"] .score');
    new MutationObserver(() => window.seen.push(cell.textContent)).observe(cell, { subtree: true, childList: true, characterData: true });
  });
  await stopTime(page);
  for (const score of [2, 3]) {
    await server.submit("ada", score);
    await expect.poll(() => open[0].kinds().length).toBe(2 + score);
  }
  expect(await page.evaluate(() => window.seen)).toEqual([]);
  await page.clock.runFor(100);
  await expect(page.locator('[data-player="ada"] .score')).toHaveText("3");
  expect(await page.evaluate(() => window.seen)).toEqual(["3"]);
});

test("whoever has sent a score sees how they stand", async ({ page, server }) => {
  await page.goto("/b/main");
  await live(page);
  const standing = page.locator(".me-card");
  await server.submit("bob", 60);
  await expect(page.locator(".players")).toHaveText("1 player");
  await expect(standing).toContainText("Send a score");
  await send(page, "ada", "100");
  await expect(standing).toContainText(/ada\s*#1 of 2/);
  await expect(standing).toContainText("nobody");
  await server.submit("bob", 1_140);
  await expect(standing).toContainText(/ada\s*#2 of 2/);
  await expect(standing).toContainText(/To pass bob\s*1,040/);
  await server.submit("cid", 100);
  await expect(standing).toContainText(/ada\s*#2 of 3/);
  // The last one who sent, and what was reached later is behind.
  await send(page, "eve", "100");
  await expect(standing).toContainText(/eve\s*#4 of 4/);
  await expect(standing).toContainText(/To pass cid\s*level/);
});

test("the board's rules change, and the page with them", async ({ page, server }) => {
  await page.goto("/b/main");
  await live(page);
  await expect(page.locator("h1")).toHaveText("Main board");
  await server.edit({ title: "Autumn cup" });
  await expect(page.locator("h1")).toHaveText("Autumn cup");
  await expect(page).toHaveTitle("Autumn cup · LeaderPort");
  await server.edit({ visibility: "private" });
  await expect(page.locator(".connection")).toHaveText("There is no such board.");
});

const frozen = (page) => page.locator('.banner[data-kind="frozen"]');

test("a board that is frozen while a page comes in is frozen on it", async ({ page, server }) => {
  let release;
  const released = new Promise((done) => (release = done));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto("/b/main", { waitUntil: "commit" });
  await expect(page.locator("h1")).toHaveText("Main board");
  await server.api("POST", "/boards/main/freeze");
  await expect(frozen(page)).toHaveCount(0);
  release();
  await live(page);
  await expect(frozen(page)).toBeVisible();
});

test("what becomes of a board while a page has no socket is on it when it has one again", async ({ page, server, complaints }) => {
  await page.clock.install();
  const open = sockets(page);
  await page.goto("/b/main");
  await live(page);
  // Nobody looks.
  await look(page, false);
  await page.clock.runFor(70_000);
  await expect.poll(() => open[0].closed).toBe(true);
  await server.api("POST", "/boards/main/freeze");
  await look(page, true);
  await live(page);
  await expect(frozen(page)).toBeVisible();
  // It is paused.
  await page.getByRole("button", { name: "Pause" }).click();
  await server.api("DELETE", "/boards/main/freeze");
  await page.getByRole("button", { name: "Go on" }).click();
  await live(page);
  await expect(frozen(page)).toHaveCount(0);
  // The server is away, and is back before the page is.
  await server.api("POST", "/boards/main/freeze");
  await expect(frozen(page)).toBeVisible();
  await stopTime(page);
  await server.stop();
  await expect(page.locator(".connection")).toHaveText("Connection lost, trying again…");
  await server.start();
  await server.api("DELETE", "/boards/main/freeze");
  await page.clock.resume();
  await live(page);
  await expect(frozen(page)).toHaveCount(0);
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

test("rules that could not be read are read again, and the newest are those that stay", async ({ page, server, complaints }) => {
  const read = page.waitForResponse("**/fn/open_board");
  await page.goto("/b/main");
  await read;
  await live(page);
  let failures = 2;
  await page.route("**/fn/open_board", (route) => (failures-- > 0 ? route.abort() : route.continue()));
  await server.edit({ title: "Spring cup" });
  await expect(page.locator("h1")).toHaveText("Spring cup");
  await page.unroute("**/fn/open_board");
  // An answer that comes late is older than what was edited meanwhile.
  let release;
  let held = 0;
  const released = new Promise((done) => (release = done));
  await page.route("**/fn/open_board", async (route) => {
    const answer = await route.fetch();
    if ((held += 1) === 1) await released;
    await route.fulfill({ response: answer });
  });
  await server.edit({ title: "Summer cup" });
  await expect.poll(() => held).toBe(1);
  await server.edit({ title: "Autumn cup" });
  // The page is told of it before the answer comes.
  await server.submit("ada", 10);
  await expect(page.locator('[data-player="ada"]')).toBeVisible();
  release();
  await expect(page.locator("h1")).toHaveText("Autumn cup");
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

test("all that a page shows of the rules follows them", async ({ page, server }) => {
  await page.goto("/b/main");
  await live(page);
  const form = page.locator(".score-form");
  await expect(form).toBeVisible();
  await page.getByLabel("Name").fill("ada");
  await server.edit({ description: "Once around.", windows: ["daily"] });
  await expect(page.locator(".description")).toHaveText("Once around.");
  await expect(page.locator(".tabs").getByRole("link", { name: "Daily" })).toBeVisible();
  // What is typed is there still.
  await expect(page.getByLabel("Name")).toHaveValue("ada");
  await server.edit({ submitters: "servers" });
  await expect(form).toHaveCount(0);
  await server.edit({ submitters: "players" });
  await send(page, "ada", "12");
  await expect(page.locator('[data-player="ada"]')).toContainText("12");
});

test.describe("with a server of another kind", () => {
  /** Answers each socket of the page by itself; counts them. */
  async function answer(page, each) {
    const count = { sockets: 0 };
    await page.routeWebSocket("/ws", (socket) => each(socket, (count.sockets += 1)));
    return count;
  }

  const hello = Buffer.from([HELLO, 0xa8, 0xc3, 0x01]);
  const refused = (view, code, detail) => Buffer.from([REFUSED, view, code.length, ...Buffer.from(code), detail.length, ...Buffer.from(detail)]);

  test("a server that wants no more of it is left alone", async ({ page }) => {
    await page.clock.install();
    const count = await answer(page, (socket) => {
      socket.send(hello);
      socket.close({ code: 3500, reason: "no" });
    });
    await page.goto("/b/main");
    await expect(page.locator(".connection")).toHaveText("Not live: load the page again");
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await page.clock.runFor(120_000);
    expect(count.sockets).toBe(1);
  });

  test("a view that can't be had for the moment is asked for again", async ({ page, server }) => {
    const count = await answer(page, (socket, number) => {
      if (number > 2) return void socket.connectToServer();
      socket.send(hello);
      socket.onMessage((asked) => socket.send(number === 1 ? refused(asked[1], "unavailable", "Later.") : Buffer.from("nonsense")));
    });
    await server.submit("ada", 5);
    await page.goto("/b/main");
    await expect.poll(() => count.sockets).toBe(3);
    await live(page);
    await server.submit("ada", 7);
    await expect.poll(() => shown(page)).toEqual([["1", "ada", "7"]]);
  });

  test("a view that is refused for good says why", async ({ page }) => {
    const count = await answer(page, (socket) => {
      socket.send(hello);
      // What is asked for names its view behind what kind it is.
      socket.onMessage((asked) => socket.send(refused(asked[1], "not-found", "There is no such board.")));
    });
    await page.goto("/b/main");
    await expect(page.locator(".connection")).toHaveText("There is no such board.");
    await expect(page.locator(".connection")).toHaveAttribute("data-status", "ended");
    expect(count.sockets).toBe(1);
  });
});
