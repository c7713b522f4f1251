// Captures: arrows and steps that point at each other, the bytes of a packet, every field by mouse, keyboard and touch.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ON_A_PHONE, ZH, at, everyPage, having, pageWith, site, soonIs, soonMatches, turned, watchTurns, withTab } from "./shared.mjs";

const FIGURE = "figure.capture:not(.single)";
/** A page whose first capture carries Chinese text that a step typed or a command named. */
const page = () => pageWith(`${FIGURE} .cap-packet.layer-7`);
const first = (tab) => tab.locator(FIGURE).first();
const row = (tab, n) => first(tab).locator(".cap-packet").nth(n);
const chosen = (tab) => first(tab).evaluate((figure) => [...figure.querySelectorAll(".cap-packet")].findIndex((row) => row.classList.contains("chosen")));
const isChosen = (tab, n) => soonIs(() => chosen(tab), n);
const panels = (tab) => tab.locator(`${FIGURE} .cap-panel`).count();
const arePanels = (tab, n) => soonIs(() => panels(tab), n);

test("choosing an arrow shows its bytes below it, and again hides them", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(await page()));
  assert.equal(await panels(tab), 0);
  await row(tab, 2).locator("a").first().click();
  await isChosen(tab, 2);
  const { bytes, size } = await row(tab, 2).evaluate((row) => ({
    bytes: row.querySelectorAll(".cap-panel .cp-b").length, size: parseInt(row.querySelector(".cap-size").textContent, 10),
  }));
  assert.equal(bytes, size, "every byte is there");
  assert.equal(new URL(tab.url()).hash, "#" + await row(tab, 2).getAttribute("id"));
  await row(tab, 4).locator("a").first().click();
  await isChosen(tab, 4);
  assert.equal(await panels(tab), 1);
  await row(tab, 4).locator("a").first().click({ position: { x: 5, y: 5 } });
  await arePanels(tab, 0);
}));

everyPage("every bit of every packet belongs to a field that says what it is", ZH, (tab) => tab.evaluate(() => {
    const complaints = [];
    const seen = new Set();
    const folded = [...document.querySelectorAll("main details:not([open])")];
    folded.forEach((details) => { details.open = true; });
    for (const figure of document.querySelectorAll("figure.capture:not(.single)")) {
      for (const row of figure.querySelectorAll(".cap-packet")) {
        row.querySelector("a").click();
        const panel = row.querySelector(".cap-panel");
        const name = `${figure.id} ${row.id}`;
        if (!panel) { complaints.push(`${name}: no bytes`); continue; }
        const bare = [...panel.querySelectorAll(".cp-b")].filter((byte) => !/layer-\d/.test(byte.className));
        if (bare.length) complaints.push(`${name}: ${bare.length} bytes without a field`);
        for (const chip of panel.querySelectorAll(".cp-field")) {
          const kind = `${chip.closest(".cp-layer").innerText.split("\n")[0]} ${chip.firstChild.textContent}`;
          if (seen.has(kind)) continue;
          seen.add(kind);
          chip.focus();
          for (const part of [".cp-name", ".cp-value", ".cp-where", ".cp-duty", ".cp-source"])
            if (!panel.querySelector(`.cp-detail ${part}`)?.textContent.trim()) complaints.push(`${name}: ${chip.textContent}: no ${part}`);
          if (!panel.querySelector(".cp-b.on")) complaints.push(`${name}: ${chip.textContent}: no byte is marked`);
        }
      }
      figure.querySelector(".cap-packet.chosen > a")?.click();
    }
    folded.forEach((details) => { details.open = false; });
    return complaints;
}), having('class="capture'));

