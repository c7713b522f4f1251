// Sessions: all there at first; stepped by mouse and keyboard; commands copied; one column per terminal, in order of time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ON_A_PHONE, ZH, at, everyPage, having, pageWith, site, soonIs, soonMatches, turned, watchTurns, withTab } from "./shared.mjs";

const TWO = 'figure.session[style*="lanes:2"]';
const page = () => pageWith(TWO);
const state = (tab) => tab.locator(TWO).first().evaluate((figure) => {
  const steps = [...figure.querySelectorAll(".moment")];
  return {
    steps: steps.length,
    now: steps.findIndex((step) => step.classList.contains("now")),
    current: steps.findIndex((step) => step.getAttribute("aria-current") === "step"),
    later: steps.filter((step) => step.classList.contains("later")).length,
  };
});

test("a session is whole at first, and steps by mouse", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(await page()));
  const button = (name) => tab.locator(TWO).first().locator(`.controls .${name}`);
  const { steps, ...first } = await state(tab);
  assert.deepEqual(first, { now: -1, current: -1, later: 0 });
  const isState = (now, later) => soonIs(() => state(tab), { steps, now, current: now, later });
  await button("ahead").click();
  await isState(0, steps - 1);
  await button("ahead").click();
  await button("ahead").click();
  await isState(2, steps - 3);
  await button("back").click();
  await isState(1, steps - 2);
  for (let i = 0; i < steps; i++) await button("ahead").click({ force: true }); // at the end it does nothing
  await isState(steps - 1, 0);
  await button("all").click();
  await isState(-1, 0);
}));

test("the arrow keys step inside a session, and turn pages outside", () => withTab({ lang: "en" }, async (tab) => {
  const url = at(await page());
  await watchTurns(tab);
  await tab.goto(url);
  await tab.locator(TWO).first().locator(".ahead").focus();
  for (const [key, now] of [["ArrowRight", 0], ["ArrowRight", 1], ["ArrowRight", 2], ["ArrowLeft", 1], ["ArrowLeft", 0], ["ArrowLeft", 0]]) {
    await tab.keyboard.press(key);
    await soonIs(async () => (await state(tab)).now, now, key);
  }
  await tab.keyboard.press("Enter"); // the focus is still on the button
  await soonIs(async () => (await state(tab)).now, 1);
  assert.deepEqual(await turned(tab), []);
  await tab.evaluate(() => document.activeElement.blur());
  await tab.keyboard.press("ArrowRight");
  await soonIs(async () => (await turned(tab)).length, 1);
}));

test("on a phone the buttons of a session stay in sight while it is stepped, and so does the step", () => withTab(ON_A_PHONE, async (tab) => {
  await tab.goto(at("sockets/duplex.html"));
  const sessions = tab.locator("figure.session");
  const heights = await sessions.evaluateAll((figures) => figures.map((figure) => figure.offsetHeight));
  const session = sessions.nth(heights.findIndex((height) => height > 2 * ON_A_PHONE.height));
  await session.locator(".ahead").focus();
  const steps = await session.locator(".moment").count();
  for (let step = 0; step < steps; step++) {
    await tab.keyboard.press("Enter");
    await soonIs(() => session.evaluate((figure) => {
      const controls = figure.querySelector(".controls").getBoundingClientRect();
      const row = figure.querySelector(".moment.now").getBoundingClientRect();
      const seen = [...figure.querySelectorAll(".controls button")].every((button) => {
        const { left, top, width, height } = button.getBoundingClientRect();
        return button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      });
      // A note taller than the rest of the window shows its beginning or its end.
      return { seen, row: Math.max(row.top, controls.bottom) < Math.min(row.bottom, innerHeight) };
    }), { seen: true, row: true }, `step ${step + 1} of ${steps}`);
  }
}));

test("play runs to the end, can be paused, and keeps still for readers who asked for less motion", () => withTab({ lang: "en", reducedMotion: "reduce" }, async (tab) => {
  await tab.clock.install();
  await tab.goto(at(await page()));
  const play = tab.locator(TWO).first().locator(".play");
  await play.click();
  await soonMatches(() => play.innerText(), /Pause/);
  await tab.clock.runFor(3000);
  const { now, steps } = await state(tab);
  assert.ok(now >= 2, `after 3 s at step ${now}`);
  await play.click();
  await soonMatches(() => play.innerText(), /Play/);
  await tab.clock.runFor(5000);
  assert.equal((await state(tab)).now, now, "paused");
  await play.click();
  await soonMatches(() => play.innerText(), /Pause/);
  await tab.clock.runFor(steps * 1500);
  await soonIs(async () => (await state(tab)).now, steps - 1);
  await soonMatches(() => play.innerText(), /Play/);
  assert.equal(await tab.locator(`${TWO} .moment`).first().evaluate((e) => getComputedStyle(e).transitionDuration), "0s");
}));

