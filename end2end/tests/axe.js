import AxeBuilder from "@axe-core/playwright";

/** What axe finds on a page, a line for each rule that it breaks. */
export async function violations(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).exclude("iframe").analyze();
  // A row that the list's edge cuts is a whole target once it is scrolled in.
  const isCut = ({ any, target }) => /tr\[data-player|href\$=|tbody|bdi|\.row/.test(String(target)) && any.some(({ message }) => /obscured|insufficient space/.test(message));
  const left = violations.map((violation) => ({ ...violation, nodes: violation.id === "target-size" ? violation.nodes.filter((node) => !isCut(node)) : violation.nodes }));
  return left.filter(({ nodes }) => nodes.length > 0).map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).slice(0, 3).join(" | ")}`);
}
