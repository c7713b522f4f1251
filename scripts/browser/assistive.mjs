// What assistive technology gets: the accessibility tree of Chromium, and forced colors, compared as pixels.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { BOTH, EN, PHONE, at, everyPage, having, pageWith, soonIs, withTab } from "./shared.mjs";

// -- The accessibility tree -----------------------------------------------------------------------------------------

const sessions = new WeakMap(), trees = new WeakMap();
/** The tree of the page as it is opened: made once, however many tests ask about it. */
async function tree(tab) {
  if (trees.get(tab)?.url !== tab.url()) trees.set(tab, { url: tab.url(), ...(await read(tab)) });
  return trees.get(tab);
}

/** The nodes that assistive technology gets, each with its role, its name, the text in it and its DOM node. */
async function read(tab) {
  if (!sessions.has(tab)) sessions.set(tab, await tab.context().newCDPSession(tab));
  const session = sessions.get(tab);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const all = new Map(nodes.map((node) => [node.nodeId, node]));
  const text = (node) => (node.role?.value === "StaticText" ? node.name?.value ?? "" : (node.childIds ?? []).map((id) => all.has(id) ? text(all.get(id)) : "").join(""));
  const told = nodes.filter((node) => !node.ignored).map((node) => ({
    role: node.role.value, name: (node.name?.value ?? "").trim(), dom: node.backendDOMNodeId,
    level: node.properties?.find(({ name }) => name === "level")?.value.value,
    get text() { return text(node).trim(); },
  }));
  /** The nodes in the tree of what a selector finds in the page, in the order of the page. */
  const find = async (selector) => {
    await session.send("DOM.enable");
    const { root } = await session.send("DOM.getDocument", { depth: 0 });
    const { nodeIds } = await session.send("DOM.querySelectorAll", { nodeId: root.nodeId, selector });
    return Promise.all(nodeIds.map(async (nodeId) => {
      const { node } = await session.send("DOM.describeNode", { nodeId });
      return told.find(({ dom }) => dom === node.backendNodeId) ?? { role: "none", name: "", text: "" };
    }));
  };
  return { told, find };
}

const twice = (values) => [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];

everyPage("a page has one heading of the first level, and it is the title", EN, async (tab) => {
  const { told } = await tree(tab);
  const titles = told.filter(({ role, level }) => role === "heading" && level === 1).map(({ name }) => name);
  return titles.length === 1 ? [] : [`headings of the first level: ${titles.join(" | ")}`];
});

/** Groups, landmarks and regions by their names; `ours` says which of them are asked. */
const differ = (ours) => async (tab) => {
  const { told } = await tree(tab);
  const names = told.filter(({ role }) => /^(group|region|navigation|complementary|form|search|listbox|toolbar)$/.test(role)).map(({ role, name }) => `${role} ${name}`);
  return twice(names.filter(ours)).map((name) => `several are called: ${name}`);
};
const STEPS = /步骤|Steps/;
everyPage("groups and regions that differ have names that differ", EN, differ((name) => !STEPS.test(name) && !/^group $/.test(name)));
everyPage("the buttons of every session have the session's name", EN, differ((name) => STEPS.test(name)), having("figure class=\"session\""));

everyPage("the two languages in a button's name are words apart", BOTH, async (tab) => {
  const { told } = await tree(tab);
  return told.filter(({ role, name }) => /^(button|link|radio|checkbox|option|menuitem)$/.test(role) && /\p{Script=Han}[A-Za-z]{4}|[a-z]{3}\p{Script=Han}{2}/u.test(name))
    .map(({ role, name }) => `${role}: ${name.slice(0, 80)}`).slice(0, 4);
});

const sources = (folder) => {
  const url = new URL(`../../${folder}/`, import.meta.url);
  return readdirSync(url).filter((name) => name.endsWith(".session")).map((name) => readFileSync(new URL(name, url), "utf8"));
};
/** Everybody who takes part in a session or in a capture. */
const ACTORS = new Set([...sources("examples"), ...sources("book/captures")].flatMap((text) => [...text.matchAll(/^([\w-]+) \$ |^host ([\w-]+) /gm)].map(([, terminal, host]) => terminal ?? host)));
const begins = (text) => [...ACTORS].some((actor) => text.startsWith(actor));

