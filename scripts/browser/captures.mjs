// Captures: arrows and steps that point at each other, the bytes of a packet, every field by mouse, keyboard and touch.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ON_A_PHONE, ZH, at, everyPage, having, pageWith, site, soonIs, soonMatches, turned, watchTurns, withTab } from "./shared.mjs";

const FIGURE = "figure.capture:not(.single)";
/** A page whose first capture carries Chinese text that a step typed or a command named. */
const page = () => pageWith(`${FIGURE} .packet.layer-7`);
const first = (tab) => tab.locator(FIGURE).first();
const row = (tab, n) => first(tab).locator(".packet").nth(n);
const chosen = (tab) => first(tab).evaluate((figure) => [...figure.querySelectorAll(".packet")].findIndex((row) => row.classList.contains("chosen")));
const isChosen = (tab, n) => soonIs(() => chosen(tab), n);
const panels = (tab) => tab.locator(`${FIGURE} .bytes-panel`).count();
const arePanels = (tab, n) => soonIs(() => panels(tab), n);

test("choosing an arrow shows its bytes below it, and again hides them", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(await page()));
  assert.equal(await panels(tab), 0);
  await row(tab, 2).locator("a").first().click();
  await isChosen(tab, 2);
  const size = await row(tab, 2).evaluate((row) => parseInt(row.querySelector(".packet-size").textContent, 10));
  // They come with the first choice.
  await soonIs(() => row(tab, 2).locator(".bytes-panel .byte").count(), size, "every byte is there");
  assert.equal(new URL(tab.url()).hash, "#" + await row(tab, 2).getAttribute("id"));
  await row(tab, 4).locator("a").first().click();
  await isChosen(tab, 4);
  assert.equal(await panels(tab), 1);
  await row(tab, 4).locator("a").first().click({ position: { x: 5, y: 5 } });
  await arePanels(tab, 0);
}));

everyPage("every bit of every packet belongs to a field that says what it is", ZH, (tab) => tab.evaluate(async () => {
    const complaints = [];
    /** The bytes of a figure's first packet come a moment later, those of the others at once. */
    const came = async (figure) => { while (!figure.querySelector(".bytes-panel")) await new Promise(requestAnimationFrame); };
    const seen = new Set();
    const folded = [...document.querySelectorAll("main details:not([open])")];
    folded.forEach((details) => { details.open = true; });
    for (const figure of document.querySelectorAll("figure.capture:not(.single)")) {
      for (const row of figure.querySelectorAll(".packet")) {
        row.querySelector("a").click();
        await came(figure);
        const panel = row.querySelector(".bytes-panel");
        const name = `${figure.id} ${row.id}`;
        if (!panel) { complaints.push(`${name}: no bytes`); continue; }
        const bare = [...panel.querySelectorAll(".byte")].filter((byte) => !/layer-\d/.test(byte.className));
        if (bare.length) complaints.push(`${name}: ${bare.length} bytes without a field`);
        for (const chip of panel.querySelectorAll(".bytes-field")) {
          const kind = `${chip.closest(".bytes-layer").innerText.split("\n")[0]} ${chip.firstChild.textContent}`;
          if (seen.has(kind)) continue;
          seen.add(kind);
          chip.focus();
          for (const part of [".bytes-name", ".bytes-value", ".bytes-where", ".bytes-duty", ".bytes-source"])
            if (!panel.querySelector(`.bytes-detail ${part}`)?.textContent.trim()) complaints.push(`${name}: ${chip.textContent}: no ${part}`);
          if (!panel.querySelector(".byte.on")) complaints.push(`${name}: ${chip.textContent}: no byte is marked`);
        }
      }
      figure.querySelector(".packet.chosen > a")?.click();
    }
    folded.forEach((details) => { details.open = false; });
    return complaints;
}), having('class="capture'));

test("pointing at a byte explains its field, a click holds it, Escape lets go", () => withTab({ lang: "en" }, async (tab) => {
  await tab.goto(at(await page()));
  await row(tab, 3).locator("a").first().click();
  const byte = (i) => first(tab).locator(`.byte[data-i="${i}"]`);
  const name = () => first(tab).locator(".bytes-detail").innerText();
  await byte(0).hover();
  await soonMatches(name, /destination MAC/i);
  await byte(6).hover();
  await soonMatches(name, /source MAC/i);
  await byte(6).click();
  await first(tab).locator(".bytes-field:focus").waitFor();
  await first(tab).evaluate((figure) => {
    window.moves = 0;
    figure.addEventListener("pointerover", () => { window.moves++; });
  });
  await byte(0).hover();
  await tab.waitForFunction(() => window.moves > 0);
  assert.match(await name(), /source MAC/i, "held");
  assert.equal(await first(tab).locator(".byte.on").count(), 6);
  await tab.keyboard.press("Escape");
  await soonIs(() => first(tab).locator(".byte.on").count(), 0);
  assert.equal(await panels(tab), 1, "the bytes stay");
  await byte(0).hover();
  await byte(1).hover();
  await soonMatches(name, /destination MAC/i, "and follows again");
}));

