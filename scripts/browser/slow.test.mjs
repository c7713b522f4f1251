// `npm run slow`: the heaviest page on a slow phone. It measures time, so that nothing else may run beside it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { BOOK, launch, pages, reader, serve } from "./site.mjs";

/** A processor of a quarter of this machine's speed, and what Lighthouse calls Fast 3G. */
const SLOW = { rate: 4, latency: 562.5, down: 1_474_560 / 8, up: 675_000 / 8 };
const PAINT_MS = 3_000, TASK_MS = 250;
/** Loads of which the best counts, until both budgets are met: another program on this machine, or on its host, can only
    make a load slower, and a while later it may be gone. */
const LOADS_MAX = 12;
const heaviest = () => pages().map((page) => ({ page, size: gzipSync(readFileSync(join(BOOK, page))).length })).sort((a, b) => b.size - a.size)[0].page;

/** The largest contentful paint and the longest task of a load, in milliseconds. */
async function load(browser, url) {
  const context = await reader(browser, { lang: "both", width: 390, height: 844, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  try {
    const tab = await context.newPage();
    const session = await context.newCDPSession(tab);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOW.rate });
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: SLOW.latency, downloadThroughput: SLOW.down, uploadThroughput: SLOW.up });
    await tab.addInitScript(() => {
      window.paint = 0;
      window.tasks = [];
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.paint = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.tasks.push(entry.duration); }).observe({ type: "longtask", buffered: true });
    });
    await tab.goto(url, { waitUntil: "networkidle", timeout: 60_000 });
    return await tab.evaluate(() => ({ paint: window.paint, task: Math.max(0, ...window.tasks) }));
  } finally {
    await context.close();
  }
}

let measured;
const measure = () => measured ??= (async () => {
  const [site, browser, page] = [await serve({ zipped: true }), await launch(), heaviest()];
  try {
    const loads = [];
    const best = (what) => Math.min(...loads.map((one) => one[what]).filter((ms) => ms > 0)); // 0: Chromium has not told
    while (loads.length < LOADS_MAX && !(best("paint") <= PAINT_MS && best("task") <= TASK_MS)) loads.push(await load(browser, `${site.origin}/${page}`));
    const shown = (what) => loads.map((one) => one[what].toFixed()).join(", ");
    console.log(`${page} on a slow phone: largest paint after ${shown("paint")} ms; longest task ${shown("task")} ms`);
    return { paint: best("paint"), task: best("task") };
  } finally {
    await browser.close();
    site.close();
  }
})();

test("on a slow phone the largest paint of the heaviest page comes within 3 s", async () => {
  const { paint } = await measure();
  assert.ok(paint > 500 && paint <= PAINT_MS, `${paint.toFixed()} ms`);
});
test("on a slow phone no task of the heaviest page takes longer than 250 ms", async () => {
  const { task } = await measure();
  assert.ok(task <= TASK_MS, `${task.toFixed()} ms`);
});

test("the budgets of a slow phone can be missed: a script of 300 ms is a long task", async () => {
  const [site, browser] = [await serve(), await launch()];
  try {
    const context = await reader(browser);
    const tab = await context.newPage();
    await tab.addInitScript(() => {
      window.tasks = [];
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.tasks.push(entry.duration); }).observe({ type: "longtask", buffered: true });
    });
    await tab.goto(`${site.origin}/${pages()[0]}`);
    await tab.addScriptTag({ content: "for (const end = performance.now() + 300; performance.now() < end;);" });
    await tab.waitForFunction((limit) => window.tasks.some((task) => task > limit), TASK_MS);
  } finally {
    await browser.close();
    site.close();
  }
});
