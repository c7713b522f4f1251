// Three reading modes: right on every page, from the first paint, kept, and without losing the reader's place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, MODES, PAGES, PHONE, at, everyPage, open, third, withTab } from "./shared.mjs";

const LANG = { zh: "zh-CN", en: "en", both: "zh-CN" };

for (const mode of MODES) {
  test(`every page is in the reader's language: ${mode}`, () => everyPage({ lang: mode }, (tab) =>
    tab.evaluate(([mode, lang]) => {
      const complaints = [];
      const check = (ok, text) => ok || complaints.push(text);
      const han = /\p{Script=Han}/u;
      const shown = (selector) => [...document.querySelectorAll(selector)].some((e) => e.checkVisibility());
      const root = document.documentElement;
      check(root.dataset.lang === mode, `data-lang is ${root.dataset.lang}`);
      check(root.lang === lang, `lang is ${root.lang}`);
      check(shown(".zh") === (mode !== "en"), "Chinese halves shown or hidden wrongly");
      check(shown(".en") === (mode !== "zh"), "English halves shown or hidden wrongly");
      const pressed = [...document.querySelectorAll('[data-set][aria-pressed="true"]')].map((b) => b.dataset.set);
      check(pressed.join() === mode, `pressed: ${pressed}`);

      // The furniture: sidebar (with the page's headings), bar title, tab title, neighbours, names for screen readers.
      const words = {
        sidebar: [...document.querySelectorAll(".chapter :is(.part-title, a:not(.header-in-summary))")].map((e) => e.innerText).join("\n"),
        "bar title": document.querySelector(".menu-title").innerText,
        title: document.title,
        neighbours: document.querySelector(".nav-wrapper").innerText,
      };
      for (const [where, text] of Object.entries(words)) {
        check(text.trim() !== "", `${where} is empty`);
        if (mode === "en") check(!han.test(text), `${where} holds Chinese: ${text.match(/.*\p{Script=Han}.*/u)}`);
        if (mode === "zh") check(han.test(text) && !text.includes(" · "), `${where} is not Chinese: ${text}`);
      }
      for (const name of ["title", "aria-label", "placeholder"]) {
        for (const element of document.querySelectorAll(`[${name}]`)) {
          if (element.closest(".lang-switch, .controls") || element.closest("main") && !element.dataset.enAriaLabel) continue;
          const text = element.getAttribute(name);
          if (mode === "zh") check(han.test(text), `${name}="${text}" is not Chinese`);
          if (mode === "en") check(!han.test(text), `${name}="${text}" is not English`);
        }
      }
      const [active] = document.querySelectorAll(".chapter a.active");
      const chapter = mode === "both" ? "" : active.querySelector(`.${mode}`).textContent;
      check(document.title.startsWith(chapter) && / - ./.test(document.title), `title is ${document.title}, the page is ${chapter}`);
      const headings = [...document.querySelectorAll("main :is(h2, h3) > a.header")].map((a) => a.innerText.trim());
      const listed = [...document.querySelectorAll(".header-in-summary")].map((a) => a.innerText.trim());
      check(JSON.stringify(headings) === JSON.stringify(listed) || mode === "both", `heading list: ${listed}; headings: ${headings}`);
      return complaints;
    }, [mode, LANG[mode]]), mode === "both" ? third(0) : PAGES));
}

test("a first visit follows the browser's languages", async () => {
  for (const [languages, mode] of [["zh-CN", "zh"], ["zh-TW", "zh"], ["zh", "zh"], ["en-US", "en"], ["fr-FR", "en"]]) {
    await withTab({ languages }, async (tab) => {
      await tab.goto(at(PAGES[0]));
      assert.equal(await tab.evaluate(() => document.documentElement.dataset.lang), mode, languages);
    });
  }
});

test("the mode is kept across pages and reloads, and a followed ?lang= link sets it", () => withTab({ languages: "en-US" }, async (tab) => {
  const mode = () => tab.evaluate(() => document.documentElement.dataset.lang);
  await tab.goto(at(PAGES[1]));
  assert.equal(await mode(), "en");
  await tab.click('[data-set="zh"]');
  assert.equal(await mode(), "zh");
  await tab.reload();
  assert.equal(await mode(), "zh");
  await tab.click(".mobile-nav-chapters.next");
  await tab.waitForURL(at(PAGES[2]));
  assert.equal(await mode(), "zh");

  await tab.goto(at(`${PAGES[1]}?lang=both`));
  assert.equal(await mode(), "both");
  await tab.locator(".chapter a:not(.header-in-summary, .active)").first().click();
  await tab.waitForLoadState();
  assert.ok(!tab.url().includes("lang="), tab.url());
  assert.equal(await mode(), "both", "after an in-book link");

  // Another choice wins over the link that was followed, also after a reload.
  await tab.goto(at(`${PAGES[1]}?lang=en`));
  await tab.keyboard.press("l");
  assert.equal(await mode(), "both");
  await tab.reload();
  assert.equal(await mode(), "both");
  await tab.goto(at(`${PAGES[1]}?lang=klingon`));
  assert.equal(await mode(), "both", "an unknown ?lang= changes nothing");
}));