test("every row of a session names its terminal to a screen reader", () => withTab(EN, async (tab) => {
  assert.ok(ACTORS.size >= 5, `${[...ACTORS]}`);
  await tab.goto(at("sockets/duplex.html"));
  const rows = await (await tree(tab)).find("figure.session ol > li:has(code)");
  assert.ok(rows.length > 30, `${rows.length} rows`);
  const nameless = rows.filter(({ name, text }) => !begins(name) && !begins(text)).map(({ text }) => text);
  assert.deepEqual(nameless.slice(0, 5), [], `${nameless.length} of ${rows.length} rows name nobody`);
}));

test("every row of a capture names its host, and every packet its way", () => withTab(EN, async (tab) => {
  await tab.goto(at("sockets/duplex.html"));
  const { find } = await tree(tab);
  const rows = await find("figure.capture ol > li:has(code):not([data-packet])");
  assert.ok(rows.length > 5, `${rows.length} rows`);
  const nameless = rows.filter(({ name, text }) => !begins(name) && !begins(text)).map(({ text }) => text);
  assert.deepEqual(nameless.slice(0, 5), [], `${nameless.length} of ${rows.length} rows name nobody`);
  const packets = await find("figure.capture [data-packet] > a");
  assert.ok(packets.length > 10, `${packets.length} packets`);
  assert.deepEqual(packets.filter(({ name }) => !/\bpacket \d+\b/i.test(name) || !/\w+ (→|to) \w+/.test(name)).map(({ name }) => name).slice(0, 3), [], "its number, with what the number is, and who sends it to whom");
}));

const openPacket = async (tab) => {
  await tab.goto(at("sockets/one-shot.html"));
  await tab.locator("figure.capture .packet.layer-7 > a").first().click();
  await tab.locator(".bytes-panel .bytes-field").first().waitFor();
};

test("the bytes and characters of a packet are not read to anybody, and its fields are", () => withTab(EN, async (tab) => {
  await openPacket(tab);
  const { find } = await tree(tab);
  const [panel] = await find(".bytes-panel");
  const rows = await tab.locator(".bytes-panel .bytes-row").allTextContents();
  assert.ok(rows.length > 3, `${rows.length} rows`);
  for (const row of rows) assert.ok(!panel.text.includes(row.slice(0, 12)), row);
  assert.match(panel.text, /Destination MAC/i);
  const fields = await find(".bytes-panel .bytes-field");
  assert.ok(fields.length > 20, `${fields.length} fields`);
  assert.deepEqual(fields.filter(({ role, name }) => role !== "button" || !/[\p{L}]{2}/u.test(name)), []);
}));

test("a screen reader is told of a step, a field and a copy once, and of nothing that the mouse passes over", () => withTab(EN, async (tab) => {
  await openPacket(tab);
  await tab.evaluate(() => {
    window.told = [];
    for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]"))
      new MutationObserver(() => { if (region.textContent.trim()) window.told.push(region.textContent.trim()); }).observe(region, { childList: true, characterData: true, subtree: true });
  });
  const told = () => tab.evaluate(() => window.told.splice(0));
  const once = async (pattern, words) => {
    const all = [];
    await soonIs(async () => all.push(...(await told())) && all.length > 0, true, words);
    await tab.evaluate(() => new Promise((next) => { requestAnimationFrame(() => requestAnimationFrame(next)); }));
    all.push(...(await told()));
    assert.equal(all.length, 1, `${words}: ${all.join(" | ")}`);
    assert.match(all[0], pattern, words);
  };
  for (const i of [0, 6, 12, 14]) await tab.locator(`.bytes-panel .byte[data-i="${i}"]`).hover();
  await tab.locator(".bytes-panel .bytes-field").nth(2).hover();
  assert.deepEqual(await told(), [], "hovered");
  await tab.locator('.bytes-panel .byte[data-i="6"]').click();
  await once(/network card/, "a field is chosen");
  await tab.locator("figure.session .ahead").first().click();
  await once(/\S/, "a step");
  await tab.locator("figure.session .copy").first().click();
  await once(/^(已复制|请手动复制)/, "a copy");
}));

