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
  await page.goto("/play");
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await context.setOffline(true);
  await play(page);
  await expect(page.getByRole("alert")).toContainText("waits here");
  const score = await points(page);
  await server.api("GET", "/boards/ring/entries/Ada", undefined, 404);
  await context.setOffline(false);
  await expect(page.locator("#play-result")).toHaveText("The run that waited has been sent. You are at rank 1.");
  const { version } = await server.entry("Ada", "ring");
  expect((await server.entry("Ada", "ring")).score).toBe(score);
  // It was sent, and is not sent again.
  await page.reload();
  await page.getByRole("button", { name: "Play" }).waitFor();
  expect(await page.evaluate(() => localStorage.getItem("runs"))).toBe("[]");
  expect((await server.entry("Ada", "ring")).version).toBe(version);
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(text)));
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
