// Pictures of every page and state, for people to look at: screenshots/. Nothing is compared.
import { expect, furnish, live, test, yesterday } from "./leaderport.js";
import { isOfState, states } from "./states.js";

const views = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/** Each page: its address, and what is done there before the picture. */
const pages = {
  lobby: ["/"],
  board: ["/b/main"],
  "board-own-row": ["/b/main", (page) => page.locator(".own-row a").waitFor()],
  "board-middle": ["/b/main?from=75"],
  "board-end": ["/b/main", (page) => page.locator(".scroller").press("End")],
  "board-found": ["/b/main?find=player"],
  "board-daily": ["/b/main?window=daily"],
  "board-past": [`/b/main?window=daily&period=${yesterday()}`],
  "board-ties": ["/b/laps"],
  "board-empty": ["/b/empty"],
  profile: ["/b/main/p/climber", (page) => page.locator(".graph rect").nth(3).hover()],
  me: ["/me"],
  "not-found": ["/b/nowhere"],
  docs: ["/docs"],
  "docs-live": ["/docs/live"],
  "embed-arabic": ["/embed/main?lang=ar&limit=5"],
  "overlay-arabic": ["/overlay/main?lang=ar&limit=5"],
};

for (const [view, viewport] of Object.entries(views)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`pictures, ${view}, ${colorScheme}`, async ({ page, context, server, complaints }) => {
      test.setTimeout(300_000);
      await furnish(server);
      // Somebody with a history.
      for (const score of [1_200, 2_100, 2_350, 3_900, 4_310, 4_415]) await server.submit("climber", score);
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      // The reference is too long for one picture.
      const take = (name) => page.screenshot({ path: `screenshots/${view}-${colorScheme}-${name}.png`, fullPage: name !== "docs" });
      await context.addCookies([{ name: "player", value: "player%2060", url: server.url }]);
      for (const [name, [address, step]] of Object.entries(pages)) {
        await page.goto(address);
        if (/^board/.test(name) && name !== "board-past") await live(page);
        await step?.(page);
        await expect(page.locator("h1")).toBeVisible();
        await take(name);
      }
      for (const [name, enter] of Object.entries(states)) {
        const on = await enter(page, server);
        await take(name);
        await on?.();
      }
      // The page that is not there, the network that was away, and what the states are made by.
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !isOfState(text)));
    });
  }
}
