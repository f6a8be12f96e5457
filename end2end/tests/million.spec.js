// Ten million rows: put into the store directly, and read by the same paths as any others.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, live, test } from "./leaderport.js";

const TOTAL = 10_000_000;

/**
 * Fills the main board: player n has n points, so the last one leads. What is read of rows is the sorted set alone. None of it is
 * written to the disk: rewriting a file of a gigabyte would hold up Valkey while the page is looked at.
 */
function fill(server) {
  const valkey = (...args) => execFileSync("valkey-cli", ["-s", join(server.folder, "valkey.sock"), ...args], { stdio: ["ignore", "ignore", "inherit"] });
  valkey("CONFIG", "SET", "appendonly", "no", "save", "");
  const script = `
    local from, to = tonumber(ARGV[1]), tonumber(ARGV[2])
    for first = from, to, 1000 do
      local added = {}
      for n = first, first + 999 do
        added[#added + 1] = -n
        added[#added + 1] = struct.pack('>I6', n) .. 'player ' .. n
      end
      redis.call('ZADD', KEYS[1], unpack(added))
    end`;
  for (let from = 1; from <= TOTAL; from += 20_000) {
    valkey("EVAL", script, "1", "lp:{main}:all:all:rank", String(from), String(from + 19_999));
  }
}

const rows = (page) => page.locator("tbody tr.row");
/** The rows that are seen, as [rank, name], from the top down. */
const seen = (page) =>
  page.locator(".scroller").evaluate((scroller) => {
    const box = scroller.getBoundingClientRect();
    const head = scroller.querySelector("thead").getBoundingClientRect().bottom;
    const all = [...scroller.querySelectorAll("tbody tr.row")].map((row) => ({ row, at: row.getBoundingClientRect() }));
    const inside = all.filter(({ at }) => at.bottom > head + 1 && at.top < box.bottom - 1).sort((a, b) => a.at.top - b.at.top);
    return inside.map(({ row }) => [row.querySelector(".rank").textContent, row.querySelector("bdi")?.textContent ?? ""]);
  });
const last = async (page) => (await seen(page)).at(-1);
/** Waits until what was scrolled has been painted. */
const painted = (page) => page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))));

test("ten million rows: to the end and back, with sixty on the page", async ({ page, server }) => {
  test.setTimeout(240_000);
  fill(server);
  await page.goto("/b/main");
  await live(page);
  await expect(page.locator(".players")).toHaveText("10,000,000 players");
  await expect(page.locator("table")).toHaveAttribute("aria-rowcount", String(TOTAL + 1));
  expect((await seen(page))[0]).toEqual(["1", `player ${TOTAL}`]);

  // The very last row, by key; and it stays there.
  await page.locator(".scroller").focus();
  await page.keyboard.press("End");
  await expect.poll(() => last(page)).toEqual(["10,000,000", "player 1"]);
  const end = await seen(page);
  expect(end.length).toBeGreaterThan(8);
  expect(end.map(([rank]) => Number(rank.replaceAll(",", "")))).toEqual(end.map((_, at) => TOTAL - end.length + 1 + at));
  await page.mouse.move(400, 500);
  await page.mouse.wheel(0, 2_000);
  await painted(page);
  expect(await seen(page)).toEqual(end);

  // Up from the end, by keys and by the wheel: as many rows as on any list.
  const bottom = async () => Number((await last(page))?.[0].replaceAll(",", ""));
  await page.locator(".scroller").focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect.poll(bottom).toBe(TOTAL - 1);
  // A wheel that turns while keys still move the list is lost in that, and a single turn is lost in a browser that is busy.
  await painted(page);
  const session = await page.context().newCDPSession(page);
  await session.send("Input.synthesizeScrollGesture", { x: 400, y: 500, yDistance: 440, speed: 8_000, gestureSourceType: "mouse" });
  await expect.poll(bottom).toBe(TOTAL - 11);

  // Into the middle.
  await page.getByLabel("Go to rank").fill("5000000");
  await page.getByRole("button", { name: "Go", exact: true }).click();
  await expect.poll(async () => (await seen(page)).some(([rank, name]) => rank === "5,000,000" && name === "player 5000001")).toBe(true);

  // The bar dragged to where it may be.
  for (const share of [0.25, 0.9, 0.5, 0.001]) {
    await page.locator(".scroller").evaluate((scroller, share) => (scroller.scrollTop = share * (scroller.scrollHeight - scroller.clientHeight)), share);
    // The bar's ends go one to one, so that the first and last rows can be reached; in between it is all but proportional.
    const expected = share * TOTAL;
    await expect.poll(async () => {
      // Between a scroll and the next frame there may be none.
      const [rank, name] = (await seen(page))[0] ?? ["", ""];
      return name !== "" && Math.abs(Number(rank.replaceAll(",", "")) - expected) < 0.02 * TOTAL;
    }).toBe(true);
    expect(await rows(page).count()).toBeLessThanOrEqual(60);
  }
  await page.locator(".scroller").focus();
  await page.keyboard.press("Home");
  await expect.poll(async () => (await seen(page))[0]).toEqual(["1", `player ${TOTAL}`]);
  expect(await rows(page).count()).toBeLessThanOrEqual(60);

  // It is as live as any other.
  await server.submit("the best of all", TOTAL + 1);
  await expect.poll(async () => (await seen(page))[0]).toEqual(["1", "the best of all"]);
  // The server renders any part of it.
  await page.goto("/b/main?from=9999999");
  await live(page);
  await expect.poll(async () => (await seen(page)).some(([rank]) => rank === "9,999,999")).toBe(true);
});
