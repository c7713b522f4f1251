// On paper: hints and answers for teachers alone, pages that are full, and the text at the top of the first.
import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { test } from "node:test";
import { at, pageWith, soonIs, withTab } from "./shared.mjs";

const painted = (locator) => locator.evaluateAll((all) => all.filter((one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && one.getBoundingClientRect().height > 0).length);

/** Where something is painted on each page of a PDF of Chromium: { top, bottom }, as parts of the page's height.
    Reads what Skia writes: a compressed stream a page, matrices, rectangles, and the places of text. */
function ink(pdf) {
  const text = pdf.toString("latin1");
  const object = (number) => new RegExp(`(?:^|\\n)${number} 0 obj\\n([^]*?)\\nendobj`).exec(text)[1];
  const stream = (number) => {
    const source = object(number);
    const bytes = Buffer.from(source.slice(source.indexOf("stream\n") + 7, source.lastIndexOf("\nendstream")), "latin1");
    return (/FlateDecode/.test(source.split("stream\n")[0]) ? inflateSync(bytes) : bytes).toString("latin1");
  };
  const order = [...text.matchAll(/\/Kids \[([^\]]*)\]/g)].flatMap((kids) => kids[1].match(/\d+(?= 0 R)/g) ?? []);
  const pages = order.filter((number) => /\/Type \/Page\b(?!s)/.test(object(number)));
  return pages.map((number) => {
    const source = object(number);
    const height = Number(/\/MediaBox \[\S+ \S+ \S+ ([\d.]+)\]/.exec(source)[1]);
    let [top, bottom] = [1, 0];
    const mark = (y) => {
      const part = 1 - y / height;
      if (part > 0.001 && part < 0.999) [top, bottom] = [Math.min(top, part), Math.max(bottom, part)];
    };
    let at = { scale: 1, shift: 0 }, kept = [], place = null;
    for (const [, numbers, operator] of stream(/\/Contents (\d+)/.exec(source)[1]).matchAll(/((?:-?[\d.]+\s+)*)([A-Za-z*]+)/g)) {
      const n = numbers.trim().split(/\s+/).map(Number);
      if (operator === "q") kept.push({ ...at });
      else if (operator === "Q") at = kept.pop() ?? at;
      else if (operator === "cm" && n.length === 6) at = { scale: at.scale * n[3], shift: at.shift + at.scale * n[5] };
      else if (operator === "Tm" && n.length === 6) place = n[5];
      else if (operator === "Tj" || operator === "TJ") { if (place !== null) mark(at.shift + at.scale * place); }
    }
    return { top, bottom };
  });
}

const SAMPLE = ["layers/link.html", "sockets/duplex.html", "reference/errors.html", "exercises/article.html", "layers/network.html"];

for (const [page, lang] of [...SAMPLE.map((page, i) => [page, ["zh", "en"][i % 2]]), [SAMPLE[0], "both"], [SAMPLE[1], "both"]]) {
  test(`on paper every page is at least a third full, and the first begins with the text: ${page}, ${lang}`, () => withTab({ lang }, async (tab) => {
    await tab.goto(at(page));
    const pages = ink(await tab.pdf({ format: "A4" }));
    assert.ok(pages.length >= 3, `${pages.length} pages`);
    assert.ok(pages[0].top < 0.12, `the first page begins at ${pages[0].top}`);
    const thin = pages.slice(0, -1).map(({ bottom }, i) => ({ page: i + 1, full: bottom })).filter(({ full }) => full < 1 / 3);
    assert.deepEqual(thin, [], `of ${pages.length} pages`);
  }));
}

test("what is kept whole is seen: a figure as tall as a page leaves a hole", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(SAMPLE[0]));
  await tab.addStyleTag({ content: "main > * { display: none } main > .probe { display: block; break-inside: avoid }" });
  await tab.evaluate(() => document.querySelector("main").insertAdjacentHTML("beforeend", '<p class="probe">before</p><p class="probe" style="height: 990px">tall</p><p class="probe">after</p>'));
  const pages = ink(await tab.pdf({ format: "A4" }));
  assert.ok(pages[0].bottom > 0 && pages[0].bottom < 1 / 3, JSON.stringify(pages));
}));

for (const scripts of [true, false]) {
  test(`hints are folded on paper, also one that was open${scripts ? ", and there for a teacher" : ", without scripts too"}`, () => withTab({ lang: "zh", javaScriptEnabled: scripts }, async (tab) => {
    await tab.goto(at(await pageWith("#hints ~ details")));
    const hints = tab.locator("#hints ~ details:not(#check ~ *)");
    const inside = tab.locator("#hints ~ details:not(#check ~ *) > .pair");
    await hints.first().locator("summary").click();
    await soonIs(async () => (await painted(inside)) > 0, true);
    await tab.emulateMedia({ media: "print" });
    await soonIs(() => painted(inside), 0);
    assert.equal(await painted(hints.locator("summary")), await hints.count(), "that there are hints is said");
    if (!scripts) return;
    await tab.emulateMedia({ media: null });
    await tab.locator(".q-print input").check();
    await tab.emulateMedia({ media: "print" });
    await soonIs(() => painted(inside), await inside.count());
  }));
}