test("fields that share a byte can be pointed at one by one, in a row of bits", () => withTab({ lang: "en" }, async (tab) => {
  await tab.goto(at(await page()));
  await first(tab).locator(".packet.layer-7 > a").first().click();
  await first(tab).locator('.byte[data-i="14"]').click();
  const bits = first(tab).locator(".bytes-bit");
  await soonIs(() => bits.evaluateAll((all) => all.map((one) => one.textContent)), ["0100", "0101"]);
  assert.match(await first(tab).locator(".bytes-detail").innerText(), /version[^]*4 bits of byte 14/);
  await bits.nth(1).hover();
  await soonMatches(() => first(tab).locator(".bytes-detail").innerText(), /IHL[^]*20 bytes/);
  // The flags of TCP: eight fields in one byte.
  await first(tab).locator('.byte[data-i="47"]').click();
  await soonIs(() => bits.count(), 8);
  assert.equal((await bits.allInnerTexts()).join("").replace(/\s/g, "").length, 8);
}));

test("the arrow keys walk packets and fields; Escape closes one thing at a time", () => withTab({ lang: "zh" }, async (tab) => {
  await watchTurns(tab);
  await tab.goto(at(await page()));
  await row(tab, 0).locator("a").first().focus();
  await soonIs(() => first(tab).locator('.packet > a[tabindex="0"]').count(), 1, "one stop for Tab");
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
  assert.ok(await tab.evaluate(() => document.activeElement.closest(".bytes-layer").previousElementSibling !== null), "the next header");
  await tab.keyboard.press("ArrowLeft");
  await soonIs(focused, next - 1);
  await tab.keyboard.press("End");
  await tab.keyboard.press("ArrowRight");
  await soonIs(focused, await first(tab).locator(".bytes-field").count() - 1);
  await tab.keyboard.press("Escape");
  await soonIs(() => first(tab).locator(".bytes-field.on").count(), 0);
  assert.equal(await panels(tab), 1);
  await tab.keyboard.press("Escape");
  await arePanels(tab, 0);
  await row(tab, 2).locator("a:focus").first().waitFor();
}));

test("#packet-5 opens that packet, on arrival and later", () => withTab({ lang: "zh" }, async (tab) => {
  const url = at(await page());
  await tab.goto(`${url}#packet-5`);
  await isChosen(tab, await first(tab).locator("#packet-5").evaluate((row) => [...row.closest("figure").querySelectorAll(".packet")].indexOf(row)));
  await tab.waitForFunction(() => {
    const { top } = document.getElementById("packet-5").getBoundingClientRect();
    return top >= 0 && top < innerHeight / 2;
  });
  for (const hash of ["packet-2", await tab.locator("#packet-3 > a").getAttribute("id"), "packet-4-bytes"]) {
    await tab.evaluate((hash) => { location.hash = hash; }, hash);
    await tab.waitForFunction((number) => document.querySelector(`.packet.chosen`)?.dataset.packet === number, /packet-(\d)/.exec(hash)[1]);
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
  await first(tab).locator(".packet.chosen .bytes-panel").waitFor();
}));

test("a step and its packets point at each other", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(await page()));
  const step = first(tab).locator(".moment[data-step]").first();
  const number = await step.getAttribute("data-step");
  const lit = () => first(tab).evaluate((figure) => [...figure.querySelectorAll(".packet.lit")].map((row) => row.dataset.step));
  const all = await first(tab).locator(`.packet[data-step="${number}"]`).count();
  await step.locator(".moment-box").hover();
  await soonIs(lit, Array(all).fill(number));
  await tab.mouse.move(0, 0);
  await soonIs(lit, []);
  await first(tab).locator(`.packet[data-step="${number}"]`).first().hover();
  await soonIs(() => step.evaluate((step) => step.classList.contains("lit")), true);
  await tab.mouse.move(0, 0);
  await soonIs(lit, []);
  await step.locator(".to-packet").focus();
  await soonIs(async () => (await lit()).length, all, "by keyboard");
  await tab.keyboard.press("Enter");
  await first(tab).locator(".bytes-panel").waitFor();
  const open = first(tab).locator(".packet.chosen");
  assert.equal(await open.getAttribute("data-step"), number);
  assert.equal(`#${await open.getAttribute("id")}`, await step.locator(".to-packet").getAttribute("href"));
  assert.equal(await open.locator(".bytes-cause").getAttribute("href"), `#${await step.getAttribute("id")}`);
  assert.equal((await lit()).length, all, "and it stays");
}));

