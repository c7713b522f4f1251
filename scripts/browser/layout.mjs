// Every page fits its screen, is whole without scripts, prints in one language, and stays on this machine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "node:test";
import { BOTH, EN, MODES, ON_A_PHONE, PAGES, WITHOUT_SCRIPTS, ZH, at, everyPage, open, pageWith, whenRead, withTab } from "./shared.mjs";
import { BOOK } from "./site.mjs";

/** What may stick out of the screen, and why: { page, selector, why }. A line that is not needed fails the test. */
const EXEMPT = [];

// A phone has its own load: a contents list that is open stays open when a window becomes small.
const used = new Set();
for (const [reader, widths] of [[ZH, [1280, 768]], [ON_A_PHONE, [360, 320]]]) {
  everyPage(`no page scrolls sideways at ${widths.join(" and ")} px`, reader, async (tab, page) => {
    const complaints = [];
    for (const width of widths) {
      await tab.setViewportSize({ width, height: 800 });
      for (const mode of MODES) {
        const { wide, out } = await tab.evaluate(sticksOut, mode);
        const exempt = EXEMPT.find((one) => one.page === page && out.every((name) => name.startsWith(one.selector)));
        if (exempt && (wide || out.length)) {
          used.add(exempt);
          continue;
        }
        const where = `${width} px, ${mode}`;
        if (wide) complaints.push(`${where}: the page is wider than the screen`);
        complaints.push(...out.slice(0, 3).map((name) => `${where}: ${name} sticks out`));
      }
    }
    await tab.setViewportSize({ width: reader.width, height: reader.height });
    return complaints;
  });
}
whenRead("every exemption from the width of the screen is still needed", () => assert.deepEqual(EXEMPT.filter((one) => !used.has(one)), []));

/** In the page: what is wider than the screen in this mode and does not scroll by itself. */
async function sticksOut(mode) {
  document.querySelector(`[data-set="${mode}"]`).click();
  // What the page does after a change of size, it does before the next frame is drawn.
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const scrolls = (element) => {
    for (let e = element.parentElement; e && e.tagName !== "MAIN"; e = e.parentElement)
      if (/auto|scroll/.test(getComputedStyle(e).overflowX)) return true;
    return false;
  };
  const out = [...document.querySelectorAll("main *, .nav-wrapper *, #mdbook-menu-bar *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return !element.closest(".sr") && box.width > 1 && (box.right > innerWidth + 1 || box.left < -1) && element.checkVisibility({ visibilityProperty: true }) && !scrolls(element);
  });
  const name = (e) => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")} "${e.textContent.slice(0, 40)}"`;
  return { wide: document.scrollingElement.scrollWidth > innerWidth, out: out.map(name) };
}

test("side by side on a wide screen, one above the other on a phone", async () => {
  const page = at(await pageWith(".pair"));
  const halves = (width) => withTab({ lang: "both", width, height: 800 }, async (tab) => {
    await tab.goto(page);
    return tab.locator(".pair").evaluateAll((pairs) => pairs.map((pair) => [...pair.children].map((half) => {
      const first = half.firstElementChild.getBoundingClientRect();
      return { left: first.left, top: first.top, right: first.right };
    })));
  });
  for (const [zh, en] of await halves(1280)) {
    assert.ok(en.left >= zh.right, "columns");
    assert.ok(Math.abs(zh.top - en.top) <= 2, `aligned: ${zh.top} and ${en.top}`);
  }
  for (const [zh, en] of await halves(390)) assert.ok(en.top > zh.top && Math.abs(en.left - zh.left) < 40, "stacked");
});

test("lines are as long as is comfortable to read", () => withTab({ lang: "zh" }, async (tab) => {
  const page = at(await pageWith(".pair .zh > p"));
  const measure = (lang, sample) => tab.evaluate(([lang, sample]) => {
    const paragraph = document.querySelector(`.pair > .${lang} > p`);
    const probe = Object.assign(document.createElement("span"), { textContent: sample });
    probe.style.cssText = "white-space: nowrap; position: absolute";
    paragraph.append(probe);
    const box = paragraph.getBoundingClientRect();
    const style = getComputedStyle(paragraph);
    const result = { letters: box.width / (probe.getBoundingClientRect().width / sample.length), leading: parseFloat(style.lineHeight) / parseFloat(style.fontSize) };
    probe.remove();
    return result;
  }, [lang, sample]);
  await tab.goto(page);
  const zh = await measure("zh", "计算机怎样对话计算机怎样对话");
  assert.ok(zh.letters >= 38 && zh.letters <= 42.5, `${zh.letters} characters`);
  assert.ok(Math.abs(zh.leading - 1.75) < 0.05);
  await tab.goto(`${page}?lang=en`);
  const en = await measure("en", "The client on the last page says one thing and hangs up. A chat goes back and forth, and people speak when they want to.");
  assert.ok(en.letters >= 66 && en.letters <= 90, `${en.letters} letters`);
}));

