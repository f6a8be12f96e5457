// The game: a real run, played in a real browser, ends on the board with the score that the server comes to.
import { violations } from "./axe.js";
import { expect, test } from "./leaderport.js";
import { play, points } from "./ring.js";

test("a run counts for what the server comes to, and the next one races it", async ({ page, context, server, complaints }) => {
  test.setTimeout(180_000);
  await page.goto("/play");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "name" })).toBeVisible();
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await play(page);
  await expect(page.locator("#play-result")).toContainText("Your best so far: rank 1 of 1.");
  const score = await points(page);
  expect(score).toBeGreaterThan(1_000);
  const entry = await server.entry("Ada", "ring");
  expect([entry.score, entry.rank]).toEqual([score, 1]);
  await expect(page.locator("#play-strip li").first()).toContainText("Ada");

  // Somebody else, with a finger, who is bad at it.
  await page.getByLabel("Name").fill("Bob");
  await page.getByRole("button", { name: "Again" }).click();
  await expect(page.locator("#play-ghost")).toContainText("You race Ada");
  await expect(page.locator("#play-strip li").nth(1)).toContainText("Bob");
  await page.locator("#arena").click({ position: { x: 30, y: 30 } });
  await expect(page.locator("#play-pointer")).toHaveAttribute("data-stunned", /yes|no/);
  await page.locator("#play-result h2").waitFor({ timeout: 60_000 });
  expect((await server.entry("Bob", "ring")).score).toBe(await points(page));
  // What it came to is a picture, and has an address to share.
  const picture = page.getByRole("img", { name: "The result as a picture" });
  await expect.poll(() => picture.evaluate((image) => [image.complete, image.naturalWidth, image.naturalHeight])).toEqual([true, 1200, 630]);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Share" }).click();
  await expect(page.getByRole("button", { name: "The link is copied." })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(await page.getByRole("link", { name: "The result, to share" }).evaluate((link) => link.href));
  const drawn = await picture.getAttribute("src");
  await page.getByRole("link", { name: "Your page" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Bob");
  await page.goto(link);
  await expect(page).toHaveTitle(/^Bob: \d/);
  expect(drawn.startsWith(await page.locator(".play-card").getAttribute("src"))).toBe(true);
  expect(complaints).toEqual([]);
});

test("a run that ends offline waits, and lands once", async ({ page, context, server, complaints }) => {
  test.setTimeout(120_000);
  const bobs = await server.api("POST", "/boards/ring/runs", { playerId: "Bob" }, 201);
  await page.goto("/play");
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await context.setOffline(true);
  await play(page);
  await expect(page.getByRole("alert")).toContainText("waits here");
  const score = await points(page);
  await server.api("GET", "/boards/ring/entries/Ada", undefined, 404);
  // Another one waits with it.
  await page.evaluate(({ run }) => {
    const body = JSON.stringify({ run, playerId: "Bob", taps: [], score: 0 });
    const waiting = JSON.parse(localStorage.getItem("runs"));
    localStorage.setItem("runs", JSON.stringify([...waiting, ["/api/boards/ring/runs/finished", body, Date.now()]]));
  }, bobs);
  await context.setOffline(false);
  // Each is told of, and has its picture, below what one was told before.
  const result = page.locator("#play-result");
  await expect(result.getByText(/^The run that waited has been sent. You are at rank \d.$/)).toHaveCount(2);
  await expect(result.locator("h2")).toHaveText(`${score.toLocaleString("en")} points`);
  const pictures = result.getByRole("img");
  await expect(pictures).toHaveCount(2);
  for (const points of [`${score.toLocaleString("en")} points`, "0 points"]) {
    await expect(result.getByRole("img", { name: `The result as a picture: ${points}` })).toHaveCount(1);
  }
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const drawn = await pictures.last().getAttribute("src");
  await result.getByRole("button", { name: "Share" }).last().click();
  await expect(result.getByRole("button", { name: "The link is copied." })).toHaveCount(1);
  await page.evaluate(() => navigator.clipboard.readText()).then((link) => expect(drawn).toContain(new URL(link).searchParams.get("run")));
  const { version } = await server.entry("Ada", "ring");
  expect((await server.entry("Ada", "ring")).score).toBe(score);
  // It was sent, and is not sent again.
  await page.reload();
  await page.getByRole("button", { name: "Play" }).waitFor();
  expect(await page.evaluate(() => localStorage.getItem("runs"))).toBe("[]");
  expect((await server.entry("Ada", "ring")).version).toBe(version);
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(text)));
});

