import { defineConfig } from "@playwright/test";

// Debian's Chromium, or the one that CHROMIUM names; Playwright downloads none.
const onMac = process.platform === "darwin";
const executablePath = process.env.CHROMIUM ?? (onMac ? "/Applications/Chromium.app/Contents/MacOS/Chromium" : "/usr/bin/chromium");

export default defineConfig({
  testDir: "tests",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  reporter: [["list"], ["./reporter.js"]],
  use: {
    launchOptions: {
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    trace: "retain-on-failure",
    // A service worker would answer what tests hold back, cut off and look at; those of what it does itself allow it.
    serviceWorkers: "block",
  },
});
