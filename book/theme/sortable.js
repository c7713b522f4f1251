// Putting things in order: by drag, by buttons, or by keyboard.
"use strict";

(() => {
  const { pair } = workbook;

  /** Makes the items of a list movable. Each has a `.name`; a move is told as the event `moved`. */
  function sortable(list) {
    const items = () => [...list.children];
    const count = list.children.length;
    const grip = (item) => item.querySelector(".grip");
    const rank = (item) => items().indexOf(item) + 1;
    const names = new Map();

    /** One item is in the tab order: the one last touched. */
    const rove = (item) => { for (const other of items()) grip(other).tabIndex = other === item ? 0 : -1; };
    const moved = () => list.dispatchEvent(new Event("moved", { bubbles: true }));
    const place = (sequence) => {
      list.append(...sequence);
      moved();
      rove(items()[0]);
    };
    const move = (item, by) => {
      const other = items()[rank(item) - 1 + by];
      if (!other) return;
      if (by < 0) other.before(item);
      else other.after(item);
      moved();
      const { zh, en } = names.get(item);
      workbook.say(`${zh}，第 ${rank(item)} 行，共 ${count} 行`, `${en}, row ${rank(item)} of ${count}`);
    };

    for (const item of items()) {
      const name = item.querySelector(".name");
      const text = (lang) => (name.querySelector(`.${lang}`) ?? name).textContent.replace(/</g, "&lt;");
      const { zh, en } = { zh: text("zh"), en: text("en") };
      names.set(item, { zh, en });
      const handle = workbook.button("grip", "", "", () => {
        const up = handle.getAttribute("aria-pressed") !== "true";
        for (const other of items()) grip(other).setAttribute("aria-pressed", "false");
        handle.setAttribute("aria-pressed", up);
        rove(item);
      });
      handle.innerHTML = name.innerHTML;
      handle.setAttribute("aria-pressed", "false");
      const arrow = (by, sign, zhWay, enWay) => {
        const button = workbook.button("move", "", "", () => { move(item, by); rove(item); });
        button.innerHTML = `<span aria-hidden="true">${sign}</span><span class="sr">${pair(zh + zhWay, `${en} ${enWay}`)}</span>`;
        button.tabIndex = -1; // the keyboard has the arrow keys
        return button;
      };
      name.replaceWith(handle, Object.assign(document.createElement("span"), { className: "mark" }));
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

    list.classList.add("sortable");
    list.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || !event.target.matches(".grip")) return;
      if (!/^(Arrow(Up|Down|Left|Right)|Escape|Home|End|Page(Up|Down))$/.test(event.key)) return;
      event.stopPropagation();
      event.preventDefault();
      const item = event.target.closest("li");
      const by = {
        ArrowUp: -1, ArrowDown: 1, Home: 1 - rank(item), PageUp: 1 - rank(item), End: count - rank(item), PageDown: count - rank(item),
      }[event.key] ?? 0;
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
    rove(items()[0]);
    return { items, place };
  }

  /** Says of each item whether its place is right. */
  function mark(items, fits) {
    for (const item of items) {
      const right = fits(item);
      item.querySelector(".mark").innerHTML = `<span aria-hidden="true">${right ? "✓" : "✗"}</span><span class="sr">${
        right ? pair("，位置对", ", right") : pair("，位置不对", ", wrong")}</span>`;
    }
  }

  Object.assign(workbook, { sortable, mark });
})();
