// Takes README's picture: node screenshot.js, with what the browser tests stand on built (make test). Fills a board of its own.
import { chromium } from "@playwright/test";
import config from "./playwright.config.js";
import { LeaderPort } from "./tests/leaderport.js";

const server = await LeaderPort.create();
const players = ["Ada", "Grace", "Zenon", "Katherine", "Hedy", "Alan", "Edsger", "Barbara", "Donald", "Radia", "Tim", "Margaret"];
for (const [at, player] of players.entries()) await server.submit(player, 98_400 - at * at * 311 - at * 1_740);

const browser = await chromium.launch(config.use.launchOptions);
const page = await browser.newPage({ viewport: { width: 1080, height: 640 }, deviceScaleFactor: 1 });
await page.goto(server.url);
await page.locator('[data-status="live"]').waitFor();
await page.getByLabel("Name").fill("Radia");
await page.getByLabel("Score", { exact: true }).fill("91500");
await page.getByRole("button", { name: "Send" }).click();
await page.locator('[data-outcome="counted"]').waitFor();
await page.locator("h1").click();
await page.screenshot({ path: "screenshot.png" });
await browser.close();
await server.end();