test("pointing at a byte explains its field, a click holds it, Escape lets go", () => withTab({ lang: "en" }, async (tab) => {
  await tab.goto(at(await page()));
  await row(tab, 3).locator("a").first().click();
  const byte = (i) => first(tab).locator(`.cp-b[data-i="${i}"]`);
  const name = () => first(tab).locator(".cp-detail").innerText();
  await byte(0).hover();
  await soonMatches(name, /destination MAC/i);
  await byte(6).hover();
  await soonMatches(name, /source MAC/i);
  await byte(6).click();
  await first(tab).locator(".cp-field:focus").waitFor();
  await first(tab).evaluate((figure) => {
    window.moves = 0;
    figure.addEventListener("pointerover", () => { window.moves++; });
  });
  await byte(0).hover();
  await tab.waitForFunction(() => window.moves > 0);
  assert.match(await name(), /source MAC/i, "held");
  assert.equal(await first(tab).locator(".cp-b.on").count(), 6);
  await tab.keyboard.press("Escape");
  await soonIs(() => first(tab).locator(".cp-b.on").count(), 0);
  assert.equal(await panels(tab), 1, "the bytes stay");
  await byte(0).hover();
  await byte(1).hover();
  await soonMatches(name, /destination MAC/i, "and follows again");
}));

test("fields that share a byte can be pointed at one by one, in a row of bits", () => withTab({ lang: "en" }, async (tab) => {
  await tab.goto(at(await page()));
  await first(tab).locator(".cap-packet.layer-7 > a").first().click();
  await first(tab).locator('.cp-b[data-i="14"]').click();
  const bits = first(tab).locator(".cp-bit");
  await soonIs(() => bits.evaluateAll((all) => all.map((one) => one.textContent)), ["0100", "0101"]);
  assert.match(await first(tab).locator(".cp-detail").innerText(), /version[^]*4 bits of byte 14/);
  await bits.nth(1).hover();
  await soonMatches(() => first(tab).locator(".cp-detail").innerText(), /IHL[^]*20 bytes/);
  // The flags of TCP: eight fields in one byte.
  await first(tab).locator('.cp-b[data-i="47"]').click();
  await soonIs(() => bits.count(), 8);
  assert.equal((await bits.allInnerTexts()).join("").replace(/\s/g, "").length, 8);
}));

test("the arrow keys walk packets and fields; Escape closes one thing at a time", () => withTab({ lang: "zh" }, async (tab) => {
  await watchTurns(tab);
  await tab.goto(at(await page()));
  assert.equal(await first(tab).locator('.cap-packet > a[tabindex="0"]').count(), 1, "one stop for Tab");
  await row(tab, 0).locator("a").first().focus();
  await tab.keyboard.press("ArrowDown");
  await isChosen(tab, 1);
  await tab.keyboard.press("ArrowDown");
  await tab.keyboard.press("ArrowRight");
  await isChosen(tab, 3);
  await tab.keyboard.press("ArrowUp");
  await isChosen(tab, 2);
  await row(tab, 2).locator("a:focus").first().waitFor();
  assert.deepEqual(await turned(tab), []);
  const focused = () => tab.evaluate(() => Number(document.activeElement.dataset.f ?? -1));
  // Its buttons come before, and its bytes, where they scroll.
  for (let i = 0; i < 8 && await focused() < 0; i++) {
    const before = await tab.evaluateHandle(() => document.activeElement);
    await tab.keyboard.press("Tab");
    await tab.waitForFunction((before) => document.activeElement !== before, before);
  }
  assert.equal(await focused(), 0);
  await tab.keyboard.press("ArrowRight");
  await soonIs(focused, 1);
  await tab.keyboard.press("ArrowDown");
  await tab.waitForFunction(() => Number(document.activeElement.dataset.f) > 1);
  const next = await focused();
  assert.ok(await tab.evaluate(() => document.activeElement.closest(".cp-layer").previousElementSibling !== null), "the next header");
  await tab.keyboard.press("ArrowLeft");
  await soonIs(focused, next - 1);
  await tab.keyboard.press("End");
  await tab.keyboard.press("ArrowRight");
  await soonIs(focused, await first(tab).locator(".cp-field").count() - 1);
  await tab.keyboard.press("Escape");
  await soonIs(() => first(tab).locator(".cp-field.on").count(), 0);
  assert.equal(await panels(tab), 1);
  await tab.keyboard.press("Escape");
  await arePanels(tab, 0);
  await row(tab, 2).locator("a:focus").first().waitFor();
}));

