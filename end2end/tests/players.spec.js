// Players as their profiles say: on a board that is open, found by their names, and on their own pages.
import { expect, live, shown, test } from "./leaderport.js";

const PHOTO = "https://game.example/ada.png";
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

test.beforeEach(async ({ page, server }) => {
  await page.route("https://game.example/**", (route) => route.fulfill({ contentType: "image/png", body: PIXEL }));
  for (const [player, score] of [["p1", 30], ["p2", 20], ["p3", 10]]) await server.submit(player, score);
});

test("what a profile says shows on an open board at once, in its row alone", async ({ page, server }) => {
  await page.goto("/b/main");
  await live(page);
  const row = page.locator('[data-player="p2"]');
  await row.evaluate((node) => (node.isTheSame = true));
  await expect(row.locator(".avatar")).toHaveAttribute("data-letters", "p2");
  await server.api("PUT", "/players/p2", { name: "Ada Lovelace", country: "GB", avatar: PHOTO });
  await expect(row.locator("bdi")).toHaveText("Ada Lovelace");
  await expect(row.getByRole("img", { name: "GB" })).toHaveText("🇬🇧");
  await expect(row.locator("img.avatar")).toHaveJSProperty("complete", true);
  expect(await row.locator("img.avatar").evaluate((image) => image.naturalWidth)).toBe(1);
  expect(await shown(page)).toEqual([["1", "p1", "30"], ["2", "Ada Lovelace", "20"], ["3", "p3", "10"]]);
  expect(await row.evaluate((node) => node.isTheSame)).toBe(true);
  await server.api("PUT", "/players/p2", { country: "NZ" });
  await expect(row.locator("bdi")).toHaveText("p2");
  await expect(row.locator(".avatar")).toHaveAttribute("data-letters", "p2");
  await server.api("DELETE", "/players/p2");
  await expect(page.locator("tbody tr.row")).toHaveCount(2);
});

test("players are found by their names, and called by them on their pages", async ({ page, server }) => {
  await server.api("PUT", "/players/p3", { name: "Ada Lovelace", country: "GB", avatar: PHOTO });
  await page.goto("/b/main");
  await page.getByPlaceholder("Find a player").fill("lovel");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.locator(".found li")).toHaveText(["Ada Lovelace🇬🇧#3"]);
  await page.getByRole("row", { name: "Ada Lovelace" }).getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Ada Lovelace" })).toBeVisible();
  await expect(page).toHaveTitle("Ada Lovelace on Main board · LeaderPort");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("rows and pages have names, flags and pictures", async ({ page, server }) => {
    await server.api("PUT", "/players/p1", { name: "Ada Lovelace", country: "GB", avatar: PHOTO });
    for (const path of ["/b/main", "/", "/b/main/p/p1"]) {
      await page.goto(path);
      await expect(page.getByText("Ada Lovelace").first(), path).toBeVisible();
      await expect(page.getByRole("img", { name: "GB" }), path).toBeVisible();
      await expect(page.locator("img.avatar"), path).toHaveAttribute("src", PHOTO);
    }
  });
});