test("every command has a copy button, which says what it did", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.origin });
  await tab.clock.install(); // the words on the button stay as long as they are looked at
  await tab.goto(at(await page()));
  assert.equal(await tab.locator(".session .copy").count(), await tab.locator(".session .cmd").count());
  const command = await tab.locator(".session .cmd").first().innerText();
  await tab.locator(".session .copy").first().click();
  await tab.getByRole("status").filter({ hasText: command }).waitFor({ state: "attached" });
  await soonMatches(() => tab.locator(".session .copy").first().innerText(), /已复制/);
  await soonIs(() => tab.evaluate(() => navigator.clipboard.readText()), command);

  // Where the page may not use the clipboard: the old way.
  await tab.evaluate(() => navigator.clipboard.writeText("other"));
  await tab.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error("no")); });
  await tab.locator(".session .copy").last().click();
  await tab.waitForFunction(() => /已复制/.test([...document.querySelectorAll(".session .copy")].at(-1).innerText));
  await soonIs(() => tab.evaluate(() => navigator.clipboard.readText()), await tab.locator(".session .cmd").last().textContent());
}));

everyPage("one column per terminal, one row per moment", ZH, (tab) => tab.evaluate(() => {
  const folded = [...document.querySelectorAll("main details:not([open])")];
  folded.forEach((details) => { details.open = true; });
  const complaints = [];
  for (const figure of document.querySelectorAll("figure.session")) {
    if (!figure.checkVisibility()) continue; // of the other language
    const steps = [...figure.querySelectorAll(".moment")].map((step) => ({ step, box: step.getBoundingClientRect() }));
    steps.forEach(({ box }, i) => {
      if (i && box.top < steps[i - 1].box.bottom - 1) complaints.push(`${figure.id}: step ${i + 1} is not below step ${i}`);
    });
    const caption = [...figure.querySelectorAll("figcaption > *")].filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect().bottom);
    const controls = figure.querySelector(".controls").getBoundingClientRect();
    if (figure.checkVisibility() && !figure.closest("details:not([open])") && (Math.max(...caption) > controls.top || controls.bottom > Math.min(...[...figure.querySelectorAll(".lane, .moment")].filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().top))))
      complaints.push(`${figure.id}: the controls lie on the caption or on the steps`);
    const columns = new Map();
    for (const { step, box } of steps) {
      const terminal = step.dataset.lane;
      if (terminal === undefined) continue;
      if (columns.has(terminal) && Math.abs(columns.get(terminal) - box.left) > 1) complaints.push(`${figure.id}: terminal ${terminal} is not one column`);
      columns.set(terminal, box.left);
    }
    if (new Set(columns.values()).size !== columns.size) complaints.push(`${figure.id}: terminals share a column`);
    for (const terminal of columns.keys()) {
      const name = figure.querySelectorAll(".lane")[terminal]?.getBoundingClientRect();
      if (!(name?.height > 10) || Math.abs(name.left - columns.get(terminal)) > 8) complaints.push(`${figure.id}: terminal ${terminal} has no title bar above it`);
    }
  }
  folded.forEach((details) => { details.open = false; });
  return complaints;
}), having('class="session'));

everyPage("on a phone a session is one column, and says whose each step is", ON_A_PHONE, (tab) => tab.evaluate(() => {
  const folded = [...document.querySelectorAll("main details:not([open])")];
  folded.forEach((details) => { details.open = true; });
  const complaints = [];
  for (const figure of document.querySelectorAll("figure.session")) {
    if (!figure.checkVisibility()) continue; // of the other language
    let last;
    const lefts = new Set();
    for (const step of figure.querySelectorAll(".moment")) {
      const { lane: terminal } = step.dataset;
      if (terminal !== undefined) {
        lefts.add(Math.round(step.getBoundingClientRect().left));
        if (terminal !== last && !(step.querySelector(".who").getBoundingClientRect().width > 5)) complaints.push(`${figure.id}: whose is ${step.innerText}?`);
      }
      last = terminal;
    }
    if (lefts.size !== 1) complaints.push(`${figure.id}: ${lefts.size} columns`);
  }
  folded.forEach((details) => { details.open = false; });
  return complaints;
}), having('class="session'));
