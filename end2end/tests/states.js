// States of pages that no address leads to alone: how a page gets there, and on from there. The boards are those of `furnish`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, hold, live, send } from "./leaderport.js";

const notice = (page, outcome) => page.locator(`.notices [data-outcome="${outcome}"]`).first();

async function open(page, path = "/b/main") {
  await page.goto(path);
  await live(page);
}

/** Holds what a page asks of the server functions of these names until they are let go: then it goes unanswered. */
async function silence(page, functions) {
  let release;
  const released = new Promise((done) => (release = done));
  await page.route(functions, async (route) => {
    await released;
    // A page that was left does not wait for it any more.
    await route.abort().catch(() => {});
  });
  return async () => {
    release();
    await page.unroute(functions);
  };
}

/** By their names: each gets a page there, and gives what leads on from there, if that takes more than to go to another page. */
export const states = {
  async "board-frozen"(page, server) {
    await server.api("POST", "/boards/main/freeze");
    await open(page);
    await expect(page.locator('.banner[data-kind="frozen"]')).toBeVisible();
    return () => server.api("DELETE", "/boards/main/freeze");
  },
  async "board-paused"(page) {
    await open(page);
    await page.getByRole("button", { name: "Pause" }).click();
    await expect(page.locator('.banner[data-kind="paused"]')).toBeVisible();
  },
  async "board-error"(page) {
    await open(page);
    await send(page, "ada", "12x");
    await expect(page.locator("#score-error")).not.toBeEmpty();
  },
  async "board-pending"(page) {
    await open(page);
    const release = await hold(page);
    await send(page, "player 60", "4996");
    await expect(notice(page, "sent")).toBeVisible();
    await expect(page.locator("tr.pending")).toBeVisible();
    return async () => {
      release();
      await expect(notice(page, "counted")).toBeVisible();
      await page.unroute("**/fn/submit_score");
    };
  },
  async "board-sent"(page) {
    await open(page);
    await send(page, "player 60", "4997");
    await expect(notice(page, "counted")).toBeVisible();
  },
  async "board-taken-back"(page, server) {
    await server.edit({ maxScore: 5_000 });
    await open(page);
    await send(page, "player 60", "6000");
    await expect(notice(page, "rolled-back")).toBeVisible();
    return () => server.edit({ maxScore: null });
  },
  async "board-offline"(page) {
    await open(page);
    await page.context().setOffline(true);
    await send(page, "player 60", "4998");
    await page.locator(".waiting li").waitFor();
    return async () => {
      await page.context().setOffline(false);
      await expect(page.locator(".waiting li")).toHaveCount(0);
    };
  },
  // Told on another page than the one that it was sent from.
  async refused(page, server) {
    await server.edit({ maxScore: 5_000 });
    await open(page);
    await page.route("**/fn/submit_score", (route) => route.abort());
    await send(page, "player 60", "6000");
    await page.locator(".waiting li").waitFor();
    await page.getByRole("link", { name: "Boards", exact: true }).first().click();
    await page.locator(".cards").waitFor();
    await page.unroute("**/fn/submit_score");
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await expect(page.locator(".refused .banner")).toBeVisible();
    return () => server.edit({ maxScore: null });
  },
  async "board-loading"(page) {
    await page.goto("/");
    await live(page);
    const on = await silence(page, "**/fn/open_board");
    await page.getByRole("link", { name: "Main board" }).click();
    await page.locator(".loading").waitFor();
    return on;
  },
  // Of rows that are still to come, in the middle of a list.
  async "board-skeletons"(page, server) {
    await server.create("long", { title: "A long board" });
    await server.send("long", Array.from({ length: 400 }, (_, n) => ({ playerId: `player ${n + 1}`, score: 5_000 - n })));
    await open(page, "/b/long");
    const on = await silence(page, "**/fn/read_page");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.locator(".scroller").evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight / 2));
    await page.locator("tr.placeholder").first().waitFor();
    return async () => {
      await on();
      await server.api("DELETE", "/boards/long", undefined, 204);
    };
  },
  // As the server writes it while its store does not answer.
  async unavailable(page, server) {
    const store = Number(readFileSync(join(server.folder, "valkey.pid"), "utf8"));
    process.kill(store, "SIGSTOP");
    try {
      expect((await page.goto("/b/main")).status()).toBe(503);
    } finally {
      process.kill(store, "SIGCONT");
    }
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Not to be reached at the moment");
    return () => expect.poll(() => fetch(`${server.url}/b/main`).then(({ status }) => status)).toBe(200);
  },
  // The last one: nothing is left.
  async "lobby-empty"(page, server) {
    for (const { id } of (await server.api("GET", "/boards")).boards) await server.api("DELETE", `/boards/${id}`, undefined, 204);
    await page.goto("/");
    await expect(page.locator(".empty")).toBeVisible();
  },
};

/** What a page complains about in them: the browser tells of what is refused, cut off or not there. */
export const isOfState = (text) => /status of (404|422|503)|net::ERR_|WebSocket/.test(text);
