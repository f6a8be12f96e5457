// Every page and every state of it, by its address and by the links that lead there.
import { WORKER_BLOCKED, expect, furnish, live, others, seen, send, shown, test, yesterday } from "./leaderport.js";

/** Takes the complaint about the page's own status, and fails on any other. */
function expectStatus(complaints, status) {
  expect(complaints.every((text) => text.includes(`status of ${status}`))).toBe(true);
  complaints.length = 0;
}

const headings = (page) => page.getByRole("heading", { level: 1 });

test("the lobby shows each board with its leaders", async ({ page, server }) => {
  await furnish(server);
  await page.goto("/");
  await expect(page).toHaveTitle("LeaderPort");
  await expect(headings(page)).toHaveText("Boards");
  const main = page.locator('.card[data-board="main"]');
  await expect(main.locator(".players")).toHaveText("121 players");
  await expect(main.locator(".leaders li")).toHaveText(["1player 15,000", "2player 24,990", "3player 34,980"]);
  await expect(page.locator('.card[data-board="laps"] .leaders li')).toHaveText(["1Eve Moneypenny🇳🇿59.875", "2ada61.500", "2bob61.500"]);
  await expect(page.locator('.card[data-board="empty"]')).toContainText("No scores yet.");
});

test("a card in the lobby says that it is live where it is, and it can be paused", async ({ page, server }) => {
  for (let n = 1; n <= 24; n++) await server.create(`board-${String(n).padStart(2, "0")}`);
  await page.goto("/");
  const card = (board) => page.locator(`[data-board="${board}"]`);
  // As many as are shown at once, the last of them, too.
  await expect(page.locator(".card")).toHaveCount(24);
  await expect(page.locator(".card .pulse")).toHaveCount(24);
  await expect(async () => {
    await server.submit("zoe", 1 + Math.round(performance.now()), "board-24");
    await expect(card("board-24").locator(".leaders")).toContainText("zoe", { timeout: 1_000 });
  }).toPass();
  await page.waitForLoadState("networkidle");
  await server.submit("ada", 10, "board-01");
  await expect(card("board-01").locator(".leaders")).toContainText("ada");
  await server.edit({ title: "Quick laps" }, "board-01");
  await expect(card("board-01").getByRole("heading")).toHaveText("Quick laps");
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.locator(".pulse")).toHaveCount(0);
  await server.submit("bob", 20, "board-01");
  // A page that is not paused has been told by then.
  const other = await page.context().newPage();
  await other.goto("/");
  await server.submit("cid", 30, "board-01");
  await expect(other.locator('[data-board="board-01"] .leaders')).toContainText("cid");
  await expect(card("board-01").locator(".leaders")).not.toContainText("bob");
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(card("board-01").locator(".leaders")).toContainText("cid");
  await expect(page.locator(".pulse")).toHaveCount(24);
  await server.api("DELETE", "/boards/board-02", undefined, 204);
  await expect(card("board-02").locator(".pulse")).toHaveCount(0);
});