test("the key l goes round the modes, not while typing", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(PAGES[0]));
  const seen = [];
  for (let i = 0; i < 3; i++) {
    await tab.keyboard.press("l");
    seen.push(await tab.evaluate(() => document.documentElement.dataset.lang));
  }
  assert.deepEqual(seen, ["en", "both", "zh"]);
  await tab.keyboard.press("s");
  await tab.keyboard.type("hello");
  assert.equal(await tab.evaluate(() => document.documentElement.dataset.lang), "zh");
  await tab.keyboard.press("Escape");
  await tab.keyboard.press("?");
  assert.match(await tab.locator("#mdbook-help-popup").innerText(), /l 中文、English、对照/);
}));

for (const [name, screen] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  test(`switching keeps the reader's place: ${name}`, () => everyPage({ lang: "zh", ...screen }, async (tab) => {
    const complaints = [];
    for (const part of [0.3, 0.65]) {
      for (const [from, to] of [["zh", "en"], ["en", "both"], ["both", "zh"]]) {
        const moved = await tab.evaluate(async ([part, from, to]) => {
          const frame = () => new Promise(requestAnimationFrame);
          const set = (mode) => document.querySelector(`[data-set="${mode}"]`).click();
          set(from);
          scrollTo(0, part * (document.documentElement.scrollHeight - innerHeight));
          await frame();
          await frame();
          const bar = document.getElementById("mdbook-menu-bar").getBoundingClientRect().bottom;
          const block = [...document.querySelectorAll("main > *")].find((e) => {
            const { top, height } = e.getBoundingClientRect();
            return height > 0 && top >= Math.max(0, bar);
          });
          const y = block?.getBoundingClientRect().top;
          if (!block || y > innerHeight / 2) return null; // inside a block taller than that
          set(to);
          await frame();
          await frame();
          const after = block.getBoundingClientRect().top;
          const clamped = scrollY < 1 || scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
          return Math.abs(after - y) > 2 && !clamped ? `${block.tagName}.${block.className} moved from ${y} to ${after}` : null;
        }, [part, from, to]);
        if (moved) complaints.push(`${from} to ${to} at ${part}: ${moved}`);
      }
    }
    return complaints;
  }, name === "desktop" ? third(1) : third(2)));
}

test("no frame shows the wrong language, and nothing jumps, however late the scripts come", async () => {
  const look = async (mode, pages) => {
    const tab = await open({ lang: mode });
    await tab.route(/\.js$/, async (route) => {
      await new Promise((later) => setTimeout(later, /toc|highlight/.test(route.request().url()) ? 100 : 400));
      await route.continue();
    });
    await tab.addInitScript((mode) => {
      window.frames_seen = 0;
      window.wrong = [];
      window.shift = 0;
      window.shifted = [];
      const other = mode === "zh" ? ".en" : ".zh";
      const look = () => {
        if (document.body) {
          window.frames_seen++;
          const root = document.documentElement;
          if (root.dataset.lang !== mode) window.wrong.push(`data-lang ${root.dataset.lang}`);
          for (const element of document.querySelectorAll(other)) if (element.checkVisibility()) window.wrong.push(element.outerHTML);
          const names = [...document.querySelectorAll(".menu-title, .chapter a")].map((e) => e.innerText).join("\n");
          if (names.includes(" · ")) window.wrong.push(`two languages: ${names}`);
        }
        if (window.wrong.length < 5) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          // mdBook adds the page's headings to its sidebar when the page has been parsed: not ours, and beside the text.
          if (entry.sources.every(({ node }) => node?.parentElement?.closest("#mdbook-sidebar"))) continue;
          window.shift += entry.value;
          window.shifted = entry.sources.map(({ node }) => node?.parentElement?.outerHTML.slice(0, 200));
        }
      }).observe({ type: "layout-shift", buffered: true });
    }, mode);
    for (const page of pages) {
      await tab.goto(at(page));
      const { frames, wrong, shift, shifted, paints } = await tab.evaluate(() => ({
        frames: window.frames_seen, wrong: window.wrong, shift: window.shift, shifted: window.shifted,
        paints: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      }));
      assert.deepEqual(wrong, [], page);
      assert.ok(frames > 3 && paints > 0, `${page}: only ${frames} frames were looked at`);
      assert.ok(shift < 0.01, `${page}: the layout shifted by ${shift}: ${shifted.join("\n")}`);
    }
    await tab.context().close();
  };
  // The scripts are late: mostly, this waits.
  const half = (rest) => PAGES.filter((_, i) => i % 2 === rest);
  await Promise.all([look("zh", half(0)), look("en", half(1))]);
});
