// One browser and one server for all tests; every request of every page is remembered.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { BOOK, launch, pages, reader, serve } from "./site.mjs";

export const site = await serve();
export const browser = await launch({ light: true });
export const PAGES = pages();
export const MODES = ["zh", "en", "both"];
export const THEMES = ["light", "navy"];
export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };
/** Readers of the whole book. */
export const ZH = { lang: "zh", ...DESKTOP };
export const EN = { lang: "en", ...DESKTOP };
export const BOTH = { lang: "both", ...DESKTOP, reducedMotion: "reduce" };
export const ON_A_PHONE = { lang: "zh", ...PHONE, reducedMotion: "reduce" };
export const WITHOUT_SCRIPTS = { javaScriptEnabled: false };
/** How long anything may take that a page does by itself: long, since the machine may have other work. */
const PATIENCE = 120_000;
export const requests = [];
/** Origins of other servers on this machine that a test has started, and folders of which it opens the files. */
export const started = [];

export const at = (page) => `${site.origin}/${page}`;

export async function close() {
  await browser.close();
  site.close();
}

/** A tab of a fresh reader. */
export async function open(options = {}) {
  const context = await reader(browser, options);
  context.setDefaultTimeout(PATIENCE);
  context.on("request", (request) => requests.push(request.url()));
  const tab = await context.newPage();
  errors.set(tab, []);
  tab.on("pageerror", (error) => errors.get(tab).push(`script error on ${tab.url()}: ${error.message}`));
  return tab;
}
const errors = new WeakMap();
/** What the scripts of this tab have failed at since this was asked last. */
const scriptErrors = (tab) => errors.get(tab).splice(0);

export async function withTab(options, act) {
  const tab = await open(options);
  try {
    const result = await act(tab);
    assert.deepEqual(scriptErrors(tab), []);
    return result;
  } finally {
    await tab.context().close();
  }
}

/** Every third page: for what costs much and hardly differs between pages. */
export const third = (rest) => PAGES.filter((_, i) => i % 3 === rest);

/** Pages with such an element, as they were built. */
export const having = (mark) => PAGES.filter((page) => readFileSync(join(BOOK, page), "utf8").includes(mark));

/** Asks again until nothing is wrong with the answer. What a page does after a key or a click comes when it comes: an
    assertion about it waits for it. Only a failed assertion is asked again. */
export async function soon(asserts) {
  for (const end = Date.now() + PATIENCE; ;) {
    try {
      return await asserts();
    } catch (error) {
      if (!(error instanceof assert.AssertionError) || Date.now() > end) throw error;
      await delay(25);
    }
  }
}
export const soonIs = (read, wanted, words) => soon(async () => assert.deepEqual(await read(), wanted, words));
export const soonMatches = (read, pattern, words) => soon(async () => assert.match(await read(), pattern, words));

/** From the next page on, the pages that this tab would turn to are noted, and not turned to. They are known at once:
    that a key turns no page is not a matter of how long one waits. */
export const watchTurns = (tab) => tab.addInitScript(() => {
  window.turns = [];
  navigation.addEventListener("navigate", (event) => {
    if (event.destination.sameDocument || event.navigationType === "reload") return;
    if (event.cancelable) event.preventDefault();
    window.turns.push(event.destination.url);
  });
});
export const turned = (tab) => tab.evaluate(() => window.turns.splice(0));

/** Readers who go through the whole book. Each page is opened once a reader, and every test about it asks it then. */
const readers = new Map();
let reading = null;

/** A test of every page; with ONLY=words in the environment, of those alone that have these words in their name, and with
    ONLY_PAGES=words of those pages alone. `act` returns complaints; all of them are told at once. It finds the page as the reader opened
    it, and leaves it so: details folded, the window of the same size. */
export function everyPage(name, options, act, pages = PAGES) {
  if (process.env.ONLY && !name.match(process.env.ONLY)) return;
  pages = pages.filter((page) => page.match(process.env.ONLY_PAGES ?? ""));
  const key = JSON.stringify(options);
  if (!readers.has(key)) readers.set(key, { options, questions: [] });
  const question = { name, act, pages: new Set(pages), complaints: [], asked: 0, ms: 0 };
  readers.get(key).questions.push(question);
  whenRead(name, () => {
    assert.equal(question.asked, pages.length, "not every page was asked");
    const told = question.complaints.sort().slice(0, 25);
    assert.ok(told.length === 0, `${question.complaints.length} complaints\n${told.join("\n")}`);
  });
}

/** A test that needs every page to have been asked. It comes after all others, which go on while the pages are read:
    tests begin one after the other, and one that waits for the readers keeps the next from beginning. */
export const whenRead = (name, asserts) => last.push([name, asserts]);
const last = [];

/** The tests that wait for the readers: after the other tests. */
export function testsOfEveryPage() {
  for (const [name, asserts] of last) test(name, async () => {
    await readAll();
    await asserts();
  });
}

/** Begins to read; the other tests go on meanwhile. */
export function readAll() {
  return reading ??= (async () => {
    for (const { options, questions } of readers.values()) {
      const waiting = PAGES.filter((page) => questions.some(({ pages }) => pages.has(page)));
      const worker = () => withTab(options, async (tab) => {
        for (let page = waiting.shift(); page; page = waiting.shift()) await askPage(tab, page, options, questions);
      });
      await Promise.all([worker(), worker()]);
    }
    if (process.env.TIMES) for (const { questions } of readers.values()) for (const { name, ms } of questions) console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`);
  })();
}

async function askPage(tab, page, options, questions) {
  const failed = await tab.goto(at(page)).then(() => null, (error) => error);
  for (const question of questions.filter(({ pages }) => pages.has(page))) {
    question.asked++;
    const start = performance.now();
    try {
      if (failed) throw failed;
      if (options.javaScriptEnabled !== false) await tab.evaluate(asOpened, options.lang);
      for (const complaint of (await question.act(tab, page)) ?? []) question.complaints.push(`${page}: ${complaint}`);
    } catch (error) {
      question.complaints.push(`${page}: ${error.message}`);
    }
    question.complaints.push(...scriptErrors(tab));
    question.ms += performance.now() - start;
  }
}

/** The page with the scripts that come when somebody is near what they are for. */
async function asOpened(lang) {
  const near = { "questions.js": ".question", "packets.js": "figure.capture" };
  await Promise.all(Object.keys(near).filter((script) => document.querySelector(near[script])).map((script) => workbook.bring(script)));
  if (document.documentElement.dataset.lang !== lang) document.querySelector(`[data-set="${lang}"]`).click();
  scrollTo({ top: 0, left: 0, behavior: "instant" });
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
  const away = requests.filter((url) => ![site.origin, ...started].some((origin) => url.startsWith(`${origin}/`)) && !/^(data|blob|about):/.test(url));
  assert.deepEqual([...new Set(away)], []);
}
