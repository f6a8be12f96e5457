// The list of a long board: player n is at rank n of 3,000, wherever one looks, and few of them are on the page.
import { expect, hold, live, others, seen, send, test } from "./leaderport.js";

const TOTAL = 3_000;
const views = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

test.beforeEach(async ({ server, page }) => {
  await server.send("main", Array.from({ length: TOTAL }, (_, n) => ({ playerId: `player ${n + 1}`, score: 2 * (TOTAL - n) })));
  // The most rows that there were at a time, however short.
  await page.addInitScript(() => {
    window.most = 0;
    const count = () => (window.most = Math.max(window.most, document.querySelectorAll("tbody tr.row").length));
    new MutationObserver(count).observe(document, { subtree: true, childList: true });
  });
});

test.afterEach(async ({ page }) => {
  expect(await page.evaluate(() => window.most)).toBeLessThanOrEqual(60);
});

async function open(page, query = "") {
  await page.goto(`/b/main${query}`);
  await live(page);
}

const scroller = (page) => page.locator(".scroller");
const ranks = async (page) => (await seen(page)).map(({ rank }) => rank);
const first = async (page) => (await ranks(page))[0];
const last = async (page) => (await ranks(page)).at(-1);

/** Waits until what is seen is right: rows in order without a gap, each with its own player. */
async function expectRight(page, moved = 0) {
  await expect.poll(async () => {
    const rows = await seen(page);
    return rows.length > 5 && rows.every(({ rank, player }, at) => rank === rows[0].rank + at && player === `player ${rank - moved}`);
  }).toBe(true);
}

/** Scrolls to a share of the list, as whoever drags the bar does. */
const drag = (page, share) => scroller(page).evaluate((it, share) => (it.scrollTop = share * (it.scrollHeight - it.clientHeight)), share);

/** Puts the rows that are seen to a test on each of a number of frames. */
const frames = (page, count) =>
  page.evaluate(async (count) => {
    const places = [];
    for (let at = 0; at < count; at++) {
      await new Promise((done) => requestAnimationFrame(done));
      places.push([...document.querySelectorAll("tbody tr.row")].map((row) => `${row.dataset.player} ${Math.round(row.getBoundingClientRect().top)}`).sort().join());
    }
    return new Set(places).size;
  }, count);

for (const [view, viewport] of Object.entries(views)) {
  test.describe(`on a ${view}`, () => {
    test.use({ viewport });

    test("the wheel leads on and on", async ({ page }) => {
      await open(page);
      // A single event of a wheel may get lost in a browser that is busy; a gesture is done when it is done.
      const session = await page.context().newCDPSession(page);
      const { x, y, width, height } = await scroller(page).boundingBox();
      const wheel = (down) =>
        session.send("Input.synthesizeScrollGesture", { x: x + width / 2, y: y + height / 2, yDistance: -down, speed: 8_000, gestureSourceType: "mouse" });
      for (let turn = 1; turn <= 8; turn++) {
        await wheel(440);
        await expect.poll(() => first(page)).toBe(1 + 10 * turn);
      }
      await expectRight(page);
      await wheel(-1_760);
      await expect.poll(() => first(page)).toBe(41);
      await expectRight(page);
    });

    test("the keys lead where they say", async ({ page }) => {
      await open(page);
      await scroller(page).focus();
      const press = (key) => page.keyboard.press(key);
      await press("ArrowDown");
      await expect.poll(() => first(page)).toBe(2);
      await press("ArrowUp");
      await expect.poll(() => first(page)).toBe(1);
      const end = await last(page);
      await press("PageDown");
      // What was seen last is still seen.
      await expect.poll(() => first(page)).toBeGreaterThanOrEqual(end - 2);
      expect(await first(page)).toBeLessThanOrEqual(end);
      await press("PageUp");
      await expect.poll(() => first(page)).toBe(1);
      await press("End");
      await expect.poll(() => last(page)).toBe(TOTAL);
      await expectRight(page);
      await press("PageUp");
      await expect.poll(() => last(page)).toBeLessThan(TOTAL - 3);
      await press("Home");
      await expect.poll(() => first(page)).toBe(1);
      await expectRight(page);
    });

    test("a jump to a place shows it", async ({ page }) => {
      await open(page);
      for (const place of [1_500, 2_999, 60, 1]) {
        await page.getByLabel("Go to rank").fill(String(place));
        await page.getByRole("button", { name: "Go", exact: true }).click();
        await expect.poll(() => ranks(page)).toContain(place);
        await expectRight(page);
      }
      // There are not so many: the last one.
      await page.getByLabel("Go to rank").fill("99999");
      await page.getByRole("button", { name: "Go", exact: true }).click();
      await expect.poll(() => last(page)).toBe(TOTAL);
    });

    test("dragged to several places, all of them are right", async ({ page }) => {
      await open(page);
      for (const share of [0.5, 0.99, 0.01, 0.75, 1, 0]) {
        await drag(page, share);
        await expectRight(page);
        await expect(page.locator("tr.placeholder")).toHaveCount(0);
      }
      expect(await first(page)).toBe(1);
    });
  });
}

