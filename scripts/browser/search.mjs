// Search: Chinese by substring, English as mdBook does it, each result at the right section and in the reader's words.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PAGES, at, site, soon, soonIs, withTab } from "./shared.mjs";

const QUERIES = ["套接字", "端口", "三次握手", "传输层 TCP", "socket"];

async function search(tab, query) {
  await tab.goto(at(PAGES[0]));
  await tab.keyboard.press("s");
  await tab.locator("#mdbook-searchbar").fill(query);
  await tab.waitForFunction(() => document.querySelector("#mdbook-searchresults li[data-shown]"));
  return tab.evaluate(() => ({
    header: document.getElementById("mdbook-searchresults-header").innerText,
    results: [...document.querySelectorAll("#mdbook-searchresults li")].map((item) => ({
      href: item.querySelector("a").href,
      title: item.querySelector("a").innerText,
      teaser: item.querySelector(".teaser").innerText,
      hits: [...item.querySelectorAll(".teaser em")].filter((em) => em.checkVisibility()).map((em) => em.innerText),
    })),
  }));
}

const WORDS = readFileSync(join(import.meta.dirname, "../../book/theme/search-words.txt"), "utf8").split("\n")
  .filter((line) => line.includes(" = ") && !line.startsWith("#")).map((line) => line.split(/ = (?=[^=]*$)/));