test("a skip link is the first stop, and goes to the text, with scripts and without", async () => {
  for (const javaScriptEnabled of [true, false]) {
    await withTab({ lang: "en", javaScriptEnabled }, async (tab) => {
      await tab.goto(at("sockets/duplex.html"));
      await tab.keyboard.press("Tab");
      const link = tab.locator(":focus");
      assert.match(await link.innerText(), /Skip to the text/);
      const { x, y, width, height } = await link.boundingBox();
      assert.ok(x >= 0 && y >= 0 && width > 40 && height > 20, "it is seen while it has the focus");
      await tab.keyboard.press("Enter");
      await tab.keyboard.press("Tab");
      assert.equal(await tab.evaluate(() => Boolean(document.activeElement.closest("main"))), true, "the next stop is in the text");
    });
  }
});

test("the fields of a message are one tab stop, with a role and a name each", () => withTab(EN, async (tab) => {
  await tab.goto(at(await pageWith("figure.encap .encap-step")));
  await tab.locator("figure.encap").getByRole("button", { name: "One layer down" }).click();
  const { find } = await tree(tab);
  const fields = (await find(".encap-step.now [role=option]"));
  assert.ok(fields.length > 2, `${fields.length} fields`);
  for (const { role, name } of fields) assert.ok(role === "option" && /[\p{L}]{3}/u.test(name), `${role}: ${name}`);
  assert.equal(await tab.locator("figure.encap [role=option][tabindex='0']:visible").count(), 1);
  await tab.locator("figure.encap [role=option][tabindex='0']:visible").focus();
  const at0 = await tab.evaluate(() => document.activeElement.textContent);
  await tab.keyboard.press("ArrowRight");
  const at1 = await tab.evaluate(() => document.activeElement.textContent);
  assert.notEqual(at0, at1);
  await soonIs(() => tab.evaluate(() => document.activeElement.getAttribute("aria-selected")), "true");
}));

test("beside code on a phone the copy button covers no code", () => withTab({ lang: "en", ...PHONE, hasTouch: true, isMobile: true }, async (tab) => {
  await tab.goto(at("sockets/duplex.html"));
  const covered = await tab.evaluate(() => [...document.querySelectorAll("main pre:has(> .buttons)")].filter((pre) => {
    const button = pre.querySelector(".buttons").getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(pre.querySelector("code"));
    const { right } = pre.querySelector("code").getBoundingClientRect(); // what is beyond scrolls
    return button.width > 0 && [...range.getClientRects()].some((line) => line.width > 0 && Math.min(line.right, right) > button.left && line.left < button.right && line.bottom > button.top + 1 && line.top < button.bottom - 1);
  }).map((pre) => pre.innerText.slice(0, 60)));
  assert.deepEqual(covered, []);
}));

// -- Forced colors --------------------------------------------------------------------------------------------------

/** What is seen in a part of the page: { width, height, at(x, y) }, colors as numbers. */
async function pixels(tab, clip) {
  const png = (await tab.screenshot({ clip, animations: "disabled" })).toString("base64");
  const { width, height, data } = await tab.evaluate(async (png) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return { width: image.width, height: image.height, data: [...new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer)] };
  }, png);
  return { width, height, data, at: (x, y) => data[y * width + x] };
}

/** The part of the pixels that differ. */
function difference(one, two) {
  assert.deepEqual([one.width, one.height], [two.width, two.height]);
  return one.data.filter((color, i) => color !== two.data[i]).length / one.data.length;
}

/** The longest lines of one color that is not the ground, by row or by column: { length, at }. */
function lines({ width, height, at, data }, upright) {
  const ground = [...data.reduce((counts, color) => counts.set(color, (counts.get(color) ?? 0) + 1), new Map())].sort((a, b) => b[1] - a[1])[0][0];
  const [across, along] = upright ? [width, height] : [height, width];
  return Array.from({ length: across }, (_, at1) => {
    let longest = 0, run = 0, last = ground;
    for (let i = 0; i < along; i++) {
      const color = upright ? at(at1, i) : at(i, at1);
      run = color === ground ? 0 : color === last ? run + 1 : 1;
      last = color;
      longest = Math.max(longest, run);
    }
    return { at: at1, length: longest / along };
  });
}