test("by keyboard alone: one stop of the Tab key in the list, from which keys lead to the other rows", async ({ page }) => {
  await open(page);
  const focused = () => page.evaluate(() => document.activeElement.closest("tr")?.dataset.player ?? document.activeElement.className);
  const press = (key) => page.keyboard.press(key);
  await scroller(page).focus();
  await press("PageDown");
  await press("ArrowDown");
  await expectRight(page);
  const top = await first(page);
  await press("Tab");
  await expect.poll(focused).toBe(`player ${top}`);
  // As many rows as are seen, and more.
  for (let step = 1; step <= 25; step++) {
    await press("ArrowDown");
    await expect.poll(focused).toBe(`player ${top + step}`);
    await expect.poll(() => ranks(page)).toContain(top + step);
  }
  await press("ArrowUp");
  await expect.poll(focused).toBe(`player ${top + 24}`);
  await press("Tab");
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect.poll(focused).toMatch(/^player/);
  await page.keyboard.press("Shift+Tab");
  await expect(scroller(page)).toBeFocused();
});

test("keys go on where a row that had the focus has scrolled by", async ({ page }) => {
  await open(page);
  await page.locator('tr[data-player="player 3"] a').focus();
  await page.keyboard.press("End");
  await expect.poll(() => last(page)).toBe(TOTAL);
  await expect(scroller(page)).toBeFocused();
  const height = () => page.evaluate(() => window.scrollY);
  const before = await height();
  await page.keyboard.press("PageUp");
  await expect.poll(() => last(page)).toBeLessThan(TOTAL - 3);
  await expectRight(page);
  expect(await height()).toBe(before);
});

test("a row that has the focus keeps it wherever it comes", async ({ page, server }) => {
  await open(page);
  const link = page.locator('tr[data-player="player 8"] a');
  await link.focus();
  await server.submit("player 8", 2 * TOTAL - 3);
  await expect.poll(async () => (await seen(page))[2]).toMatchObject({ player: "player 8" });
  await expect(link).toBeFocused();
});

for (const size of [12, 24, 32, 48]) {
  test(`with text of ${size} px by default, rows lie one below the other, and what is in them fits`, async ({ page }) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Page.setFontSizes", { fontSizes: { standard: size, fixed: size } });
    await open(page);
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe(`${size}px`);
    const misfits = () =>
      page.evaluate(() => {
        const head = document.querySelector(".scroller thead").getBoundingClientRect();
        const rows = [...document.querySelectorAll("tbody tr.row")].map((row) => ({ row, box: row.getBoundingClientRect() }));
        rows.sort((a, b) => a.box.top - b.box.top);
        const apart = rows.slice(1).filter(({ box }, at) => Math.abs(box.top - rows[at].box.bottom) > 0.5);
        const out = rows.flatMap(({ row, box }) =>
          [...row.querySelectorAll("td > *, .name bdi, .avatar")].filter((part) => {
            const { top, bottom } = part.getBoundingClientRect();
            return top < box.top - 0.5 || bottom > box.bottom + 0.5;
          }),
        );
        return [head.height, apart.length, out.map((part) => part.outerHTML)];
      });
    expect(await misfits()).toEqual([33, 0, []]);
    await scroller(page).press("End");
    await expect.poll(() => last(page)).toBe(TOTAL);
    await expectRight(page);
    expect(await misfits()).toEqual([33, 0, []]);
  });
}

