// Ordering the seven layers: by drag, by buttons, or by keyboard.
"use strict";

(() => {
  const { pair } = workbook;

  function order(figure) {
    const list = figure.querySelector("ol");
    const solution = [...list.children];
    const verdict = figure.querySelector(".verdict");
    const items = () => [...list.children];
    const grip = (item) => item.querySelector(".grip");
    const rank = (item) => items().indexOf(item) + 1;
    const names = new Map(solution.map((item) => [item, {
      zh: item.querySelector(".name .zh").textContent,
      en: item.querySelector(".name .en").textContent,
    }]));

    /** One item is in the tab order: the one last touched. */
    const rove = (item) => { for (const other of items()) grip(other).tabIndex = other === item ? 0 : -1; };

    const place = (sequence) => {
      list.append(...sequence);
      unmark();
      rove(items()[0]);
    };
    const shuffle = () => {
      const mixed = [...solution];
      do {
        for (let i = mixed.length - 1; i > 0; i--) {
          const j = Math.floor(Math.random() * (i + 1));
          [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
        }
      } while (mixed.filter((item, i) => item === solution[i]).length > 2);
      place(mixed);
    };
    const unmark = () => {
      figure.classList.remove("checked", "solved");
      verdict.textContent = "";
      for (const mark of list.querySelectorAll(".mark")) mark.textContent = "";
    };
    const move = (item, by) => {
      const other = items()[rank(item) - 1 + by];
      if (!other) return;
      if (by < 0) other.before(item);
      else other.after(item);
      unmark();
      const { zh, en } = names.get(item);
      workbook.say(`${zh}，第 ${rank(item)} 行，共 7 行`, `${en}, row ${rank(item)} of 7`);
    };
    const check = () => {
      const right = items().filter((item, i) => item === solution[i]).length;
      items().forEach((item, i) => {
        const fits = item === solution[i];
        item.querySelector(".mark").innerHTML = `<span aria-hidden="true">${fits ? "✓" : "✗"}</span><span class="sr">${
          fits ? pair("，位置对", ", right") : pair("，位置不对", ", wrong")}</span>`;
      });
      figure.classList.add("checked");
      figure.classList.toggle("solved", right === 7);
      const read = (side) => items().map((item) => item.querySelector(side).textContent);
      const down = read(".down").join(" "), up = read(".up").reverse().join(" ");
      verdict.innerHTML = right === 7
        ? pair(`七层都对。往下读：${down}。往上读：${up}。`, `All seven are right. Down: ${down}. Up: ${up}.`)
        : pair(`7 层里对了 ${right} 层。按你的次序往下读：${down}。句子通顺时，次序就对了。`,
          `${right} of 7 are right. Your order reads: ${down}. When the sentence makes sense, the order is right.`);
    };

    for (const item of solution) {
      const name = item.querySelector(".name");
      const handle = workbook.button("grip", names.get(item).zh, names.get(item).en, () => {
        const up = handle.getAttribute("aria-pressed") !== "true";
        for (const other of items()) grip(other).setAttribute("aria-pressed", "false");
        handle.setAttribute("aria-pressed", up);
        rove(item);
      });
      handle.setAttribute("aria-pressed", "false");
      const arrow = (by, sign, zh, en) => {
        const button = workbook.button("move", "", "", () => { move(item, by); rove(item); });
        button.innerHTML = `<span aria-hidden="true">${sign}</span><span class="sr">${
          pair(`${names.get(item).zh}${zh}`, `${names.get(item).en} ${en}`)}</span>`;
        button.tabIndex = -1; // the keyboard has the arrow keys
        return button;
      };
      const mark = Object.assign(document.createElement("span"), { className: "mark" });
      name.replaceWith(handle, mark);
      item.append(arrow(-1, "↑", "上移", "up"), arrow(1, "↓", "下移", "down"));

      item.draggable = true;
      item.addEventListener("dragstart", (event) => {
        event.dataTransfer.effectAllowed = "move";
        item.classList.add("dragged");
      });
      item.addEventListener("dragend", () => item.classList.remove("dragged"));
      item.addEventListener("dragover", (event) => {
        const dragged = list.querySelector(".dragged");
        if (!dragged) return;
        event.preventDefault();
        const by = rank(item) - rank(dragged);
        if (by) move(dragged, by);
      });
    }

    list.addEventListener("keydown", (event) => {
      if (!/^Arrow|^Escape$|^Home$|^End$/.test(event.key) || !event.target.matches(".grip")) return;
      event.stopPropagation();
      event.preventDefault();
      const item = event.target.closest("li");
      const by = { ArrowUp: -1, ArrowDown: 1, Home: 1 - rank(item), End: 7 - rank(item) }[event.key] ?? 0;
      if (event.key === "Escape") grip(item).setAttribute("aria-pressed", "false");
      else if (grip(item).getAttribute("aria-pressed") === "true") {
        move(item, by);
        grip(item).focus();
      } else {
        const next = items()[rank(item) - 1 + by] ?? item;
        rove(next);
        grip(next).focus();
      }
    });
    figure.querySelector(".controls").addEventListener("click", ({ target }) => {
      const act = target.closest("[data-act]")?.dataset.act;
      if (act === "check") check();
      if (act === "again") shuffle();
      if (act === "answer") { place(solution); check(); }
    });
    shuffle();
  }

  for (const figure of document.querySelectorAll(".osi-order")) order(figure);
})();
