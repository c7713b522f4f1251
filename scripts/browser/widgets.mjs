// The two things a reader does on the layer pages: put the layers in order, and walk a message through them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE, at, pageWith, soon, soonIs, soonMatches, turned, watchTurns, withTab } from "./shared.mjs";

const order = (tab) => tab.locator(".osi-order li").evaluateAll((items) => items.map((item) => item.value));
const RIGHT = [7, 6, 5, 4, 3, 2, 1];

test("the seven layers are put in order by keyboard", () => withTab({ lang: "zh" }, async (tab) => {
  const page = at(await pageWith(".osi-order"));
  await watchTurns(tab);
  await tab.goto(page);
  assert.notDeepEqual(await order(tab), RIGHT, "shuffled at first");
  assert.equal(await tab.locator(".osi-order .grip[tabindex='0']").count(), 1, "one stop in the tab order");
  await tab.locator(".osi-order .grip[tabindex='0']").focus();
  for (let place = 0; place < 7; place++) {
    const from = (await order(tab)).indexOf(7 - place);
    await tab.keyboard.press("Home");
    for (let i = 0; i < from; i++) await tab.keyboard.press("ArrowDown");
    await tab.keyboard.press(" ");
    for (let i = from; i > place; i--) await tab.keyboard.press("ArrowUp");
    await tab.keyboard.press(" ");
    await soonIs(async () => (await order(tab))[place], 7 - place);
  }
  await soonIs(() => order(tab), RIGHT);
  await soonMatches(() => tab.locator("body > .sr[role=status]").textContent(), /第 \d 行，共 7 行/);
  await tab.locator('[data-act="check"]').press("Enter");
  const verdict = () => tab.locator(".osi-order .verdict").innerText();
  await soonMatches(verdict, /七层都对/);
  assert.match(await verdict(), /All People Seem To Need Data Processing/);
  assert.match(await verdict(), /Please Do Not Throw Sausage Pizza Away/);
  assert.deepEqual(await turned(tab), []);
}));

test("the seven layers are put in order by buttons; a wrong order is reported, and can be tried again", () => withTab({ lang: "en", ...PHONE, hasTouch: true }, async (tab) => {
  await tab.goto(at(await pageWith(".osi-order")));
  await tab.locator('[data-act="check"]').tap();
  const right = (await order(tab)).filter((layer, i) => layer === RIGHT[i]).length;
  const verdict = () => tab.locator(".osi-order .verdict").innerText();
  await soonMatches(verdict, new RegExp(`^${right} of 7 are right`));
  const marks = await tab.locator(".osi-order .mark").allInnerTexts();
  assert.equal(marks.filter((mark) => mark.includes("✓")).length, right);
  assert.ok(await tab.locator(".osi-order .words").first().isVisible(), "each layer's word is shown");
  for (let place = 0; place < 7; place++) {
    for (let from = (await order(tab)).indexOf(7 - place); from > place; from--) {
      await tab.locator(`.osi-order li[value="${7 - place}"] .move`).first().tap();
      await soonIs(async () => (await order(tab)).indexOf(7 - place), from - 1);
    }
  }
  await tab.locator(".osi-order .words").first().waitFor({ state: "hidden" }); // a move clears the marks
  await tab.locator('[data-act="check"]').tap();
  await soonMatches(verdict, /All seven are right/);
  await tab.locator('[data-act="again"]').tap();
  await soonIs(verdict, "");
  assert.notDeepEqual(await order(tab), RIGHT);
  await tab.locator('[data-act="answer"]').tap();
  await soonIs(() => order(tab), RIGHT);
}));

test("the seven layers can be dragged", () => withTab({ lang: "en" }, async (tab) => {
  await tab.goto(at(await pageWith(".osi-order")));
  const [first, , third] = await order(tab);
  await tab.locator(`.osi-order li[value="${first}"]`).dragTo(tab.locator(`.osi-order li[value="${third}"]`));
  await soonIs(async () => (await order(tab))[2], first);
}));

