// Keys belong to what has the focus: regions scroll, widgets move inside, and only the page itself is turned.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MODES, ON_A_PHONE, at, everyPage, pageWith, soon, soonIs, turned, watchTurns, whenRead, withTab } from "./shared.mjs";

/** In the page: whatever scrolls sideways now, folded parts unfolded, and what is wrong with it for a keyboard. */
function regions() {
  const folded = [...document.querySelectorAll("main details:not([open])")];
  folded.forEach((details) => { details.open = true; });
  const turns = [];
  const turn = (event) => {
    if (event.destination.sameDocument) return;
    event.preventDefault();
    turns.push(event.destination.url);
  };
  navigation.addEventListener("navigate", turn);
  return new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame)).then(() => {
    const complaints = [];
    const found = [...document.querySelectorAll("main *")].filter((element) => element.scrollWidth > element.clientWidth + 1
      && element.clientWidth > 0 && /auto|scroll/.test(getComputedStyle(element).overflowX) && element.checkVisibility());
    for (const element of found) {
      const name = `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 30)}"`;
      if (element.tabIndex !== 0) complaints.push(`${name}: the keyboard does not come here`);
      else if (!element.getAttribute("aria-label")) complaints.push(`${name}: has no name`);
      for (const key of ["ArrowRight", "ArrowLeft"]) {
        const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
        if (!element.dispatchEvent(event)) complaints.push(`${name}: ${key} is taken from the browser, which would scroll`);
        // A link or a word in it has the focus: the browser scrolls what is around.
        (element.querySelector("a, span, code, td") ?? element).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      }
      element.focus({ preventScroll: true });
      if (document.activeElement !== element) complaints.push(`${name}: cannot have the focus`);
    }
    complaints.push(...turns.map((url) => `turned to ${url}`));
    navigation.removeEventListener("navigate", turn);
    document.activeElement.blur();
    folded.forEach((details) => { details.open = false; });
    return { complaints, found: found.length };
  });
}

let scrolling = 0;
everyPage("whatever scrolls sideways has a name, the focus and its own arrow keys: 320 px", ON_A_PHONE, async (tab) => {
  await tab.setViewportSize({ width: 320, height: 640 });
  const all = [];
  for (const mode of MODES) {
    await tab.evaluate((mode) => document.querySelector(`[data-set="${mode}"]`).click(), mode);
    const { complaints, found } = await tab.evaluate(regions);
    scrolling += found;
    all.push(...complaints.map((text) => `${mode}: ${text}`));
  }
  await tab.setViewportSize({ width: ON_A_PHONE.width, height: ON_A_PHONE.height });
  return all;
});
if (!process.env.ONLY) whenRead("there are regions that scroll sideways", () => assert.ok(scrolling > 100, `${scrolling}`));

for (const [what, selector] of [["code", "pre > code"], ["a table", ".table-wrapper"], ["a figure", ".fig-scroll"]]) {
  test(`the arrow keys scroll ${what}, Home and End go to its ends, and the page stays`, () => withTab({ lang: "en", width: 320, height: 640, reducedMotion: "reduce" }, async (tab) => {
    await watchTurns(tab);
    // The first page on which one of them is too wide.
    let region = null;
    for (const page of ["exercises/article.html", "layers/link.html", "sockets/duplex.html", "reference/errors.html", await pageWith(`main ${selector}`)]) {
      await tab.goto(at(page));
      await tab.evaluate(() => document.querySelectorAll("main details").forEach((details) => { details.open = true; }));
      region = tab.locator(`main ${selector}[tabindex="0"]`).first();
      if (await region.count()) break;
    }
    await region.focus();
    const place = () => region.evaluate((element) => ({ left: element.scrollLeft, most: element.scrollWidth - element.clientWidth }));
    const y = await tab.evaluate(() => scrollY);
    await tab.keyboard.press("ArrowRight");
    await soon(async () => assert.ok((await place()).left > 0, "it does not scroll"));
    await tab.keyboard.press("End");
    await soon(async () => { const { left, most } = await place(); assert.ok(left >= most - 1, `${left} of ${most}`); });
    // The browser may still be moving to where the first arrow led, and lose the next one with it.
    await soon(async () => { await tab.keyboard.press("ArrowLeft"); const { left, most } = await place(); assert.ok(left < most, `${left} of ${most}`); });
    await tab.keyboard.press("Home");
    await soonIs(async () => (await place()).left, 0);
    await tab.keyboard.press("ArrowLeft"); // at its end it stays
    assert.deepEqual(await turned(tab), []);
    assert.equal(await tab.evaluate(() => scrollY), y);
    await region.blur();
    await tab.keyboard.press("ArrowLeft"); // no page is the first and the last
    await tab.keyboard.press("ArrowRight");
    await soon(async () => assert.ok((await turned(tab)).length > 0, "from the page itself they turn pages"));
  }));
}

for (const [what, selector] of [
  ["a session", "figure.session .ahead"], ["the walk through the layers", "figure.encap .ahead"], ["a field of the walk", ".encap-step.now .field"],
  ["a packet", ".packet > a[tabindex='0']"], ["the order of the layers", ".osi-order .grip[tabindex='0']"], ["a choice", ".question input"],
]) {
  test(`no key of a widget turns the page or scrolls it away: ${what}`, () => withTab({ lang: "en", reducedMotion: "reduce" }, async (tab) => {
    await watchTurns(tab);
    await tab.goto(at(await pageWith({ "figure.session .ahead": "figure.session", "figure.encap .ahead": "figure.encap .encap-step", ".encap-step.now .field": "figure.encap .encap-step", ".packet > a[tabindex='0']": ".packet", ".osi-order .grip[tabindex='0']": ".osi-order", ".question input": ".question" }[selector])));
    await tab.locator(selector).first().focus();
    const choice = selector.endsWith("input"); // Home and its like are no keys of a radio button
    for (const key of ["ArrowRight", "ArrowLeft", " ", ...(choice ? [] : ["End", "Home", "PageDown", "PageUp"])]) {
      await tab.keyboard.press(key);
      const { inSight, still } = await tab.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const { top, bottom } = (document.activeElement.closest("figure") ?? document.activeElement).getBoundingClientRect();
        drawn({ inSight: bottom > 0 && top < innerHeight, still: document.activeElement !== document.body });
      }))));
      assert.ok(still, `${key}: the focus is lost`);
      assert.ok(inSight, `${key}: it is out of sight`);
      assert.deepEqual(await turned(tab), [], key);
    }
  }));
}

test("the arrow keys turn pages from the page and from a link, and not from a control", () => withTab({ lang: "en" }, async (tab) => {
  await watchTurns(tab);
  await tab.goto(at(await pageWith("main p > a")));
  for (const [selector, pages] of [["main p > a", 1], [".lang-switch button", 0], ["#mdbook-theme-toggle", 0], ["main summary", 0], [".question .controls button", 0]]) {
    const one = tab.locator(selector).first();
    if (!(await one.count())) continue;
    await one.focus();
    await tab.keyboard.press("ArrowRight");
    await soonIs(async () => (await turned(tab)).length, pages, selector);
  }
  // A language chosen with the mouse takes no key away.
  await tab.evaluate(() => document.activeElement.blur());
  await tab.locator('[data-set="zh"]').click();
  await tab.keyboard.press("ArrowRight");
  await soonIs(async () => (await turned(tab)).length, 1);
}));