test("where one has jumped to is in the address, and looking for somebody leads nowhere else", async ({ page, server, context }) => {
  await context.addCookies([{ name: "player", value: "player%202000", url: server.url }]);
  await open(page);
  await page.getByLabel("Go to rank").fill("1500");
  await page.getByRole("button", { name: "Go", exact: true }).click();
  await expect(page).toHaveURL(/\/b\/main\?from=1500$/);
  await expect.poll(() => ranks(page)).toContain(1_500);
  await page.reload();
  await live(page);
  await expect.poll(() => ranks(page)).toContain(1_500);
  await page.getByRole("link", { name: "Jump to me" }).click();
  await expect(page).toHaveURL(/\/b\/main\?player=player%202000$/);
  await page.reload();
  await live(page);
  await expect.poll(() => ranks(page)).toContain(2_000);
  await page.evaluate(() => (window.isSame = true));
  await page.getByLabel("Find a player").fill("player 77");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(page.locator(".found li").first()).toBeVisible();
  await expect(page).toHaveURL(/player=player%202000/);
  expect(await ranks(page)).toContain(2_000);
  // Back from a player's page one is there again.
  await page.getByLabel("Go to rank").fill("700");
  await page.getByRole("button", { name: "Go", exact: true }).click();
  await page.locator('tr[data-player="player 700"] a').click();
  await expect(page).toHaveURL(/\/p\/player%20700$/);
  await page.goBack();
  await live(page);
  await expect.poll(() => ranks(page)).toContain(700);
  expect(await page.evaluate(() => window.isSame)).toBe(true);
});

test("back from a player's page one is where one was, however one got there", async ({ page }) => {
  await open(page);
  for (const share of [0.5, 0]) {
    await drag(page, share);
    await expectRight(page);
    const before = await first(page);
    const { player } = (await seen(page))[3];
    await page.locator(`tr[data-player="${player}"] a`).click();
    await expect(page).toHaveURL(/\/p\//);
    await page.goBack();
    await live(page);
    await expectRight(page);
    await expect.poll(async () => Math.abs((await first(page)) - before)).toBeLessThanOrEqual(1);
    expect((await seen(page)).map((row) => row.player)).toContain(player);
  }
  await expect(page).toHaveURL(/\/b\/main$/);
});

test("who is looked for is gone to, again and again, and the list of them can be closed", async ({ page }) => {
  await open(page);
  const found = page.locator(".found li");
  const find = async (text) => {
    await page.getByLabel("Find a player").fill(text);
    await page.getByRole("button", { name: "Find", exact: true }).click();
    await expect(found.first()).toBeVisible();
  };
  const jump = async (place) => {
    await page.getByLabel("Go to rank").fill(place);
    await page.getByRole("button", { name: "Go", exact: true }).click();
    await expect.poll(() => ranks(page)).toContain(Number(place));
  };
  // Whoever looks for somebody stays where they are, also after a jump.
  await jump("1500");
  await find("player 2000");
  await expect(page).toHaveURL(/\/b\/main\?find=player%202000&from=1500$/);
  expect(await ranks(page)).toContain(1_500);
  await page.reload();
  await live(page);
  await expect.poll(() => ranks(page)).toContain(1_500);
  await expect(found).toHaveCount(1);
  // What is open is in the address after a jump, too.
  await jump("700");
  await expect(page).toHaveURL(/\/b\/main\?from=700&find=player%202000$/);
  await page.getByLabel("Find a player").press("Escape");
  await expect(found).toHaveCount(0);
  await expect(page).toHaveURL(/\/b\/main\?from=700$/);
  expect(await ranks(page)).toContain(700);
  // Who was gone to is gone to again.
  for (let round = 0; round < 3; round++) {
    await find("player 2000");
    await found.getByRole("link").click();
    await expect.poll(() => ranks(page)).toContain(2_000);
    await expect(page).toHaveURL(/\/b\/main\?player=player%202000$/);
    await live(page);
    await expect(found).toHaveCount(0);
    await scroller(page).press("Home");
    await expect.poll(() => first(page)).toBe(1);
    if (round === 1) await jump("300");
  }
});

test("dragged along quickly, only where it rests is asked for", async ({ page }) => {
  const asked = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => asked.push(payload[0])));
  await open(page);
  const before = asked.length;
  const took = await page.evaluate(async () => {
    const [it, begun] = [document.querySelector(".scroller"), performance.now()];
    for (let step = 1; step <= 60; step++) {
      it.scrollTop = (step / 80) * (it.scrollHeight - it.clientHeight);
      await new Promise((done) => requestAnimationFrame(done));
    }
    return performance.now() - begun;
  });
  await expectRight(page);
  expect(await first(page)).toBeGreaterThan(2_000);
  // One at most every 60 ms, of sixty places that were passed.
  expect(asked.length - before).toBeLessThanOrEqual(Math.ceil(took / 60) + 3);
});

