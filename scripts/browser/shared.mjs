// One browser and one server for all tests; every request of every page is remembered.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BOOK, launch, pages, reader, serve } from "./site.mjs";

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

/** Every third page: for what costs much and hardly differs between pages. */
export const third = (rest) => PAGES.filter((_, i) => i % 3 === rest);

/** Pages with such an element, as they were built. */
export const having = (mark) => PAGES.filter((page) => readFileSync(join(BOOK, page), "utf8").includes(mark));

/** Opens every page, a few tabs at a time. `act` returns complaints; all of them are told at once. */
export async function everyPage(options, act, pages = PAGES, tabs = 2) {
  const waiting = [...pages];
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

/** The first page that has such an element, as it was built; a book without one fails the test that needs it. */
let library;
export async function pageWith(selector) {
  library ??= (async () => {
    const tab = await open();
    const texts = PAGES.map((page) => [page, readFileSync(join(BOOK, page), "utf8")]);
    await tab.evaluate((texts) => {
      window.built = texts.map(([page, html]) => [page, new DOMParser().parseFromString(html, "text/html").querySelector("main")]);
    }, texts);
    return tab;
  })();
  const page = await (await library).evaluate((selector) => window.built.find(([, main]) => main.querySelector(selector))?.[0], selector);
  return page ?? assert.fail(`no page of the book has ${selector}`);
}

/** The last test of a file. */
export function staysHere() {
  assert.ok(requests.length > 100);
  const away = requests.filter((url) => !url.startsWith(site.origin) && !/^(data|blob|about):/.test(url));
  assert.deepEqual([...new Set(away)], []);
}

/** In the page: is any of this painted? */
export const helpers = () => {
  window.painted = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
};
