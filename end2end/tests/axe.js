import AxeBuilder from "@axe-core/playwright";

/** Whether it is within the list. */
const isInList = (page, [selector]) => page.evaluate((selector) => !!document.querySelector(selector)?.closest(".scroller"), String(selector));

/** What axe finds on a page, a line for each rule that it breaks. */
export async function violations(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).exclude("iframe").analyze();
  const found = [];
  for (const { id, nodes } of violations) {
    const left = [];
    for (const node of nodes) {
      // A row that the list's edge cuts is a whole target once it is scrolled in.
      const mayBeCut = id === "target-size" && node.any.some(({ message }) => /obscured|insufficient space/.test(message));
      if (!mayBeCut || !(await isInList(page, node.target))) left.push(`${node.target} ${node.failureSummary}`);
    }
    if (left.length > 0) found.push(`${id}: ${left.slice(0, 3).join(" | ")}`);
  }
  return found;
}