test("a message is walked down and up, and its bytes grow and shrink", () => withTab({ lang: "zh" }, async (tab) => {
  const page = at(await pageWith("figure.encap .encap-step"));
  await watchTurns(tab);
  await tab.goto(page);
  const count = await tab.locator(".encap-step").count();
  const look = () => tab.evaluate(() => {
    const shown = [...document.querySelectorAll(".encap-step")].filter((step) => step.checkVisibility({ visibilityProperty: true }));
    const bytes = [...shown[0].querySelectorAll(".hex")].reduce((sum, hex) => sum + hex.textContent.trim().split(/\s+/).length, 0);
    return { shown: shown.length, bytes, said: document.querySelector(".encap .size").innerText };
  });
  const sizes = [];
  for (let i = 0; i < count; i++) {
    const next = tab.locator(".encap-step").nth(Math.min(i + 1, count - 1));
    const way = (await next.getAttribute("class")).includes("up") ? "往上一层" : "往下一层";
    await soonIs(() => tab.locator(".encap .count").innerText(), `${i + 1} / ${count}`);
    assert.equal(await tab.locator(".encap .ahead").innerText(), way);
    const { shown, bytes, said } = await look();
    assert.equal(shown, 1, "one stage at a time");
    assert.match(said, new RegExp(`^${bytes} `), "the size is the number of bytes");
    sizes.push(bytes);
    if (i % 2) await tab.locator(".encap .ahead").click();
    else await tab.locator(".encap .ahead").press("ArrowRight");
  }
  const most = sizes.indexOf(Math.max(...sizes));
  assert.ok(most > 0 && most < count - 1, `${sizes}`);
  for (let i = 1; i < count; i++) assert.ok(i <= most ? sizes[i] > sizes[i - 1] : sizes[i] < sizes[i - 1] || sizes[i] === sizes[most], `${sizes}`);
  await tab.locator(".encap .ahead").press("ArrowLeft");
  await soonIs(async () => (await look()).bytes, sizes[count - 2]);
  assert.deepEqual(await turned(tab), []);
}));

test("a field tells its name and value on hover, focus and touch", async () => {
  const page = at(await pageWith("figure.encap .encap-step"));
  await withTab({ lang: "en", hasTouch: true }, async (tab) => {
    await tab.goto(page);
    await tab.locator(".encap .ahead").click();
    await soonMatches(() => tab.locator(".encap .count").innerText(), /^2 /);
    const fields = tab.locator(".encap-step.now .field");
    const wanted = (i) => fields.nth(i).evaluate((field) => [(field.querySelector(".name .en") ?? field.querySelector(".name")).textContent, field.querySelector(".value").textContent]);
    for (const [i, act] of [[0, "hover"], [1, "focus"], [2, "tap"]]) {
      await fields.nth(i)[act]();
      const texts = await wanted(i);
      await soon(async () => {
        const told = await tab.locator(".encap .detail").innerText();
        for (const text of texts) assert.ok(told.includes(text.trim()), `${act}: ${told} lacks ${text}`);
      });
    }
  });
});

test("the programming language is one choice for the whole book, and is kept", () => withTab({ lang: "zh" }, async (tab) => {
  const commands = () => tab.locator(".exercise .cmd:visible").allInnerTexts();
  await tab.goto(at("exercises/echo_server.html"));
  await soonIs(async () => (await commands()).slice(0, 2), ["cargo workbook exercise echo_server", "cargo workbook exercise check echo_server"]);
  await tab.locator('[data-set-code="python"]').click();
  await soonIs(async () => (await commands()).slice(0, 2), ["cargo workbook exercise echo_server --python", "cargo workbook exercise check echo_server --python"]);
  await tab.locator('[data-set-code="python"][aria-pressed="true"]').waitFor();
  for (const page of ["exercises/say_hello.html", "exercises/utf8_stream.html"]) {
    await tab.goto(at(page));
    assert.match((await commands())[0], / --python$/, page);
    assert.equal(await tab.evaluate(() => document.documentElement.dataset.code), "python");
  }
  await tab.locator('[data-set-code="rust"]').press("Enter");
  await soonIs(() => tab.evaluate(() => localStorage.getItem("workbook-code")), "rust");
  await tab.reload();
  assert.equal((await commands())[0], "cargo workbook exercise utf8_stream");
}));

