// What there is without a network: the shell, the last pages with the time they are of, scores and runs that wait; and that none of it outlives its build.
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { violations } from "./axe.js";
import { expect, live, others, send, shown, test } from "./leaderport.js";
import { play, points } from "./ring.js";

// All other tests block it.
test.use({ serviceWorkers: "allow" });

/** The addresses that the browser keeps, of the shell or of pages. */
const keeps = (page, kind) =>
  page.evaluate(async (kind) => {
    const names = (await caches.keys()).filter((name) => name.startsWith(kind));
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => url.slice(location.origin.length));
  }, kind);

/** Waits until the worker is at work and has this page. */
const kept = (page, path) => expect.poll(() => keeps(page, "pages")).toContain(path);

/** A name that the worker gives to what it keeps of its build. */
const builds = (page) => page.evaluate(async () => (await caches.keys()).map((name) => name.split(" ")[1]));

/** Fails unless the browser alone has complained. */
function expectOnlyTheBrowser(complaints) {
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
}

test("a board is there offline, as of a time, and a score that is sent lands once", async ({ page, context, server, complaints }) => {
  await server.submit("ada", 900);
  await page.goto("/b/main");
  await live(page);
  await kept(page, "/b/main");
  await context.setOffline(true);
  await page.reload();
  await expect(page.locator("#as-of")).toContainText(/As of \d\d:\d\d: the server was not reached\./);
  await expect.poll(() => shown(page)).toEqual([["1", "ada", "900"]]);
  await expect(page.locator('.connection[data-status="lost"]')).toBeVisible();
  await send(page, "bob", "1200");
  await expect(page.locator(".waiting li")).toHaveCount(1);
  // Its time is written as the page's own is: hours are 24.
  await expect(page.locator(".waiting .why")).toHaveText(/^since \d\d:\d\d$/);
  // It waits in another page as well, and after a look elsewhere.
  await page.getByRole("link", { name: "Play", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("No connection");
  await page.locator('#kept a[href="/b/main"]').click();
  await expect(page.locator(".waiting li")).toHaveCount(1);
  expect(await server.rows()).toEqual([["ada", 900]]);
  await context.setOffline(false);
  await expect(page.locator(".waiting li")).toHaveCount(0);
  await live(page);
  await expect(page.locator("#as-of")).toHaveCount(0);
  await expect.poll(() => shown(page)).toEqual([["1", "bob", "1,200"], ["2", "ada", "900"]]);
  await page.reload();
  await live(page);
  expect(await server.entry("bob")).toMatchObject({ score: 1200, attempts: 1 });
  expectOnlyTheBrowser(complaints);
});

test("a page that was reached within the app is kept as well, and links lead to what is kept", async ({ page, context, server, complaints }) => {
  await server.submit("ada", 900);
  await page.goto("/");
  await kept(page, "/");
  await page.locator('.card a[href="/b/main"]').click();
  await live(page);
  await kept(page, "/b/main");
  await context.setOffline(true);
  await page.getByRole("link", { name: "Boards", exact: true }).first().click();
  await expect(page.locator("#as-of")).toBeVisible();
  await page.locator('.card a[href="/b/main"]').click();
  await expect(page.locator("#as-of")).toBeVisible();
  expect(await shown(page)).toEqual([["1", "ada", "900"]]);
  // No server is the same as no network.
  await context.setOffline(false);
  await live(page);
  await server.stop();
  await page.goto("/");
  await expect(page.locator("#as-of")).toBeVisible();
  expectOnlyTheBrowser(complaints);
});

test("a network that brings nothing, and a proxy whose server is away, are no server", async ({ page, server, complaints }) => {
  await server.submit("ada", 900);
  await page.goto("/b/main");
  await live(page);
  await kept(page, "/b/main");
  await server.stop();
  let answers = true;
  const proxy = createServer((_, answer) => answers && answer.writeHead(503, { "content-type": "text/html" }).end("Service Unavailable"));
  await new Promise((done) => proxy.listen(server.port, "127.0.0.1", done));
  try {
    await page.goto("/b/main");
    await expect(page.locator("#as-of")).toBeVisible();
    expect(await shown(page)).toEqual([["1", "ada", "900"]]);
    answers = false;
    await page.goto("/b/main", { waitUntil: "commit", timeout: 10_000 });
    await expect(page.locator("#as-of")).toBeVisible();
    expect(await shown(page)).toEqual([["1", "ada", "900"]]);
  } finally {
    proxy.closeAllConnections();
    await new Promise((done) => proxy.close(done));
  }
  await server.start();
  expectOnlyTheBrowser(complaints);
});

test("a run is played offline from beginning to end, and lands once, wherever one comes back", async ({ page, context, server, complaints }) => {
  test.setTimeout(180_000);
  await page.goto("/play");
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await kept(page, "/play");
  await expect.poll(() => page.evaluate(() => JSON.parse(localStorage.getItem("spare-runs") ?? "[]").length)).toBe(3);
  await context.setOffline(true);
  await page.reload();
  await expect(page.locator("#as-of")).toBeVisible();
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await play(page);
  await expect(page.getByRole("alert")).toContainText("waits here");
  const score = await points(page);
  expect(score).toBeGreaterThan(0);
  expect(await page.evaluate(() => JSON.parse(localStorage.getItem("spare-runs")).length)).toBe(2);
  await server.api("GET", "/boards/ring/entries/Ada", undefined, 404);
  await context.setOffline(false);
  await page.goto("/");
  await expect.poll(() => page.evaluate(() => localStorage.getItem("runs"))).toBe("[]");
  expect(await server.entry("Ada", "ring")).toMatchObject({ score, attempts: 1 });
  await page.goto("/play");
  await expect.poll(() => page.evaluate(() => JSON.parse(localStorage.getItem("spare-runs")).length)).toBe(3);
  expect(await server.entry("Ada", "ring")).toMatchObject({ score, attempts: 1 });
  expectOnlyTheBrowser(complaints);
});

test("whoever has signed in plays offline as themself, and what waits is theirs alone to send", async ({ page, context, server, complaints }) => {
  test.setTimeout(180_000);
  const stored = (name) => page.evaluate((name) => JSON.parse(localStorage.getItem(name)), name);
  const playerId = await begins(page);
  await page.goto("/play");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await kept(page, "/play");
  await expect.poll(async () => (await stored("spare-runs"))?.length).toBe(3);
  await context.setOffline(true);
  await page.reload();
  await expect(page.locator("#as-of")).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Ada");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator("#play-row")).toHaveText("Get ready");
  await expect(page.locator("#play-strip .own")).toContainText("Ada");
  await play(page);
  await expect(page.getByRole("alert")).toContainText("waits here");
  const score = await points(page);
  // The session is over by then: nobody else sends the run, and it is not lost.
  const cookies = await context.cookies();
  await context.clearCookies();
  const refused = page.waitForResponse("**/runs/finished");
  await context.setOffline(false);
  expect((await refused).status()).toBe(403);
  await page.goto("/");
  await expect.poll(() => page.evaluate(() => localStorage.getItem("refused-runs"))).toBeNull();
  expect(await stored("runs")).toHaveLength(1);
  await context.addCookies(cookies);
  await page.goto("/");
  await expect.poll(() => stored("runs")).toEqual([]);
  expect(await server.entry(playerId, "ring")).toMatchObject({ score, attempts: 1 });
  // Whoever is next finds nothing of theirs.
  await page.evaluate(() => localStorage.setItem("refused-runs", '["No."]'));
  expect((await stored("spare-runs")).length).toBeGreaterThan(0);
  await page.goto("/me");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/left=yes/);
  expect([await stored("spare-runs"), await stored("refused-runs")]).toEqual([null, null]);
  expectOnlyTheBrowser(complaints);
});

test("a language that is chosen offline leaves the page as it is, and what is kept", async ({ page, context, server, complaints }) => {
  await server.submit("ada", 900);
  await page.goto("/");
  await kept(page, "/");
  await page.goto("/b/main");
  await live(page);
  await kept(page, "/b/main");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Deutsch" }).click();
  await expect(page.locator("#as-of")).toBeVisible();
  await expect(page).toHaveURL(/\/b\/main$/);
  expect(await shown(page)).toEqual([["1", "ada", "900"]]);
  expect((await keeps(page, "pages")).sort()).toEqual(["/", "/b/main"]);
  await context.setOffline(false);
  await page.getByRole("button", { name: "Deutsch" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  // What was kept was in another language.
  await expect.poll(() => keeps(page, "pages")).toEqual(["/b/main"]);
  expectOnlyTheBrowser(complaints);
});

/** The front end as another build: its style sheet has another name. */
function anotherBuild(site) {
  const folder = mkdtempSync(join(tmpdir(), "leaderport-site-"));
  cpSync(site, folder, { recursive: true });
  const hashes = readFileSync(join(folder, "hash.txt"), "utf8");
  const [, style] = /css: (\S+)/.exec(hashes);
  for (const name of readdirSync(join(folder, "pkg"))) {
    if (name.includes(style)) renameSync(join(folder, "pkg", name), join(folder, "pkg", name.replace(style, "another")));
  }
  writeFileSync(join(folder, "hash.txt"), hashes.replace(style, "another"));
  return folder;
}

test("another build takes over while a tab is open, and nothing of the old one stays", async ({ page, context, server, complaints }) => {
  await server.submit("ada", 900);
  for (const path of ["/", "/b/main"]) {
    await page.goto(path);
    await kept(page, path);
  }
  await live(page);
  const [old] = await builds(page);
  const site = anotherBuild(server.site);
  try {
    await server.stop();
    server.site = site;
    await server.start();
    // The tab goes on with its own program, and learns of the other one when it is live again.
    await live(page);
    await expect.poll(() => builds(page)).not.toContain(old);
    expect(await keeps(page, "shell")).toContainEqual(expect.stringContaining("/pkg/leaderport.another.css"));
    // Of the pages, the one that is open is kept anew: it asks for what there is.
    await kept(page, "/b/main");
    expect(await keeps(page, "pages")).not.toContain("/");
    // Its next link is a page of the new build, not a change of the old one.
    await page.getByRole("link", { name: "Boards", exact: true }).first().click();
    await expect(page.locator('link[rel="stylesheet"]')).toHaveAttribute("href", "/pkg/leaderport.another.css");
    await page.goBack();
    await live(page);
    await context.setOffline(true);
    await page.reload();
    await expect(page.locator("#as-of")).toBeVisible();
    await expect(page.locator('link[rel="stylesheet"]')).toHaveAttribute("href", "/pkg/leaderport.another.css");
    expect(await shown(page)).toEqual([["1", "ada", "900"]]);
    await expect(page.locator("#as-of")).toHaveCSS("position", "fixed");
  } finally {
    rmSync(site, { recursive: true, force: true });
  }
  expectOnlyTheBrowser(complaints);
});

test("a page of a build that could not be kept is not kept either", async ({ page, context, server, complaints }) => {
  await page.goto("/b/main");
  await kept(page, "/b/main");
  const old = await page.locator('link[rel="stylesheet"]').getAttribute("href");
  const site = anotherBuild(server.site);
  for (const name of readdirSync(site)) if (name.startsWith("favicon")) rmSync(join(site, name));
  try {
    await server.stop();
    server.site = site;
    await server.start();
    const refused = page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const found = new Promise((done) => registration.addEventListener("updatefound", () => done(registration.installing), { once: true }));
      // The page asks by itself once it is live again: the worker that it has just found is as good.
      const worker = registration.installing ?? (await registration.update().then(() => found));
      if (worker.state === "redundant") return worker.state;
      return new Promise((done) => worker.addEventListener("statechange", () => done(worker.state)));
    });
    expect(await refused).toBe("redundant");
    await page.goto("/b/main");
    await expect(page.locator('link[rel="stylesheet"]')).toHaveAttribute("href", "/pkg/leaderport.another.css");
    await live(page);
    await context.setOffline(true);
    await page.reload();
    // It is older, and whole.
    await expect(page.locator("#as-of")).toBeVisible();
    await expect(page.locator('link[rel="stylesheet"]')).toHaveAttribute("href", old);
    await expect(page.locator("#as-of")).toHaveCSS("position", "fixed");
  } finally {
    rmSync(site, { recursive: true, force: true });
  }
  expectOnlyTheBrowser(complaints);
});

/** Opens an account of this name; whose id is told. */
async function begins(page, name = "Ada") {
  await page.goto("/me");
  await page.getByLabel("Name").first().fill(name);
  await page.getByRole("button", { name: /begin|account/i }).first().click();
  await expect(page).toHaveURL(/begun=yes/);
  return page.evaluate(async () => (await (await fetch("/api/me")).json()).playerId);
}

test("what is somebody's own is not kept, and goes when they are forgotten", async ({ page, context, server, complaints }) => {
  await page.goto("/b/main");
  await kept(page, "/b/main");
  // Nobody's pages go when somebody signs in. Of what they are shown then, that is kept which anybody is shown: in their language and theme, and nothing of them.
  const playerId = await begins(page);
  expect(await keeps(page, "pages")).toEqual([]);
  await context.addCookies(Object.entries({ language: "de", theme: "dark" }).map(([name, value]) => ({ name, value, url: server.url })));
  for (const path of ["/b/main", "/", "/play", "/me"]) await page.goto(path);
  for (const path of ["/b/main", "/", "/play"]) await kept(page, path);
  expect((await keeps(page, "pages")).sort()).toEqual(["/", "/b/main", "/play"]);
  const texts = await page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((name) => name.startsWith("pages"));
    return Promise.all((await (await caches.open(name)).matchAll()).map((response) => response.text()));
  });
  for (const text of texts) {
    expect(text).toContain('<html lang="de"');
    expect([text.includes("Ada"), text.includes(playerId)]).toEqual([false, false]);
  }
  await page.goto("/b/main");
  await expect(page.locator("body")).toContainText("Ada");
  await context.setOffline(true);
  await page.reload();
  await expect(page.locator("#as-of")).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await context.setOffline(false);
  await page.goto("/me");
  await page.getByRole("button", { name: "Abmelden", exact: true }).click();
  await expect(page).toHaveURL(/left=yes/);
  expect(await keeps(page, "pages")).toEqual([]);
  await context.clearCookies();
  await server.operator(context, "owner");
  for (const path of ["/admin", "/admin/boards"]) await page.goto(path);
  await page.goto("/docs");
  await page.goto("/");
  await kept(page, "/");
  expect(await keeps(page, "pages")).toEqual(["/"]);
  await page.goto("/me");
  await page.getByRole("button", { name: /forget/i }).click();
  await expect(page).toHaveURL(/forgotten=yes/);
  expect(await keeps(page, "pages")).toEqual([]);
  expectOnlyTheBrowser(complaints);
});

