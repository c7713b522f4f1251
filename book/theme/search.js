// mdBook's index has no Chinese words, but it keeps the whole text of every section. A query with Han characters is
// matched against that text; results of every query are shown in the reader's language, with the hit in sight.
"use strict";

(() => {
  const list = document.getElementById("mdbook-searchresults");
  const header = document.getElementById("mdbook-searchresults-header");
  const bar = document.getElementById("mdbook-searchbar");
  if (!window.elasticlunr || !list) return;

  const HAN = /\p{Script=Han}/u;
  const BEFORE = 24, LENGTH = 110;
  let found = [], terms = [];

  /** "传输层TCP 端口" → ["传输层", "tcp", "端口"] */
  function split(query) {
    return query.toLowerCase().match(/[\p{Script=Han}ー々]+|[^\s\p{Script=Han}\p{P}]+(?:[-_.:/][^\s\p{Script=Han}\p{P}]+)*/gu) ?? [];
  }

  function count(text, term) {
    let times = 0;
    for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) times++;
    return times;
  }

  /** All terms must occur; a hit in the title weighs more than any number in the body. */
  function score(doc, wanted) {
    const opening = doc.breadcrumbs.split(" » ").length < 3; // the top of a page: the page's name counts as its title
    const title = (opening ? doc.breadcrumbs : doc.title).toLowerCase(), body = doc.body.toLowerCase();
    let sum = 0;
    for (const term of wanted) {
      const inTitle = count(title, term), inBody = count(body, term);
      if (inTitle + inBody === 0) return 0;
      sum += (inTitle ? 20 : 0) + Math.min(10, inBody) + (inTitle === 1 && title.startsWith(term) ? 5 : 0);
    }
    return sum;
  }

  /** Nothing holds the whole phrase ("什么是套接字"): take what holds most of its pairs of characters. */
  function loose(doc, wanted) {
    const pairs = wanted.flatMap((term) => HAN.test(term) && term.length > 2
      ? Array.from({ length: term.length - 1 }, (_, i) => term.slice(i, i + 2)) : [term]);
    const text = (doc.title + " " + doc.body).toLowerCase();
    const share = pairs.filter((p) => text.includes(p)).length / pairs.length;
    return share >= 0.6 ? share : 0;
  }

  function substrings(index, wanted) {
    const docs = Object.entries(index.documentStore.docs);
    const by = (judge) => docs
      .map(([ref, doc]) => ({ ref, doc, score: judge(doc, wanted) }))
      .filter((result) => result.score > 0)
      .sort((a, b) => b.score - a.score || a.ref - b.ref);
    const exact = by(score);
    return exact.length ? exact : by(loose);
  }

  const search = elasticlunr.Index.prototype.search;
  elasticlunr.Index.prototype.search = function (query, options) {
    terms = split(query);
    found = HAN.test(query) ? substrings(this, terms) : search.call(this, query, options);
    return found;
  };

  // -- What the reader sees ----------------------------------------------------------------------------------------

  const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

  /** A section's text alternates between the languages, block by block: runs without Han that are long enough to be
      prose or code are the English half; everything else belongs to the Chinese half. */
  function halves(text) {
    const zh = [], en = [];
    for (const run of text.match(/[^\p{Script=Han}，。；：？！、（）《》“”]+|[\p{Script=Han}，。；：？！、（）《》“”]+/gu) ?? [])
      (!HAN.test(run) && (run.match(/[A-Za-z]{2,}/g) ?? []).length > 5 ? en : zh).push(run);
    return { zh: zh.join(""), en: en.join(" … ") };
  }

  const title = (crumbs, en) => crumbs.split(" » ")
    .map((part) => (part.includes(" · ") ? part.split(/ · (?=[^·]*$)/)[en] : part).trim())
    .filter((part, i, all) => part && part !== all[i - 1]).join(" › ");

  const patterns = () => terms.map((term) => HAN.test(term)
    ? term : `\\b${(elasticlunr.stemmer?.(term) ?? term).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}[\\w]*`);

  function snippet(text, words) {
    const all = new RegExp(words.join("|") || "$^", "giu");
    const first = text.search(all);
    let from = Math.max(0, first - BEFORE);
    const gap = text.slice(from, first).search(/[\s，。；：？！、]/);
    if (from > 0 && gap >= 0) from += gap + 1;
    const cut = text.slice(from, from + LENGTH).trim();
    const marked = escape(cut).replace(all, "<em>$&</em>");
    return { hit: first >= 0, html: (from > 0 ? "… " : "") + marked + (from + LENGTH < text.length ? " …" : "") };
  }

  function show() {
    const words = patterns();
    [...list.children].forEach((item, i) => {
      const doc = found[i]?.doc, link = item.querySelector("a"), teaser = item.querySelector(".teaser");
      if (!doc || !link || item.dataset.shown) return;
      item.dataset.shown = "yes";
      link.innerHTML = workbook.pair(escape(title(doc.breadcrumbs, 0)), escape(title(doc.breadcrumbs, 1)));
      const half = halves(doc.body);
      const zh = snippet(half.zh, words), en = snippet(half.en, words);
      teaser.removeAttribute("aria-label");
      teaser.innerHTML = workbook.pair((zh.hit || !en.hit ? zh : en).html, (en.hit || !zh.hit ? en : zh).html);
    });
    const n = list.children.length, what = escape(bar.value.trim());
    const wanted = workbook.pair(n ? `“${what}”：${n} 处` : `没有找到“${what}”`,
      n ? `${n} ${n === 1 ? "result" : "results"} for “${what}”` : `No results for “${what}”`);
    if (header.innerHTML !== wanted) header.innerHTML = wanted;
  }

  header.setAttribute("role", "status");
  const watch = new MutationObserver(() => { show(); watch.takeRecords(); });
  watch.observe(list, { childList: true });
  watch.observe(header, { childList: true });

  // While a Chinese word is being composed, Enter and arrows belong to the input method, not to the result list.
  bar.addEventListener("keydown", (event) => { if (event.isComposing || event.keyCode === 229) event.stopPropagation(); });

  // A page opened with ?search= may have searched before this script ran: search once more. mdBook does not search for
  // the same words twice in a row, so something else comes between.
  if (bar.value) {
    const query = bar.value;
    for (bar.value of ["…", query]) bar.dispatchEvent(new KeyboardEvent("keyup"));
  }
})();
