// Three reading modes: right on every page, from the first paint, kept, and without losing the reader's place.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { BOTH, EN, MODES, ON_A_PHONE, PAGES, ZH, at, everyPage, open, soon, soonIs, soonMatches, third, withTab } from "./shared.mjs";
import { BOOK } from "./site.mjs";

const LANG = { zh: "zh-CN", en: "en", both: "zh-CN" };

for (const mode of MODES) {
  everyPage(`every page is in the reader's language: ${mode}`, { zh: ZH, en: EN, both: BOTH }[mode], (tab) =>
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

      // The furniture: sidebar (with the page's headings, and all parts unfolded), bar title, tab title, neighbors, names
      // for screen readers.
      const folded = [...document.querySelectorAll(".chapter > [hidden]")];
      for (const entry of folded) entry.hidden = false;
      const words = {
        sidebar: [...document.querySelectorAll(".chapter :is(.part-title, a:not(.header-in-summary))")].map((e) => e.innerText).join("\n"),
        "bar title": document.querySelector(".menu-title").innerText,
        title: document.title,
        neighbors: document.querySelector(".nav-wrapper").innerText,
      };
      for (const entry of folded) entry.hidden = true;
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
    }, [mode, LANG[mode]]));
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
  const isMode = (mode, words) => soonIs(() => tab.evaluate(() => document.documentElement.dataset.lang), mode, words);
  await tab.goto(at(PAGES[1]));
  await isMode("en");
  await tab.click('[data-set="zh"]');
  await isMode("zh");
  await tab.reload();
  await isMode("zh");
  await tab.click(".mobile-nav-chapters.next");
  await tab.waitForURL(at(PAGES[2]));
  await isMode("zh");

  await tab.goto(at(`${PAGES[1]}?lang=both`));
  await isMode("both");
  await tab.locator(".chapter a:not(.header-in-summary, .active)").first().click();
  await tab.waitForURL((url) => !url.href.startsWith(at(PAGES[1])));
  assert.ok(!tab.url().includes("lang="), tab.url());
  await isMode("both", "after an in-book link");

  // A later choice wins over the link that was followed, also after a reload.
  await tab.goto(at(`${PAGES[1]}?lang=en`));
  await tab.keyboard.press("l");
  await isMode("both");
  await tab.reload();
  await isMode("both");
  await tab.goto(at(`${PAGES[1]}?lang=klingon`));
  await isMode("both", "an unknown ?lang= changes nothing");
}));

test("the key l goes round the modes, not while typing", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(PAGES[0]));
  const mode = () => tab.evaluate(() => document.documentElement.dataset.lang);
  for (const next of ["en", "both", "zh"]) {
    await tab.keyboard.press("l");
    await soonIs(mode, next);
  }
  await tab.keyboard.press("s");
  await tab.locator("#mdbook-searchbar:focus").waitFor();
  await tab.keyboard.type("hello");
  await soonIs(() => tab.locator("#mdbook-searchbar").inputValue(), "hello");
  assert.equal(await mode(), "zh");
  await tab.keyboard.press("Escape");
  await tab.locator("#mdbook-searchbar").waitFor({ state: "hidden" });
  await tab.keyboard.press("?");
  await soonMatches(() => tab.locator("#mdbook-help-popup").innerText(), /l 中文、English、对照/);
}));

for (const [name, reader] of Object.entries({ desktop: ZH, phone: ON_A_PHONE })) {
  everyPage(`switching keeps the reader's place: ${name}`, reader, async (tab) => {
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
  }, name === "desktop" ? third(1) : third(2));
}

/** Frames that the page must have drawn, and been looked at in, before its next scripts may come. */
const FRAMES = 4;

/** Every frame of these pages is looked at. The scripts are late: they come when the page without them has been drawn.
    It is the page's own frames that are waited for, so that a slow machine sees as many of them as a quick one. */
async function frames(mode, pages, mend = (html) => html) {
  const tab = await open({ lang: mode });
  // What is in the head keeps the body, and so every frame, from coming.
  const head = (url) => readFileSync(join(BOOK, "index.html"), "utf8").split("</head>")[0].includes(basename(new URL(url).pathname));
  await tab.route(/\.js$/, async (route) => {
    // A script that was asked for last may find its page gone.
    if (!head(route.request().url())) await tab.evaluate((frames) => window.drawn(frames), FRAMES).catch(() => {});
    await route.continue().catch(() => {});
  });
  await tab.route(/\.html$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: mend(await response.text()) });
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
        const names = [...document.querySelectorAll(".menu-title, .chapter a")].filter((e) => e.checkVisibility()).map((e) => e.innerText).join("\n");
        if (names.includes(" · ")) window.wrong.push(`two languages: ${names}`);
      }
      window.wrong.length = Math.min(window.wrong.length, 5);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    /** Waits until this many more frames have been drawn. */
    window.drawn = async (more) => {
      for (const wanted = window.frames_seen + more; window.frames_seen < wanted;) await new Promise(requestAnimationFrame);
    };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        // mdBook adds the page's headings to its sidebar when the page has been parsed: not ours, and beside the text.
        if (entry.sources.every(({ node }) => node?.parentElement?.closest("#mdbook-sidebar"))) continue;
        window.shift += entry.value;
        window.shifted = entry.sources.map(({ node }) => node?.parentElement?.outerHTML.slice(0, 200));
      }
    }).observe({ type: "layout-shift", buffered: true });
  }, mode);
  const seen = [];
  for (const page of pages) {
    await tab.goto(at(page));
    seen.push(await tab.evaluate(async ([page, frames]) => {
      await window.drawn(frames); // with the scripts
      return { page, frames: window.frames_seen, wrong: window.wrong, shift: window.shift, shifted: window.shifted };
    }, [page, FRAMES]));
  }
  await tab.context().close();
  return seen;
}

test("no frame shows the wrong language, and nothing jumps, however late the scripts come", async () => {
  const half = (rest) => PAGES.filter((_, i) => i % 2 === rest);
  const seen = await Promise.all([frames("zh", half(0)), frames("en", half(1))]);
  for (const { page, frames, wrong, shift, shifted } of seen.flat()) {
    assert.deepEqual(wrong, [], page);
    assert.ok(frames >= 2 * FRAMES, `${page}: only ${frames} frames were looked at`);
    assert.ok(shift < 0.01, `${page}: the layout shifted by ${shift}: ${shifted.join("\n")}`);
  }
});

test("a language that is chosen after the first frame is seen, and so is what jumps", async () => {
  const late = (html) => html.replace(/tell\(\);(?=\s+window\.workbook)/, 'addEventListener("DOMContentLoaded", tell);').replace("(switcher()); tell();", "(switcher());")
    .replace("</main>", '</main><script>drawn(2).then(() => { document.querySelector("main").style.paddingTop = "400px"; });</script>');
  const [{ wrong, shift }] = await frames("en", [PAGES[1]], late);
  assert.ok(wrong.some((text) => text.startsWith("data-lang")), `${wrong}`);
  assert.ok(shift > 0.01, `${shift}`);
});
