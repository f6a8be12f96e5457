// For everybody: axe's rules on every page, what screen readers are told, keyboards, zoom.
import { violations } from "./axe.js";
import { expect, furnish as furnishBoards, live, send, test, yesterday } from "./leaderport.js";
import { isOfState, states } from "./states.js";

const views = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const me = { name: "player", value: "ada" };

/** Boards with something on them, and a visitor who plays. */
async function furnish(server, context) {
  await server.send("main", Array.from({ length: 120 }, (_, n) => ({ playerId: n === 60 ? "ada" : `player ${n}`, score: 5_000 - 7 * n })));
  await server.edit({ description: "What counts here.", windows: [{ name: "daily", every: "day" }] });
  await server.create("laps", { title: "Lap times", direction: "asc", decimals: 3, rankMode: "competition" });
  await server.send("laps", ["ada", "bob", "eve"].map((playerId) => ({ playerId, score: 61.5 })));
  await server.api("PUT", "/players/eve", { name: "Eve Moneypenny", country: "NZ" });
  await server.create("empty", { title: "Empty" });
  await context.addCookies([{ ...me, url: server.url }]);
}

const pages = ["/", "/b/main", "/b/main?window=daily", "/b/main?find=player", "/b/main?player=ada", "/b/laps", "/b/empty", "/b/main/p/ada", "/b/laps/p/eve", "/me", "/nowhere", "/b/nowhere", "/docs", "/docs/live"];
const own = (path) => /nowhere/.test(path);

for (const colorScheme of ["light", "dark"]) {
  for (const [view, viewport] of Object.entries(views)) {
    test(`axe finds nothing on any page, ${colorScheme}, ${view}`, async ({ page, server, context, complaints }) => {
      test.setTimeout(180_000);
      await furnish(server, context);
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      for (const path of pages.filter((path) => path !== "/docs")) {
        await page.goto(path);
        if (path.startsWith("/b/") && !own(path) && !path.includes("/p/")) await live(page);
        expect.soft(await violations(page), path).toEqual([]);
      }
      // The browser reports the pages that are not there.
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes("404")));
    });
  }
}

for (const [view, viewport] of Object.entries(views)) {
  test(`axe finds nothing in any state, ${view}`, async ({ page, server, context, complaints }) => {
    test.setTimeout(300_000);
    await furnishBoards(server);
    await context.addCookies([{ name: "player", value: "player%2060", url: server.url }]);
    await page.setViewportSize(viewport);
    const check = async (name) => {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        expect.soft(await violations(page), `${name} ${colorScheme}`).toEqual([]);
      }
    };
    // What moves or fades does so slowly: each state is looked at on the way, too.
    const devtools = await context.newCDPSession(page);
    await devtools.send("Animation.enable");
    await devtools.send("Animation.setPlaybackRate", { playbackRate: 0.05 });
    await page.goto(`/b/main?window=daily&period=${yesterday()}`);
    await check("past");
    for (const [name, enter] of Object.entries(states)) {
      const on = await enter(page, server);
      await check(name);
      await on?.();
    }
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !isOfState(text)));
  });
}

