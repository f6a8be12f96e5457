// A live board: <div data-leaderport="main" data-limit="5"></div>
(() => {
  const base = new URL(document.currentScript.src);
  const part = (tag, className = "", textContent = "") => Object.assign(document.createElement(tag), { className, textContent });
  const number = (value, lang, digits) => value.toLocaleString(`${lang}-u-nu-latn`, digits).replace("-", "−");
  const show = (list, rows) => {
    const { leaderport, links, lang = "en", decimals } = list.parentElement.dataset;
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals ?? 6 };
    const top = (line) => line.getBoundingClientRect().y;
    const before = new Map(Array.from(list.children, (line) => [line.dataset.player, [line, top(line)]]));
    const lines = rows.map(({ rank, playerId, name, score }) => {
      const [line] = before.get(playerId) ?? [part("li")];
      const who = line.querySelector(".lp-name") ?? part(links === undefined ? "span" : "a", "lp-name");
      const href = new URL(`/b/${leaderport}/p/${encodeURIComponent(playerId)}`, base);
      Object.assign(who, { href, target: "_blank" });
      line.dataset.player = playerId;
      who.replaceChildren(part("bdi", "", name ?? playerId));
      line.replaceChildren(part("span", "lp-rank", number(rank, lang)), who, part("span", "lp-score", number(score, lang, digits)));
      return line;
    });
    list.replaceChildren(...lines);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const [line, was] of before.values()) {
      const moved = line.isConnected && was - top(line);
      if (moved) line.animate({ transform: [`translateY(${moved}px)`, "none"] }, { duration: 400, easing: "ease-out" });
    }
  };
  for (const place of document.querySelectorAll("[data-leaderport]")) {
    // Whoever has this script twice has each board once.
    if (place.lp) continue;
    place.lp = 1;
    const list = place.querySelector("ol") ?? place.appendChild(part("ol", "lp-rows"));
    const { leaderport, window = "all", limit = 10 } = place.dataset;
    const feed = new URL(`/ws?${new URLSearchParams({ board: leaderport, window, limit })}`, base);
    feed.protocol = feed.protocol.replace("http", "ws");
    let wait = 500;
    const connect = () => {
      const socket = new WebSocket(feed);
      socket.onmessage = ({ data }) => {
        const { entries } = JSON.parse(data);
        wait = 500;
        if (entries) show(list, entries);
      };
      socket.onclose = ({ code }) => code < 3500 && setTimeout(connect, (wait = Math.min(30_000, wait * 2)) * (0.5 + Math.random()));
    };
    connect();
  }
  // The whole page is never lower than its frame: its body is what says how high that should be.
  const { body } = document;
  if (parent !== window) new ResizeObserver(() => parent.postMessage({ leaderport: Math.ceil(body.getBoundingClientRect().height) }, "*")).observe(body);
})();