test("one's own row stays at the edge while it is out of sight, and leads to it", async ({ page, server, context }) => {
  await context.addCookies([{ name: "player", value: "player%202000", url: server.url }]);
  await open(page);
  const own = page.locator(".own-row");
  await expect(own).toBeInViewport();
  await expect(own).toHaveText(/2,000\s*player 2000\s*2,002/);
  await own.getByRole("link").click();
  await expect.poll(() => ranks(page)).toContain(2_000);
  await expect(page.locator('tr[data-player="player 2000"]')).toHaveClass(/own/);
  await expect(own).toBeEmpty();
  await scroller(page).press("End");
  await expect(own).toHaveText(/2,000/);
  await page.getByRole("link", { name: "Jump to me" }).click();
  await expect.poll(() => ranks(page)).toContain(2_000);
  await expect(own).toBeEmpty();
});

test("one's own row at the edge covers no other, also where it comes in at the end", async ({ page, server, context }) => {
  await context.addCookies([{ name: "player", value: "player%202000", url: server.url }]);
  await open(page);
  // Whether what is in the middle of the row is the row itself.
  const isBare = (player) =>
    page.locator(`tr[data-player="${player}"]`).evaluate((row) => {
      const { x, y, width, height } = row.getBoundingClientRect();
      return [y + 4, y + height / 2, y + height - 4].every((at) => row.contains(document.elementFromPoint(x + width / 2, at)));
    });
  await expect(page.locator(".own-row")).toBeVisible();
  await scroller(page).press("End");
  await expect.poll(() => last(page)).toBe(TOTAL);
  await expect.poll(() => isBare(`player ${TOTAL}`)).toBe(true);
  await page.getByRole("link", { name: "Jump to me" }).click();
  await expect(page.locator(".own-row")).toBeHidden();
  await scroller(page).press("End");
  await expect(page.locator(".own-row")).toBeVisible();
  await expect.poll(() => isBare(`player ${TOTAL}`)).toBe(true);
});

test("one's own row at the edge keeps the focus while it changes", async ({ page, server, context }) => {
  await context.addCookies([{ name: "player", value: "player%202000", url: server.url }]);
  await open(page);
  const link = page.locator(".own-row").getByRole("link");
  await expect(link).toHaveText(/^2,000/);
  await link.focus();
  await server.submit("somebody better", 1_000_000);
  await expect(link).toHaveText(/^2,001/);
  await expect(link).toBeFocused();
});

test("a score of one's own that lands far away shows at the edge", async ({ page }) => {
  await open(page);
  await send(page, "player 2500", "2001");
  await expect(page.locator(".own-row")).toHaveText(/2,001\s*player 2500\s*2,001/);
  expect(await first(page)).toBe(1);
});

test("one's own row at the edge, and the card, show what was sent at once, and never go back", async ({ page, context, server }) => {
  await context.addCookies([{ name: "player", value: "player%202000", url: server.url }]);
  await open(page);
  const [own, card] = [page.locator(".own-row"), page.getByRole("region", { name: "Your standing" })];
  await expect(own).toHaveText(/^2,000\s*player 2000\s*2,002$/);
  await page.evaluate(() => {
    const score = document.querySelector(".own-row .score");
    window.told = [];
    new MutationObserver(() => window.told.push(score.textContent)).observe(score, { characterData: true, childList: true, subtree: true });
  });
  const release = await hold(page);
  await send(page, "player 2000", "2603");
  await expect(own).toHaveText(/^2,000\s*player 2000\s*2,603$/);
  await expect(own.locator(".row")).toHaveClass(/pending/);
  await expect(own.getByTitle("Sending…")).toHaveText("2,603");
  await expect(card.getByTitle("Sending…")).toHaveText("2,603");
  release();
  await expect(own).toHaveText(/^1,700\s*player 2000\s*2,603$/);
  await expect(own.locator(".row")).not.toHaveClass(/pending/);
  await expect(page.getByTitle("Sending…")).toHaveCount(0);
  expect(new Set(await page.evaluate(() => window.told))).toEqual(new Set(["2,603"]));
  expect(await first(page)).toBe(1);
});