test("a page that is gone, or has become its operators', is not kept any longer", async ({ page, server, complaints }) => {
  await server.create("brief");
  await page.goto("/b/brief");
  await kept(page, "/b/brief");
  await server.edit({ visibility: "private" }, "brief");
  await page.goto("/b/brief");
  await expect.poll(() => keeps(page, "pages")).not.toContain("/b/brief");
  expectOnlyTheBrowser(complaints);
});

test("no more than thirty pages are kept, the last ones", async ({ page, server }) => {
  await server.submit("ada", 1);
  await page.goto("/b/main");
  await kept(page, "/b/main");
  for (let place = 1; place <= 30; place++) await page.goto(`/b/main?from=${place}`);
  const left = async () => {
    const pages = await keeps(page, "pages");
    return [pages.length, pages.includes("/b/main")];
  };
  await expect.poll(left).toEqual([30, false]);
});

test("it can be installed", async ({ page, context, server }) => {
  await page.goto("/");
  await kept(page, "/");
  const devtools = await context.newCDPSession(page);
  const { errors, data } = await devtools.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // A test's browser keeps nothing, and says so.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
  for (const { src, sizes, type } of manifest.icons) {
    const picture = await page.request.get(src);
    expect([picture.status(), picture.headers()["content-type"]]).toEqual([200, type]);
    const bytes = await picture.body();
    if (type === "image/png") expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
  }
  expect((await fetch(`${server.url}/icon-apple.png`)).status).toBe(200);
});