/** Begins a run on a board that takes runs. */
async function begin(page, name, board = "ring") {
  await page.goto(`/play?board=${board}`);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
}

/** The path that runs are sent to when they are over. */
const FINISHED = "**/runs/finished";

test("one climbs among those around, on a board of many", async ({ page, server, complaints }) => {
  test.setTimeout(120_000);
  await server.create("many", { submitters: "runs", decimals: 1 });
  await server.send("many", Array.from({ length: 180 }, (_, n) => ({ playerId: `player ${n}`, score: 40 * (n + 1) + 0.5 })));
  // An entry of one's own is no other's.
  await server.submit("Ada", 20.5, "many");
  await begin(page, "Ada", "many");
  const own = page.locator("#play-strip .own");
  await expect(own).toHaveText(/181\s*Ada\s*0\.0/);
  await expect(page.locator("#play-strip li").first()).toContainText("player 3");
  const places = await page.evaluate(() => {
    const seen = [];
    const strip = document.getElementById("play-strip");
    const note = () => {
      if (document.getElementById("arena").dataset.state !== "playing") return;
      const place = Number(strip.querySelector(".own .place")?.textContent);
      if (place && seen.at(-1) !== place) seen.push(place);
    };
    new MutationObserver(note).observe(strip, { childList: true, subtree: true });
    globalThis.places = seen;
    return seen;
  });
  expect(places).toEqual([]);
  await play(page);
  const score = await points(page);
  expect(score).toBeGreaterThan(1_000);
  const { rank } = await server.entry("Ada", "many");
  await expect(own).toHaveText(new RegExp(`^\\s*${rank}\\s*Ada`));
  // One was seen on the way, further and further up.
  const way = await page.evaluate(() => globalThis.places);
  expect(way.length).toBeGreaterThan(5);
  expect(way).toEqual([...way].sort((a, b) => b - a));
  // Those next to one are those who are.
  const names = await page.locator("#play-strip li bdi").allTextContents();
  const rows = await server.api("GET", "/boards/many/entries?around=Ada&limit=5");
  expect(names).toEqual(rows.entries.map((row) => row.name));
  expect(complaints).toEqual([]);
});

test("after a run one stands as the board says, and a ghost goes with its run", async ({ page, server, complaints }) => {
  test.setTimeout(180_000);
  await server.create("ring", { submitters: "runs" });
  await server.send("ring", Array.from({ length: 8 }, (_, n) => ({ playerId: `player ${n}`, score: 800_000 + n })));
  await server.submit("Ada", 900_000, "ring");
  await begin(page, "Ada");
  await play(page);
  const score = await points(page);
  expect(score).toBeGreaterThan(0);
  // It was none of her best.
  await expect(page.locator("#play-result")).toContainText("Your best run keeps you at rank 1.");
  const own = page.locator("#play-strip .own");
  await expect(own).toHaveText(/^\s*1\s*Ada\s*900,000$/);

  // What is refused counts nowhere.
  await page.getByLabel("Name").fill("Bob");
  await page.getByRole("button", { name: "Again" }).click();
  await expect(page.locator("#play-ghost")).toContainText("You race Ada");
  await expect(page.locator("#play-ghost-pointer")).toHaveAttribute("visibility", "visible");
  await expect(own).toContainText("Bob");
  await server.api("PATCH", "/boards/ring/entries/Bob/moderation", { state: "banned", reason: "a test" });
  await expect(page.getByRole("alert").filter({ hasText: "keep this player from sending" })).toBeVisible({ timeout: 60_000 });
  await expect(own).toHaveCount(0);

  // Of a board that is frozen nobody is raced.
  await server.api("POST", "/boards/ring/freeze");
  await page.getByLabel("Name").fill("Eve");
  await page.getByRole("button", { name: "Again" }).click();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await expect(page.locator("#play-ghost")).toBeEmpty();
  await expect(page.locator("#play-ghost-pointer")).toHaveAttribute("visibility", "hidden");
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !/status of 403/.test(text)));
});

test("a run that the browser does not keep waits in the page", async ({ page, context, server, complaints }) => {
  test.setTimeout(120_000);
  await page.addInitScript(() => {
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (name, value) {
      if (name === "runs" && value !== "[]") throw new DOMException("full", "QuotaExceededError");
      return set.call(this, name, value);
    };
  });
  await begin(page, "Ada");
  await context.setOffline(true);
  await play(page);
  await expect(page.getByRole("alert")).toContainText("waits here");
  await context.setOffline(false);
  await expect(page.locator("#play-result")).toContainText("The run that waited has been sent. You are at rank 1.");
  expect(await server.entry("Ada", "ring")).toMatchObject({ score: await points(page), attempts: 1 });
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(text)));
});