// It has every route, one like the other: all of it is looked at once, and in the other theme one of each.
test("axe finds nothing on the reference page", async ({ page }) => {
  test.setTimeout(480_000);
  await page.goto("/docs");
  expect.soft(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.evaluate(() => {
    for (const section of [...document.querySelectorAll("section:has(> h3)")].slice(3)) section.remove();
  });
  expect.soft(await violations(page)).toEqual([]);
});

test("axe finds nothing with the other theme than the system's", async ({ page, server, context }) => {
  await furnish(server, context);
  for (const [colorScheme, theme] of [["light", "dark"], ["dark", "light"], ["light", "contrast"]]) {
    await page.emulateMedia({ colorScheme });
    await context.addCookies([{ name: "theme", value: theme, url: server.url }]);
    for (const path of ["/", "/b/main", "/me"]) {
      await page.goto(path);
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      expect.soft(await violations(page), `${theme} ${path}`).toEqual([]);
    }
  }
});

test("what a screen reader is told of the board", async ({ page, server, context }) => {
  await furnish(server, context);
  await page.goto("/b/laps");
  await live(page);
  await expect(page.getByRole("table", { name: "Standings" })).toMatchAriaSnapshot(`
    - table "Standings":
      - rowgroup:
        - row:
          - columnheader "#"
          - columnheader "Player"
          - columnheader "Score"
      - rowgroup:
        - row "tied 1 ada 61.500":
          - cell "tied 1"
          - cell "ada"
          - cell "61.500"
        - row "tied 1 bob 61.500"
        - row "tied 1 Eve Moneypenny NZ 61.500"
  `);
  await expect(page.locator('tr[aria-current="true"]')).toHaveAttribute("data-player", "ada");
  await expect(page.getByRole("region", { name: "Your standing" })).toContainText("#1 of 3");
});

test("a screen reader is told what a row waits for", async ({ page, server }) => {
  await furnishBoards(server);
  const on = await states["board-pending"](page);
  const row = page.locator("tr.pending");
  await expect(row.getByRole("cell").last()).toHaveAccessibleName("Sending… 4,996");
  await expect(row).not.toHaveAttribute("aria-busy");
  await on();
  await expect(page.getByRole("row", { name: /4,996/ }).getByRole("cell").last()).toHaveAccessibleName("4,996");
  await states["board-skeletons"](page, server);
  await expect(page.locator("tr.placeholder").first()).toHaveAttribute("aria-busy", "true");
  await expect(page.locator("tr.row:not(.placeholder)[aria-busy]")).toHaveCount(0);
});

test("what a screen reader is told of the other pages", async ({ page, server, context }) => {
  await furnish(server, context);
  await page.goto("/");
  await expect(page.locator("body")).toMatchAriaSnapshot(`
    - banner:
      - link "LeaderPort"
      - navigation "Site":
        - link "Boards"
        - link "Docs"
        - link "Me"
    - main:
      - heading "Boards" [level=1]
      - list:
        - listitem:
          - heading "Empty" [level=2]
  `);
  await page.goto("/b/main/p/ada");
  await expect(page.locator("main")).toMatchAriaSnapshot(`
    - main:
      - navigation "Path"
      - heading "ada" [level=1]
      - term: Rank
      - definition: /#61 of 120/
      - heading "Score over time" [level=2]
      - img /Score over time/
      - heading "History" [level=2]
  `);
  await page.goto("/me");
  await expect(page.locator("main")).toMatchAriaSnapshot(`
    - main:
      - heading "Me" [level=1]
      - textbox "Name": ada
      - textbox "Country"
      - group "Avatar"
      - group "Theme"
      - button "Save"
  `);
});

test("by keyboard alone: over the head to the board, and a score sent", async ({ page, server }) => {
  await server.submit("ada", 10);
  await page.goto("/b/main");
  await live(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeInViewport();
  const name = page.getByLabel("Name", { exact: true });
  for (let tabs = 0; tabs < 40 && !(await name.evaluate((input) => input === document.activeElement)); tabs++) await page.keyboard.press("Tab");
  await expect(name).toBeFocused();
  await page.keyboard.type("eve");
  await page.keyboard.press("Tab");
  await page.keyboard.type("12");
  await page.keyboard.press("Enter");
  await expect(page.locator('tr[data-player="eve"]')).toContainText("12");
});

test.describe("under a finger", () => {
  test.use({ hasTouch: true, viewport: views.phone });

  test("swipes over the list lead on to the form", async ({ page, server }) => {
    await furnishBoards(server);
    await page.goto("/b/main");
    await live(page);
    const session = await page.context().newCDPSession(page);
    const touch = (type, ...touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
    // Over the list, all of it: it fills most of the screen.
    const swipe = async () => {
      await touch("touchStart", { x: 195, y: 780 });
      for (let y = 760; y > 360; y -= 20) await touch("touchMove", { x: 195, y });
      await touch("touchEnd");
    };
    const button = page.locator(".score-form").getByRole("button");
    await expect(button).not.toBeInViewport();
    await page.locator(".scroller").evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight));
    await expect(page.locator('[data-player="old hand"]')).toBeVisible();
    await expect(async () => {
      await swipe();
      await expect(button).toBeInViewport({ ratio: 1, timeout: 500 });
    }).toPass();
  });
});

test("nothing sticks out at 320 px, nor at 200 % on a laptop", async ({ page, server, context, complaints }) => {
  test.setTimeout(120_000);
  await furnish(server, context);
  await server.submit("W".repeat(64), 9007199254740991);
  for (const viewport of [{ width: 320, height: 640 }, { width: 640, height: 400 }]) {
    await page.setViewportSize(viewport);
    for (const path of [...pages, `/b/main/p/${"W".repeat(64)}`]) {
      await page.goto(path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect.soft(over, `${path} at ${viewport.width}`).toBe(0);
    }
  }
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes("404")));
});

