// Languages: which one a page is in, how it is chosen, and that each is whole: words, numbers, times, and the way that it runs.
import { violations } from "./axe.js";
import { expect, furnish, live, others, send, shown, test } from "./leaderport.js";

const german = "de-AT,de;q=0.9,en;q=0.5";

test.describe("of a German browser", () => {
  test.use({ locale: "de-DE" });

  test("pages are German from the first byte, and stay so as they move", async ({ page, server }) => {
    await server.send("main", [{ playerId: "ada", score: 1300 }, { playerId: "bob", score: 12_500 }]);
    const html = await (await fetch(`${server.url}/b/main`, { headers: { "accept-language": german } })).text();
    expect(html).toMatch(/<html[^>]* lang="de" dir="ltr"/);
    expect(html).toContain("Punkte senden");
    await page.goto("/b/main");
    await expect(page.locator(".connection")).toHaveText("Live");
    await expect.poll(() => shown(page)).toEqual([["1", "bob", "12.500"], ["2", "ada", "1.300"]]);
    await expect(page.locator(".players")).toHaveText("2 Spieler");
    await server.submit("eve", 1_000_000);
    await expect.poll(async () => (await shown(page))[0]).toEqual(["1", "eve", "1.000.000"]);
    await expect(page.locator(".players")).toHaveText("3 Spieler");
    await page.getByRole("button", { name: "Anhalten" }).click();
    await expect(page.locator(".connection")).toHaveText("Angehalten");
    // Within the app, and back.
    await page.getByRole("link", { name: "Bestenlisten" }).first().click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Bestenlisten");
    await expect(page.locator('.card[data-board="main"] .leaders li').first()).toHaveText("1eve1.000.000");
  });

  test("numbers are typed as they are shown", async ({ page, server }) => {
    await server.edit({ decimals: 1 });
    await page.goto("/b/main");
    await expect(page.locator(".connection")).toHaveText("Live");
    const type = async (score) => {
      await page.getByLabel("Name").fill("ada");
      await page.getByLabel("Punkte", { exact: true }).fill(score);
      await page.getByRole("button", { name: "Senden" }).click();
    };
    await type("1.234,5");
    await expect(page.locator(".notices li").first()).toContainText("Auf der Liste: Rang 1 von 1.");
    expect(await server.rows()).toEqual([["ada", 1234.5]]);
    expect(await shown(page)).toEqual([["1", "ada", "1.234,5"]]);
    // One and a half, or fifteen?
    await type("1.5");
    await expect(page.locator("#score-error")).toHaveText("Punkte sind eine Zahl, wie 1200.");
    expect(await server.rows()).toEqual([["ada", 1234.5]]);
  });

  test("what a server refuses is said in German", async ({ page, server, complaints }) => {
    await server.edit({ maxScore: 100 });
    await page.goto("/b/main");
    await expect(page.locator(".connection")).toHaveText("Live");
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Punkte", { exact: true }).fill("101");
    await page.getByRole("button", { name: "Senden" }).click();
    await expect(page.locator(".notices li")).toContainText("Zurückgenommen. Diese Bestenliste nimmt nichts über 100 an.");
    expect(others(complaints)).toEqual([]);
    complaints.length = 0;
    // To programs, which name no language, it is English.
    const refused = async (headers) => {
      const body = JSON.stringify({ playerId: "ada", score: 101 });
      const answer = await fetch(`${server.url}/api/boards/main/scores`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
      return (await answer.json()).detail;
    };
    expect(await refused({})).toBe("This board takes no score above 100.");
    expect(await refused({ "accept-language": german })).toBe("Diese Bestenliste nimmt nichts über 100 an.");
  });

  test.describe("without JavaScript", () => {
    test.use({ javaScriptEnabled: false });

    test("the form reads what is typed in German, and answers in it", async ({ page, server }) => {
      await page.goto("/b/main");
      await page.getByLabel("Name").fill("ada");
      await page.getByLabel("Punkte", { exact: true }).fill("1.234");
      await page.getByRole("button", { name: "Senden" }).click();
      expect(await server.rows()).toEqual([["ada", 1234]]);
      await page.getByLabel("Punkte", { exact: true }).fill("viel");
      await page.getByRole("button", { name: "Senden" }).click();
      await expect(page.locator("#score-error")).toHaveText("Punkte sind eine Zahl, wie 1200.");
    });
  });

  test.describe("offline", () => {
    test.use({ serviceWorkers: "allow" });

    test("pages that are kept, and the one for those that are not, are German", async ({ page, context, server, complaints }) => {
      await server.submit("ada", 900);
      await page.goto("/b/main");
      await expect(page.locator(".connection")).toHaveText("Live");
      await expect.poll(() => page.evaluate(async () => (await caches.match("/b/main")) !== undefined)).toBe(true);
      await context.setOffline(true);
      await page.reload();
      await expect(page.locator("#as-of")).toContainText(/Stand \d\d:\d\d: Der Server war nicht erreichbar\./);
      // The texts are there as well: the page has come alive.
      await expect(page.locator('.connection[data-status="lost"]')).toBeVisible();
      await page.getByLabel("Name").fill("bob");
      await page.getByLabel("Punkte", { exact: true }).fill("1.200");
      await page.getByRole("button", { name: "Senden" }).click();
      await expect(page.locator(".waiting h3")).toHaveText("1 Ergebnis wartet auf das Senden");
      await page.goto("/b/elsewhere");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Keine Verbindung");
      await expect(page.locator("#kept")).toContainText(/Stand \d\d:\d\d/);
      expect(others(complaints)).toEqual([]);
      complaints.length = 0;
    });
  });
});

test("a language is chosen on any page, stays there, and is remembered", async ({ page, context, server }) => {
  await furnish(server);
  await page.goto("/b/main?window=daily");
  await live(page);
  await page.getByRole("button", { name: "日本語" }).click();
  await expect(page).toHaveURL(/\/b\/main\?window=daily$/);
  await expect(page.locator("html")).toHaveAttribute("lang", "ja");
  await expect(page.locator(".connection")).toHaveText("ライブ");
  await expect(page.locator('.tabs [aria-current="page"]')).toHaveText("日間");
  await expect(page.getByRole("button", { name: "日本語" })).toHaveAttribute("aria-pressed", "true");
  expect((await context.cookies()).find(({ name }) => name === "language")).toMatchObject({ value: "ja", sameSite: "Lax" });
  await page.goto("/play");
  await expect(page.getByRole("button", { name: "プレイ" })).toBeVisible();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  // What was never chosen is nothing, and no other site's page is gone back to.
  const answer = await fetch(`${server.url}/me/language`, { method: "POST", redirect: "manual", body: new URLSearchParams({ language: "tlh" }), headers: { referer: "https://example.org/there" } });
  expect([answer.status, answer.headers.get("location"), answer.headers.get("set-cookie")]).toEqual([303, "/", null]);
});

test.describe("offline", () => {
  test.use({ serviceWorkers: "allow" });

  test("the page for those that are not kept is in the language that was chosen last", async ({ page, context, complaints }) => {
    await page.goto("/b/main");
    await live(page);
    // The worker has been installed in English.
    await expect.poll(() => page.evaluate(async () => (await caches.match("/b/main")) !== undefined)).toBe(true);
    await page.getByRole("button", { name: "Deutsch" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
    await context.setOffline(true);
    await page.goto("/b/elsewhere");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Keine Verbindung");
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
    expect(others(complaints)).toEqual([]);
    complaints.length = 0;
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a language is chosen all the same", async ({ page }) => {
    await page.goto("/b/main");
    await page.getByRole("button", { name: "العربية" }).click();
    await expect(page).toHaveURL(/\/b\/main$/);
    await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
    await expect(page.getByRole("heading", { name: "أرسل نتيجة" })).toBeVisible();
  });
});

/** Makes a browser read a language. */
const speak = (context, server, language) => context.addCookies([{ name: "language", value: language, url: server.url }]);

test("Arabic runs from right to left, and counts as Arabic does", async ({ page, context, server }) => {
  await furnish(server);
  await server.send("empty", [{ playerId: "ada", score: 1 }, { playerId: "bob", score: 2 }]);
  await speak(context, server, "ar");
  await page.goto("/b/empty");
  await expect(page.locator(".connection")).toHaveText("مباشر");
  await expect(page.locator(".players")).toHaveText("لاعبان");
  await server.submit("eve", 3, "empty");
  await expect(page.locator(".players")).toHaveText("3 لاعبين");
  const [rank, score] = await Promise.all([".rank", ".score"].map((part) => page.locator(`tbody tr ${part}`).first().boundingBox()));
  expect(rank.x).toBeGreaterThan(score.x);
  // The long list works as it does elsewhere.
  await page.goto("/b/main");
  await expect(page.locator(".connection")).toHaveText("مباشر");
  await page.locator(".scroller").press("End");
  await expect(page.locator('tr[data-player="old hand"]')).toBeInViewport();
  await page.locator(".scroller").press("Home");
  await expect(page.locator('tr[data-player="player 1"]')).toBeInViewport();
});

test("server and browser write numbers alike, as the browser itself does", async ({ page, context, server }) => {
  await server.edit({ decimals: 2 });
  await server.send("main", [{ playerId: "ada", score: 1_234_567.89 }, { playerId: "bob", score: 999 }]);
  for (const language of ["en", "de", "ar", "ja"]) {
    await speak(context, server, language);
    await page.goto("/b/main");
    await page.locator(".connection").filter({ hasText: /./ }).waitFor();
    await server.submit("eve", 0.5);
    await expect.poll(async () => (await shown(page)).length).toBe(3);
    const expected = await page.evaluate((language) => [1_234_567.89, 999, 0.5].map((score) => score.toLocaleString(language, { minimumFractionDigits: 2 })), language);
    expect((await shown(page)).map(([, , score]) => score)).toEqual(expected);
    await server.api("DELETE", "/boards/main/entries/eve", undefined, 204).catch(() => undefined);
  }
});

const paths = ["/", "/b/main", "/b/main?from=75", "/b/laps", "/b/empty", "/b/main/p/climber", "/me", "/play", "/b/nowhere", "/offline"];

for (const language of ["de", "ar", "ja"]) {
  for (const [view, viewport] of Object.entries({ desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } })) {
    test(`every page in ${language}, ${view}: whole, within its width, and accessible`, async ({ page, context, server, complaints }) => {
      test.setTimeout(120_000);
      await furnish(server);
      for (const score of [1_200, 2_100, 3_900]) await server.submit("climber", score);
      await speak(context, server, language);
      await context.addCookies([{ name: "player", value: "player%2060", url: server.url }]);
      await page.setViewportSize(viewport);
      await page.emulateMedia({ reducedMotion: "reduce", colorScheme: view === "phone" ? "dark" : "light" });
      for (const path of paths) {
        await page.goto(path);
        await expect(page.locator("h1")).toBeVisible();
        if (path.startsWith("/b/") && !path.includes("nowhere") && !path.includes("/p/")) await expect(page.locator('.connection[data-status="live"]')).toBeVisible();
        await expect(page.locator("html")).toHaveAttribute("lang", language);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), path).toBeLessThanOrEqual(0);
        expect(await violations(page), path).toEqual([]);
        const name = path.replaceAll(/\W+/g, "-").replace(/^-/, "") || "lobby";
        await page.screenshot({ path: `screenshots/${language}-${view}-${name}.png`, fullPage: true });
      }
      // The page that is not there.
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes("status of 404")));
    });
  }
}