test("the bytes of a Chinese character are one group, with the character under them", () => withTab({ lang: "zh" }, async (tab) => {
  const complaints = [];
  let groups = 0;
  await tab.goto(at(await page()));
  await first(tab).locator(".packet > a").first().click();
  await arePanels(tab, 1); // what follows comes at once
  for (const found of await first(tab).evaluate((figure) => [...figure.querySelectorAll(".packet.layer-7")].map((row) => {
    row.querySelector("a").click();
    const cells = new Map([...row.querySelectorAll(".byte")].map((cell) => [Number(cell.dataset.i), { hex: cell.textContent, box: cell.getBoundingClientRect().toJSON() }]));
    return [...row.querySelectorAll(".bytes-char:not(.cut-start, .cut-end)")].map((char) => ({ text: char.textContent, at: Number(char.dataset.i), box: char.getBoundingClientRect().toJSON(), cells: [...cells] }));
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
  await first(tab).locator(".bytes-char").first().hover();
  await soonMatches(() => first(tab).locator(".bytes-detail").innerText(), /U\+[0-9A-F]{4}[^]*UTF-8/);
}));

test("on a phone, by touch, everything fits the screen", () => withTab({ lang: "both", width: 360, height: 740, hasTouch: true, isMobile: true }, async (tab) => {
  await tab.goto(at(await page()));
  await first(tab).locator(".packet.layer-7 > a").first().tap();
  await arePanels(tab, 1);
  await first(tab).locator('.byte[data-i="14"]').tap();
  await first(tab).locator(".bytes-bit").nth(1).waitFor();
  await first(tab).locator(".bytes-bit").last().tap();
  await soonMatches(() => first(tab).locator(".bytes-detail").innerText(), /IHL/);
  await first(tab).locator(".bytes-field").last().tap();
  await first(tab).locator(".bytes-field.on").last().waitFor();
  const { wide, hidden, small } = await tab.evaluate(() => ({
    wide: document.scrollingElement.scrollWidth > innerWidth,
    hidden: (({ top, bottom }) => bottom < 0 || top > innerHeight)(document.querySelector(".bytes-detail").getBoundingClientRect()),
    small: [...document.querySelectorAll(".bytes-field, .bytes-bit i, .packet > a")].filter((one) => one.getBoundingClientRect().height < 20).length,
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
      const hosts = [...figure.querySelectorAll(".lane")].map((host) => { const { left, right } = host.getBoundingClientRect(); return (left + right) / 2; });
      for (const arrow of figure.querySelectorAll(".arrow:not(.nobody)")) {
        const { left, right } = arrow.getBoundingClientRect();
        for (const end of [left, right]) if (!hosts.some((x) => Math.abs(x - end) < 2)) complaints.push(`${figure.id}: an arrow of ${arrow.closest("li").id} ends at ${end}, hosts are at ${hosts}`);
      }
      for (const row of figure.querySelectorAll(".packet")) {
        const words = [...row.querySelectorAll(".packet-no, .packet-protocol, .packet-label, .packet-time, .packet-size, .packet-state, .packet-lost")].filter((one) => one.checkVisibility()).map((one) => ({ one, box: one.getBoundingClientRect() }));
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
  const [download] = await Promise.all([tab.waitForEvent("download"), first(tab).locator(".packet-files a[download]").click()]);
  assert.match(download.suggestedFilename(), /^\w+\.pcapng$/);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  assert.equal(bytes.readUInt32LE(0), 0x0a0d0d0a, "a section header block");
  assert.equal(bytes.readUInt32LE(8), 0x1a2b3c4d, "in this byte order");
}));

test("without JavaScript a packet leads to its bytes and fields on a page of their own, in both languages", () => withTab({ javaScriptEnabled: false }, async (tab) => {
  await tab.goto(at(await page()));
  await row(tab, 3).locator("a").first().click();
  await tab.waitForURL(/\/captures\/\w+\.html#packet-\d+$/);
  const section = tab.locator(new URL(tab.url()).hash);
  await soonMatches(() => section.locator("pre").innerText(), /^0000 {2}(?:[0-9a-f]{2} ){15}/);
  const rows = await section.locator("tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText)));
  assert.ok(rows.length >= 8 && rows.every((cells) => cells.length === 5), `${rows.length} rows`);
  assert.match(rows[0][2], /目的 MAC\s+destination MAC/);
  assert.equal(rows[0][0], "0–5");
  await section.locator("th a").first().click();
  await soonMatches(() => tab.locator(`dt${new URL(tab.url()).hash} + dd`).innerText(), /RFC \d+|IEEE/);
}));

test("the page of tables speaks the reader's language, and its script is not needed", () => withTab({ lang: "en" }, async (tab) => {
  await tab.goto(at(await page()));
  await first(tab).locator(".packet-files a").first().click();
  await tab.waitForURL(/\/captures\/\w+\.html$/);
  const shown = (lang) => tab.locator(`main [lang|="${lang}"]:visible`).count();
  assert.ok(await shown("en") > 50);
  assert.equal(await shown("zh"), 0);
}));

test("no bytes are loaded before somebody asks for a packet", () => withTab({ lang: "zh" }, async (tab) => {
  const asked = [];
  tab.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await tab.goto(at(await page()));
  const bytes = () => asked.filter((path) => /\/(bytes\.(js|css)|captures\/\w+\.js)$/.test(path)).length;
  await first(tab).scrollIntoViewIfNeeded();
  await tab.waitForFunction(() => workbook.packets);
  assert.equal(bytes(), 0);
  await row(tab, 2).locator("a").first().click();
  await arePanels(tab, 1);
  assert.equal(bytes(), 3);
  await row(tab, 3).locator("a").first().click();
  await isChosen(tab, 3);
  assert.equal(bytes(), 3, "once");
}));

test("a chosen packet shows its bytes where the reader looks, at the end of the window as well", () => withTab({ lang: "zh", width: 1280, height: 640 }, async (tab) => {
  await tab.goto(at(await page()));
  const last = first(tab).locator(".packet > a").last();
  await last.evaluate((link) => link.scrollIntoView({ block: "end", behavior: "instant" }));
  await last.click();
  await soonIs(() => first(tab).locator(".bytes-hex").evaluate((hex) => {
    const { top, bottom } = hex.getBoundingClientRect();
    return top > 0 && bottom <= innerHeight;
  }), true);
}));

test("a click answers as soon among two hundred packets as among ten", () => withTab({ lang: "zh" }, async (tab) => {
  const name = await page();
  // The same packets again and again, with other numbers, in front of the figure itself.
  await tab.route("**/*.html", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const [figure] = /<figure class="capture[^]*?<\/figure>/.exec(html);
    const rows = figure.match(/<li class="packet[^]*?<\/li>/g);
    const [, json] = /<script type="application\/json">([^]*?)<\/script>/.exec(figure);
    const data = JSON.parse(json);
    const packets = data.moments.filter(([is]) => is === "sent");
    const many = (parts, each) => Array.from({ length: 200 }, (_, i) => each(parts[i % parts.length], 1000 + i));
    const row = (row, number) => row.replaceAll(/packet-\d+/g, `packet-${number}`).replace(/data-packet="\d+"/, `data-packet="${number}"`);
    data.moments.splice(data.moments.indexOf(packets[0]), 1, ...many(packets, ([is, lane, step], number) => [is, lane, step, number]));
    const big = figure.replace('class="capture', 'class="capture long').replace(rows[0], () => many(rows, row).join("")).replace(json, () => JSON.stringify(data));
    await route.fulfill({ response, body: html.replace(figure, () => big + figure) });
  });
  await tab.route("**/captures/*.js", async (route) => {
    const response = await route.fetch();
    const more = "{ const all = workbook.packets; workbook.packets = (name, data) => { const own = [...data.packets]; for (let i = 0; i < 200; i++) data.packets.push({ ...own[i % own.length], number: 1000 + i }); all(name, data); workbook.packets = all; }; }";
    await route.fulfill({ response, body: more + await response.text() });
  });
  await tab.goto(at(name));
  assert.ok(await first(tab).locator(".packet").count() >= 200);
  // Among many and among few, by turns: of a machine that has other work, both feel it. The quickest of each is the click itself.
  const { big, small, missing } = await tab.evaluate(async () => {
    const [big, small] = document.querySelectorAll("figure.capture:not(.single)");
    await workbook.bring("packets.js");
    small.querySelector(".packet > a").click(); // once, so that all is loaded
    while (!small.querySelector(".bytes-panel")) await new Promise(requestAnimationFrame);
    small.querySelector(".packet > a").click();
    const times = { big: [], small: [], missing: [] };
    const click = async (row, into) => {
      row.scrollIntoView({ block: "center", behavior: "instant" }); // who clicks sees it
      await new Promise(requestAnimationFrame);
      document.body.offsetHeight;
      const start = performance.now();
      row.querySelector("a").click();
      document.body.offsetHeight; // and its layout
      into.push(performance.now() - start);
      if (!row.querySelector(".bytes-panel")) times.missing.push(row.id);
    };
    const rows = [...small.querySelectorAll(".packet")].slice(0, 8);
    for (const [i, row] of rows.entries()) {
      await click(row, times.small);
      await click(big.querySelectorAll(".packet")[i * 25 + i], times.big);
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
    await tab.locator("figure.capture.single").first().scrollIntoViewIfNeeded();
    await tab.locator("figure.capture.single .byte").first().waitFor();
  });
});
