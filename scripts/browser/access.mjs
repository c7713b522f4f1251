// Accessibility, level A and AA, by axe; and the colors of the layers, for readers who see colors differently.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BOTH, ON_A_PHONE, PAGES, THEMES, at, everyPage, pageWith, whenRead, withTab } from "./shared.mjs";

const AXE = readFileSync(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Faults that cannot be mended from here: { rule, page, why }. A line that is not needed fails the test. */
const EXEMPT = [];
const used = new Set();

/** What a theme can change. */
const COLOURS = ["color-contrast", "link-in-text-block"];

async function violations(tab, page, runOnly = TAGS) {
  if (!(await tab.evaluate(() => Boolean(window.axe)))) await tab.evaluate(AXE);
  const found = await tab.evaluate(async (runOnly) => {
    const { violations } = await window.axe.run(document, { runOnly, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => ({ id, text: `${id}: ${node.target.join(" ")}: ${node.any.concat(node.all, node.none).map((one) => one.message).join("; ")}` })));
  }, runOnly);
  return found.filter(({ id }) => {
    const exempt = EXEMPT.find((one) => one.rule === id && one.page === page);
    if (exempt) used.add(exempt);
    return !exempt;
  }).map(({ text }) => text).slice(0, 4);
}

everyPage("axe finds nothing in any mode", BOTH, async (tab, page) => {
  const complaints = [];
  // Side by side shows everything; of the two languages alone, each is asked on every sixth page.
  const alone = { 0: "zh", 3: "en" }[PAGES.indexOf(page) % 6];
  for (const mode of alone ? ["both", alone] : ["both"]) {
    await tab.evaluate((mode) => document.querySelector(`[data-set="${mode}"]`).click(), mode);
    complaints.push(...(await violations(tab, page)).map((text) => `${mode}: ${text}`));
  }
  return complaints;
});

// Only the colors differ, and side by side shows all that the modes show; every second page has
// all that has colors.
everyPage("axe finds nothing in the colors of the dark theme", BOTH, async (tab, page) => {
  const choose = (theme) => tab.evaluate((theme) => document.getElementById(`mdbook-theme-${theme}`).click(), theme);
  await choose("navy");
  const found = await violations(tab, page, COLOURS);
  if (!(await tab.evaluate(() => document.documentElement.classList.contains("navy")))) found.push("the theme is not dark");
  await choose("light");
  return found;
}, PAGES.filter((_, i) => i % 2));

for (const theme of THEMES) {
  test(`axe finds nothing in what opens and moves: ${theme}`, () => withTab({ lang: "both", theme, reducedMotion: "reduce" }, async (tab) => {
    await tab.goto(at(await pageWith("figure.session")));
    const look = async (what) => assert.deepEqual(await violations(tab, "states"), [], what);
    for (let i = 0; i < 4; i++) await tab.locator(".session .ahead").first().click();
    await tab.locator(".session .moment.now").first().waitFor();
    await look("a session at its fourth step");
    await tab.locator(".session .copy").first().click();
    await tab.getByRole("status").filter({ hasText: "cargo" }).first().waitFor({ state: "attached" });
    await look("copied");
    await tab.click("#mdbook-theme-toggle");
    await tab.locator("#mdbook-theme-list").waitFor();
    await look("the theme list");
    await tab.keyboard.press("Escape");
    await tab.keyboard.press("?");
    await tab.locator("#mdbook-help-popup").waitFor();
    await look("help");
    await tab.keyboard.press("Escape");
    await tab.locator("#mdbook-help-popup").waitFor({ state: "hidden" });
    await tab.keyboard.press("s");
    await tab.locator("#mdbook-searchbar").fill("套接字");
    await tab.waitForFunction(() => document.querySelector("#mdbook-searchresults li[data-shown]"));
    await look("search results");
    await tab.goto(at(await pageWith(".osi-order")));
    await tab.locator('[data-act="check"]').click();
    await tab.locator(".osi-order.checked").waitFor();
    await look("a wrong order, checked");
    await tab.locator('[data-act="answer"]').click();
    await tab.locator(".osi-order.solved").waitFor();
    await look("the right order");
    await tab.goto(at(await pageWith("figure.encap .encap-step")));
    for (let i = 0; i < 3; i++) await tab.locator(".encap .ahead").click();
    await tab.locator(".encap-step.now .field").first().hover();
    await look("a frame");
    await tab.goto(at(await pageWith("figure.capture .packet.layer-7")));
    await tab.locator(".packet.layer-7 > a").first().click();
    await tab.locator(".bytes-panel").waitFor();
    await look("the bytes of a packet");
    await tab.locator('.byte[data-i="14"]').click();
    await tab.locator(".bytes-bit").first().waitFor();
    await look("a field of a few bits");
    await tab.locator(".bytes-field").last().focus();
    await look("the field of a payload");
  }));
}

everyPage("axe finds nothing on a phone, with the contents open and closed", ON_A_PHONE, async (tab, page) => {
  const closed = await violations(tab, page);
  // The contents are the same on every page.
  if (page !== PAGES[1]) return closed;
  await tab.locator("#mdbook-sidebar-toggle").press("Enter");
  const opened = (await violations(tab, page)).map((text) => `contents open: ${text}`);
  await tab.locator("#mdbook-sidebar-toggle").press("Enter");
  return [...closed, ...opened];
});

whenRead("every exemption from axe is still needed", () => assert.deepEqual(EXEMPT.filter((one) => !used.has(one)), []));

test("only themes that are checked can be chosen, and the others share their colors", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(await pageWith("h1")));
  await tab.click("#mdbook-theme-toggle");
  assert.deepEqual(await tab.locator(".theme:visible").evaluateAll((all) => all.map((one) => one.id)),
    ["mdbook-theme-default_theme", "mdbook-theme-light", "mdbook-theme-navy"]);
  const background = (theme) => tab.evaluate((theme) => {
    document.documentElement.classList.remove("light", "navy", "coal", "ayu", "rust");
    document.documentElement.classList.add(theme);
    return getComputedStyle(document.documentElement).backgroundColor;
  }, theme);
  assert.equal(await background("rust"), await background("light"));
  for (const dark of ["coal", "ayu"]) assert.equal(await background(dark), await background("navy"));
}));