everyPage("both languages of a comment in code begin at one column", BOTH, (tab) => tab.evaluate(() =>
  [...document.querySelectorAll("pre code > .en")]
    .filter((comment) => getComputedStyle(comment).marginInlineStart !== "0px")
    .map((comment) => `${comment.textContent.trim()} is moved`)));

everyPage("every page is complete without JavaScript, in both languages", WITHOUT_SCRIPTS, async (tab) => {
  const complaints = [];
  const hidden = await tab.locator("main :is(.zh, .en, .moment, .encap-step, .field, .name, .value, .pair, pre, td, li, dd, figcaption, .osi-order .box, .osi-order .words)")
    .evaluateAll((elements) => elements.filter((e) => !e.closest("details:not([open]) > :not(summary), .sr, .task, .controls, .ws-live, .moment .who, .packet-hint")
      && !(e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getBoundingClientRect().height > 2)
      && e.textContent.trim() !== "").map((e) => e.outerHTML.slice(0, 160)));
  complaints.push(...hidden.slice(0, 3).map((html) => `not shown: ${html}`));
  const folded = await tab.locator("main details:not(:has(> summary))").count();
  if (folded) complaints.push("a <details> without <summary> cannot be opened");
  const buttons = await tab.locator("main button:visible").count();
  if (buttons) complaints.push(`${buttons} buttons that do nothing`);
  return complaints;
});

for (const lang of ["zh", "en"]) {
  everyPage(`print shows one language, every step, and no controls: ${lang}`, lang === "zh" ? ZH : EN, async (tab) => {
    // In the middle of stepping, as a reader would leave it.
    await tab.evaluate(() => document.querySelectorAll(".session .ahead, .encap .ahead").forEach((button) => button.click()));
    await tab.emulateMedia({ media: "print" });
    const complaints = await tab.evaluate((lang) => {
      const complaints = [];
      const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().height > 0;
      const other = lang === "zh" ? ".en" : ".zh";
      if ([...document.querySelectorAll(other)].some(seen)) complaints.push("both languages are printed");
      for (const selector of ["button", ".controls", "#mdbook-menu-bar", "#mdbook-sidebar", ".nav-wrapper", "#mdbook-search-wrapper", ".encap .detail", ".packet-hint"])
        if ([...document.querySelectorAll(selector)].some(seen)) complaints.push(`${selector} is printed`);
      for (const step of document.querySelectorAll(".moment, .encap-step"))
        if (!step.closest(other) && (!seen(step) || [...step.querySelectorAll("code")].some((code) => getComputedStyle(code).color !== getComputedStyle(document.body).color && step.classList.contains("later")))) complaints.push(`not printed: ${step.innerText.slice(0, 60)}`);
      return complaints.slice(0, 4);
    }, lang);
    await tab.emulateMedia({ media: null });
    await tab.evaluate(() => document.querySelectorAll(".session .all, .encap .again").forEach((button) => button.click()));
    return complaints;
  });
}

test("the first load of the heaviest page stays within its budget", async () => {
  const responses = [];
  const tab = await open({ lang: "zh" });
  tab.on("response", (response) => responses.push(response));
  const page = PAGES.map((page) => ({ page, size: gzipSync(readFileSync(join(BOOK, page))).length })).sort((a, b) => b.size - a.size)[0].page;
  await tab.goto(at(page), { waitUntil: "networkidle" });
  const sizes = new Map();
  for (const response of responses) sizes.set(new URL(response.url()).pathname, gzipSync(await response.body(), { level: 9 }).length);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const ours = [...sizes].filter(([path]) => path.includes("/theme/")).reduce((sum, [, size]) => sum + size, 0);
  console.log(`first load of ${page}: ${total} bytes gzipped in ${sizes.size} requests; our style and scripts ${ours}`);
  console.log([...sizes].sort((a, b) => b[1] - a[1]).map(([path, size]) => `  ${size} ${path}`).join("\n"));
  assert.ok(![...sizes.keys()].some((path) => /searchindex|woff/.test(path)), "no index and no font before they are needed");
  assert.ok(total <= 160_000, `${total} bytes`);
  assert.ok(ours <= 34_500, `our own: ${ours} bytes`);
  await tab.context().close();
});