for (const [view, viewport] of Object.entries({ desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } })) {
  for (const colorScheme of ["light", "dark"]) {
    test(`what is shown offline is in order, ${view}, ${colorScheme}`, async ({ page, context, server, complaints }) => {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await server.send("main", Array.from({ length: 12 }, (_, n) => ({ playerId: `player ${n}`, score: 900 * n + 400 })));
      await server.create("laps", { title: "Laps & <more>" });
      for (const path of ["/", "/b/laps", "/b/main/p/player 3", "/b/main"]) {
        await page.goto(path);
        await kept(page, path.replace(" ", "%20"));
      }
      await context.setOffline(true);
      for (const [name, path, mark] of [["board", "/b/main", "#as-of"], ["lobby", "/", "#as-of"], ["none", "/b/elsewhere", "#kept li"]]) {
        await page.goto(path);
        await page.locator(mark).first().waitFor();
        if (name === "board") await expect(page.locator(".banners .banner")).toBeVisible();
        expect(await violations(page), name).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), name).toBe(true);
        await page.screenshot({ path: `screenshots/${view}-${colorScheme}-offline-${name}.png` });
      }
      await expect(page.locator("#kept a")).toHaveText(["Main board", "player 3 on Main board", "Laps & <more>", "Boards"]);
      expectOnlyTheBrowser(complaints);
    });
  }
}
