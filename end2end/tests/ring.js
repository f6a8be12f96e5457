// Plays the game as somebody would.

/** Plays as somebody who sees the ring and has quick hands, until the time is up. */
export const play = (page) =>
  page.evaluate(
    () =>
      new Promise((done) => {
        const angle = (id) => Number(/rotate\(([\d.]+)/.exec(document.getElementById(id).getAttribute("transform") ?? "rotate(180")[1]);
        let before = 0;
        const look = (now) => {
          if (!document.getElementById("play-go").hidden) return done();
          const off = Math.abs(((angle("play-pointer") - angle("play-target") + 540) % 360) - 180);
          if (off < 6 && now - before > 120) {
            before = now;
            dispatchEvent(new KeyboardEvent("keydown", { key: " " }));
          }
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  );

/** What the result says. */
export const points = async (page) => Number((await page.locator("#play-result h2").textContent()).replace(/[^\d]/g, ""));
