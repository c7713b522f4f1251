// Questions: answered, explained, tried again; by mouse, by keyboard and by a reader whose browser stores nothing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PHONE, at, soonIs, soonMatches, turned, watchTurns, withTab } from "./shared.mjs";

/** The page that has every kind of question. */
const PAGE = "sockets/duplex.html";
const KEY = "workbook-questions";
const AXE = readFileSync(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

async function first(tab, kind) {
  const question = tab.locator(`.question[data-kind="${kind}"]`).first();
  await question.scrollIntoViewIfNeeded(); // what makes a list movable comes when it is near
  if (kind === "order") await main(question).waitFor();
  return question;
}
const main = (question) => question.locator(".q-body > .controls button").first();
const more = (question) => question.locator(".q-body > .controls button").nth(1);
const verdict = (question) => question.locator(".q-body > .controls p");
const says = (question, words, why) => soonIs(() => verdict(question).innerText(), words, why);
const shown = (question) => question.locator(".q-reason").count();
const inputs = (question) => question.locator(".q-choices input");
/** Which choices are right, from the answers that the page holds. */
const key = (question) => question.locator(".q-why > ol > li").evaluateAll((all) => all.map((one) => one.className === "q-right"));
const stored = (tab) => tab.evaluate((key) => JSON.parse(localStorage.getItem(key)), KEY);
const places = (question) => question.locator(".q-choices > li").evaluateAll((all) => all.map((one) => Number(one.dataset.at)));
const painted = (locator) => locator.evaluateAll((all) => all.filter((one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && one.getBoundingClientRect().height > 0).length);
const parts = (tab) => tab.locator(".part-title > button");
const count = (tab, page = PAGE) => tab.locator(`.chapter-link-wrapper:has(> a[href$="${page}"]) .q-count`);

test("a single choice is answered, explained and tried again", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(PAGE));
  const question = await first(tab, "one");
  const right = (await key(question)).indexOf(true), wrong = right ? 0 : 1;
  assert.equal(await inputs(question).first().getAttribute("type"), "radio");
  assert.equal(await painted(tab.locator(".q-why *")), 0, "no answer in sight");
  await main(question).click();
  await says(question, "先选一个。");
  await question.locator("label").nth(wrong).click();
  await main(question).click();
  await soonIs(() => shown(question), 1, "the reason of the choice alone");
  assert.match(await question.locator(`.q-choices > li:nth-child(${wrong + 1}) .q-reason`).innerText(), /^✗/);
  assert.match(await tab.locator("body > .sr[role=status]").textContent(), /不对。看看为什么/);
  await soonMatches(() => count(tab).innerText(), /^0\/5\s+答对 0 题，共 5 题$/);
  await main(question).click();
  await soonIs(() => shown(question), 0, "cleared");
  assert.equal(await inputs(question).nth(wrong).isChecked(), false);
  await inputs(question).nth(right).check();
  await main(question).click();
  await says(question, "对。");
  assert.equal(await shown(question), await inputs(question).count(), "every reason");
  await question.locator(".q-done").waitFor();
  await soonMatches(() => count(tab).innerText(), /^1\/5/);
  assert.match(await tab.locator(".q-sum").innerText(), /本页 5 题，答对 1 题。/);
}));

test("a multiple choice says how many are missing; the answer can be shown, and is not counted", () => withTab({ lang: "en" }, async (tab) => {
  await tab.goto(at(PAGE));
  const question = await first(tab, "many");
  const right = await key(question);
  await inputs(question).nth(right.indexOf(true)).check();
  await inputs(question).nth(right.indexOf(false)).check();
  await main(question).click();
  await says(question, `1 right, 1 wrong, ${right.filter(Boolean).length - 1} more to find.`);
  await more(question).click();
  await soonIs(() => inputs(question).evaluateAll((all) => all.map((one) => one.checked)), right);
  await soonIs(() => shown(question), right.length);
  assert.equal(await tab.evaluate(() => document.activeElement.innerText), "Try again", "the focus is not lost");
  assert.equal((await stored(tab))["sockets/duplex#after_fin"], 0);
  await inputs(question).nth(right.indexOf(false)).check();
  await soonIs(() => shown(question), 0, "a change begins a new try");
}));

