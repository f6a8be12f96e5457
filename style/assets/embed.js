// A live board: <div data-leaderport="main" data-limit="5"></div>
(() => {
  const base = new URL(document.currentScript.src);
  const part = (tag, name, text) => Object.assign(document.createElement(tag), { className: name, textContent: text });
  const named = ({ leaderport, links }, player) => {
    if (links === undefined) return part("span", "lp-name", "");
    const href = new URL(`/b/${leaderport}/p/${encodeURIComponent(player)}`, base);
    return Object.assign(part("a", "lp-name", ""), { href, target: "_blank" });
  };
  // As the server writes them.
  const write = (number, lang, digits) => number.toLocaleString(`${lang}-u-nu-latn`, digits).replace(/^-/, "−");
  const show = (list, rows) => {
    const { lang = "en", decimals } = list.parentElement.dataset;
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals ?? 6 };
    const known = new Map(Array.from(list.children, (line) => [line.dataset.player, line]));
    const before = new Map(Array.from(list.children, (line) => [line, line.getBoundingClientRect().top]));
    const lines = rows.map(({ rank, playerId, name, score }) => {
      const line = known.get(playerId) ?? part("li", "", "");
      const who = line.querySelector(".lp-name") ?? named(list.parentElement.dataset, playerId);
      line.dataset.player = playerId;
      const bdi = part("bdi", "", name ?? playerId);
      if (who.textContent !== bdi.textContent) who.replaceChildren(bdi);
      line.replaceChildren(part("span", "lp-rank", write(rank, lang)), who, part("span", "lp-score", write(score, lang, digits)));
      return line;
    });
    list.replaceChildren(...lines);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const line of lines) {
      const moved = before.has(line) ? before.get(line) - line.getBoundingClientRect().top : 0;
      if (moved) line.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], { duration: 400, easing: "ease-out" });
    }
  };
  for (const place of document.querySelectorAll("[data-leaderport]")) {
    const list = place.querySelector("ol") ?? place.appendChild(part("ol", "lp-rows", ""));
    const { leaderport, window = "all", limit = 10 } = place.dataset;
    const feed = new URL(`/ws?${new URLSearchParams({ board: leaderport, window, limit })}`, base);
    feed.protocol = feed.protocol.replace("http", "ws");
    let wait = 500;
    const connect = () => {
      const socket = new WebSocket(feed);
      socket.onmessage = ({ data }) => {
        const told = JSON.parse(data);
        wait = 500;
        if (told.entries) show(list, told.entries);
      };
      // 3500: it is gone.
      socket.onclose = ({ code }) => code < 3500 && setTimeout(connect, (wait = Math.min(30_000, wait * 2)) * (0.5 + Math.random()));
    };
    connect();
  }
  if (parent !== window) new ResizeObserver(() => parent.postMessage({ leaderport: document.documentElement.scrollHeight }, "*")).observe(document.body);
})();
