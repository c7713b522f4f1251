// A message down and up the stack, one stage at a time; every byte can be asked what it is.
"use strict";

(() => {
  const { pair, button, say } = workbook;

  function stepper(figure) {
    const steps = [...figure.querySelectorAll(".encap-step")];
    const bytes = (step) => Number(step.dataset.size);
    const most = Math.max(...steps.map(bytes));
    let at = 0;

    const size = document.createElement("p");
    size.className = "size";
    const detail = document.createElement("p");
    detail.className = "detail";
    const hint = () => {
      detail.innerHTML = pair("指向、点按一段字节，或用 Tab 和方向键走到它，看它是什么。", "Point at some bytes, tap them, or go to them with Tab and the arrow keys, to see what they are.");
      detail.style.removeProperty("--layer");
    };

    /** The bar under the bytes: as long as the message, in the colours of its parts. */
    function measure(step) {
      let sum = 0;
      const stops = [...step.querySelectorAll(".field")].map((field) => {
        const from = sum;
        sum += field.querySelector(".hex").textContent.trim().split(/\s+/).length;
        const layer = /layer-\d/.exec(field.className)[0];
        return `var(--${layer}) ${(100 * from) / bytes(step)}% ${(100 * sum) / bytes(step)}%`;
      });
      size.style.setProperty("--share", bytes(step) / most);
      size.style.setProperty("--stops", stops.join(", "));
      size.innerHTML = pair(`${bytes(step)} 字节`, `${bytes(step)} bytes`);
    }

    function show(next) {
      const before = steps[at].querySelectorAll(".field").length;
      at = Math.max(0, Math.min(steps.length - 1, next));
      steps.forEach((step, i) => step.classList.toggle("now", i === at));
      const fields = [...steps[at].querySelectorAll(".field")];
      fields.forEach((field, i) => field.classList.toggle("new", i < fields.length - before));
      // Not `disabled`: that would drop the focus.
      up.setAttribute("aria-disabled", at === 0);
      down.setAttribute("aria-disabled", at === steps.length - 1);
      count.textContent = `${at + 1} / ${steps.length}`;
      const turned = (steps[at + 1] ?? steps[at]).classList.contains("up");
      down.innerHTML = turned ? pair("往上一层", "One layer up") : pair("往下一层", "One layer down");
      measure(steps[at]);
      forget();
      hint();
    }
    function step(by) {
      show(at + by);
      say(steps[at].querySelector(".stage").innerHTML);
    }

    const forget = () => figure.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    function explain(field) {
      forget();
      field.setAttribute("aria-selected", "true");
      detail.style.setProperty("--layer", getComputedStyle(field).getPropertyValue("--layer"));
      detail.innerHTML = "";
      for (const part of field.children) detail.append(part.cloneNode(true), " ");
    }

    const up = button("back", "上一步", "Back", () => step(-1));
    const down = button("ahead", "", "", () => step(1));
    const again = button("again", "从头", "Start again", () => step(-Infinity));
    const count = Object.assign(document.createElement("span"), { className: "count" });
    const controls = document.createElement("div");
    controls.className = "controls";
    controls.setAttribute("role", "group");
    controls.setAttribute("aria-label", "层 · Layers");
    controls.append(up, down, again, count);
    figure.querySelector(".encap-steps").before(controls);
    figure.append(size, detail);

    // The fields of a stage are a list with one tab stop: the field that had the focus last.
    steps.forEach((step, i) => {
      const list = step.querySelector(".bytes"), stage = step.querySelector(".stage");
      stage.id ||= `${figure.id}-stage-${i + 1}`;
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-orientation", "horizontal");
      list.setAttribute("aria-labelledby", stage.id);
      [...list.children].forEach((field, i) => {
        field.setAttribute("role", "option");
        field.setAttribute("aria-selected", "false");
        field.querySelector(".hex").setAttribute("aria-hidden", "true");
        field.tabIndex = i ? -1 : 0;
        for (const event of ["pointerenter", "focus", "click"]) field.addEventListener(event, () => explain(field));
      });
    });
    function walk(from, by) {
      const fields = [...from.parentNode.children];
      const next = fields[Math.max(0, Math.min(fields.length - 1, fields.indexOf(from) + by))];
      for (const field of fields) field.tabIndex = field === next ? 0 : -1;
      next.focus();
    }
    figure.addEventListener("keydown", (event) => {
      const end = Infinity;
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, End: end, PageDown: end, Home: -end, PageUp: -end }[event.key];
      const field = event.target.closest(".field");
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (field && event.key === " ") event.preventDefault(); // it is explained already; the page stays
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      if (field) walk(field, by);
      else step(by);
    });
    figure.classList.add("ready");
    show(0);
  }

  for (const figure of document.querySelectorAll("figure.encap")) if (figure.querySelector(".encap-step")) stepper(figure);
})();