test("#packet-5 opens that packet, on arrival and later", () => withTab({ lang: "zh" }, async (tab) => {
  const url = at(await page());
  await tab.goto(`${url}#packet-5`);
  await isChosen(tab, await first(tab).locator("#packet-5").evaluate((row) => [...row.closest("figure").querySelectorAll(".cap-packet")].indexOf(row)));
  await tab.waitForFunction(() => {
    const { top } = document.getElementById("packet-5").getBoundingClientRect();
    return top >= 0 && top < innerHeight / 2;
  });
  for (const hash of ["packet-2", await tab.locator("#packet-3 > a").getAttribute("id"), "packet-4-bytes"]) {
    await tab.evaluate((hash) => { location.hash = hash; }, hash);
    await tab.waitForFunction((number) => document.querySelector(`.cap-packet.chosen`)?.dataset.packet === number, /packet-(\d)/.exec(hash)[1]);
  }
}));

test("a packet in a folded part of the page unfolds it", () => withTab({ lang: "zh" }, async (tab) => {
  const name = await page();
  await tab.route("**/*.html", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    await route.fulfill({ response, body: html.replace(/<figure class="capture[^]*?<\/figure>/, (figure) => `<details><summary>x</summary>${figure}</details>`) });
  });
  await tab.goto(`${at(name)}#packet-2`);
  await first(tab).locator(".cap-packet.chosen .cap-panel").waitFor();
}));

test("a step and its packets point at each other", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(await page()));
  const step = first(tab).locator(".cap-step[data-packets]").first();
  const number = await step.getAttribute("data-step");
  const lit = () => first(tab).evaluate((figure) => [...figure.querySelectorAll(".cap-packet.lit")].map((row) => row.dataset.step));
  const all = await first(tab).locator(`.cap-packet[data-step="${number}"]`).count();
  await step.locator(".cap-box").hover();
  await soonIs(lit, Array(all).fill(number));
  await tab.mouse.move(0, 0);
  await soonIs(lit, []);
  await first(tab).locator(`.cap-packet[data-step="${number}"]`).first().hover();
  await soonIs(() => step.evaluate((step) => step.classList.contains("lit")), true);
  await tab.mouse.move(0, 0);
  await soonIs(lit, []);
  await step.locator(".cap-to").focus();
  await soonIs(async () => (await lit()).length, all, "by keyboard");
  await tab.keyboard.press("Enter");
  await first(tab).locator(".cap-panel").waitFor();
  const open = first(tab).locator(".cap-packet.chosen");
  assert.equal(await open.getAttribute("data-step"), number);
  assert.equal(`#${await open.getAttribute("id")}`, await step.locator(".cap-to").getAttribute("href"));
  assert.equal(await open.locator(".cap-cause").getAttribute("href"), `#${await step.getAttribute("id")}`);
  assert.equal((await lit()).length, all, "and it stays");
}));

