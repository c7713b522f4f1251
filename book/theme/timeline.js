// Time diagrams: sessions step by step, and copy buttons. Everything is visible until the reader steps.
// A figure has one row for each moment, and says in one JSON object which row is what: scripts/timeline/README.md.
"use strict";

(() => {
  const PAUSE_MS = 1400;
  const { pair } = workbook;

  const live = document.createElement("div");
  live.className = "sr";
  live.setAttribute("role", "status");
  document.body.append(live);
  /** Says it to screen readers, in the language of the page: a pair, or an element that holds pairs. */
  workbook.say = (zh, en) => {
    if (zh instanceof Element) {
      const words = zh.cloneNode(true);
      for (const button of words.querySelectorAll("button")) button.remove();
      live.replaceChildren(...words.childNodes);
    } else live.innerHTML = en === undefined ? zh : pair(zh, en);
  };

  workbook.button = (name, zh, en, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = name;
    button.innerHTML = pair(zh, en);
    button.addEventListener("click", act);
    return button;
  };

  /** A figure as data: its rows, each with what it is: { row, is, lane, step, packet }, and where its bytes are. */
  workbook.timeline = (figure) => {
    const { files, moments } = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const rows = figure.querySelector(".moments")?.children ?? [];
    return { files, moments: moments.map(([is, lane, step, packet], i) => ({ row: rows[i], is, lane, step, packet })) };
  };

  function copyButton(command) {
    const text = command.textContent;
    const button = workbook.button("copy", "复制", "Copy", async () => {
      const [zh, en] = (await copyText(text)) ? ["已复制", "Copied"] : ["请手动复制", "Select and copy"];
      button.innerHTML = pair(zh, en);
      workbook.say(`${zh}：<code>${text.replace(/</g, "&lt;")}</code>`, `${en}: <code>${text.replace(/</g, "&lt;")}</code>`);
      setTimeout(() => { button.innerHTML = pair("复制", "Copy"); }, 2000);
    });
    command.before(button);
  }

  function player(figure) {
    const { moments } = workbook.timeline(figure);
    let at = moments.length; // all visible
    let timer = null;

    const show = (next) => {
      at = Math.max(0, Math.min(moments.length, next));
      const stepping = Boolean(figure.dataset.stepping);
      moments.forEach(({ row }, i) => {
        const now = stepping && i === at - 1;
        row.classList.toggle("later", i >= at);
        row.classList.toggle("now", now);
        if (now) row.setAttribute("aria-current", "step");
        else row.removeAttribute("aria-current");
      });
      // Not `disabled`: that would drop the focus, and the next arrow key would turn the page.
      back.setAttribute("aria-disabled", !stepping || at <= 1);
      ahead.setAttribute("aria-disabled", stepping && at === moments.length);
      all.setAttribute("aria-disabled", !stepping);
      count.innerHTML = stepping ? `${at} / ${moments.length}` : pair(`共 ${moments.length} 步`, `${moments.length} steps`);
      if (!stepping) return;
      const { row } = moments[at - 1];
      workbook.say(row);
      // The buttons stay at the top of the window, above the row.
      const box = row.getBoundingClientRect();
      if (box.bottom > innerHeight - 20 || box.top < controls.getBoundingClientRect().bottom)
        row.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    };
    const pause = () => {
      clearInterval(timer);
      timer = null;
      play.innerHTML = pair("播放", "Play");
    };
    const step = (by) => {
      const from = figure.dataset.stepping ? at : 0;
      figure.dataset.stepping = "yes";
      show(Math.max(1, from + by));
      if (at === moments.length) pause();
    };
    const reset = () => {
      pause();
      delete figure.dataset.stepping;
      show(moments.length);
    };

    const back = workbook.button("back", "上一步", "Back", () => { pause(); step(-1); });
    const ahead = workbook.button("ahead", "下一步", "Step", () => { pause(); step(1); });
    const play = workbook.button("play", "播放", "Play", () => {
      if (timer) return pause();
      if (at === moments.length) delete figure.dataset.stepping;
      step(1);
      timer = setInterval(() => step(1), PAUSE_MS);
      play.innerHTML = pair("暂停", "Pause");
    });
    const all = workbook.button("all", "全部", "Show all", reset);
    const count = Object.assign(document.createElement("span"), { className: "count" });
    const controls = document.createElement("div");
    controls.className = "controls";
    controls.setAttribute("role", "group");
    const caption = figure.querySelector("figcaption");
    caption.id = `${figure.id}-title`;
    controls.setAttribute("aria-labelledby", caption.id);
    controls.append(back, ahead, play, all, count);
    caption.after(controls);

    // Inside a session the arrows step, and what would scroll the page away goes to the ends.
    figure.addEventListener("keydown", (event) => {
      const end = moments.length;
      const by = { ArrowRight: 1, ArrowLeft: -1, End: end, PageDown: end, Home: -end, PageUp: -end }[event.key];
      if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      pause();
      step(by);
    });
    show(at);
  }

  for (const figure of document.querySelectorAll("figure.session")) player(figure);

  // Who asks for a packet before the script of captures is here gets it a moment later.
  const captures = [...document.querySelectorAll("figure.capture")];
  workbook.near(captures, "packets.js");
  for (const figure of captures) figure.addEventListener("click", (event) => {
    const link = event.target.closest(".packet > a, .to-packet");
    if (!link || workbook.packets) return;
    event.preventDefault();
    workbook.bring("packets.js").then(() => link.click(), () => { location.href = link.href; });
  });
  const named = () => { if (captures.length && /packet-\d+/.test(location.hash)) workbook.bring("packets.js").catch(() => {}); };
  addEventListener("hashchange", named);
  named();

  for (const command of document.querySelectorAll(".session .cmd, .exercise .cmd")) copyButton(command);
})();
