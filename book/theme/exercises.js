// Under the reading server: how far the reader is with the exercises, and the last report, live.
// Its stream says when there is something to ask for; elsewhere nothing is asked and nothing shown.
"use strict";

(() => {
  const panel = document.querySelector(".exercise-live");
  const id = panel?.closest("[data-exercise]").dataset.exercise;
  const add = (parent, tag, props) => parent.appendChild(Object.assign(document.createElement(tag), props));

  function tick({ id, solved }) {
    for (const link of document.querySelectorAll(`#mdbook-sidebar a[href$="exercises/${id}.html"]`)) {
      if (Boolean(link.querySelector(".x-done")) === solved) continue;
      if (solved) link.prepend(add(link, "span", { className: "x-done q-done", innerHTML: `<span aria-hidden="true">✓ </span><span class="sr">${workbook.pair("已解出：", "solved: ")}</span>` }));
      else link.querySelector(".x-done").remove();
    }
  }

  function fill({ begun, solved, attempts, passed, failed }, report) {
    panel.hidden = !begun;
    if (!begun) return;
    panel.replaceChildren();
    const all = passed.length + failed.length;
    const sum = (zh, en) => workbook.pair(zh, en);
    add(panel, "p", { role: "status", innerHTML: !attempts ? sum("你已打开这个练习，还没有判过。", "You have opened this exercise; nothing was judged yet.")
      : solved ? sum(`✓ 你解出了它；一共判了 ${attempts} 次。`, `✓ You have solved it; checks so far: ${attempts}.`)
        : sum(`还没通过；一共判了 ${attempts} 次。`, `Not yet; checks so far: ${attempts}.`) });
    if (all) {
      const list = add(panel, "p", { className: "x-variants" });
      for (const [sign, names] of [["✓", passed], ["✗", failed]])
        for (const name of names) {
          add(list, "code", { textContent: `${sign}\u00a0${name}` });
          const title = document.querySelector(`[id="variant-${name}"] .x-title`);
          list.append("\u00a0", title?.cloneNode(true) ?? "", " ");
        }
    }
    if (!report?.zh && !report?.en) return;
    const details = add(panel, "details", { open: !solved });
    add(details, "summary", { innerHTML: sum("最近一次报告", "The last report") });
    // What a program printed is in it: text, never HTML.
    for (const [name, lang] of [["zh", "zh-CN"], ["en", "en"]])
      add(details, "pre", { className: name, lang, textContent: report[name] });
    workbook.regions();
  }

  async function ask() {
    try {
      const answer = await fetch(`/__workbook/exercises${id ? `?report=${id}` : ""}`);
      if (!answer.ok) return;
      const { exercises, report } = await answer.json();
      exercises.forEach(tick);
      const mine = exercises.find((exercise) => exercise.id === id);
      if (mine) fill(mine, report);
    } catch { /* the server has ended; the next connection tells again */ }
  }

  addEventListener("workbook-exercises", ask);
})();
