// One browser and one server for all tests; every request of every page is remembered.
import assert from "node:assert/strict";
import { launch, pages, reader, serve } from "./site.mjs";

export const site = await serve();
export const browser = await launch();
export const PAGES = pages();
export const MODES = ["zh", "en", "both"];
export const THEMES = ["light", "navy"];
export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const requests = [];

export const at = (page) => `${site.origin}/${page}`;

export async function close() {
  await browser.close();
  site.close();
}

/** A tab of a fresh reader. */
export async function open(options = {}) {
  const context = await reader(browser, options);
  context.setDefaultTimeout(10_000);
  context.on("request", (request) => requests.push(request.url()));
  const tab = await context.newPage();
  tab.on("pageerror", (error) => { throw new Error(`script error on ${tab.url()}: ${error.message}`); });
  return tab;
}

export async function withTab(options, act) {
  const tab = await open(options);
  try {
    return await act(tab);
  } finally {
    await tab.context().close();
  }
}

/** Opens every page, a few tabs at a time. `act` returns complaints; all of them are told at once. */
export async function everyPage(options, act, tabs = 3) {
  const waiting = [...PAGES];
  const complaints = [];
  const worker = () => withTab(options, async (tab) => {
    for (let page = waiting.shift(); page; page = waiting.shift()) {
      await tab.goto(at(page));
      for (const complaint of (await act(tab, page)) ?? []) complaints.push(`${page}: ${complaint}`);
    }
  });
  await Promise.all(Array.from({ length: tabs }, worker));
  const told = complaints.sort().slice(0, 25);
  assert.ok(told.length === 0, `${complaints.length} complaints\n${told.join("\n")}`);
}

/** The first page that has such an element; a book without one fails the test that needs it. */
const owners = new Map();
export async function pageWith(selector) {
  if (!owners.size) {
    await withTab({}, async (tab) => {
      for (const page of PAGES) {
        await tab.goto(at(page));
        owners.set(page, await tab.evaluate(() => document.querySelector("main").outerHTML));
      }
      await tab.setContent("<!doctype html>");
    });
  }
  return withTab({ javaScriptEnabled: true }, async (tab) => {
    for (const [page, html] of owners) {
      const has = await tab.evaluate(([html, selector]) =>
        new DOMParser().parseFromString(html, "text/html").querySelector(selector) !== null, [html, selector]);
      if (has) return page;
    }
    return assert.fail(`no page of the book has ${selector}`);
  });
}

/** In the page: is any of this painted? */
export const helpers = () => {
  window.painted = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
};