everyPage("whatever scrolls can be reached by the keyboard", ON_A_PHONE, (tab) => tab.evaluate(() =>
  [...document.querySelectorAll("main *")].filter((e) => /auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1
    && e.checkVisibility() && e.clientWidth > 0 && getComputedStyle(e).display !== "inline" && e.tabIndex < 0)
    .map((e) => `cannot be focused: ${e.outerHTML.slice(0, 120)}`)));

// -- The seven colors -----------------------------------------------------------------------------------------------

const LAYERS = [7, 6, 5, 4, 3, 2, 1];
const css = readFileSync(new URL("../../book/theme/workbook.css", import.meta.url), "utf8");
const color = (layer) => [...new RegExp(`--layer-${layer}: #(..)(..)(..);`).exec(css).slice(1)].map((hex) => parseInt(hex, 16) / 255);

const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, value, i) => sum + value * vector[i], 0));

/** Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB. */
const EYES = {
  "full color vision": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function lab(rgb) {
  const [x, y, z] = times([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]], rgb)
    .map((value, i) => value / [0.95047, 1, 1.08883][i]).map((t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000 (Sharma, Wu and Dalal 2005). */
function distance([l1, a1, b1], [l2, a2, b2]) {
  const rad = Math.PI / 180, tau = 2 * Math.PI;
  const c = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)));
  const [x1, x2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(x1, b1), Math.hypot(x2, b2)];
  const hue = (b, x) => (Math.atan2(b, x) + tau) % tau;
  const [h1, h2] = [hue(b1, x1), hue(b2, x2)];
  let dh = h2 - h1;
  if (dh > Math.PI) dh -= tau;
  if (dh < -Math.PI) dh += tau;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin(dh / 2);
  let h = (h1 + h2) / 2;
  if (Math.abs(h1 - h2) > Math.PI) h += h < Math.PI ? Math.PI : -Math.PI;
  const l = (l1 + l2) / 2, cc = (c1 + c2) / 2;
  const t = 1 - 0.17 * Math.cos(h - 30 * rad) + 0.24 * Math.cos(2 * h) + 0.32 * Math.cos(3 * h + 6 * rad) - 0.2 * Math.cos(4 * h - 63 * rad);
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const sc = 1 + 0.045 * cc, sh = 1 + 0.015 * cc * t;
  const turn = 30 * rad * Math.exp(-(((h / rad - 275) / 25) ** 2));
  const rt = -2 * Math.sqrt(cc ** 7 / (cc ** 7 + 25 ** 7)) * Math.sin(2 * turn);
  const [dl, dc] = [l2 - l1, c2 - c1];
  return Math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dH / sh) ** 2 + rt * (dc / sc) * (dH / sh));
}

test("CIEDE2000 gives the values of its authors", () => {
  for (const [one, two, wanted] of [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425], [[50, 2.5, 0], [73, 25, -18], 27.1492], [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ]) assert.ok(Math.abs(distance(one, two) - wanted) < 1e-4);
});

for (const [eyes, matrix] of Object.entries(EYES)) {
  // 2 is a difference that a trained eye just sees side by side; 10 is seen at a glance.
  test(`the seven layers can be told apart with ${eyes}`, () => {
    const seen = new Map(LAYERS.map((layer) => [layer, lab(times(matrix, color(layer).map(linear)).map((c) => Math.min(1, Math.max(0, c))))]));
    const pairs = LAYERS.flatMap((a, i) => LAYERS.slice(i + 1).map((b) => ({ a, b, far: distance(seen.get(a), seen.get(b)) })));
    const nearest = pairs.reduce((one, two) => (one.far < two.far ? one : two));
    console.log(`${eyes}: the nearest layers are ${nearest.a} and ${nearest.b}, ${nearest.far.toFixed(1)} apart (CIEDE2000)`);
    assert.ok(nearest.far >= 10, `layers ${nearest.a} and ${nearest.b} are ${nearest.far.toFixed(1)} apart`);
  });
}

for (const theme of THEMES) {
  test(`text in a layer's color is readable, 4.5 to 1: ${theme}`, () => withTab({ theme }, async (tab) => {
    await tab.goto(at(await pageWith(".fig")));
    const ratios = await tab.evaluate((layers) => layers.map((layer) => {
      const box = Object.assign(document.createElement("div"), { className: `box layer-${layer}`, innerHTML: '<span class="unit">x</span><span class="muted">x</span>' });
      document.querySelector(".fig").append(box);
      const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
      const light = (color) => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((c) => c / 255)
          .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      };
      const ground = light(getComputedStyle(box).backgroundColor);
      const ratio = (element) => {
        const ink = light(getComputedStyle(element).color);
        return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      };
      return { layer, text: ratio(box), unit: ratio(box.firstChild), muted: ratio(box.lastChild) };
    }), LAYERS);
    const worst = Math.min(...ratios.flatMap(({ text, unit, muted }) => [text, unit, muted]));
    console.log(`${theme}: the weakest text on a layer's tint has a contrast of ${worst.toFixed(2)}`);
    assert.ok(worst >= 4.5, JSON.stringify(ratios));
  }));
}