test("code in several languages is shown in the one that the reader chose, in print too", () => withTab({ lang: "en" }, async (tab) => {
  const shown = () => tab.locator(".tabs .source:visible").allInnerTexts();
  await tab.goto(at("sockets/one-shot.html"));
  assert.ok((await shown()).length >= 3 && (await shown()).every((name) => name.endsWith(".rs")), `${await shown()}`);
  await tab.locator('.tabs [data-set-code="python"]').first().press("Enter");
  await soonIs(async () => (await shown()).every((name) => name.endsWith(".py")), true);
  await tab.locator('.tabs [data-set-code="python"][aria-pressed="true"]').first().waitFor();
  await tab.goto(at("sockets/duplex.html"));
  assert.ok((await shown()).length >= 2 && (await shown()).every((name) => name.endsWith(".py")), "kept on the next page");
  await tab.locator('.tabs [data-set-code="c"]').first().click();
  await soonIs(async () => (await shown()).every((name) => name.endsWith(".c")), true);
  await tab.emulateMedia({ media: "print" });
  assert.ok((await shown()).every((name) => name.endsWith(".c")));
  assert.equal(await tab.locator(".code-switch:visible").count(), 0);
}));

test("who has not chosen a programming language is asked above the first code, and on the first page, until they choose", () => withTab({ lang: "en" }, async (tab) => {
  const asks = () => tab.locator(".code-ask:visible").allInnerTexts();
  await tab.goto(at("sockets/duplex.html"));
  assert.deepEqual(await asks(), ["Which language do you read? One choice holds for the whole book."]);
  await tab.reload();
  assert.equal((await asks()).length, 1, "nothing was chosen");
  await tab.goto(at("welcome.html"));
  await tab.locator('.code-switch [data-set-code="c"]').click();
  await tab.locator('.code-switch [data-set-code="c"][aria-pressed="true"]').waitFor();
  await tab.goto(at("sockets/duplex.html"));
  assert.deepEqual(await asks(), []);
  assert.ok((await tab.locator(".tabs .source:visible").allInnerTexts()).every((name) => name.endsWith(".c")));
  // An exercise is in Rust and Python: there C is shown as Rust, and its button says so.
  await tab.goto(at("exercises/echo_server.html"));
  assert.equal(await tab.locator(".exercise .cmd:visible").first().innerText(), "cargo workbook exercise echo_server");
  await tab.locator('.exercise [data-set-code="rust"][aria-pressed="true"]').waitFor();
  assert.equal(await tab.evaluate(() => localStorage.getItem("workbook-code")), "c");
}));

test("without scripts code in several languages stands one after the other, each with its file", () => withTab({ javaScriptEnabled: false }, async (tab) => {
  await tab.goto(at("sockets/one-shot.html"));
  const names = await tab.locator(".tabs .source:visible").allInnerTexts();
  assert.deepEqual([...new Set(names)].sort(), ["examples/01_one_shot.rs", "examples/c/01_one_shot.c", "examples/python/01_one_shot.py"]);
  assert.equal(await tab.locator(".code-switch:visible").count(), 0);
}));

test("without scripts the commands of every programming language are shown, each with its name", () => withTab({ javaScriptEnabled: false }, async (tab) => {
  await tab.goto(at("exercises/echo_server.html"));
  assert.equal(await tab.locator(".exercise .cmd:visible").count(), 5);
  assert.equal(await tab.locator(".exercise button:visible").count(), 0);
  assert.equal(await tab.locator(".exercise dt:visible").filter({ hasText: "Python" }).count(), 2);
}));
