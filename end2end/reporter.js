// Ends a run with one plain line that any tool can read.
export default class {
  counts = { passed: 0, failed: 0, skipped: 0 };

  onBegin(config, suite) {
    this.suite = suite;
  }

  onEnd() {
    for (const test of this.suite.allTests()) {
      const outcome = test.outcome();
      this.counts[outcome === "skipped" ? "skipped" : outcome === "unexpected" ? "failed" : "passed"] += 1;
    }
    const { passed, failed, skipped } = this.counts;
    console.log(`end2end: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
}
