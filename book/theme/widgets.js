// Ordering the seven layers.
"use strict";

(() => {
  const { pair, sortable, mark } = workbook;

  function layers(figure) {
    const list = figure.querySelector("ol");
    const solution = [...list.children];
    const verdict = figure.querySelector(".verdict");
    const { items, place } = sortable(list);

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
    const check = () => {
      const now = items();
      const right = now.filter((item, i) => item === solution[i]).length;
      mark(now, (item) => now.indexOf(item) === solution.indexOf(item));
      figure.classList.add("checked");
      figure.classList.toggle("solved", right === 7);
      const read = (side) => now.map((item) => item.querySelector(side).textContent);
      const down = read(".down").join(" "), up = read(".up").reverse().join(" ");
      verdict.innerHTML = right === 7
        ? pair(`七层都对。往下读：${down}。往上读：${up}。`, `All seven are right. Down: ${down}. Up: ${up}.`)
        : pair(`7 层里对了 ${right} 层。按你的次序往下读：${down}。句子通顺时，次序就对了。`,
          `${right} of 7 are right. Your order reads: ${down}. When the sentence makes sense, the order is right.`);
    };
    list.addEventListener("moved", () => {
      figure.classList.remove("checked", "solved");
      verdict.textContent = "";
      for (const mark of list.querySelectorAll(".mark")) mark.textContent = "";
    });
    figure.querySelector(".controls").addEventListener("click", ({ target }) => {
      const act = target.closest("[data-act]")?.dataset.act;
      if (act === "check") check();
      if (act === "again") shuffle();
      if (act === "answer") { place(solution); check(); }
    });
    shuffle();
  }

  for (const figure of document.querySelectorAll(".osi-order")) layers(figure);
})();