test("the lobby says how live it is, and which boards are frozen", async ({ page, context, server, complaints }) => {
  await server.create("laps");
  await page.goto("/");
  const [status, banner, pulses] = [".connection", ".banner", ".pulse"].map((part) => page.locator(part));
  const laps = page.locator('.card[data-board="laps"]');
  await live(page);
  await expect(pulses).toHaveCount(2);
  await server.api("POST", "/boards/laps/freeze");
  await expect(laps.locator(".facts")).toContainText("frozen");
  await expect(page.locator('.card[data-board="main"] .facts')).not.toContainText("frozen");
  await context.setOffline(true);
  await expect(pulses).toHaveCount(0);
  await expect(banner).toContainText("You are offline");
  await context.setOffline(false);
  await expect(pulses).toHaveCount(2);
  await server.stop();
  await expect(status).toHaveText("Connection lost, trying again…");
  await expect(banner).toContainText("The server can't be reached");
  await expect(pulses).toHaveCount(0);
  await server.start();
  await live(page);
  await expect(banner).toHaveCount(0);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(status).toHaveText("Paused");
  await server.api("DELETE", "/boards/laps/freeze");
  await expect(laps.locator(".facts")).toContainText("frozen");
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(laps.locator(".facts")).not.toContainText("frozen");
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

test("the lobby moves by itself", async ({ page, server }) => {
  await furnish(server);
  await page.goto("/");
  const main = page.locator('.card[data-board="main"]');
  await expect(async () => {
    await server.submit("the best", 9_000 + Math.round(performance.now() % 1_000));
    await expect(main.locator(".leaders li").first()).toContainText("the best", { timeout: 1_000 });
  }).toPass();
  await expect(main.locator(".players")).toHaveText("122 players");
  await expect(main.locator(".changes")).toContainText(/change/);
});

test("a window has its own standings and its own title", async ({ page, server }) => {
  await furnish(server);
  await page.goto("/b/main?window=daily");
  await live(page);
  await expect(page).toHaveTitle("Main board · Daily · LeaderPort");
  await expect(page.locator(".players")).toHaveText("120 players");
  await expect(page.locator('.tabs [aria-current="page"]')).toHaveText("Daily");
  await page.getByRole("link", { name: "All time" }).click();
  await expect(page.locator(".players")).toHaveText("121 players");
  await expect(page).toHaveURL(/\/b\/main$/);
  await expect(page).toHaveTitle("Main board · LeaderPort");
});

test("a period that is over says so, and takes no score", async ({ page, server }) => {
  await furnish(server);
  await page.goto(`/b/main?window=daily&period=${yesterday()}`);
  await expect(page.locator('.banner[data-kind="old"]')).toContainText("This period is over");
  await expect.poll(() => shown(page)).toEqual([
    ["1", "player 3", "101"],
    ["2", "old hand", "100"],
  ]);
  await expect(page.locator(".score-form")).toHaveCount(0);
  await page.getByRole("link", { name: "To the current one" }).click();
  await live(page);
  await expect(page.locator(".players")).toHaveText("120 players");
  await expect(page.locator(".score-form")).toBeVisible();
});

test("past periods are listed, and lead there", async ({ page, server }) => {
  await furnish(server);
  await page.goto("/b/main?window=daily");
  await live(page);
  await page.locator(".past summary").click();
  const day = new Date(`${yesterday()}T12:00`).toLocaleDateString("en", { dateStyle: "medium" });
  await page.locator(".past").getByRole("link", { name: day }).click();
  await expect(page.locator('.banner[data-kind="old"]')).toBeVisible();
  await expect(page.locator(".past summary")).toHaveText(`Past: ${day}`);
  await expect(page).toHaveTitle(`Main board · Daily · ${day} · LeaderPort`);
  // Another window is another page, by the same text.
  await page.getByRole("link", { name: "Daily" }).click();
  await expect(page).toHaveTitle("Main board · Daily · LeaderPort");
});

for (const [from, wanted] of [[51, 51], [75, 75], [121, 121], [5_000, 121]]) {
  test(`an address with from=${from} shows place ${wanted}`, async ({ page, server }) => {
    await furnish(server);
    await page.goto(`/b/main?from=${from}`);
    await live(page);
    await expect.poll(() => seen(page).then((rows) => rows.map(({ rank }) => rank))).toContain(wanted);
    // And nothing moves it once the page is live.
    const rows = await seen(page);
    await server.submit("player 1", 5_001);
    await expect(page.locator(".facts .players")).toHaveText("121 players");
    expect(await seen(page)).toEqual(rows);
  });
}

test("a rank is gone to where many share each", async ({ page, server }) => {
  await server.create("steps", { rankMode: "dense" });
  await server.send("steps", Array.from({ length: 400 }, (_, n) => ({ playerId: `player ${n + 1}`, score: 1_000 - Math.floor(n / 4) })));
  await page.goto("/b/steps");
  await live(page);
  await page.getByLabel("Go to rank").fill("30");
  await page.getByRole("button", { name: "Go", exact: true }).click();
  await expect(page).toHaveURL(/rank=30$/);
  await live(page);
  await expect.poll(() => seen(page).then((rows) => rows.map(({ rank }) => rank))).toContain(30);
});

test("an address that names no place shows the first", async ({ page, server }) => {
  await furnish(server);
  await page.goto("/b/main?from=nonsense");
  await live(page);
  expect((await seen(page))[0].rank).toBe(1);
});

test("an address that names a player shows where they are", async ({ page, server }) => {
  await furnish(server);
  await page.goto("/b/main?player=player%2090");
  await live(page);
  await expect.poll(() => seen(page).then((rows) => rows.map(({ player }) => player))).toContain("player 90");
});

test("who is looked for is found, by the address and by the form", async ({ page, server }) => {
  await furnish(server);
  await page.goto("/b/main?find=PLAYER%2011");
  await live(page);
  // Twelve are called like that; the best of them are shown.
  await expect(page.locator(".found li")).toHaveCount(8);
  await expect(page.getByText("There are more.")).toBeVisible();
  await page.getByLabel("Find a player").fill("hand");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page).toHaveURL(/\?find=hand$/);
  await expect(page.locator(".found li")).toHaveText(["old hand#121"]);
  await page.locator(".found a").click();
  await expect(page).toHaveURL(/player=old%20hand$/);
  await expect.poll(() => seen(page).then((rows) => rows.map(({ player }) => player))).toContain("old hand");
});

test("who is not there is not found", async ({ page, server }) => {
  await furnish(server);
  await page.goto("/b/main?find=nobody");
  await expect(page.getByText("Nobody is called like that.")).toBeVisible();
});

test("from page to page, back and forward, without loading any of them", async ({ page, server }) => {
  await furnish(server);
  await page.goto("/");
  // Until then a link is the browser's to follow.
  await live(page);
  await page.evaluate(() => (window.mark = "never reloaded"));
  const steps = [
    ["LeaderPort", () => {}],
    ["Main board · LeaderPort", () => page.getByRole("link", { name: "Main board" }).click()],
    ["player 2 on Main board · LeaderPort", () => page.getByRole("link", { name: "player 2", exact: true }).click()],
    ["Me · LeaderPort", () => page.getByRole("link", { name: "Me", exact: true }).click()],
  ];
  for (const [title, step] of steps) {
    await step();
    await expect(page).toHaveTitle(title);
  }
  for (const [title] of steps.slice(0, -1).reverse()) {
    await page.goBack();
    await expect(page).toHaveTitle(title);
  }
  for (const [title] of steps.slice(1)) {
    await page.goForward();
    await expect(page).toHaveTitle(title);
  }
  expect(await page.evaluate(() => window.mark)).toBe("never reloaded");
});

test("a profile shows how a player stands and how they got there", async ({ page, server }) => {
  for (const score of [100, 300, 200, 900]) await server.submit("ada", score);
  await server.submit("bob", 1_000);
  await page.goto("/b/main/p/ada");
  await expect(page).toHaveTitle("ada on Main board · LeaderPort");
  const tile = (name) => page.locator(".tiles div", { hasText: name }).locator("dd");
  await expect(tile("Rank")).toHaveText(/#2\s*of 2/);
  await expect(tile("To pass bob")).toHaveText(/100/);
  await expect(tile("Attempts")).toHaveText(/4/);
  // What was no improvement made no standing.
  await expect(page.locator(".history > table tbody tr td.score")).toHaveText(["900", "300", "100"]);
  await page.getByRole("link", { name: "Main board" }).click();
  await live(page);
  await expect(page).toHaveURL(/\/b\/main\?player=ada$/);
});

test("a profile that is left open is as it is by now when somebody is back", async ({ page, server, context, complaints }) => {
  await server.submit("ada", 100);
  // Its worker is registered as it comes alive.
  const isLive = page.waitForEvent("console", (message) => message.text() === WORKER_BLOCKED);
  await page.goto("/b/main/p/ada");
  await isLive;
  const asked = [];
  page.on("request", (request) => asked.push(...[request.url()].filter((url) => url.endsWith("/fn/read_fragment"))));
  const rank = page.locator(".tiles dd").first();
  const mark = () => page.locator(".profile").evaluate((profile) => profile.mark === "as it was");
  await page.locator(".profile").evaluate((profile) => (profile.mark = "as it was"));
  // The tab and its window say so at the same time: that is asked once. What is as it was stays.
  const back = () => page.evaluate(() => [window.dispatchEvent(new Event("focus")), document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))]);
  const answered = page.waitForResponse("**/fn/read_fragment");
  await back();
  await (await answered).finished();
  expect(asked).toHaveLength(1);
  expect(await mark()).toBe(true);
  await server.submit("bob", 200);
  await expect(async () => {
    await back();
    await expect(rank).toHaveText(/#2\s*of 2/, { timeout: 1_500 });
  }).toPass();
  expect(await mark()).toBe(false);
  // Without a network it stays as it is, and is read again once that is back.
  await context.setOffline(true);
  await server.submit("cid", 300);
  await back();
  await expect(rank).toHaveText(/#2\s*of 2/);
  await expect(async () => {
    await context.setOffline(true);
    await context.setOffline(false);
    await expect(rank).toHaveText(/#3\s*of 3/, { timeout: 1_500 });
  }).toPass();
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

for (const address of ["/b/nowhere", "/b/main/p/nobody", "/b/main?window=nothing", "/b/main?window=daily&period=1999-01-01"]) {
  test(`${address} is not found`, async ({ page, server, complaints }) => {
    await server.edit({ windows: ["daily"] });
    const answer = await page.goto(address);
    expect(answer.status()).toBe(404);
    await expect(headings(page)).toHaveText("There is nothing here");
    await expect(page).toHaveTitle("There is nothing here · LeaderPort");
    await page.getByRole("link", { name: "To the boards" }).click();
    await expect(headings(page)).toHaveText("Boards");
    expectStatus(complaints, 404);
  });
}

test("what waits in the browser goes when its player is forgotten, whatever the server says", async ({ page }) => {
  await page.goto("/me");
  // Over plain HTTP browsers do not listen to the server's Clear-Site-Data: the page must have done it by itself. A 204 leaves it where it is.
  await page.route("**/me/forget", (route) => route.fulfill({ status: 204 }));
  await page.evaluate(() => ["spare-runs", "lp:score:a1"].forEach((key) => localStorage.setItem(key, "[]")));
  const answered = page.waitForResponse("**/me/forget");
  await page.getByRole("button", { name: "Forget me" }).click();
  await answered;
  expect(await page.evaluate(() => JSON.stringify(localStorage))).toBe("{}");
});

test("who plays here is remembered, shown, given out and forgotten", async ({ page, server, context }) => {
  await server.submit("ada", 10);
  await page.goto("/me");
  await page.getByLabel("Name", { exact: true }).fill("ada");
  await page.getByLabel("Country").fill("NZ");
  await page.getByLabel("Dark").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.locator('meta[name="color-scheme"]')).toHaveAttribute("content", "dark");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("ada");
  await expect(page.locator(".scores-sent tbody tr")).toHaveText(/Main board\s*#1 of 1\s*10/);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export" }).click();
  expect((await download).suggestedFilename()).toBe("leaderport.json");
  await page.goto("/b/main");
  await live(page);
  await expect(page.locator('[data-player="ada"]')).toHaveClass(/own/);
  await expect(page.locator("#player")).toHaveValue("ada");
  await page.goto("/me");
  await page.getByRole("button", { name: "Forget me" }).click();
  await expect(page.getByText("Forgotten.")).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("");
  expect((await context.cookies()).filter(({ value }) => value !== "")).toEqual([]);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("nothing is there that would do nothing", async ({ page, server }) => {
    await furnish(server);
    for (const path of ["/", "/b/main"]) {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByRole("button", { name: "Pause" })).toHaveCount(0);
    }
  });

  test("a score that is sent twice by one press counts once, and in its window", async ({ page, server }) => {
    await furnish(server);
    await server.create("sum", { keep: "sum", windows: ["daily"] });
    await page.goto("/b/sum?window=daily");
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Score", { exact: true }).fill("5");
    await page.getByRole("button", { name: "Send" }).dblclick();
    await expect(page).toHaveURL(/\/b\/sum\?window=daily&player=ada$/);
    await expect(page.locator(".tabs [aria-current]")).toHaveText("Daily");
    expect(await server.entry("ada", "sum")).toMatchObject({ score: 5, attempts: 1 });
    // From the next page it is another one.
    await page.getByLabel("Score", { exact: true }).fill("5");
    await page.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => server.entry("ada", "sum")).toMatchObject({ score: 10, attempts: 2 });
  });

  test("the lobby leads to the boards", async ({ page, server }) => {
    await furnish(server);
    await page.goto("/");
    await page.getByRole("link", { name: "Lap times" }).click();
    await expect.poll(() => shown(page)).toEqual([
      ["1", "Eve Moneypenny", "59.875"],
      ["2", "ada", "61.500"],
      ["2", "bob", "61.500"],
    ]);
  });

  test("the pager leads through all rows and back", async ({ page, server }) => {
    await furnish(server);
    await page.goto("/b/main");
    // Whoever has clicked has the next page before all of it is there.
    const first = async () => [(await shown(page))[0]?.[0], await page.locator("tbody tr").count(), await page.locator(".pager span").innerText()];
    await expect.poll(first).toEqual(["1", 50, "1–50 of 121"]);
    await page.getByRole("link", { name: "Next" }).click();
    await expect.poll(first).toEqual(["51", 50, "51–100 of 121"]);
    await page.getByRole("link", { name: "Next" }).click();
    await expect.poll(first).toEqual(["101", 21, "101–121 of 121"]);
    await expect(page.getByRole("link", { name: "Next" })).toHaveCount(0);
    await page.getByRole("link", { name: "Previous" }).click();
    await expect.poll(first).toEqual(["51", 50, "51–100 of 121"]);
    await page.getByRole("link", { name: "Previous" }).click();
    await expect.poll(first).toEqual(["1", 50, "1–50 of 121"]);
    await expect(page.getByRole("link", { name: "Previous" })).toHaveCount(0);
  });

  test("the search and the jump lead to rows", async ({ page, server }) => {
    await furnish(server);
    await page.goto("/b/main");
    await page.getByLabel("Find a player").fill("hand");
    await page.getByRole("button", { name: "Find" }).click();
    await page.locator(".found a").click();
    await expect(page.locator('[data-player="old hand"]')).toBeVisible();
    await page.getByLabel("Go to rank").fill("75");
    await page.getByRole("button", { name: "Go", exact: true }).click();
    await expect(page.locator('[data-player="player 75"]')).toBeVisible();
  });

  test("a search stays in its window", async ({ page, server }) => {
    await furnish(server);
    await page.goto("/b/main?window=daily");
    await page.getByLabel("Find a player").fill("hand");
    await page.getByRole("button", { name: "Find" }).click();
    await expect(page).toHaveURL(/window=daily/);
    await expect(page.getByText("Nobody is called like that.")).toBeVisible();
  });

  test("a score is sent, and the page says whose board it is then", async ({ page, server }) => {
    await furnish(server);
    await page.goto("/b/main");
    await send(page, "ada", "4985");
    await expect(page).toHaveURL(/player=ada$/);
    await expect(page.locator('[data-player="ada"]')).toHaveClass(/own/);
    await expect(page.locator(".me-card")).toContainText("#3");
  });

  test("what the store refuses comes back with the reason", async ({ page, server }) => {
    await server.edit({ maxScore: 100 });
    await page.goto("/b/main");
    await send(page, "ada", "101");
    await expect(page.locator(".field-error", { hasText: /\S/ })).toBeVisible();
    await expect(page.getByLabel("Score", { exact: true })).toHaveValue("101");
    expect(await server.rows()).toEqual([]);
  });

  test("who plays here can be said and forgotten", async ({ page, server }) => {
    await server.submit("ada", 10);
    await page.goto("/me");
    await page.getByLabel("Name", { exact: true }).fill("ada");
    await page.getByLabel("Light").check();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
    await page.goto("/b/main");
    await expect(page.locator('[data-player="ada"]')).toHaveClass(/own/);
    await page.goto("/me");
    await page.getByRole("button", { name: "Forget me" }).click();
    await expect(page.getByText("Forgotten.")).toBeVisible();
  });

  test("a name that can't be is refused with what was typed", async ({ page }) => {
    await page.goto("/me");
    await page.getByLabel("Name", { exact: true }).fill("é".repeat(50));
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.locator("#name-error")).not.toBeEmpty();
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue("é".repeat(50));
  });
});

test("no page shifts as it comes in and wakes up", async ({ page, server }) => {
  await furnish(server);
  await page.addInitScript(() => {
    window.shifted = 0;
    const note = (list) => list.getEntries().forEach((entry) => (window.shifted += entry.value));
    new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
  });
  for (const path of ["/b/main", "/", "/b/main/p/player%201", "/me", "/docs"]) {
    await page.goto(path);
    if (path === "/b/main") await live(page);
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(await page.evaluate(() => window.shifted), path).toBeLessThan(0.02);
  }
});

test("a page is painted before what moves it is loaded", async ({ page, server }) => {
  await furnish(server);
  const asked = [];
  page.on("request", (request) => asked.push(request.url().split(".").pop()));
  let release;
  const released = new Promise((done) => (release = done));
  await page.route("**/*.css", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto("/b/main", { waitUntil: "commit" });
  await page.locator("main noscript").waitFor({ state: "attached" });
  expect(asked).toContain("css");
  expect(asked).not.toContain("wasm");
  expect(asked).not.toContain("js");
  release();
  await live(page);
  expect(asked).toContain("wasm");
});
