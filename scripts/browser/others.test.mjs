// `npm run others`: what a reader does most, in Firefox and in WebKit. Everything else is asked of Chromium.
// Elements are found by role, id, text and data, as in any design of the page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { firefox, webkit } from "./driver.mjs";
import { BOOK, serve } from "./site.mjs";

const site = await serve();
after(() => site.close());
const LAYERS = "layers/osi.html", LINK = "layers/link.html", DUPLEX = "sockets/duplex.html";

/** Opens a page as a reader who has not been here before and chooses this language. */
async function visit(tab, page, lang, from = site.origin) {
  await tab.open(`${from}/${page}`);
  await tab.ask((lang) => { localStorage.clear(); localStorage.setItem("workbook-lang", lang); }, lang);
  await tab.open(`${from}/${page}?lang=${lang}`);
  await shows(tab, lang);
}

/** The page is in this language: it says so, one button is pressed, and no word of the other is seen. */
const shows = (tab, lang) => tab.until(`the page in ${lang}`, (lang) => {
  const root = document.documentElement;
  const seen = (half) => [...document.querySelectorAll(`.${half}`)].some((one) => one.getClientRects().length);
  const pressed = [...document.querySelectorAll('[data-set][aria-pressed="true"]')].map((one) => one.dataset.set);
  return root.dataset.lang === lang && root.lang === (lang === "en" ? "en" : "zh-CN") && pressed.join() === lang
    && seen("zh") === (lang !== "en") && seen("en") === (lang !== "zh");
}, lang);

/** Clicks the button with these words in such an element, the first if there are several. */
const clickButton = (tab, scope, words) => tab.click((scope, words) =>
  [...document.querySelectorAll(scope)].flatMap((one) => [...one.querySelectorAll("button")]).find((one) => one.innerText.trim() === words), scope, words);

/** Steps a session by mouse and by keyboard: one step is the current one, and it is the next. */
async function stepSession(tab) {
  const now = (wanted) => tab.until(`step ${wanted} of the session`, (wanted) => {
    const steps = [...document.querySelector("figure.session ol").children];
    const current = steps.filter((step) => step.getAttribute("aria-current") === "step");
    return current.length === 1 && steps.indexOf(current[0]) === wanted - 1 && steps[wanted - 1].getClientRects().length > 0;
  }, wanted);
  await clickButton(tab, "figure.session", "Step");
  await now(1);
  await clickButton(tab, "figure.session", "Step");
  await now(2);
  await tab.press("ArrowRight", "ArrowRight");
  await now(4);
  await clickButton(tab, "figure.session", "Back");
  await now(3);
  await clickButton(tab, "figure.session", "Show all");
  await tab.until("the whole session", () => !document.querySelector('figure.session [aria-current="step"]'));
}

/** Opens packet 3 and walks its fields by keyboard: each tells what it is. */
async function openPacket(tab) {
  await tab.click(() => document.querySelector("#packet-3 a"));
  const panel = () => tab.until("the bytes of packet 3", () => {
    const panel = [...document.querySelectorAll("figure.capture [role=group]")].find((one) => /packet 3\b/.test(one.getAttribute("aria-label") ?? one.innerText));
    return panel?.getClientRects().length > 0;
  });
  await panel();
  // A SYN from client to server: what follows is true of the bytes, however they are drawn.
  await tab.until("the fields of packet 3 in words", () => /sequence number/i.test(document.querySelector("figure.capture").innerText));
  const fields = await tab.until("one tab stop for the fields", () => {
    const all = [...document.querySelectorAll("figure.capture [role=group] [data-f], figure.capture [role=group] [role=option]")];
    all.find((one) => one.tabIndex === 0)?.focus();
    return all.filter((one) => one.tabIndex === 0).length === 1 && all.length;
  });
  assert.ok(fields > 20, `${fields} fields`);
  const names = new Set();
  for (let i = 0; i < 4; i++) {
    names.add(await tab.until("a field that tells what it is", (before) => {
      const field = document.activeElement;
      const name = field.innerText.split("\n")[0].trim();
      const told = [...document.querySelectorAll("[role=status]")].some((one) => one.textContent.length > 20);
      return field.closest("figure.capture") && told && !before.includes(name) && [name];
    }, [...names]).then(([name]) => name));
    await tab.press("ArrowRight");
  }
  assert.equal(names.size, 4);
}