test("an ordering is solved by keyboard alone, on a phone by buttons", async () => {
  await withTab({ lang: "zh" }, async (tab) => {
    await tab.goto(at(PAGE));
    const question = await first(tab, "order");
    const size = (await places(question)).length;
    assert.notDeepEqual(await places(question), [...await places(question)].sort());
    await main(question).press("Enter");
    await soonMatches(() => verdict(question).innerText(), new RegExp(`^${size} 行里有 \\d 行的位置对`));
    await question.locator(".grip[tabindex='0']").focus();
    for (let place = 0; place < size; place++) {
      const from = (await places(question)).indexOf(place + 1);
      await tab.keyboard.press("Home");
      for (let i = 0; i < from; i++) await tab.keyboard.press("ArrowDown");
      await tab.keyboard.press(" ");
      for (let i = from; i > place; i--) await tab.keyboard.press("ArrowUp");
      await tab.keyboard.press(" ");
      await soonIs(async () => (await places(question))[place], place + 1);
    }
    await says(question, "", "a move begins a new try");
    await main(question).press("Enter");
    await says(question, "对。");
    assert.equal(await shown(question), size);
  });
  await withTab({ lang: "en", ...PHONE, hasTouch: true }, async (tab) => {
    await tab.goto(at(PAGE));
    const question = await first(tab, "order");
    const before = await places(question);
    await question.locator(".move").nth(1).tap();
    await soonIs(async () => (await places(question)).slice(0, 2), [before[1], before[0]]);
    await main(question).tap();
    await more(question).tap();
    await soonIs(() => places(question), [...before].sort());
  });
});

test("arrows choose a radio button and do not turn the page; the reading mode changes the words and keeps the answer", () => withTab({ lang: "zh" }, async (tab) => {
  await watchTurns(tab);
  await tab.goto(at(PAGE));
  const question = await first(tab, "one");
  await inputs(question).first().focus();
  await tab.keyboard.press("ArrowRight");
  await soonIs(() => inputs(question).nth(1).isChecked(), true);
  assert.deepEqual(await turned(tab), []);
  await main(question).click();
  await tab.locator('[data-set="en"]').click();
  await says(question, "Not this one. See why, and choose again.");
  assert.equal(await inputs(question).nth(1).isChecked(), true);
  assert.equal(await shown(question), 1);
  assert.equal(await main(question).innerText(), "Try again");
}));

test("progress is kept, shown on other pages, and forgets what is no longer asked", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.addInitScript((key) => {
    if (sessionStorage.getItem("seeded")) return;
    sessionStorage.setItem("seeded", "yes");
    localStorage.setItem(key, JSON.stringify({ "sockets/duplex#late": 1, "sockets/duplex#gone": 1, "sockets/duplex": 9, "layers/osi#x": 1, "layers/osi": 1, "no/page": 3 }));
  }, KEY);
  await tab.goto(at("reference/glossary.html"));
  await parts(tab).first().click();
  assert.match(await count(tab).innerText(), /^2\/9/, "what is known of a page that is not open");
  assert.match(await count(tab, "layers/osi.html").innerText(), /✓/, "all right");
  await tab.goto(at(PAGE));
  assert.match(await count(tab).innerText(), /^1\/5/);
  assert.equal("sockets/duplex#gone" in await stored(tab), false);
  assert.ok(await tab.locator("#late .q-done").isVisible());
  assert.equal(await tab.locator(".chapter-link-wrapper .q-count").count(), 2, "no count at the sections of the page, nor at pages not tried");
  assert.match(await parts(tab).first().innerText(), /1\/\d+\s+答完 1 页，共 \d+ 页$/, "the pages of a part that are answered");
}));

test("a question that has moved to another page keeps its answer", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.addInitScript((key) => {
    if (!localStorage.getItem(key)) localStorage.setItem(key, JSON.stringify({ "layers/transport#lost_ack": 1, "layers/transport": 5 }));
  }, KEY);
  await tab.goto(at("tcp/reliability.html"));
  await tab.locator("#lost_ack .q-done").waitFor();
  assert.match(await count(tab, "tcp/reliability.html").innerText(), /^1\//);
  assert.equal("layers/transport#lost_ack" in await stored(tab), false);
}));

