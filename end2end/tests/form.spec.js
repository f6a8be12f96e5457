import { expect, hold, live, others, prepared, send, shown, test } from "./leaderport.js";

test("a score shows at once as pending, and is confirmed", async ({ page, server }) => {
  await server.submit("bob", 1300);
  await page.goto("/b/main");
  await live(page);
  const release = await hold(page);
  await send(page, "ada", "1400");
  const row = page.locator('[data-player="ada"]');
  await expect(row).toHaveClass(/pending/);
  expect(await shown(page)).toEqual([
    ["1", "ada", "1,400"],
    ["2", "bob", "1,300"],
  ]);
  await expect(page.locator(".notices li")).toContainText("Sending…");
  expect(await server.rows()).toEqual([["bob", 1300]]);
  release();
  await expect(row).not.toHaveClass(/pending/);
  await expect(page.locator(".notices li")).toContainText("On the board: rank 1 of 2.");
  expect(await server.rows()).toEqual([["ada", 1400], ["bob", 1300]]);
});

test("a score that the server refuses is taken back, with the reason", async ({ page, server, complaints }) => {
  await server.submit("ada", 1000);
  await server.edit({ maxScore: 1300 });
  await page.goto("/b/main");
  await live(page);
  await send(page, "ada", "1400");
  await expect(page.locator(".notices li")).toContainText("Taken back.");
  await expect(page.locator(".notices li")).toContainText("above 1,300");
  await expect(page.locator('[data-player="ada"]')).not.toHaveClass(/pending/);
  expect(await shown(page)).toEqual([["1", "ada", "1,000"]]);
  expect(complaints).toEqual([expect.stringContaining("422")]);
  complaints.length = 0;
});

test("a score that the server has no time for waits, and is sent again with the same id", async ({ page, server, complaints }) => {
  await server.submit("ada", 1000);
  await page.goto("/b/main");
  await live(page);
  const bodies = [];
  await page.route("**/fn/submit_score", (route) => {
    bodies.push(route.request().postDataBuffer().toString("latin1"));
    return bodies.length === 1 ? route.fulfill({ status: 503, body: "" }) : route.continue();
  });
  await send(page, "ada", "1400");
  await expect(page.locator('.notices [data-outcome="counted"]')).toBeVisible();
  expect(bodies).toHaveLength(2);
  expect(bodies[1]).toBe(bodies[0]);
  await expect.poll(() => shown(page)).toEqual([["1", "ada", "1,400"]]);
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

test("several scores in flight, and a stale answer overwrites nothing", async ({ page, server }) => {
  await page.goto("/b/main");
  await live(page);
  await prepared(page);
  const release = await hold(page);
  for (const score of ["100", "300", "200"]) await send(page, "ada", score);
  await expect.poll(() => shown(page)).toEqual([["1", "ada", "300"]]);
  await expect(page.locator(".notices li")).toHaveCount(3);
  release();
  await expect(page.locator('.notices [data-outcome="counted"]')).toHaveCount(3);
  await expect(page.locator('[data-player="ada"]')).not.toHaveClass(/pending/);
  expect(await shown(page)).toEqual([["1", "ada", "300"]]);
  expect(await server.rows()).toEqual([["ada", 300]]);
});

test("a score that is no improvement says so", async ({ page, server }) => {
  await server.submit("ada", 1400);
  await page.goto("/b/main");
  await live(page);
  await send(page, "ada", "1200");
  await expect(page.locator(".notices li")).toContainText("1,400 stays: rank 1 of 1.");
  expect(await shown(page)).toEqual([["1", "ada", "1,400"]]);
});

test("what can't be right is said beside its field, and nothing is sent", async ({ page, server }) => {
  await page.goto("/b/main");
  await live(page);
  for (const [player, score, field, message] of [
    ["", "5", "player", "A player's name is missing."],
    ["ada", "", "score", "A score is missing."],
    ["ada", "12x", "score", "A score is a number, like 1200."],
    ["ada", "1.5", "score", "This board takes whole numbers only."],
    ["ada", "1e300", "score", "A score lies between"],
  ]) {
    await send(page, player, score);
    await expect(page.locator(`#${field}-error`)).toContainText(message);
    await expect(page.locator(`#${field}`)).toHaveAttribute("aria-invalid", "true");
    await expect(page.locator(`#${field}`)).toBeFocused();
  }
  expect(await server.rows()).toEqual([]);
  await send(page, "ada", "5");
  await expect(page.locator("#score-error")).toBeEmpty();
  await expect(page.locator('[data-player="ada"]')).toContainText("5");
});

test("a page that is left while a score is on its way minds nothing", async ({ page }) => {
  await page.goto("/b/main");
  await live(page);
  const release = await hold(page);
  await send(page, "ada", "5");
  await expect(page.locator('[data-player="ada"]')).toHaveClass(/pending/);
  // A link that the app follows by itself: the page is left, the program goes on.
  await page.evaluate(() => {
    const link = document.body.appendChild(document.createElement("a"));
    link.href = "/nowhere";
    link.click();
    link.remove();
  });
  await expect(page.getByText("There is nothing here")).toBeVisible();
  const answered = page.waitForResponse("**/fn/submit_score");
  release();
  await answered;
  await page.getByRole("link", { name: "To the boards" }).click();
  await page.getByRole("link", { name: "Main board" }).click();
  await expect.poll(() => shown(page)).toEqual([["1", "ada", "5"]]);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the rows are there, and a score can be sent", async ({ page, server }) => {
    await server.submit("bob", 1300);
    await page.goto("/b/main");
    expect(await shown(page)).toEqual([["1", "bob", "1,300"]]);
    await expect(page.locator("noscript .hint")).toBeVisible();
    await send(page, "ada", "1400");
    await expect.poll(() => shown(page)).toEqual([
      ["1", "ada", "1,400"],
      ["2", "bob", "1,300"],
    ]);
  });

  test("a refused score comes back with the reason and what was typed", async ({ page, server }) => {
    await page.goto("/b/main");
    await send(page, "ada", "12x");
    await expect(page.locator("#score-error")).toHaveText("A score is a number, like 1200.");
    await expect(page.getByLabel("Name")).toHaveValue("ada");
    await expect(page.getByLabel("Score", { exact: true })).toHaveValue("12x");
    await send(page, "ada", "12");
    await expect.poll(() => shown(page)).toEqual([["1", "ada", "12"]]);
    await expect(page.locator("#score-error")).toBeEmpty();
    expect(await server.rows()).toEqual([["ada", 12]]);
  });
});

test("a page that comes back with a reason hydrates in silence", async ({ page, browser, server }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.goto(`${server.url}/b/main`);
  await send(plain, "ada", "12x");
  await expect(plain).toHaveURL(/refused=/);
  const address = plain.url();
  await context.close();
  // The same address with JavaScript: a form sent before the page was hydrated ends there.
  await page.goto(address);
  await live(page);
  await expect(page.locator("#score-error")).toHaveText("A score is a number, like 1200.");
  await expect(page.getByLabel("Score", { exact: true })).toHaveValue("12x");
});
