// The service worker: the shell of one build, and the last pages that were seen, for when the server can't be reached. What is sent, what is asked of
// the API, and what is live never comes through here. The server writes BUILD, BUILT, SHELL, PARTS, FALLBACKS and SAID above this.
const shell = `shell ${BUILD}`;
// A kept page asks for the files of its own build, so pages go when a build does.
const pages = `pages ${BUILD}`;
const MOST_PAGES = 30;
// Whoever goes back and forth within a page, in ms, keeps it once.
const FRESH = 60_000;
// How long a page is waited for that is kept, in ms: there may be a network that brings nothing.
const PATIENCE = 4_000;
// The forms of whoever leaves: nothing is kept any more, whether or not the server hears of it.
const LEAVING = ["/me/forget", "/me/sign-out", "/me/delete"];
const KEPT_HEADERS = ["content-type", "content-security-policy", "referrer-policy", "x-content-type-options"];

/** Pages that look the same to everybody. Not /me: it tells a new recovery code once, and its forms need a server. */
const isForAll = (path) => path === "/" || path === "/play" || (path.startsWith("/b/") && !path.endsWith(".png"));
const isPage = (path) => isForAll(path) || path === "/me" || path.startsWith("/docs");

self.addEventListener("install", (event) => {
  const files = [...SHELL, ...PARTS].map((path) => new Request(path, { cache: "no-cache" }));
  event.waitUntil(caches.open(shell).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(begin()));

async function begin() {
  const old = (await caches.keys()).filter((name) => ![shell, pages].includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
  // The pages that are open were loaded before this was there to see it.
  await Promise.all((await self.clients.matchAll({ type: "window" })).map(({ url }) => look(url)));
}

// Pages that are reached within the app are never loaded: it says so.
self.addEventListener("message", (event) => event.waitUntil(look(event.data)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method !== "GET") {
    const isForm = request.mode === "navigate" && pathname.startsWith("/me");
    // In the name of pages of other sites nothing is asked from here.
    if (isForm && request.referrer.startsWith(`${origin}/`)) event.respondWith(form(request, pathname));
    else if (isForm || pathname.startsWith("/api/me/session/passkey")) event.waitUntil(caches.delete(pages));
    return;
  }
  if (SHELL.includes(pathname) || PARTS.includes(pathname)) event.respondWith(file(request, pathname));
  else if (request.destination === "document" && isPage(pathname)) event.respondWith(page(event, pathname));
});

/** What becomes of a form about who looks, or how: pages of before are kept no longer. Where the server can't be reached, the page is there that it is on. */
async function form(request, path) {
  if (LEAVING.includes(path)) await caches.delete(pages);
  try {
    const response = await fetch(request);
    await caches.delete(pages);
    return response;
  } catch {
    return Response.redirect(request.referrer, 303);
  }
}

/** Whether there is no other file of the same address: those of a build are in a folder of its own. */
const isForGood = (path) => /\.(css|txt)$/.test(path) || /^\/pkg\/.+\//.test(path);

/** A file of the shell, or a part. */
async function file(request, path) {
  const known = () => caches.match(request, { cacheName: shell, ignoreVary: true });
  if (isForGood(path)) return (await known()) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (error) {
    return (await known()) ?? Promise.reject(error);
  }
}

/** A page as the server has it now; where it can't be reached, or takes too long, as it was when it last could. */
async function page(event, path) {
  const { url } = event.request;
  const coming = fresh(event);
  // What comes too late to be shown is kept all the same.
  if (isForAll(path)) event.waitUntil(coming.then((response) => response && keep(url, response.clone())));
  const isKept = await caches.match(bare(url), { cacheName: pages });
  const response = await (isKept ? Promise.race([coming, new Promise((done) => setTimeout(done, PATIENCE))]) : coming);
  return response ?? (await kept(url)) ?? fallback();
}

/** The server's answer to a request for a page, if it gives one. */
async function fresh({ preloadResponse, request }) {
  try {
    const response = (await preloadResponse) ?? (await fetch(request));
    return isOfProxy(response) ? undefined : response;
  } catch {
    return undefined;
  }
}

/** Whether something that stands before a server that is away answers in its place. Our own pages have the policy of pages, also those that say 503. */
const isOfProxy = ({ status, headers }) =>
  [502, 503, 504].includes(status) && !headers.get("content-security-policy")?.includes("'wasm-unsafe-eval'");

/** Keeps the page of an address if everybody may see it, and if it is not kept just now. */
async function look(url) {
  const { origin, pathname } = new URL(url);
  if (origin !== self.location.origin || !isForAll(pathname)) return;
  if (await isFresh(url)) return;
  const response = await fetch(url, { headers: { accept: "text/html" } }).catch(() => undefined);
  if (response) await keep(url, response);
}

/** Whether a page is kept as it is just now. */
async function isFresh(url) {
  const known = await (await caches.open(pages)).match(bare(url));
  return known && Date.now() - Number(known.headers.get("x-kept")) < FRESH;
}

/** Whether a page has something in it that is of one reader alone. */
const isOwn = ({ headers }) => /no-store|private/.test(headers.get("cache-control") ?? "");

/** A page of somebody's own as anybody else is shown it, in the same language. */
async function ofAnybody(url, own) {
  const { language } = spoken(await own.text());
  return fetch(url, { credentials: "omit", headers: { accept: "text/html", "accept-language": language } }).catch(() => undefined);
}

/**
 * Keeps a page, unless it is not there: then what was kept of it goes. Of what is shown to somebody who has signed in it keeps what anybody is shown. A page of
 * another build asks for files that are not here: the worker of that build keeps it.
 */
async function keep(url, shown) {
  const isForOne = shown.ok && isOwn(shown);
  if (isForOne && (await isFresh(url))) return;
  const response = isForOne ? await ofAnybody(url, shown) : shown;
  if (!response) return;
  const isHtml = response.headers.get("content-type")?.startsWith("text/html");
  const cache = await caches.open(pages);
  if (response.type === "opaqueredirect" || response.status >= 500) return;
  if (!response.ok || response.redirected || !isHtml || isOwn(response)) {
    await cache.delete(bare(url));
    return;
  }
  const headers = new Headers({ "x-kept": Date.now() });
  for (const name of KEPT_HEADERS) if (response.headers.has(name)) headers.set(name, response.headers.get(name));
  const html = await response.text();
  if (!BUILT.every((path) => html.includes(path))) return;
  await cache.put(bare(url), new Response(html, { headers }));
  const known = await cache.keys();
  await Promise.all(known.slice(0, -MOST_PAGES).map((request) => cache.delete(request)));
}

const bare = (url) => url.split("#")[0];

/** A kept page, with a mark that says of when it is. */
async function kept(url) {
  const known = await caches.match(bare(url), { cacheName: pages });
  if (!known) return undefined;
  const whole = await known.text();
  const { language, said } = spoken(whole);
  const asOf = said.asOf.replace("{time}", () => time(known, language));
  const mark = `<p class="banner" id="as-of" data-kind="offline" role="status"><span>${asOf}</span> <a class="button ghost small" href="" rel="external">${said.load}</a></p>`;
  // After all that the app has rendered, which it must find as it was.
  const html = await inTheme(whole.replace(/<\/body>(?![^]*<\/body>)/, () => `${mark}</body>`));
  return new Response(html, { headers: known.headers });
}

/** The language of a page, and what is said in it. */
function spoken(html) {
  const language = /<html[^>]* lang="(\w+)"/.exec(html)?.[1];
  return SAID[language] ? { language, said: SAID[language] } : { language: "en", said: SAID.en };
}

/** When a page was kept, by the clock of whoever reads it. */
function time(response, language) {
  // As `app/src/i18n/moment.rs` writes them.
  const locale = `${language}-u-hc-h23-nu-latn`;
  const at = new Date(Number(response.headers.get("x-kept")));
  const clock = at.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  const isToday = at.toDateString() === new Date().toDateString();
  return `<time datetime="${at.toISOString()}">${isToday ? clock : `${at.toLocaleDateString(locale, { day: "numeric", month: "long" })}, ${clock}`}</time>`;
}

const cookie = async (name) => (await self.cookieStore?.get(name))?.value;

/** A page in the theme that was chosen, which those that are the same for everybody don't know. */
async function inTheme(html) {
  const theme = await cookie("theme");
  if (!/^(light|dark|contrast)$/.test(theme) || /<html[^>]* data-theme=/.test(html)) return html;
  // As `app/src/shell.rs` has it.
  return html.replace("<html", `<html data-theme="${theme}"`).replace('"light dark"', theme === "light" ? '"light"' : '"dark"');
}

/** What is shown instead of a page that is not kept: which ones are. */
async function fallback() {
  const chosen = await cookie("language");
  const read = [chosen, ...navigator.languages].map((tag) => tag?.split("-")[0]);
  const whole = await caches.match(FALLBACKS[read.find((language) => Object.hasOwn(FALLBACKS, language)) ?? "en"], { cacheName: shell });
  if (!whole) return Response.error();
  const cache = await caches.open(pages);
  let html = await whole.text();
  const speech = spoken(html);
  const items = await Promise.all((await cache.keys()).reverse().map(async (request) => item(request, await cache.match(request), speech)));
  if (items.length) html = html.replace('<div id="kept">', (begin) => `${begin}<h2>${speech.said.kept}</h2><ul>${items.join("")}</ul>`);
  return new Response(await inTheme(html), { headers: whole.headers });
}

async function item(request, response, { language, said }) {
  // As the page has it, which is HTML.
  const title = /<title>([^<]*)<\/title>/.exec(await response.text())?.[1].replace(" · LeaderPort", "");
  const href = request.url.slice(self.location.origin.length).replaceAll("&", "&amp;").replaceAll('"', "%22");
  const asOf = said.keptAsOf.replace("{time}", () => time(response, language));
  return `<li><a href="${href}">${href === "/" ? said.boards : title || href}</a> <span>${asOf}</span></li>`;
}