/** Where an element stands, with so many pixels around it. */
const box = async (locator, around = 0) => {
  await locator.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await locator.boundingBox();
  return { x: Math.ceil(x) - around, y: Math.ceil(y) - around, width: Math.floor(width) + 2 * around, height: Math.floor(height) + 2 * around };
};
const forced = (act) => withTab({ lang: "en", forcedColors: "active", reducedMotion: "reduce", width: 1280, height: 900 }, act);

test("in forced colors the chosen language is seen", () => forced(async (tab) => {
  await tab.goto(at("sockets/duplex.html"));
  assert.equal(await tab.evaluate(() => matchMedia("(forced-colors: active)").matches), true);
  const clip = await box(tab.locator('[data-set="en"]'));
  const pressed = await pixels(tab, clip);
  await tab.evaluate(() => document.querySelector('[data-set="en"]').setAttribute("aria-pressed", "false"));
  assert.ok(difference(pressed, await pixels(tab, clip)) > 0.1, "the button looks the same when it is not pressed");
}));

test("in forced colors the chosen field of a message is seen, and so are the arrows of figures", () => forced(async (tab) => {
  await tab.goto(at(await pageWith("figure.encap .encap-step")));
  const field = tab.locator(".encap-step.now [role=option]").first();
  const clip = await box(field, 4);
  const before = await pixels(tab, clip);
  await field.hover();
  await soonIs(() => field.getAttribute("aria-selected"), "true");
  await tab.mouse.move(5, 5);
  assert.ok(difference(before, await pixels(tab, clip)) > 0.02, "the field looks the same when it is chosen");
  await tab.goto(at(await pageWith(".fig .seq .right")));
  const arrow = await pixels(tab, await box(tab.locator(".fig .seq .right").first()));
  assert.ok(Math.max(...lines(arrow, false).map(({ length }) => length)) > 0.5, "there is no line");
}));

test("in forced colors the current step of a session is seen", () => forced(async (tab) => {
  await tab.goto(at("sockets/duplex.html"));
  const figure = tab.locator("figure.session").first();
  await figure.getByRole("button", { name: "Step", exact: true }).click();
  const row = figure.locator('[aria-current="step"]');
  await row.waitFor();
  const clip = await box(row);
  const now = await pixels(tab, clip);
  await figure.getByRole("button", { name: "Show all" }).click();
  const same = await box(figure.locator("ol > li").first());
  assert.ok(difference(now, await pixels(tab, same)) > 0.01, "the row looks the same when it is not the current one");
}));

test("in forced colors the arrows and the lifelines of a capture are seen", () => forced(async (tab) => {
  await tab.goto(at("sockets/duplex.html"));
  const row = await pixels(tab, await box(tab.locator("#packet-3")));
  const arrow = Math.max(...lines(row, false).map(({ length }) => length));
  assert.ok(arrow > 0.3, `the longest line across is ${(100 * arrow).toFixed()} % of the row: no arrow`);
  const upright = lines(row, true).filter(({ length }) => length > 0.7).map(({ at }) => at);
  assert.ok(upright.length >= 2 && upright.at(-1) - upright[0] > row.width / 4, `lines down at ${upright}: no two lifelines`);
}));

test("in forced colors the chosen bytes of a packet are seen", () => forced(async (tab) => {
  await tab.goto(at("sockets/duplex.html"));
  await tab.locator("#packet-3 a").first().click();
  const bytes = tab.locator("figure.capture [data-i]");
  await bytes.first().waitFor();
  const clip = await box(bytes.nth(0), 4);
  const before = await pixels(tab, clip);
  await bytes.nth(0).click();
  await tab.mouse.move(5, 5);
  assert.ok(difference(before, await pixels(tab, clip)) > 0.02, "the bytes look the same when they are chosen");
}));
