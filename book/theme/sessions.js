// Sessions step by step, and copy buttons. Everything is visible until the reader steps.
"use strict";

(() => {
  const PAUSE = 1400;
  const { pair } = workbook;

  const live = document.createElement("div");
  live.className = "sr";
  live.setAttribute("role", "status");
  document.body.append(live);
  /** Says it to screen readers, in the language of the page: a pair, or HTML that holds pairs. */
  workbook.say = (zh, en) => { live.innerHTML = en === undefined ? zh : pair(zh, en); };

  workbook.button = (name, zh, en, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = name;
    button.innerHTML = pair(zh, en);
    button.addEventListener("click", act);
    return button;
  };

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* not allowed here, as on file:// in some browsers */ }
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "sr", readOnly: true });
    document.body.append(area);
    const focused = document.activeElement;
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus({ preventScroll: true });
    return copied;
  }

  function copyButton(command) {
    const text = command.textContent;
    const button = workbook.button("copy", "复制", "Copy", async () => {
      const [zh, en] = (await copy(text)) ? ["已复制", "Copied"] : ["请手动复制", "Select and copy"];
      button.innerHTML = pair(zh, en);
      workbook.say(`${zh}：<code>${text.replace(/</g, "&lt;")}</code>`, `${en}: <code>${text.replace(/</g, "&lt;")}</code>`);
      setTimeout(() => { button.innerHTML = pair("复制", "Copy"); }, 2000);
    });
    command.before(button);
  }

  function player(figure) {
    const steps = [...figure.querySelectorAll(".step")];
    let at = steps.length; // all visible
    let timer = null;

    const show = (next) => {
      at = Math.max(0, Math.min(steps.length, next));
      const whole = at === steps.length && !figure.dataset.stepping;
      steps.forEach((step, i) => {
        step.classList.toggle("later", i >= at);
        step.classList.toggle("now", !whole && i === at - 1);
        if (!whole && i === at - 1) step.setAttribute("aria-current", "step");
        else step.removeAttribute("aria-current");
      });
      // Not `disabled`: that would drop the focus, and the next arrow key would turn the page.
      const stepping = Boolean(figure.dataset.stepping);
      back.setAttribute("aria-disabled", !stepping || at <= 1);
      ahead.setAttribute("aria-disabled", stepping && at === steps.length);
      all.setAttribute("aria-disabled", !stepping);
      count.innerHTML = figure.dataset.stepping ? `${at} / ${steps.length}` : pair(`共 ${steps.length} 步`, `${steps.length} steps`);
      if (figure.dataset.stepping) {
        workbook.say(steps[at - 1].innerHTML.replace(/<button.*?<\/button>/g, ""));
        const box = steps[at - 1].getBoundingClientRect();
        if (box.bottom > innerHeight - 20 || box.top < 60)
          steps[at - 1].scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      }
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
      if (at === steps.length) pause();
    };
    const reset = () => {
      pause();
      delete figure.dataset.stepping;
      show(steps.length);
    };

    const back = workbook.button("back", "上一步", "Back", () => { pause(); step(-1); });
    const ahead = workbook.button("ahead", "下一步", "Step", () => { pause(); step(1); });
    const play = workbook.button("play", "播放", "Play", () => {
      if (timer) return pause();
      if (at === steps.length) delete figure.dataset.stepping;
      step(1);
      timer = setInterval(() => step(1), PAUSE);
      play.innerHTML = pair("暂停", "Pause");
    });
    const all = workbook.button("all", "全部", "Show all", reset);
    const count = Object.assign(document.createElement("span"), { className: "count" });
    const controls = document.createElement("div");
    controls.className = "controls";
    controls.setAttribute("role", "group");
    controls.setAttribute("aria-label", "步骤 · Steps");
    controls.append(back, ahead, play, all, count);
    figure.querySelector(".steps").before(controls);

    // Inside a session the arrows step, and what would scroll the page away goes to the ends.
    figure.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, End: steps.length, PageDown: steps.length, Home: -steps.length, PageUp: -steps.length }[event.key];
      if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      pause();
      step(by);
    });
    show(at);
  }

  for (const figure of document.querySelectorAll("figure.session")) player(figure);
  for (const command of document.querySelectorAll(".session .cmd, .exercise .cmd")) copyButton(command);
})();