test("the bytes of a Chinese character are one group, with the character under them", () => withTab({ lang: "zh" }, async (tab) => {
  const complaints = [];
  let groups = 0;
  await tab.goto(at(await page()));
  for (const found of await first(tab).evaluate((figure) => [...figure.querySelectorAll(".cap-packet.layer-7")].map((row) => {
    row.querySelector("a").click();
    const cells = new Map([...row.querySelectorAll(".cp-b")].map((cell) => [Number(cell.dataset.i), { hex: cell.textContent, box: cell.getBoundingClientRect().toJSON() }]));
    return [...row.querySelectorAll(".cp-ch:not(.cut-start, .cut-end)")].map((char) => ({ text: char.textContent, at: Number(char.dataset.i), box: char.getBoundingClientRect().toJSON(), cells: [...cells] }));
  }))) {
    for (const { text, at: start, box, cells } of found) {
      groups++;
      const own = new Map(cells);
      const bytes = [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0"));
      const there = bytes.map((_, i) => own.get(start + i));
      if (there.map(({ hex }) => hex).join(" ") !== bytes.join(" ")) complaints.push(`${text}: ${there.map(({ hex }) => hex)}`);
      if (box.top < there[0].box.bottom - 1 || box.left < there[0].box.left - 1 || box.right > there.at(-1).box.right + 1) complaints.push(`${text} is not under its bytes`);
    }
  }
  assert.deepEqual(complaints, []);
  assert.ok(groups > 0, "no character of several bytes");
  await first(tab).locator(".cp-ch").first().hover();
  await soonMatches(() => first(tab).locator(".cp-detail").innerText(), /U\+[0-9A-F]{4}[^]*UTF-8/);
}));

test("on a phone, by touch, everything fits the screen", () => withTab({ lang: "both", width: 360, height: 740, hasTouch: true, isMobile: true }, async (tab) => {
  await tab.goto(at(await page()));
  await first(tab).locator(".cap-packet.layer-7 > a").first().tap();
  await arePanels(tab, 1);
  await first(tab).locator('.cp-b[data-i="14"]').tap();
  await first(tab).locator(".cp-bit").nth(1).waitFor();
  await first(tab).locator(".cp-bit").last().tap();
  await soonMatches(() => first(tab).locator(".cp-detail").innerText(), /IHL/);
  await first(tab).locator(".cp-field").last().tap();
  await first(tab).locator(".cp-field.on").last().waitFor();
  const { wide, hidden, small } = await tab.evaluate(() => ({
    wide: document.scrollingElement.scrollWidth > innerWidth,
    hidden: (({ top, bottom }) => bottom < 0 || top > innerHeight)(document.querySelector(".cp-detail").getBoundingClientRect()),
    small: [...document.querySelectorAll(".cp-field, .cp-bit i, .cap-packet > a")].filter((one) => one.getBoundingClientRect().height < 20).length,
  }));
  assert.deepEqual({ wide, hidden, small }, { wide: false, hidden: false, small: 0 });
}));

for (const [reader, width] of [[ZH, 1280], [ON_A_PHONE, 360]]) {
  everyPage(`arrows start and end at the lifelines of their hosts, and no words lie on each other: ${width} px`, reader, async (tab) => {
    await tab.setViewportSize({ width, height: reader.height });
    const complaints = await tab.evaluate(() => {
    const complaints = [];
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    for (const figure of document.querySelectorAll("figure.capture:not(.single)")) {
      if (!figure.checkVisibility() || figure.closest("details:not([open])")) continue;
      const hosts = [...figure.querySelectorAll(".cap-host")].map((host) => { const { left, right } = host.getBoundingClientRect(); return (left + right) / 2; });
      for (const arrow of figure.querySelectorAll(".cap-arrow:not(.nobody)")) {
        const { left, right } = arrow.getBoundingClientRect();
        for (const end of [left, right]) if (!hosts.some((x) => Math.abs(x - end) < 2)) complaints.push(`${figure.id}: an arrow of ${arrow.closest("li").id} ends at ${end}, hosts are at ${hosts}`);
      }
      for (const row of figure.querySelectorAll(".cap-packet")) {
        const words = [...row.querySelectorAll(".cap-no, .cap-proto, .cap-label, .cap-time, .cap-size, .cap-state, .cap-cross")].filter((one) => one.checkVisibility()).map((one) => ({ one, box: one.getBoundingClientRect() }));
        words.forEach((a, i) => words.slice(i + 1).forEach((b) => { if (meet(a.box, b.box)) complaints.push(`${figure.id}: ${row.id}: "${a.one.innerText}" lies on "${b.one.innerText}"`); }));
      }
    }
    return complaints.slice(0, 5);
    });
    await tab.setViewportSize({ width: reader.width, height: reader.height });
    return complaints;
  }, having('class="capture'));
}

test("the link downloads the recording itself", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(await page()));
  const [download] = await Promise.all([tab.waitForEvent("download"), first(tab).locator(".cap-files a").click()]);
  assert.match(download.suggestedFilename(), /^\w+\.pcapng$/);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  assert.equal(bytes.readUInt32LE(0), 0x0a0d0d0a, "a section header block");
  assert.equal(bytes.readUInt32LE(8), 0x1a2b3c4d, "in this byte order");
}));

