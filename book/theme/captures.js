// Captures: a packet's bytes open below its arrow; every field can be pointed at, by mouse, touch and keyboard.
// The page holds the tables in <noscript>, as text: they cost nothing until a packet is chosen.
"use strict";

(() => {
  const { pair, button } = workbook;
  const HAN_SAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
  const element = (tag, name, html = "") => Object.assign(document.createElement(tag), { className: name, innerHTML: html });
  const fragment = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;
  const narrow = matchMedia("(max-width: 620px)");

  // -- What the tables say -----------------------------------------------------------------------------------------

  const texts = new Map();
  const text = (figure) => {
    if (!texts.has(figure)) texts.set(figure, figure.querySelector("noscript")?.textContent ?? "");
    return texts.get(figure);
  };

  /** `端口 <i lang=en>port</i>`, as it stands without a script, becomes a pair. */
  function languages(element) {
    const en = element.querySelector(":scope > i[lang=en]");
    if (!en) return element.innerHTML.trim();
    en.remove();
    return pair(element.innerHTML.trim(), en.innerHTML);
  }

  /** In rows, a wide space stands between the languages. */
  function apart(cell) {
    const [zh, en] = cell.innerHTML.split("\u2003");
    return en === undefined ? zh : pair(zh, en);
  }

  /** What kinds of fields are for, from all captures of the page, by id: { duty, source }. */
  let kinds = null;
  function kind(id) {
    if (!kinds) {
      kinds = new Map();
      for (const figure of document.querySelectorAll("figure.capture")) {
        const list = /<dl class=cap-fields>[^]*?<\/dl>/.exec(text(figure));
        for (const term of list ? fragment(list[0]).querySelectorAll("dt") : []) {
          const about = term.nextElementSibling, cite = about.querySelector("cite");
          cite.remove();
          kinds.set(term.id, { duty: languages(about), source: cite.innerHTML });
        }
      }
    }
    return kinds.get(id);
  }

  /** Which bits: `34–35` are bytes, `14.0–3` bits of one byte, `20.3–21.7` bits of two. */
  function bitsOf(place) {
    const [, first, bit, last, lastBit] = /^(\d+)(?:\.(\d))?(?:–(\d+)(?:\.(\d))?)?$/.exec(place).map((part) => (part === undefined ? undefined : Number(part)));
    if (bit === undefined) return [first * 8, ((last ?? first) + 1) * 8];
    const from = first * 8 + bit;
    if (last === undefined) return [from, from + 1];
    return [from, (lastBit === undefined ? first * 8 + last : last * 8 + lastBit) + 1];
  }

  /** The packet whose table has this id: its bytes, layers and fields. */
  function read(figure, id) {
    const all = text(figure);
    const start = all.indexOf("<style>", id ? all.indexOf(`id="${id}"`) : 0) + 7;
    if (start < 7) return null;
    const packet = fragment(all.slice(start, all.indexOf("</style>", start)));
    const said = packet.querySelector(".cap-said");
    for (const part of said.children) part.innerHTML = languages(part);
    const bytes = [...packet.querySelector(".hex").textContent.matchAll(/^[0-9a-f]{4,}  ((?:[0-9a-f]{2} ?)+)/gm)]
      .flatMap((line) => line[1].trim().split(" ").map((byte) => parseInt(byte, 16)));
    const fields = [];
    const layers = [...packet.querySelectorAll("tbody")].map((body) => {
      const title = body.querySelector("th");
      title.querySelectorAll("i[lang=en]").forEach((en) => {
        const zh = en.previousSibling;
        const [, before, words] = /^([^]*?)([^\s·]+\s*)$/.exec(zh.data.trimEnd());
        en.replaceWith(fragment(pair(words, en.innerHTML)));
        zh.data = before;
      });
      const layer = { name: body.className, protocol: body.dataset.p, title: title.innerHTML, fields: [] };
      for (const row of [...body.rows].slice(1)) {
        const [place, , name, value, meaning] = row.children;
        const [from, to] = bitsOf(place.textContent);
        const field = {
          at: fields.length, layer, from, to, first: from >> 3, last: (Math.max(to - 1, from)) >> 3,
          whole: from % 8 === 0 && to % 8 === 0, place: place.textContent, kind: `field-${row.className}`,
          name: apart(name), value: value.innerHTML, meaning: apart(meaning),
        };
        layer.fields.push(field);
        fields.push(field);
      }
      return layer;
    });
    return { said: said.innerHTML, bytes, layers, fields, chars: characters(bytes, layers) };
  }

  /** The characters of more than one byte in what programs wrote: { at, size, text }. */
  function characters(bytes, layers) {
    const found = [];
    for (const layer of layers.filter(({ name, fields }) => name === "layer-7" && fields.length)) {
      const from = Math.min(...layer.fields.map((field) => field.first));
      const to = Math.max(...layer.fields.map((field) => field.last)) + 1;
      const own = Uint8Array.from(bytes.slice(from, to));
      if (layer.protocol !== "data") {
        const whole = decode(own);
        if (whole === null || HAN_SAFE.test(whole)) continue;
      }
      for (let i = 0; i < own.length; i++) {
        const size = own[i] >= 0xf0 ? 4 : own[i] >= 0xe0 ? 3 : own[i] >= 0xc2 ? 2 : 1;
        const char = size > 1 ? decode(own.slice(i, i + size)) : null;
        if (char === null || [...char].length !== 1) continue;
        found.push({ at: from + i, size, text: char });
        i += size - 1;
      }
    }
    return found;
  }
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  function decode(bytes) {
    try { return utf8.decode(bytes); } catch { return null; }
  }

  // -- The byte view -----------------------------------------------------------------------------------------------

  const hex = (byte) => byte.toString(16).padStart(2, "0");
  const escape = (text) => text.replace(/[&<]/g, (c) => ({ "&": "&amp;", "<": "&lt;" })[c]);

  function view(packet, number, label) {
    const panel = element("div", "cap-panel");
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", `${{ zh: `包 ${number} 的字节`, en: `The bytes of packet ${number}`, both: `包 ${number} · packet ${number}` }[workbook.lang()]}`);
    const head = element("div", "cp-head", `${pair(`包 ${number}`, `packet ${number}`)} `);
    head.append(Object.assign(element("code", "nohighlight"), { textContent: label }));
    const said = element("p", "cp-said", packet.said);
    const grid = element("div", "cp-hex");
    const detail = element("div", "cp-detail");
    detail.setAttribute("role", "status");
    const layers = element("div", "cp-layers");
    const main = element("div", "cp-main");
    main.append(grid, detail);
    panel.append(head, said, main, layers);

    // Which field a byte belongs to: the first of those that share it.
    const owner = [];
    for (const field of packet.fields) for (let i = field.first; i <= field.last; i++) owner[i] ??= field;
    const charAt = [];
    for (const char of packet.chars) for (let i = 0; i < char.size; i++) charAt[char.at + i] = char;

    function rows() {
      const per = narrow.matches ? 8 : 16;
      let html = "";
      for (let start = 0; start < packet.bytes.length; start += per) {
        const end = Math.min(start + per, packet.bytes.length);
        html += `<div class="cp-row"><span class="cp-off" aria-hidden="true">${start.toString(16).padStart(4, "0")}</span>`;
        for (let i = start; i < end; i++) {
          const field = owner[i];
          html += `<span class="cp-b ${field?.layer.name ?? ""}${field && (field.first === i || i === start) ? " s" : ""}" data-i="${i}" style="grid-column:${i - start + 2}">${hex(packet.bytes[i])}</span>`;
        }
        for (let i = start; i < end;) {
          const char = charAt[i];
          const size = char ? Math.min(char.at + char.size, end) - i : 1;
          const shown = char ? (char.at === i ? escape(char.text) : "") : packet.bytes[i] >= 32 && packet.bytes[i] < 127 ? escape(String.fromCharCode(packet.bytes[i])) : "·";
          html += `<span class="cp-t ${owner[i]?.layer.name ?? ""}${shown === "·" ? " none" : ""}" aria-hidden="true" data-i="${i}" style="grid-column:${i - start + per + 3}/span ${size}">${shown}</span>`;
          if (char) {
            const cut = (char.at < i ? " cut-start" : "") + (char.at + char.size > end ? " cut-end" : "");
            html += `<span class="cp-ch ${owner[i]?.layer.name ?? ""}${cut}" data-i="${i}" style="grid-column:${i - start + 2}/span ${size}">${char.at === i ? escape(char.text) : "…"}</span>`;
          }
          i += size;
        }
        html += "</div>";
      }
      grid.style.setProperty("--per", per);
      grid.innerHTML = html;
      grid.dataset.per = per;
    }

    layers.innerHTML = packet.layers.map((layer) =>
      `<div class="cp-layer ${layer.name}"><p class="cp-title">${layer.title}</p><div class="cp-fields">${layer.fields.map((field) =>
        `<span class="cp-field" role="button" tabindex="-1" data-f="${field.at}">${field.name}${field.value === "" ? "" : ` <code class="nohighlight">${field.value}</code>`}</span>`).join("")}</div></div>`).join("");
    const chips = [...layers.querySelectorAll(".cp-field")];
    if (chips[0]) chips[0].tabIndex = 0;

    let current = null, pinned = false, shownChar = null, tabbed = 0;

    function hint() {
      detail.className = "cp-detail hinting";
      detail.innerHTML = `<p class="cp-hint">${pair("指向、点按一个字节，或用 Tab 和方向键走到一个字段：这里说它是什么。", "Point at a byte, tap it, or go to a field with Tab and the arrow keys: this says what it is.")}</p>`;
    }

    /** Fields that share bytes with this one, in order. */
    function group(field) {
      let [first, last] = [field.first, field.last], many;
      do {
        many = packet.fields.filter((one) => one.layer === field.layer && one.first <= last && one.last >= first && !(one.whole && one.last > one.first));
        const [a, b] = [Math.min(first, ...many.map((one) => one.first)), Math.max(last, ...many.map((one) => one.last))];
        if (a === first && b === last) break;
        [first, last] = [a, b];
      } while (last - first < 8);
      return { first, last, many };
    }

    function bits(field) {
      if (field.whole || field.last - field.first > 7) return "";
      const { first, last, many } = group(field);
      let html = "";
      for (let byte = first; byte <= last; byte++) {
        html += '<span class="cp-byte">';
        for (const one of many) {
          const from = Math.max(one.from, byte * 8), to = Math.min(one.to, byte * 8 + 8);
          if (from >= to) continue;
          const digits = Array.from({ length: to - from }, (_, i) => (packet.bytes[byte] >> (7 - (from + i - byte * 8))) & 1);
          html += `<span class="cp-bit ${one.layer.name}${one === field ? " on" : ""}" data-f="${one.at}">${digits.map((digit) => `<i>${digit}</i>`).join("")}</span>`;
        }
        html += "</span>";
      }
      return `<div class="cp-bits" aria-hidden="true">${html}</div>`;
    }

    function show(field, byte) {
      const char = byte === undefined ? null : charAt[byte] ?? null;
      if (field === current && char === shownChar) return;
      [current, shownChar] = [field, char];
      panel.querySelectorAll(".on").forEach((one) => one.classList.remove("on"));
      if (!field) return hint();
      for (const cell of grid.querySelectorAll("[data-i]")) {
        const i = Number(cell.dataset.i);
        if (i >= field.first && i <= field.last) cell.classList.add("on");
      }
      chips[tabbed].tabIndex = -1;
      tabbed = field.at;
      chips[tabbed].tabIndex = 0;
      chips[tabbed].classList.add("on");
      const size = field.to - field.from;
      const where = field.whole
        ? pair(`字节 ${field.place} · ${size / 8} 字节`, `byte${size > 8 ? "s" : ""} ${field.place} · ${size / 8} byte${size > 8 ? "s" : ""}`)
        : pair(`字节 ${field.first}${field.last > field.first ? `–${field.last}` : ""} 中的 ${size} 位`, `${size} bit${size > 1 ? "s" : ""} of byte${field.last > field.first ? `s ${field.first}–${field.last}` : ` ${field.first}`}`);
      const { duty = "", source = "" } = kind(field.kind) ?? {};
      detail.className = `cp-detail ${field.layer.name}`;
      detail.innerHTML = `<p class="cp-name">${field.name}</p>`
        + (char ? `<p class="cp-value"><code class="nohighlight">${escape(char.text)}</code> U+${char.text.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")} · UTF-8 <code class="nohighlight">${packet.bytes.slice(char.at, char.at + char.size).map(hex).join(" ")}</code></p>`
          : `<p class="cp-value"><code class="nohighlight">${field.value}</code> ${field.meaning}</p>`)
        + bits(field) + `<p class="cp-where">${where}</p>`
        + (duty ? `<p class="cp-duty">${duty}</p>` : "") + (source ? `<p class="cp-source">${source}</p>` : "");
      reachable();
    }

    const fieldOf = (target) => {
      const cell = target.closest("[data-i]"), chip = target.closest("[data-f]");
      if (chip) return [packet.fields[chip.dataset.f]];
      if (cell) return [owner[cell.dataset.i], Number(cell.dataset.i)];
      return [null];
    };
    panel.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return;
      const [field, byte] = fieldOf(event.target);
      if (field && (!pinned || event.target.closest(".cp-bit"))) show(field, byte);
    });
    panel.addEventListener("click", (event) => {
      const [field, byte] = fieldOf(event.target);
      if (!field) return;
      // The keys go on from here.
      chips[field.at].focus({ preventScroll: true });
      show(field, byte);
      pinned = true;
    });
    panel.addEventListener("focusin", (event) => {
      if (!event.target.matches(".cp-field")) return;
      show(fieldOf(event.target)[0]);
      pinned = true;
    });
    const go = (to) => chips[Math.max(0, Math.min(chips.length - 1, to))]?.focus();
    panel.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Escape" && release()) return event.stopPropagation();
      if (!event.target.matches(".cp-field")) return;
      const at = Number(event.target.dataset.f);
      const layer = packet.layers.indexOf(packet.fields[at].layer);
      const to = {
        ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: chips.length - 1,
        ArrowDown: packet.layers[layer + 1]?.fields[0]?.at, ArrowUp: packet.layers[layer - 1]?.fields[0]?.at,
        PageUp: 0, PageDown: chips.length - 1,
      };
      if (event.key === "Enter" || event.key === " ") show(packet.fields[at]);
      else if (!(event.key in to)) return;
      else if (to[event.key] !== undefined) go(to[event.key]);
      event.preventDefault();
      event.stopPropagation();
    });
    /** What scrolls can be reached by the keyboard. */
    const reachable = () => {
      if (detail.scrollHeight > detail.clientHeight + 1) detail.tabIndex = 0;
      else detail.removeAttribute("tabindex");
    };
    rows();
    hint();
    narrow.addEventListener("change", () => {
      if (!panel.isConnected) return;
      const field = current;
      rows();
      current = null;
      show(field);
    });
    const release = () => {
      if (!current) return false;
      pinned = false;
      show(null);
      return true;
    };
    return { panel, head, reachable, release };
  }

  // -- The diagram -------------------------------------------------------------------------------------------------

  function diagram(figure) {
    const rows = [...figure.querySelectorAll(".cap-packet")];
    const links = rows.map((row) => row.querySelector("a"));
    const steps = new Map([...figure.querySelectorAll(".cap-step[data-packets]")].map((step) => [step.dataset.step, step]));
    const caused = new Map();
    for (const row of rows) caused.set(row.dataset.step, [...(caused.get(row.dataset.step) ?? []), row]);
    let open = null; // { row, panel, release }
    let stop = links[0]; // where Tab stops
    links.forEach((link, i) => {
      link.tabIndex = i ? -1 : 0;
      link.setAttribute("aria-expanded", "false");
    });

    const light = (number, on) => {
      steps.get(number)?.classList.toggle("lit", on);
      for (const row of caused.get(number) ?? []) row.classList.toggle("lit", on);
    };
    let kept = null;
    /** A step and its packets stay marked. */
    const keep = (number) => {
      if (kept !== null) light(kept, false);
      kept = number ?? null;
      if (kept !== null) light(kept, true);
    };

    function close() {
      if (!open) return;
      open.panel.remove();
      open.row.classList.remove("chosen");
      open.row.querySelector("a").setAttribute("aria-expanded", "false");
      open = null;
    }

    function choose(row, { address = true, still = true } = {}) {
      if (open?.row === row) return open;
      const top = row.getBoundingClientRect().top;
      close();
      const link = row.querySelector("a");
      const packet = read(figure, link.getAttribute("href").slice(1));
      if (!packet) return null;
      const { panel, head, reachable, release } = view(packet, row.dataset.packet, row.querySelector(".cap-label").textContent);
      const at = rows.indexOf(row);
      const controls = element("div", "controls");
      const walk = (name, zh, en, sign, to) => {
        const one = button(name, "", "", () => { choose(rows[to]); rows[to].querySelector(`.${name}`)?.focus(); });
        one.innerHTML = `<span aria-hidden="true">${sign}</span><span class="sr">${pair(zh, en)}</span>`;
        one.setAttribute("aria-disabled", !rows[to]);
        controls.append(one);
      };
      walk("back", "上一个包", "Previous packet", "↑", at - 1);
      walk("ahead", "下一个包", "Next packet", "↓", at + 1);
      const shut = button("shut", "", "", () => { close(); keep(null); link.focus(); });
      shut.innerHTML = `<span aria-hidden="true">✕</span><span class="sr">${pair("收起", "Close")}</span>`;
      controls.append(shut);
      head.append(controls);
      row.append(panel);
      reachable();
      workbook.regions();
      row.classList.add("chosen");
      link.setAttribute("aria-expanded", "true");
      stop.tabIndex = -1;
      stop = link;
      stop.tabIndex = 0;
      open = { row, panel, release };
      keep(row.dataset.step);
      if (still) scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
      if (address) history.replaceState(history.state, "", `#${row.id}`);
      return open;
    }

    figure.addEventListener("click", (event) => {
      const to = event.target.closest(".cap-to"), link = event.target.closest(".cap-packet > a"), step = event.target.closest(".cap-step[data-packets]");
      if (to) {
        const row = rows.find((row) => `#${row.id}` === to.getAttribute("href"));
        if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        choose(row);
        reveal(row);
        row.querySelector("a").focus({ preventScroll: true });
      } else if (link) {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        const row = link.parentElement;
        if (open?.row === row) { close(); keep(null); } else choose(row);
      } else if (step) keep(kept === step.dataset.step ? null : step.dataset.step);
    });
    for (const [type, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
      figure.addEventListener(type, (event) => {
        const number = event.target.closest("[data-step]")?.dataset.step;
        if (number && number !== kept && !event.target.closest(".cap-panel")) light(number, on);
      });
    }
    figure.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const row = event.target.closest(".cap-packet");
      if (event.key === "Escape" && open) {
        event.stopPropagation();
        if (open.release()) return;
        const { row } = open;
        close();
        keep(null);
        row.querySelector("a").focus();
        return;
      }
      if (!row || !event.target.matches(".cap-packet > a")) return;
      const at = rows.indexOf(row);
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
      choose(rows[to]);
      reveal(rows[to]);
      links[to].focus({ preventScroll: true });
    });

    /** The arrow and the first lines below it are in sight. */
    function reveal(row) {
      const { top } = row.getBoundingClientRect();
      if (top < 110 || top > innerHeight * 0.7) scrollBy({ top: top - innerHeight * 0.3, behavior: "instant" });
    }
    return { choose, rows };
  }

  const diagrams = [...document.querySelectorAll("figure.capture:not(.single)")].map(diagram);
  for (const figure of document.querySelectorAll("figure.capture.single")) {
    const packet = read(figure);
    const [, number, label] = /<summary>(\d+) <code[^>]*>([^]*?)<\/code>/.exec(text(figure)) ?? [];
    if (packet) figure.querySelector("noscript").after(view(packet, number, fragment(label).textContent).panel);
  }

  /** `#packet-5`, `#one_shot-packet-5`, `#packet-5-bytes`. */
  function arrive() {
    const id = location.hash.slice(1);
    if (!id) return;
    for (const { choose, rows } of diagrams) {
      const row = rows.find((row) => row.id === id || row.firstElementChild.id === id || row.firstElementChild.getAttribute("href") === `#${id}`);
      if (!row) continue;
      for (let folded = row.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
      choose(row, { address: false, still: false });
      row.scrollIntoView({ block: "start", behavior: "instant" });
    }
  }
  addEventListener("hashchange", arrive);
  arrive();
})();