for (const lang of ["zh", "en"]) {
  test(`what readers type leads to the right section first: ${WORDS.length} words: ${lang}`, () => withTab({ lang }, async (tab) => {
    await search(tab, "tcp");
    const wrong = [];
    for (const [words, place] of WORDS) {
      await tab.locator("#mdbook-searchbar").fill(words);
      await tab.waitForFunction((words) => document.getElementById("mdbook-searchresults-header").innerText.includes(words), words);
      const first = await tab.evaluate(() => document.querySelector("#mdbook-searchresults li a")?.href ?? "nothing");
      const { pathname, hash } = new URL(first, at(""));
      const found = pathname.replace(/^\//, "").replace(/\.html$/, "") + hash;
      if (found !== place) wrong.push(`${words}: ${found}, not ${place}`);
    }
    assert.deepEqual(wrong, []);
  }));
}

/** Words, and the same in another width, case, script or with other signs between. */
const ALIKE = [["TIME-WAIT", "TIME_WAIT", "time wait", "ＴＩＭＥ－ＷＡＩＴ", "timewait"], ["三次握手", "三次握手 ", "三次握手"], ["网络层", "網路層", "網絡層"],
  ["SO_REUSEADDR", "so-reuseaddr", "ＳＯ＿ＲＥＵＳＥＡＤＤＲ"], ["端口", "連接埠"], ["Errno 98", "errno98", "ERRNO 98"]];

test("width, case, traditional characters, _ and - make no difference to what is found first", () => withTab({ lang: "zh" }, async (tab) => {
  for (const [words, ...others] of ALIKE) {
    const [first] = (await search(tab, words)).results;
    for (const other of others) assert.equal((await search(tab, other)).results[0].href.replace(/\?.*#/, "#"), first.href.replace(/\?.*#/, "#"), other);
  }
}));

/** The text of the section that a link opens: from its anchor to the next heading. */
const section = (tab) => tab.evaluate(() => {
  const heading = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!heading) return null;
  let text = heading.textContent;
  for (let next = heading.nextElementSibling; next && !/^H[1-3]$/.test(next.tagName); next = next.nextElementSibling) text += next.textContent;
  return { text, top: heading.getBoundingClientRect().top };
});

for (const lang of ["zh", "en"]) {
  for (const query of QUERIES) {
    test(`search finds ${query} and opens the right section: ${lang}`, () => withTab({ lang }, async (tab) => {
      const { header, results } = await search(tab, query);
      const terms = query.toLowerCase().split(" ");
      assert.ok(results.length > 0);
      assert.match(header, lang === "zh" ? /处$/ : /result/);
      for (const { title } of results) {
        assert.ok(!title.includes(" · "), title);
        assert.equal(/\p{Script=Han}/u.test(title), lang === "zh", title);
      }
      if (lang === "zh" || query === "socket") {
        const first = results[0].hits.map((hit) => hit.toLowerCase());
        assert.ok(first.some((hit) => terms.some((term) => hit.includes(term))), `no hit is marked in: ${results[0].teaser}`);
        assert.ok(results[0].teaser.length < 160, "the snippet is short");
      }
      for (const { href } of results.slice(0, 3)) {
        await tab.goto(href);
        const found = await section(tab);
        assert.ok(found, `${href}: no such section`);
        for (const term of terms) assert.ok(found.text.toLowerCase().includes(term), `${href} does not hold ${term}`);
        await soon(async () => {
          const marks = await tab.evaluate(() => [...document.querySelectorAll("main mark")].map((m) => m.textContent.toLowerCase()));
          assert.ok(terms.every((term) => marks.some((mark) => mark.includes(term))), `${href}: ${marks}`);
        });
      }
      await tab.goto(results[0].href);
      await soon(async () => {
        const { top } = await section(tab);
        assert.ok(top >= -2 && top < 900, `the section is in view: ${top}`);
      });
    }));
  }
}

test("a title that holds the words comes before bodies that hold them", () => withTab({ lang: "zh" }, async (tab) => {
  const { results } = await search(tab, "术语表");
  assert.match(results[0].title, /术语表/);
}));

test("all words of a mixed query are needed, with or without a space", () => withTab({ lang: "zh" }, async (tab) => {
  const hrefs = async (query) => (await search(tab, query)).results.map(({ href }) => href.replace(/\?[^#]*/, ""));
  const both = await hrefs("传输层 TCP");
  assert.deepEqual(await hrefs("TCP传输层"), both);
  const one = await hrefs("传输层");
  assert.ok(both.every((href) => one.includes(href)) && both.length <= one.length);
}));

test("English search finds what stock mdBook finds", async () => {
  const ask = (stock) => withTab({ lang: "en" }, async (tab) => {
    if (stock) await tab.route(/\/search-?\w*\.js$/, (route) => route.abort());
    const found = [];
    for (const query of ["socket", "three-way handshake", "ports"]) {
      await tab.goto(at(PAGES[0]));
      await tab.keyboard.press("s");
      await tab.locator("#mdbook-searchbar").pressSequentially(query);
      // The results of the whole query, and not of its first letters.
      await tab.waitForFunction((query) => document.querySelector("#mdbook-searchresults li")
        && document.getElementById("mdbook-searchresults-header").textContent.includes(query), query);
      found.push(await tab.evaluate(() => [...document.querySelectorAll("#mdbook-searchresults a")].map((a) => a.getAttribute("href"))));
    }
    return found;
  });
  const stock = await ask(true);
  assert.ok(stock.every((found) => found.length > 0));
  // A word that has a place of its own leads there first; the others follow as in stock mdBook.
  const ours = await ask(false);
  assert.deepEqual(ours.map((found) => [...found].sort()), stock.map((found) => [...found].sort()));
  ours.forEach((found, i) => assert.deepEqual(found.slice(1), stock[i].filter((href) => href !== found[0])));
});

test("a page opened with ?search= shows the results, and a search without results says so", () => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(`${PAGES[0]}?search=${encodeURIComponent("套接字")}`));
  await tab.waitForFunction(() => document.querySelector("#mdbook-searchresults li[data-shown]"));
  await tab.locator("#mdbook-searchbar").fill("龘龘龘");
  await tab.waitForFunction(() => /没有找到/.test(document.getElementById("mdbook-searchresults-header").innerText));
}));

for (const [how, put] of Object.entries({
  "pasted with the mouse": async (tab, cdp, words) => {
    await tab.evaluate((words) => navigator.clipboard.writeText(words), words);
    await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Unidentified", commands: ["paste"] }); // no key is released
  },
})) {
  test(`words that are ${how} are searched, and searched again after they were cleared`, () => withTab({ lang: "zh" }, async (tab) => {
    await tab.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.origin });
    const cdp = await tab.context().newCDPSession(tab);
    await tab.goto(at(PAGES[0]));
    await tab.keyboard.press("s");
    await tab.locator("#mdbook-searchbar:focus").waitFor();
    const found = () => tab.evaluate(() => [...document.querySelectorAll("#mdbook-searchresults li[data-shown]")].filter((item) => item.checkVisibility()).length > 0);
    for (const round of [1, 2]) {
      await put(tab, cdp, "套接字");
      await soonIs(() => tab.locator("#mdbook-searchbar").inputValue(), "套接字");
      await soonIs(found, true, `round ${round}`);
      // As the × does: the words go, and no key is released.
      await tab.evaluate(() => { document.getElementById("mdbook-searchbar").select(); document.execCommand("delete"); });
      await soonIs(found, false, `cleared, round ${round}`);
      assert.equal(await tab.locator("#mdbook-searchbar").inputValue(), "");
    }
  }));
}