test("a score of one's own that is refused is taken back at the edge", async ({ page, context, server, complaints }) => {
  await context.addCookies([{ name: "player", value: "player%202000", url: server.url }]);
  await server.edit({ maxScore: 2_500 });
  await open(page);
  const own = page.locator(".own-row");
  const release = await hold(page);
  await send(page, "player 2000", "2603");
  await expect(own).toHaveText(/2,603$/);
  release();
  await expect(own).toHaveText(/^2,000\s*player 2000\s*2,002$/);
  await expect(own.locator(".row")).not.toHaveClass(/pending/);
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

test("how long the list is and which row is which is told", async ({ page }) => {
  await open(page);
  await drag(page, 0.5);
  await expectRight(page);
  await expect(page.getByRole("table", { name: "Standings" })).toHaveAttribute("aria-rowcount", String(TOTAL + 1));
  const rows = await page.locator("tbody tr.row").evaluateAll((all) => all.map((row) => [Number(row.getAttribute("aria-rowindex")), Number(row.cells[0].innerText.replace(",", ""))]));
  expect(rows).toEqual(rows.map((_, at) => [rows[0][0] + at, rows[0][1] + at]));
  expect(rows[0][0]).toBe(rows[0][1] + 1);
});

// Rows come in pages of fifty: 1,475 is in the middle of one, 1,500 at the end.
for (const place of [1_475, 1_500]) {
  test(`who looks at rows around ${place} keeps seeing them when others come in above, and leave`, async ({ page, server }) => {
    await open(page);
    await page.getByLabel("Go to rank").fill(String(place));
    await page.getByRole("button", { name: "Go", exact: true }).click();
    await expect.poll(() => ranks(page)).toContain(place);
    await expectRight(page);
    const before = await seen(page);
    await server.send("main", [1, 2, 3].map((n) => ({ playerId: `new ${n}`, score: 10_000 + n })));
    await expect.poll(() => seen(page)).toEqual(before.map((row) => ({ ...row, rank: row.rank + 3 })));
    for (const n of [1, 2]) await server.api("DELETE", `/boards/main/entries/new%20${n}`);
    await expect.poll(() => seen(page)).toEqual(before.map((row) => ({ ...row, rank: row.rank + 1 })));
  });
}

test("at the very top one sees who comes in", async ({ page, server }) => {
  await open(page);
  await server.submit("the best", 10_000);
  await expect.poll(async () => (await seen(page))[0]).toMatchObject({ rank: 1, player: "the best", at: 0 });
  await expect.poll(async () => (await seen(page))[1]).toMatchObject({ rank: 2, player: "player 1", at: 44 });
});

test("the very end stays as it is", async ({ page, server }) => {
  await open(page);
  await scroller(page).press("End");
  await expect.poll(() => last(page)).toBe(TOTAL);
  await expectRight(page);
  expect(await frames(page, 30)).toBe(1);
  // Past the end there is nothing.
  await scroller(page).hover();
  await page.mouse.wheel(0, 4_400);
  await scroller(page).press("End");
  expect(await frames(page, 30)).toBe(1);
  await server.submit("the best", 10_000);
  await expect.poll(() => seen(page).then((rows) => rows.at(-1))).toMatchObject({ rank: TOTAL + 1, player: `player ${TOTAL}` });
  expect(await frames(page, 30)).toBe(1);
});

test("the end of the list grows under who looks at it", async ({ page, server }) => {
  await open(page);
  await scroller(page).press("End");
  await expect.poll(() => last(page)).toBe(TOTAL);
  await server.submit("the worst", 1);
  await expect(page.getByRole("table", { name: "Standings" })).toHaveAttribute("aria-rowcount", String(TOTAL + 2));
  // The list is as long with the next frame.
  await expect(async () => {
    await scroller(page).press("End");
    expect((await seen(page)).at(-1)).toMatchObject({ rank: TOTAL + 1, player: "the worst" });
  }).toPass();
});

test("the server goes and comes back while one is in the middle", async ({ page, server, complaints }) => {
  await open(page);
  await drag(page, 0.5);
  await expectRight(page);
  const before = await seen(page);
  await server.stop();
  await expect(page.locator(".connection")).toHaveText("Connection lost, trying again…");
  expect(await seen(page)).toEqual(before);
  await server.start();
  await live(page);
  await server.api("DELETE", `/boards/main/entries/${encodeURIComponent(before[1].player)}`);
  await expect.poll(() => seen(page).then((rows) => rows.map(({ player }) => player))).not.toContain(before[1].player);
  await expect.poll(async () => (await seen(page))[0]).toEqual(before[0]);
  // Those above are who they were.
  await drag(page, 0.25);
  await expectRight(page);
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

test("rows that are not there yet are filled in once the server is back", async ({ page, server, complaints }) => {
  await open(page);
  await server.stop();
  await expect(page.locator(".connection")).toHaveText("Connection lost, trying again…");
  await drag(page, 0.5);
  await expect(page.locator("tr.placeholder").first()).toBeVisible();
  await server.start();
  await live(page);
  await expect(page.locator("tr.placeholder")).toHaveCount(0);
  await expectRight(page);
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});