test("without JavaScript a packet's bytes and fields unfold, in both languages", () => withTab({ javaScriptEnabled: false }, async (tab) => {
  await tab.goto(at(await page()));
  const link = row(tab, 3).locator("a").first();
  const id = (await link.getAttribute("href")).slice(1);
  await link.click();
  const details = tab.locator(`#${id}`);
  await details.waitFor();
  await details.locator("summary").click();
  await soonMatches(() => details.locator("pre.hex").innerText(), /^0000 {2}(?:[0-9a-f]{2} ){15}/);
  const rows = await details.locator("tr:not(.cap-layer)").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText)));
  assert.ok(rows.length >= 8 && rows.every((cells) => cells.length === 5), `${rows.length} rows`);
  assert.match(rows[0][2], /目的 MAC\s+destination MAC/);
  assert.equal(rows[0][0], "0–5");
  await tab.locator(".cap-kinds > summary").first().click();
  await soonMatches(() => tab.locator(".cap-fields").first().innerText(), /RFC \d+/);
}));

test("a click answers as soon among two hundred packets as among ten", () => withTab({ lang: "zh" }, async (tab) => {
  const name = await page();
  // The same packets again and again, with other numbers, in front of the figure itself.
  await tab.route("**/*.html", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const [figure] = /<figure class="capture[^]*?<\/figure>/.exec(html);
    const rows = figure.match(/<li class="cap-packet[^]*?<\/li>/g);
    const tables = figure.match(/<details class="cap-bytes"[^]*?<\/style><\/svg><\/details>/g);
    const many = (parts) => Array.from({ length: 200 }, (_, i) => {
      const number = parts[i % rows.length].match(/packet-(\d+)/)[1];
      return parts[i % rows.length].replaceAll(`packet-${number}`, `packet-${1000 + i}`).replace(`data-packet="${number}"`, `data-packet="${1000 + i}"`);
    }).join("");
    const big = figure.replace('class="capture', 'class="capture long').replace(rows[0], many(rows)).replace(tables[0], many(tables));
    await route.fulfill({ response, body: html.replace(figure, () => big + figure) });
  });
  await tab.goto(at(name));
  assert.ok(await first(tab).locator(".cap-packet").count() >= 200);
  // Among many and among few, by turns: of a machine that has other work, both feel it. The quickest of each is the click itself.
  const { big, small, missing } = await tab.evaluate(async () => {
    const [big, small] = document.querySelectorAll("figure.capture:not(.single)");
    const times = { big: [], small: [], missing: [] };
    const click = (row, into) => {
      const start = performance.now();
      row.querySelector("a").click();
      document.body.offsetHeight; // and its layout
      into.push(performance.now() - start);
      if (!row.querySelector(".cap-panel")) times.missing.push(row.id);
    };
    const rows = [...small.querySelectorAll(".cap-packet")].slice(0, 8);
    for (const [i, row] of rows.entries()) {
      click(row, times.small);
      await new Promise(requestAnimationFrame);
      click(big.querySelectorAll(".cap-packet")[i * 25 + i], times.big);
      await new Promise(requestAnimationFrame);
    }
    return times;
  });
  const quickest = (times) => Math.min(...times);
  console.log(`a click with its layout: among 200 packets ${quickest(big).toFixed(1)} ms, among ${small.length} ${quickest(small).toFixed(1)} ms`);
  assert.deepEqual(missing, []);
  assert.ok(quickest(big) < 3 * quickest(small), `${big} and ${small}`);
}));

test("a packet that stands alone shows its bytes at once", async () => {
  const name = await pageWith("figure.capture.single").catch(() => null);
  if (!name) return console.log("no page shows a packet alone");
  return withTab({ lang: "en" }, async (tab) => {
    await tab.goto(`${site.origin}/${name}`);
    assert.ok(await tab.locator("figure.capture.single .cp-b").count() > 0);
  });
});
