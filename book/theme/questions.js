// Questions: choose, answer, see why, try again. What was answered is kept in this browser alone.
"use strict";

(() => {
  const { pair, button } = workbook;
  const KEY = "workbook-questions";
  const questions = [...document.querySelectorAll(".question")];
  const page = questions[0]?.dataset.page;
  const keyOf = (question) => `${page}#${question.id}`;
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

  // -- Progress: { "page#id": 1 right, 0 tried; "page": how many questions it has } ---------------------------------

  const mine = {}; // what this page has changed, also where nothing can be stored
  const load = () => {
    let stored;
    try { stored = JSON.parse(localStorage.getItem(KEY)); } catch { /* blocked, or damaged */ }
    return { ...stored, ...mine };
  };
  const keep = (all) => { try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { /* blocked, or full */ } };
  const of = (all, name) => Object.keys(all).filter((key) => key.startsWith(`${name}#`));

  function record(question, right) {
    const key = keyOf(question);
    mine[page] = questions.length;
    mine[key] = right || load()[key] ? 1 : 0;
    keep(load());
    show();
  }

  // Questions that have moved to another page keep their answers.
  const MOVED = {
    "layers/application#dns_length": "layers/dns#dns_length",
    "layers/transport#lost_ack": "tcp/reliability#lost_ack",
    "layers/transport#not_reading": "tcp/reliability#not_reading",
    "layers/transport#not_accepted": "tcp/connection#not_accepted",
  };

  /** What the page once asked and no longer asks counts no more. */
  function forget() {
    const all = load();
    for (const [from, to] of Object.entries(MOVED)) if (from in all) {
      all[to] ??= all[from];
      delete all[from];
    }
    const here = of(all, page);
    if (!here.length) return;
    for (const key of here) if (!questions.some((question) => keyOf(question) === key)) delete all[key];
    keep({ ...all, [page]: questions.length });
  }

  const sum = make("p", { className: "q-sum" });
  /** A sign for the eye, and words for a screen reader. */
  const sign = (name, shown, zh, en) => make("span", { className: name, innerHTML: ` <span aria-hidden="true">${shown}</span><span class="sr">${pair(zh, en)}</span>` });

  const top = new URL(path_to_root || "./", location).href;
  const nameOf = (link) => link.href.replace(top, "").replace(/\.html$/, "");

  function show() {
    const all = load();
    const rightOn = (name) => of(all, name).filter((key) => all[key] === 1).length;
    for (const link of document.querySelectorAll(".chapter-link-wrapper > a[href]")) {
      const name = nameOf(link);
      const count = all[name] | 0, right = Math.min(rightOn(name), count);
      link.parentNode.querySelector(".q-count")?.remove();
      if (count > 0) link.after(sign("q-count", right === count ? "✓" : `${right}/${count}`, `答对 ${right} 题，共 ${count} 题`, `${right} of ${count} questions right`));
    }
    for (const { button, items } of workbook.parts) {
      const pages = items.map((item) => item.querySelector(":scope > .chapter-link-wrapper > a")).filter(Boolean).map(nameOf);
      const done = pages.filter((name) => all[name] > 0 && rightOn(name) >= all[name]).length;
      button.querySelector(".q-count")?.remove();
      if (done) button.append(sign("q-count", `${done}/${pages.length}`, `答完 ${done} 页，共 ${pages.length} 页`, `${done} of ${pages.length} pages answered`));
    }
    if (!page) return;
    const count = questions.length, right = rightOn(page);
    sum.innerHTML = pair(`本页 ${count} 题，答对 ${right} 题。`, `${right} of ${count} questions on this page right.`);
    for (const question of questions) {
      if (all[keyOf(question)] === 1 && !question.querySelector(".q-done"))
        question.firstElementChild.append(sign("q-done", "✓", "已答对", "answered right"));
    }
  }

  // -- One question ------------------------------------------------------------------------------------------------

  function setUp(question) {
    const { kind } = question.dataset;
    const ordering = kind === "order";
    const list = question.querySelector(".q-choices");
    const first = [...list.children];
    const whys = question.querySelectorAll(".q-why > ol > li");
    const now = () => [...list.children];
    const place = (item) => (ordering ? item.dataset.at - 1 : first.indexOf(item));
    const isRight = (item) => ordering || whys[place(item)].className === "q-right";
    const input = (item) => item.querySelector("input");

    if (!ordering) for (const item of first) {
      const label = make("label");
      label.append(make("input", { type: kind === "many" ? "checkbox" : "radio", name: question.id, autocomplete: "off" }), item.firstChild);
      item.append(label);
    }

    const main = button("", "", "", () => (question.dataset.state ? again() : answer()));
    const more = button("", "看答案", "Show the answer", reveal);
    const verdict = make("p");
    const controls = make("div", { className: "controls" });
    controls.append(main, more, verdict);
    list.after(controls);

    /** Shows why, below these items, and what it means. */
    function tell(state, zh, en, items = [], fits = isRight) {
      for (const item of items) {
        item.classList.add(fits(item) ? "q-right" : "q-wrong");
        const reason = make("div", { className: "q-reason", innerHTML: whys[place(item)].innerHTML });
        if (ordering) reason.firstChild.remove();
        item.append(reason);
      }
      question.dataset.state = state;
      verdict.innerHTML = pair(zh, en);
      main.innerHTML = state ? pair("再试一次", "Try again") : pair("回答", "Answer");
      more.hidden = state !== "wrong";
      if (zh) workbook.say([verdict, ...list.querySelectorAll(".q-reason")].map((one) => one.innerHTML).join(" "));
    }
    function clear() {
      for (const item of first) item.classList.remove("q-right", "q-wrong");
      for (const reason of list.querySelectorAll(".q-reason")) reason.remove();
      for (const mark of list.querySelectorAll(".mark")) mark.textContent = "";
      tell("", "", "");
    }
    function answer() {
      clear();
      const fits = ordering ? (item) => place(item) === now().indexOf(item) : isRight;
      const picked = ordering ? now() : first.filter((item) => input(item).checked);
      if (!picked.length) return tell("", "先选一个。", "Choose one first.");
      const good = picked.filter(fits);
      const bad = picked.length - good.length, missing = ordering ? 0 : first.filter(isRight).length - good.length;
      if (ordering) workbook.mark(picked, fits);
      record(question, !bad && !missing);
      if (!bad && !missing) tell("right", "对。", "Right.", now());
      else if (ordering) tell("wrong", `${first.length} 行里有 ${good.length} 行的位置对。`, `${good.length} of ${first.length} are in their place.`, good);
      else if (kind === "many") tell("wrong", `选对 ${good.length} 个，选错 ${bad} 个，还差 ${missing} 个。`, `${good.length} right, ${bad} wrong, ${missing} more to find.`, picked);
      else tell("wrong", "不对。看看为什么，再选。", "Not this one. See why, and choose again.", picked);
    }
    function again() {
      clear();
      if (ordering) return;
      for (const item of first) input(item).checked = false;
      input(first[0]).focus();
    }
    function reveal() {
      clear();
      if (ordering) {
        list.append(...now().sort((a, b) => place(a) - place(b)));
        workbook.mark(first, isRight);
      } else for (const item of first) input(item).checked = isRight(item);
      tell("shown", "这是答案。", "This is the answer.", now());
      main.focus();
    }

    if (ordering) {
      controls.hidden = true;
      new IntersectionObserver(async ([{ isIntersecting }], watch) => {
        if (!isIntersecting) return;
        watch.disconnect();
        await Promise.all(["sortable.js", "sortable.css"].map(workbook.bring));
        workbook.sortable(list);
        controls.hidden = false;
      }, { rootMargin: "900px" }).observe(question);
    }
    clear();
    for (const event of ["change", "moved"]) list.addEventListener(event, clear);
  }

  // -- On paper ----------------------------------------------------------------------------------------------------

  /** A print has neither answers nor hints, unless a teacher asks for them here; the next visit begins without. */
  function onPaper() {
    const box = make("input", { type: "checkbox", autocomplete: "off" });
    box.addEventListener("change", () => document.documentElement.toggleAttribute("data-print-answers", box.checked));
    const label = make("label");
    label.append(box, make("span", { innerHTML: pair("打印出提示和答案（教师用）", "print the hints and answers (for teachers)") }));
    const bar = make("div", { className: "q-print controls" });
    bar.append(button("", "打印这一页", "Print this page", () => window.print()), label);
    return bar;
  }

  questions.forEach(setUp);
  if (page) {
    forget();
    questions.at(-1).after(sum, onPaper());
  }
  show();
})();