/** Counts in the page what is animated from now on. */
const countSlides = (page) =>
  page.evaluate(() => {
    window.slid = 0;
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (...all) {
      window.slid += 1;
      return animate.apply(this, all);
    };
  });

const slid = (page) => page.evaluate(() => window.slid);

/**
 * Has the last row come up, again and again, until rows slide for it: a list that was just mounted, or shown something else a moment ago, shows
 * them where they are. Then waits for them to be there: the list is calm from now on.
 */
const slideOnce = async (page, server, score) => {
  const before = await slid(page);
  await expect(async () => {
    const last = await page.locator("tbody tr[data-player]").last().getAttribute("data-player");
    score += 1;
    await server.submit(last, score);
    await expect(page.locator(`tr[data-player="${last}"]`)).toHaveAttribute("data-rank", "1");
    await expect.poll(() => slid(page), { timeout: 1_000 }).toBeGreaterThan(before);
  }).toPass();
  await expect.poll(() => page.evaluate(() => document.getAnimations().filter((one) => one.constructor === Animation).length)).toBe(0);
};

test("rows slide, unless that is unwanted", async ({ page, server }) => {
  await server.send("main", Array.from({ length: 8 }, (_, n) => ({ playerId: `p${n}`, score: 1_000 - n })));
  await page.goto("/b/main");
  await live(page);
  await countSlides(page);
  await slideOnce(page, server, 2_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  const before = await slid(page);
  const last = await page.locator("tbody tr[data-player]").last().getAttribute("data-player");
  await server.submit(last, 3_000);
  await expect(page.locator(`tr[data-player="${last}"]`)).toHaveAttribute("data-rank", "1");
  expect(await slid(page)).toBe(before);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await slideOnce(page, server, 4_000);
});

test("rows are just there when a whole screen of them moves", async ({ page, server }) => {
  await server.send("main", Array.from({ length: 8 }, (_, n) => ({ playerId: `p${n}`, score: 1_000 - n })));
  await page.goto("/b/main");
  await live(page);
  await countSlides(page);
  await slideOnce(page, server, 2_000);
  const before = await slid(page);
  // The order of all of them turned around.
  const players = await page.locator("tbody tr[data-player]").evaluateAll((rows) => rows.map((row) => row.dataset.player));
  await server.send("main", players.map((playerId, n) => ({ playerId, score: 3_000 + n })));
  await expect(page.locator(`tr[data-player="${players.at(-1)}"]`)).toHaveAttribute("data-rank", "1");
  expect(await slid(page)).toBe(before);
});

test("the own rank is announced, and not each time it changes", async ({ page, server, context }) => {
  test.setTimeout(60_000);
  await server.send("main", Array.from({ length: 12 }, (_, n) => ({ playerId: n === 5 ? "ada" : `p${n}`, score: 1_000 - n })));
  await context.addCookies([{ ...me, url: server.url }]);
  await page.goto("/b/main");
  await live(page);
  const said = page.locator("p.visually-hidden[aria-live=polite]");
  await said.evaluate((node) => {
    window.said = [];
    new MutationObserver(() => window.said.push(node.textContent)).observe(node, { subtree: true, childList: true, characterData: true });
  });
  for (let n = 0; n < 5; n++) {
    await server.submit(`other ${n}`, 5_000 + n);
    await expect(page.locator(".me-card .big")).toContainText(`#${7 + n}`);
  }
  await expect(said).toHaveText("Your rank is 11.");
  expect((await page.evaluate(() => window.said.filter((text) => text !== ""))).length).toBeLessThanOrEqual(2);
});

test("the form says what is wrong, beside the field and to screen readers", async ({ page }) => {
  await page.goto("/b/main");
  await live(page);
  await send(page, "ada", "12x");
  const score = page.getByLabel("Score", { exact: true });
  await expect(score).toBeFocused();
  await expect(score).toHaveAttribute("aria-invalid", "true");
  await expect(score).toHaveAccessibleDescription(/number/);
});