/** The text of the page on paper, sheet by sheet. Ligatures are letters again. Firefox's PDFs name few of the Chinese
    characters, so that the English page is read. */
const printed = async (tab) => execFileSync("pdftotext", ["-layout", "-", "-"], { input: await tab.print(), encoding: "utf8" }).normalize("NFKC");

const BROWSERS = [["Firefox", firefox], ["WebKit", webkit]];

for (const [name, start] of BROWSERS) {
  describe(name, async () => {
    const tab = await start();
    after(() => tab.close());

    test(`${name}: the three reading modes, by mouse and by key, and the mode is kept`, async () => {
      await visit(tab, LAYERS, "zh");
      for (const lang of ["en", "both", "zh"]) {
        await tab.click((lang) => document.querySelector(`[data-set="${lang}"]`), lang);
        await shows(tab, lang);
      }
      await tab.press("l");
      await shows(tab, "en");
      await tab.open(`${site.origin}/${DUPLEX}`);
      await shows(tab, "en");
      assert.doesNotMatch((await tab.ask(() => [document.title]))[0], /\p{Script=Han}/u);
    });

    for (const [lang, words] of [["zh", "套接字"], ["en", "socket"]]) {
      test(`${name}: search finds ${words} and opens the section that has it`, async () => {
        await visit(tab, LAYERS, lang);
        await tab.press("s");
        await tab.until("the search bar", () => document.activeElement.id === "mdbook-searchbar");
        await tab.press(...words);
        await tab.until("what was typed", (words) => document.activeElement.value === words, words);
        const href = await tab.until("results", (words) => {
          const found = document.querySelector("#mdbook-searchresults li[data-shown]");
          return found?.innerText.toLowerCase().includes(words) && [found.querySelector("a").href];
        }, words);
        await tab.click(() => document.querySelector("#mdbook-searchresults li[data-shown] a"));
        await tab.until("the section, with the words marked", (href, words) => {
          const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
          const marks = [...document.querySelectorAll("main mark")].map((mark) => mark.textContent.toLowerCase());
          return location.href.split("?")[0] === href.split("?")[0] && at?.getBoundingClientRect().top < innerHeight && marks.some((mark) => words.includes(mark) || mark.includes(words));
        }, href[0].replace(/#.*/, ""), words);
      });
    }

    test(`${name}: a session is stepped by mouse and by keyboard`, async () => {
      await visit(tab, DUPLEX, "en");
      await stepSession(tab);
    });

    test(`${name}: the seven layers are put in order by keyboard`, async () => {
      await visit(tab, LAYERS, "en");
      const order = () => tab.ask(() => [...document.querySelectorAll("figure:has([data-act=check]) ol > li")].map((item) => item.value));
      await tab.until("one tab stop", () => {
        const stops = [...document.querySelectorAll("figure:has([data-act=check]) ol button")].filter((one) => one.tabIndex === 0);
        stops[0]?.focus();
        return stops.length === 1 && stops[0] === document.activeElement;
      });
      for (let place = 0; place < 7; place++) {
        const from = (await order()).indexOf(7 - place);
        const up = from - place;
        await tab.press("Home", ...Array(from).fill("ArrowDown"), " ", ...Array(up).fill("ArrowUp"), " ");
        await tab.until(`layer ${7 - place} in its place`, (place) =>
          document.querySelectorAll("figure:has([data-act=check]) ol > li")[place].value === 7 - place, place);
      }
      await tab.click(() => document.querySelector("[data-act=check]"));
      await tab.until("the verdict", () => /All seven are right/.test(document.querySelector("figure:has([data-act=check])").innerText));
    });

    test(`${name}: a packet opens, and its fields are walked by keyboard`, async () => {
      await visit(tab, DUPLEX, "en");
      await openPacket(tab);
    });

    test(`${name}: a question is answered, says why, and is remembered`, async () => {
      await visit(tab, DUPLEX, "en");
      const QUESTION = '[data-kind="one"]';
      for (let choice = 0; ; choice++) {
        await tab.click((scope, choice) => document.querySelectorAll(`${scope}:first-of-type label`)[choice], QUESTION, choice);
        await tab.until("a chosen answer", (scope, choice) => document.querySelector(scope).querySelectorAll("input")[choice].checked, QUESTION, choice);
        await clickButton(tab, QUESTION, "Answer");
        const [right] = await tab.until("a verdict", (scope) => {
          const words = document.querySelector(scope).innerText;
          return /^(Right\.|Not this one\.)/m.test(words) && [/^Right\./m.test(words)];
        }, QUESTION);
        if (right) break;
        await clickButton(tab, QUESTION, "Try again");
      }
      await tab.open(`${site.origin}/${DUPLEX}`);
      await tab.until("the answer is remembered", (scope) => /answered right/.test(document.querySelector(`${scope} legend`).textContent), QUESTION);
    });

    test(`${name}: a page from a file has its modes, sessions and packets`, async () => {
      await visit(tab, DUPLEX, "zh", pathToFileURL(BOOK).href.replace(/\/$/, ""));
      await tab.press("l");
      await shows(tab, "en");
      await stepSession(tab);
      await openPacket(tab);
    });

    if (!tab.print) return;
    const paper = async () => {
      await visit(tab, DUPLEX, "en");
      await clickButton(tab, "figure.session", "Step");
      const text = await printed(tab);
      const from = text.indexOf("Duplex: speak at any time");
      assert.ok(from >= 0, `the first session is on the paper: ${text.slice(0, 500)}`);
      return { text, session: text.slice(from) };
    };
    test(`${name}: on paper a page has its text, every step of a session, and no controls`, async () => {
      const { text, session } = await paper();
      const [title] = await tab.ask(() => [document.querySelector("main h1").innerText.trim()]);
      assert.ok(text.trimStart().startsWith(title), text.slice(0, 200));
      const steps = await tab.ask(() => [...document.querySelectorAll("figure.session")][0].querySelectorAll("ol > li").length);
      assert.ok(steps > 10);
      assert.match(session, /Ctrl-D: the client is done\./, "a step far behind the current one");
      assert.doesNotMatch(text, /Show all|Show the answer|Toggle Table/);
    });
    test(`${name}: on paper no heading is the last line of a sheet`, async () => {
      let headings = 0;
      for (const page of [LINK, DUPLEX]) {
        await visit(tab, page, "en");
        const titles = await tab.ask(() => [...document.querySelectorAll("main :is(h2, h3, h4)")].map((heading) => heading.innerText.trim().normalize("NFKC")));
        headings += titles.length;
        const stranded = (await printed(tab)).split("\f").map((sheet) => sheet.trimEnd().split("\n").at(-1).trim())
          .filter((last) => last && titles.some((title) => title === last || (last.length > 8 && title.endsWith(last))));
        assert.deepEqual(stranded, [], page);
      }
      assert.ok(headings > 20, `${headings} headings`);
    });
    test(`${name}: on paper the title of a session or capture, its terminals and its first step are on one sheet`, async () => {
      let found = 0;
      for (const page of ["layers/application.html", "layers/dns.html", "sockets/one-shot.html", DUPLEX]) {
        await visit(tab, page, "en");
        const titles = await tab.ask(() => [...document.querySelectorAll(":is(figure.session, figure.capture):not(details *) > figcaption")].map((title) => title.innerText.trim().normalize("NFKC")));
        for (const sheet of (await printed(tab)).split("\f").map((sheet) => sheet.split("\n").map((line) => line.trim()))) {
          for (const [i, line] of sheet.entries()) {
            if (!titles.includes(line)) continue;
            found++;
            assert.ok(sheet.slice(i).some((line) => /\$ \S/.test(line)), `${page}: ${line}`);
          }
        }
      }
      assert.ok(found > 10, `${found} titles`);
    });
    test(`${name}: on paper the terminals of a session have their titles`, async () => {
      const { session } = await paper();
      const commands = session.split("$ cargo");
      assert.match(commands[0], /server/, "above the first command stands whose it is");
      assert.match(commands[0] + commands[1], /client/, "and above the second");
    });
  });
}