test("on a network that brings nothing the run is soon one of those that are at hand", async ({ page }) => {
  await begin(page, "Ada");
  await expect.poll(() => page.evaluate(() => JSON.parse(localStorage.getItem("spare-runs") ?? "[]").length)).toBe(3);
  await page.reload();
  await page.route("**/api/boards/ring/runs", () => {});
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator("#play-row")).toHaveText("Connecting…");
  await expect(page.locator("#play-row")).toHaveText("Get ready", { timeout: 8_000 });
});

test("whoever taps on when the time is up sees the result", async ({ page }) => {
  test.setTimeout(120_000);
  await begin(page, "Ada");
  // Presses of both kinds, all the time, until half a second after the result is there.
  await page.evaluate(
    () =>
      new Promise((done) => {
        let since;
        const ticks = setInterval(() => {
          const on = document.activeElement ?? document.body;
          for (const key of [" ", "Enter"]) {
            if (on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) && on.id === "play-go") on.click();
          }
          document.getElementById("play-go").checkVisibility() && document.getElementById("play-go").click();
          if (document.querySelector("#play-result h2")) since ??= performance.now();
          if (performance.now() - since > 500) {
            clearInterval(ticks);
            done();
          }
        }, 40);
      }),
  );
  await expect(page.locator("#play-result h2")).toBeVisible();
  // Then another one may be begun, by the same key.
  await expect(page.getByRole("button", { name: "Again" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await expect(page.locator("#play-result")).toBeEmpty();
});

test("a run is played with a finger, or with Enter, and is heard where one wants to", async ({ browser, server }) => {
  test.setTimeout(120_000);
  const context = await browser.newContext({ baseURL: server.url, hasTouch: true, serviceWorkers: "block", viewport: { width: 390, height: 844 } });
  await context.addInitScript(() => {
    globalThis.tones = globalThis.closes = 0;
    const close = AudioContext.prototype.close;
    AudioContext.prototype.close = function () {
      globalThis.closes += 1;
      return close.call(this);
    };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      globalThis.tones += 1;
      return start.apply(this, when);
    };
  });
  const page = await context.newPage();
  const arena = page.locator("#arena");
  const beside = async (tap) => {
    await expect(page.locator("#play-row")).not.toHaveText("Get ready");
    // Whoever has just missed waits for a moment.
    await expect(page.locator("#play-pointer")).toHaveAttribute("data-stunned", "no");
    // All that happens, also what is followed by something else at once: a target that nobody taps passes by.
    await arena.evaluate((arena) => {
      globalThis.happened = [];
      new MutationObserver(() => happened.push(arena.getAttribute("data-event"))).observe(arena, { attributeFilter: ["data-event"] });
    });
    // A tap is beside the target or on it, and something happens in any case.
    await tap();
    await expect.poll(() => page.evaluate(() => happened.join())).toMatch(/beside|hit/);
  };
  await page.goto("/play");
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Play" }).tap();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await beside(() => arena.tap({ position: { x: 40, y: 40 } }));
  expect(await page.evaluate(() => globalThis.tones)).toBe(0);
  await page.reload();
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Play" }).tap();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  // Also once the run goes on, from then until one does not want to any more.
  await page.getByLabel("Sound").check();
  await beside(() => page.keyboard.press("Enter"));
  await expect.poll(() => page.evaluate(() => globalThis.tones)).toBeGreaterThan(0);
  expect(await page.evaluate(() => globalThis.closes)).toBe(0);
  await page.getByLabel("Sound").uncheck();
  await expect.poll(() => page.evaluate(() => globalThis.closes)).toBe(1);
  const heard = await page.evaluate(() => globalThis.tones);
  await beside(() => page.keyboard.press("Enter"));
  expect(await page.evaluate(() => globalThis.tones)).toBe(heard);
  await context.close();
});

test("a run whose answer never comes waits, also when its page is closed", async ({ page, context, server, complaints }) => {
  test.setTimeout(120_000);
  await page.route(FINISHED, () => {});
  await begin(page, "Ada");
  const asked = page.waitForRequest(FINISHED, { timeout: 60_000 });
  const playing = play(page).catch(() => {});
  await asked;
  await page.close();
  await playing;
  const next = await context.newPage();
  await next.goto("/play");
  await expect(next.locator("#play-result")).toContainText("The run that waited has been sent. You are at rank 1.");
  expect((await server.entry("Ada", "ring")).score).toBeGreaterThan(0);
  expect(await next.evaluate(() => localStorage.getItem("runs"))).toBe("[]");
  complaints.length = 0;
});

test("a run that is not taken now is sent again, and one that is refused says why", async ({ page, server, complaints }) => {
  test.setTimeout(180_000);
  // Too many at the moment, then the server is away, then it is back: the live feed knows first.
  let answers = [{ status: 429, json: { type: "urn:leaderport:problem:too-many-requests", detail: "Too many." } }];
  await page.route(FINISHED, (route) => (answers.length ? route.fulfill(answers.shift()) : route.continue()));
  await begin(page, "Ada");
  await play(page);
  await expect(page.getByRole("alert")).toContainText("waits here");
  await server.api("GET", "/boards/ring/entries/Ada", undefined, 404);
  await server.stop();
  await server.start();
  await expect(page.locator("#play-result")).toContainText("The run that waited has been sent. You are at rank 1.", { timeout: 30_000 });
  // One that is refused in the end does not go without a word, wherever it is sent from.
  const forged = ["/api/boards/ring/runs/finished", JSON.stringify({ run: "x", playerId: "Ada", taps: [], score: 0 })];
  await page.goto("/docs");
  await page.evaluate((forged) => localStorage.setItem("runs", JSON.stringify([forged])), forged);
  await page.goto("/");
  await expect.poll(() => page.evaluate(() => localStorage.getItem("runs"))).toBe("[]");
  await page.goto("/play");
  await expect(page.getByRole("alert").filter({ hasText: "was not taken" })).toContainText("This is no run that was begun here");
  expect(await page.evaluate(() => localStorage.getItem("refused-runs"))).toBe("[]");
  complaints.length = 0;
});

test.describe("in a debug build", () => {
  test.use({ build: "debug" });

  test("a thousand runs end in the browser as they do on the server", async ({ page }) => {
    await page.goto("/play");
    await page.getByRole("button", { name: "Play" }).waitFor();
    const module = await page.evaluate(() => performance.getEntriesByType("resource").map((entry) => entry.name).find((name) => /\/pkg\/\w+\/leaderport[^/]*\.js$/.test(name)));
    // `a_thousand_runs_end_as_they_always_have` in app/src/game/tests.rs.
    expect(await page.evaluate(async (module) => (await import(module)).digest_of_runs(), module)).toBe("11016624659101957151");
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the page says what it needs, and shows who leads", async ({ page, server }) => {
    await server.create("mine", { submitters: "runs" });
    await server.submit("ada", 120, "mine");
    await page.goto("/play?board=mine");
    // Switched off like this, it still makes browsers hide what stands there for those who have none.
    expect(await page.locator("#arena noscript").textContent()).toContain("The game needs JavaScript");
    await expect(page.locator("#play-strip li")).toHaveText(/1\s*ada\s*120/);
    await expect(page.getByRole("button", { name: "Play" })).toBeHidden();
  });
});

test("its page is in order in high contrast", async ({ page, context, server, complaints }) => {
  await context.addCookies([{ name: "theme", value: "contrast", url: server.url }]);
  await server.create("ring", { submitters: "runs" });
  await server.send("ring", Array.from({ length: 8 }, (_, n) => ({ playerId: `player ${n}`, score: 900 * n + 400 })));
  await begin(page, "Ada");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "contrast");
  await expect(page.locator("#play-strip .own")).toContainText("Ada");
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: "screenshots/contrast-playing.png" });
  expect(complaints).toEqual([]);
});

for (const [view, viewport] of Object.entries({ desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } })) {
  for (const colorScheme of ["light", "dark"]) {
    test(`its page is in order, ${view}, ${colorScheme}`, async ({ page, server, complaints }) => {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await server.create("ring", { submitters: "runs" });
      await server.send("ring", Array.from({ length: 8 }, (_, n) => ({ playerId: `player ${n}`, score: 900 * n + 400 })));
      await page.goto("/play");
      await page.getByLabel("Name").fill("Ada");
      await page.getByRole("button", { name: "Play" }).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await page.screenshot({ path: `screenshots/${view}-${colorScheme}-play.png`, fullPage: true });
      await page.getByRole("button", { name: "Play" }).click();
      await expect(page.locator("#play-strip .own")).toContainText("Ada");
      // What one plays by and where one would stand are on the screen together.
      for (const id of ["arena", "play-strip"]) await expect(page.locator(`#${id}`)).toBeInViewport({ ratio: 0.6 });
      await page.screenshot({ path: `screenshots/${view}-${colorScheme}-playing.png` });
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  }
}
