// The packets of a capture: arrows and steps that point at each other; a packet's bytes open below its arrow. What is
// in them and the byte view are loaded when somebody asks.
"use strict";

(() => {
  const { pair, button } = workbook;

  /** What the data files have said, by the name of the capture. */
  const data = new Map();
  workbook.packets = (name, packets) => data.set(name, packets);
  const nameOf = (files) => files.slice(files.lastIndexOf("/") + 1);

  /** Calls `then` with the view of a packet: now, if everything is here, else when it has come. */
  function view(files, number, cause, then, failed) {
    const make = () => {
      const { kinds, packets } = data.get(nameOf(files));
      then(workbook.byteView(kinds, packets.find((packet) => packet.number === number), cause));
    };
    if (workbook.byteView && data.has(nameOf(files))) return make();
    Promise.all([workbook.bring("bytes.css"), workbook.bring("bytes.js"), workbook.load(`${files}.js`)]).then(make, failed);
  }

  function diagram(figure) {
    const { files, moments } = workbook.timeline(figure);
    const packets = moments.filter(({ is }) => is === "sent");
    const rows = packets.map(({ row }) => row);
    const links = rows.map((row) => row.querySelector("a"));
    let open = null; // { at, panel, release }
    let stop = links[0]; // where Tab stops
    links.forEach((link, i) => {
      link.tabIndex = i ? -1 : 0;
      link.setAttribute("aria-expanded", "false");
    });

    /** A step and its packets, if there is one. */
    const light = (step, on) => {
      if (step !== null) for (const one of moments) if (one.step === step) one.row.classList.toggle("lit", on);
    };
    let kept = null;
    /** They stay marked. */
    const keep = (step) => {
      if (step === kept) return;
      light(kept, false);
      kept = step;
      light(kept, true);
    };
    /** The step of a row, if it put something on the wire. */
    const stepOf = (target) => {
      const row = target.closest(".moments > li");
      const { step = null } = moments.find((one) => one.row === row) ?? {};
      return packets.some((packet) => packet.step === step) ? step : null;
    };

    function close() {
      if (!open) return;
      open.panel?.remove();
      rows[open.at].classList.remove("chosen");
      links[open.at].setAttribute("aria-expanded", "false");
      open = null;
    }

    function shut() {
      const { at } = open;
      close();
      keep(null);
      links[at].focus();
    }

    /** Opens a packet; `then` follows when its bytes are there. */
    function choose(at, { address = true, still = true, then = () => {} } = {}) {
      const [row, link] = [rows[at], links[at]];
      if (open?.at === at) return then();
      const top = row.getBoundingClientRect().top;
      close();
      const mine = open = { at };
      row.classList.add("chosen");
      link.setAttribute("aria-expanded", "true");
      stop.tabIndex = -1;
      stop = link;
      stop.tabIndex = 0;
      keep(packets[at].step);
      if (still) scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
      if (address) history.replaceState(history.state, "", `#${row.id}`);
      const cause = moments.find(({ is, step }) => is !== "sent" && step === packets[at].step)?.row.id;
      view(files, packets[at].packet, cause, ({ panel, head, reachable, release }) => {
        if (open !== mine) return;
        Object.assign(open, { panel, release });
        head.append(controls(at));
        row.append(panel);
        reachable();
        workbook.regions();
        then();
      }, () => { location.href = link.href; }); // its tables are a page of their own
    }

    function controls(at) {
      const group = Object.assign(document.createElement("div"), { className: "controls" });
      const one = (name, sign, zh, en, act) => {
        const made = button(name, "", "", act);
        made.innerHTML = `<span aria-hidden="true">${sign}</span><span class="sr">${pair(zh, en)}</span>`;
        group.append(made, " ");
        return made;
      };
      const walk = (name, sign, zh, en, to) => one(name, sign, zh, en, () => {
        if (rows[to]) choose(to, { then: () => { rows[to].querySelector(`.${name}`).focus(); reveal(rows[to]); } });
      }).setAttribute("aria-disabled", !rows[to]);
      walk("back", "↑", "上一个包", "Previous packet", at - 1);
      walk("ahead", "↓", "下一个包", "Next packet", at + 1);
      one("shut", "✕", "收起", "Close", shut);
      return group;
    }

    figure.addEventListener("click", (event) => {
      const to = event.target.closest(".to-packet"), link = event.target.closest(".packet > a");
      if ((to || link) && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
      if (to) {
        const at = rows.findIndex((row) => `#${row.id}` === to.getAttribute("href"));
        if (at < 0) return;
        event.preventDefault();
        links[at].focus({ preventScroll: true });
        choose(at, { then: () => reveal(rows[at]) });
      } else if (link) {
        event.preventDefault();
        const at = links.indexOf(link);
        if (open?.at === at) shut();
        else choose(at, { then: () => reveal(rows[at]) });
      } else if (event.target.closest(".moment[data-step]")) {
        const step = stepOf(event.target);
        keep(kept === step ? null : step);
      }
    });
    for (const [type, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
      figure.addEventListener(type, (event) => {
        const step = stepOf(event.target);
        if (step !== null && step !== kept && !event.target.closest(".bytes-panel")) light(step, on);
      });
    }
    // What was pointed at before this script came.
    const pointed = figure.querySelector(".moments > li:hover, .moments > li:focus-within");
    if (pointed) light(stepOf(pointed), true);

    figure.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Escape" && open) {
        event.stopPropagation();
        if (!open.release?.()) shut();
        return;
      }
      const at = links.indexOf(event.target);
      if (at < 0) return;
      const last = rows.length - 1;
      if (event.key === " ") {
        event.preventDefault(); // a link that opens and folds is a button to a reader
        event.target.click();
        return;
      }
      const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, PageUp: 0, End: last, PageDown: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      if (!rows[to]) return;
      links[to].focus({ preventScroll: true });
      choose(to, { then: () => reveal(rows[to]) });
    });

    /** The arrow is in sight, below the names of the hosts, and as much of its bytes as there is room for. */
    const reveal = (row) => requestAnimationFrame(() => {
      const { top, bottom } = row.getBoundingClientRect();
      const room = figure.querySelector(".lanes").offsetHeight + 60;
      const by = top < room ? top - room : Math.min(Math.max(0, bottom - innerHeight + 8), top - room);
      if (by) scrollBy({ top: by, behavior: "instant" });
    });
    return { choose, rows, links };
  }

  const diagrams = [...document.querySelectorAll("figure.capture:not(.single)")].map(diagram);

  /** A packet that stands alone: its bytes as text become the view when they come into sight. */
  const sight = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      const { files } = workbook.timeline(target);
      view(files, Number(target.dataset.packet), null, ({ panel, reachable }) => {
        for (const text of target.querySelectorAll(":scope > p:not(.packet-files), :scope > pre")) text.remove();
        target.prepend(panel);
        reachable();
        workbook.regions();
      }, () => {}); // the text stays
    }
  }, { rootMargin: "400px" });
  for (const figure of document.querySelectorAll("figure.capture.single")) sight.observe(figure);

  /** `#packet-5`, `#one_shot-packet-5`, and, of links from elsewhere, `#packet-5-bytes`. */
  function arrive() {
    const id = location.hash.slice(1).replace(/-bytes$/, "");
    if (!id) return;
    for (const { choose, rows, links } of diagrams) {
      const at = rows.findIndex((row, i) => row.id === id || links[i].id === id);
      if (at < 0) continue;
      for (let folded = rows[at].closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
      const show = () => rows[at].scrollIntoView({ block: "start", behavior: "instant" });
      choose(at, { address: false, still: false, then: show });
      show();
    }
  }
  addEventListener("hashchange", arrive);
  arrive();
})();