test("the parts of the contents fold; the current one is open, by mouse and by keyboard", () => withTab({ lang: "en" }, async (tab) => {
  const open = () => parts(tab).evaluateAll((all) => all.map((one) => one.getAttribute("aria-expanded")).indexOf("true"));
  const shown = () => tab.locator(".chapter > li a").evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
  await tab.goto(at("welcome.html"));
  assert.equal(await open(), 0, "the first part, where the page belongs to none");
  await tab.goto(at("tcp/connection.html"));
  assert.equal(await open(), 1);
  assert.ok(await tab.locator('.chapter a.active[href$="tcp/connection.html"]').isVisible());
  const before = await shown();
  await parts(tab).nth(2).click();
  assert.ok(await shown() > before + 5);
  await parts(tab).nth(2).press("Enter");
  assert.equal(await shown(), before);
  await tab.goto(at("exercises/half_close.html"));
  assert.equal(await open(), 1, "an exercise belongs to the part of its page");
  const all = await parts(tab).count();
  for (let i = 0; i < all; i++) if (await parts(tab).nth(i).getAttribute("aria-expanded") === "false") await parts(tab).nth(i).click();
  assert.equal(await shown(), await tab.locator(".chapter > li a").count(), "every page can be reached");
}));

/** mdBook's own scripts do not expect it. */
const BLOCKED = `for (const name of ["getItem", "setItem"]) {
  const own = Storage.prototype[name];
  Storage.prototype[name] = function (key, ...rest) { if (key === "${KEY}") throw new Error("blocked"); return own.call(this, key, ...rest); };
}`;

test("a browser that stores nothing, or holds something damaged, answers as well", async () => {
  for (const broken of [BLOCKED, `localStorage.setItem("${KEY}", "{[");`]) {
    await withTab({ lang: "zh" }, async (tab) => {
      await tab.addInitScript(broken);
      await tab.goto(at(`${PAGE}?lang=zh`));
      const question = await first(tab, "one");
      await inputs(question).nth((await key(question)).indexOf(true)).check();
      await main(question).click();
      await soonMatches(() => count(tab).innerText(), /^1\/5/);
    });
  }
});

test("without scripts the answers unfold, and in print they are there for a teacher; a prediction ends with a question mark", async () => {
  await withTab({ javaScriptEnabled: false }, async (tab) => {
    await tab.goto(at(PAGE));
    assert.match(await tab.locator(".question figure.session .moment").last().innerText(), /\?$/);
    const question = await first(tab, "one");
    const choices = await question.locator(".q-choices > li").count();
    assert.equal(await painted(question.locator(".q-choices > li")), choices);
    await question.locator("summary").click();
    await soonIs(() => painted(question.locator(".q-why li")), choices);
    await tab.emulateMedia({ media: "print" });
    await soonIs(() => painted(question.locator(".q-why li")), 0);
    await tab.emulateMedia({ media: null });
    assert.equal(await painted(question.locator("svg")), 0, "no hole in it");
  });
  await withTab({ lang: "zh" }, async (tab) => {
    await tab.goto(at(PAGE));
    await inputs(await first(tab, "one")).first().check();
    await main(await first(tab, "one")).click();
    await (await first(tab, "one")).locator(".q-reason").first().waitFor();
    const questions = await tab.locator(".question").count();
    const answers = await tab.locator(".q-why > ol > li").count();
    assert.ok(questions === 5 && answers > 15, `${questions} questions, ${answers} answers`);
    const onPaper = async (wanted) => {
      await tab.emulateMedia({ media: "print" });
      await soonIs(() => painted(tab.locator(".q-why > ol > li")), wanted);
      assert.equal(await painted(tab.locator(".q-reason, .question input, .question button, .q-sum, .q-print")), 0);
      await tab.emulateMedia({ media: null });
    };
    await onPaper(0);
    await tab.locator(".q-print input").check();
    await onPaper(answers);
    await tab.locator(".q-print input").uncheck();
    await onPaper(0);
  });
});

for (const theme of ["light", "navy"]) {
  test(`axe finds nothing in questions that are answered: ${theme}`, () => withTab({ lang: "both", theme, reducedMotion: "reduce" }, async (tab) => {
    await tab.goto(at(PAGE));
    for (const kind of ["one", "many", "order"]) {
      const question = await first(tab, kind);
      if (kind !== "order") await inputs(question).first().check();
      await main(question).click();
      await soonMatches(() => verdict(question).innerText(), /./);
    }
    await tab.evaluate(AXE);
    const found = await tab.evaluate(async () => {
      const { violations } = await window.axe.run(".question, .sidebar, .q-sum", { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] });
      return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
    });
    assert.deepEqual(found, []);
  }));
}