test("Enter while a Chinese word is being composed opens nothing", () => withTab({ lang: "zh" }, async (tab) => {
  await search(tab, "套接字");
  const url = tab.url();
  const enter = (isComposing) => tab.evaluate((isComposing) => document.getElementById("mdbook-searchbar").dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", isComposing, bubbles: true, cancelable: true })), isComposing);
  assert.equal(await enter(true), true, "mdBook took the key");
  assert.equal(tab.url(), url);
  await tab.locator("#mdbook-searchbar").press("Enter");
  await tab.waitForURL(/highlight=/);
}));

/** A page whose search has been asked for with a key; its scripts come when `come` is called. */
async function whileItLoads(act) {
  await withTab({ lang: "zh" }, async (tab) => {
    let come;
    const asked = new Promise((asked) => {
      const held = new Promise((let_go) => { come = let_go; });
      tab.route(/\/(elasticlunr|mark|searcher)[^/]*\.js$/, async (route) => {
        asked();
        await held;
        await route.continue().catch(() => {}); // the page may be gone
      });
    });
    await tab.goto(at(PAGES[0]));
    await tab.keyboard.press("s");
    await tab.locator("#mdbook-searchbar:focus").waitFor();
    await asked;
    const arrived = async () => {
      come();
      await tab.waitForFunction(() => document.getElementById("mdbook-help-popup") && document.getElementById("mdbook-search-index"));
    };
    await act({ tab, come, arrived, bar: tab.locator("#mdbook-searchbar") });
  });
}
const results = (tab) => tab.waitForFunction(() => document.querySelector("#mdbook-searchresults li[data-shown]")?.checkVisibility());

test("while the search is still loading: what is typed is searched, and Enter does not load the page again", () => whileItLoads(async ({ tab, arrived, bar }) => {
  await tab.evaluate(() => { window.same = true; });
  await tab.keyboard.type("socket");
  await tab.keyboard.press("Enter");
  await arrived();
  await results(tab);
  assert.equal(await tab.evaluate(() => window.same), true);
  assert.equal(await bar.inputValue(), "socket");
}));

for (const [how, leave] of Object.entries({
  "Escape": (tab) => tab.keyboard.press("Escape"),
  "the button": (tab) => tab.locator("#mdbook-search-toggle").click(),
})) {
  test(`while the search is still loading, ${how} closes it, it stays closed, and a key opens it again`, () => whileItLoads(async ({ tab, come, bar }) => {
    await tab.keyboard.type("socket");
    await leave(tab);
    await bar.waitFor({ state: "hidden" });
    await tab.evaluate(() => {
      window.seen = [];
      new MutationObserver(() => window.seen.push(document.getElementById("mdbook-searchbar").checkVisibility())).observe(document.getElementById("mdbook-search-wrapper"), { attributes: true });
    });
    come();
    // mdBook's own handler of the button has come with them.
    await tab.waitForFunction(() => window.search?.hasFocus);
    await tab.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    assert.equal((await tab.evaluate(() => window.seen)).includes(true), false, "it was opened again");
    await tab.keyboard.press("s");
    await results(tab);
    assert.equal(await bar.inputValue(), "socket");
  }));
}

test("while the search is still loading, a key opens again what Escape has closed", () => whileItLoads(async ({ tab, arrived }) => {
  await tab.keyboard.press("Escape");
  await tab.keyboard.press("/");
  await tab.locator("#mdbook-searchbar:focus").waitFor();
  await tab.keyboard.type("socket");
  await arrived();
  await results(tab);
}));
