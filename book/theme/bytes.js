// The bytes of a packet: every field can be pointed at, by mouse, touch and keyboard. Loaded when somebody asks.
"use strict";

(() => {
  const { pair } = workbook;
  const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
  const element = (tag, name, html = "") => Object.assign(document.createElement(tag), { className: name, innerHTML: html });
  const narrow = matchMedia("(max-width: 620px)");
  const hex = (byte) => byte.toString(16).padStart(2, "0");
  const escape = (text) => text.replace(/[&<]/g, (c) => ({ "&": "&amp;", "<": "&lt;" })[c]);
  /** Words in both languages, or once where they are the same. */
  const words = ([zh, en]) => (zh === en ? escape(zh) : pair(escape(zh), escape(en)));

  /** A packet of the data file, with what the view asks of each field. */
  function read(kinds, { bytes: text, layers: all, ...rest }) {
    const bytes = text.match(/../g)?.map((byte) => parseInt(byte, 16)) ?? [];
    const fields = [];
    const layers = all.map(({ fields: own, ...rest }) => {
      const layer = { ...rest, class: `layer-${rest.number}`, fields: [] };
      for (const [kind, from, to, value, zh, en] of own) {
        const field = {
          at: fields.length, layer, kind: kinds[kind], from, to, value, meaning: [zh, en],
          first: from >> 3, last: Math.max(to - 1, from) >> 3, whole: from % 8 === 0 && to % 8 === 0,
        };
        layer.fields.push(field);
        fields.push(field);
      }
      return layer;
    });
    return { ...rest, bytes, layers, fields, chars: characters(bytes, layers) };
  }

  /** The characters of more than one byte in what programs wrote: { at, size, text }. */
  function characters(bytes, layers) {
    const found = [];
    for (const { protocol, fields } of layers.filter(({ number, fields }) => number === 7 && fields.length)) {
      const from = Math.min(...fields.map((field) => field.first));
      const to = Math.max(...fields.map((field) => field.last)) + 1;
      const own = Uint8Array.from(bytes.slice(from, to));
      if (protocol !== "data") {
        const whole = decode(own);
        if (whole === null || CONTROL.test(whole)) continue;
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

  /** The view of a packet of the data file. `cause`: the link to the step that caused it. */
  workbook.byteView = (kinds, one, cause) => {
    const packet = read(kinds, one);
    const { number } = packet;
    const panel = element("div", "bytes-panel");
    panel.setAttribute("role", "group");
    const head = element("div", "bytes-head", `<span class="bytes-number">${pair(`包 ${number}`, `packet ${number}`)}</span> `);
    head.firstChild.id = `bytes-of-${number}-${panels++}`;
    panel.setAttribute("aria-labelledby", head.firstChild.id);
    head.append(Object.assign(element("code", "nohighlight"), { textContent: packet.label }));
    const lost = packet.lost ? ` <strong>${pair("在线路上丢失了。", "Lost on the wire.")}</strong>` : "";
    const said = element("p", "bytes-said", `<span class="bytes-words">${words(packet.said)}</span>${lost} <span class="bytes-when">${packet.time} · ${packet.bytes.length} B</span>`);
    if (cause) said.append(" ", Object.assign(element("a", "bytes-cause", pair(`由第 ${packet.step} 步引起`, `caused by step ${packet.step}`)), { href: `#${cause}` }));
    // Its bytes are for the eye: a screen reader would read hundreds of them. The fields below say all of it.
    const grid = element("div", "bytes-hex");
    const cells = element("div", "bytes-cells");
    cells.setAttribute("aria-hidden", "true");
    grid.append(cells);
    const detail = element("div", "bytes-detail");
    const layers = element("div", "bytes-layers");
    const main = element("div", "bytes-main");
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
        html += `<div class="bytes-row"><span class="bytes-offset">${start.toString(16).padStart(4, "0")}</span>`;
        for (let i = start; i < end; i++) {
          const field = owner[i];
          html += `<span class="byte ${field?.layer.class ?? ""}${field && (field.first === i || i === start) ? " s" : ""}" data-i="${i}" style="grid-column:${i - start + 2}">${hex(packet.bytes[i])}</span>`;
        }
        for (let i = start; i < end;) {
          const char = charAt[i];
          const size = char ? Math.min(char.at + char.size, end) - i : 1;
          const shown = char ? (char.at === i ? escape(char.text) : "") : packet.bytes[i] >= 32 && packet.bytes[i] < 127 ? escape(String.fromCharCode(packet.bytes[i])) : "·";
          html += `<span class="byte-text ${owner[i]?.layer.class ?? ""}${shown === "·" ? " none" : ""}" data-i="${i}" style="grid-column:${i - start + per + 3}/span ${size}">${shown}</span>`;
          if (char) {
            const cut = (char.at < i ? " cut-start" : "") + (char.at + char.size > end ? " cut-end" : "");
            html += `<span class="bytes-char ${owner[i]?.layer.class ?? ""}${cut}" data-i="${i}" style="grid-column:${i - start + 2}/span ${size}">${char.at === i ? escape(char.text) : "…"}</span>`;
          }
          i += size;
        }
        html += "</div>";
      }
      grid.style.setProperty("--per", per);
      cells.innerHTML = html;
      grid.dataset.per = per;
    }

    layers.innerHTML = packet.layers.map((layer) =>
      `<div class="bytes-layer ${layer.class}"><p class="bytes-title">${layer.number} ${words(layer.name)} · ${words(layer.protocol_name)} <span class="bytes-count">${layer.size} B</span></p><div class="bytes-fields">${layer.fields.map((field) =>
        `<span class="bytes-field" role="button" tabindex="-1" data-f="${field.at}">${words(field.kind.name)}${field.value === "" ? "" : ` <code class="nohighlight">${escape(field.value)}</code>`}</span>`).join("")}</div></div>`).join("");
    const chips = [...layers.querySelectorAll(".bytes-field")];
    if (chips[0]) chips[0].tabIndex = 0;

    let current = null, pinned = false, shownChar = null, tabbed = 0;

    function hint() {
      detail.className = "bytes-detail hinting";
      detail.innerHTML = `<p class="bytes-hint">${pair("指向、点按一个字节，或用 Tab 和方向键走到一个字段：这里说它是什么。", "Point at a byte, tap it, or go to a field with Tab and the arrow keys: this says what it is.")}</p>`;
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
        html += '<span class="bytes-octet">';
        for (const one of many) {
          const from = Math.max(one.from, byte * 8), to = Math.min(one.to, byte * 8 + 8);
          if (from >= to) continue;
          const digits = Array.from({ length: to - from }, (_, i) => (packet.bytes[byte] >> (7 - (from + i - byte * 8))) & 1);
          html += `<span class="bytes-bit ${one.layer.class}${one === field ? " on" : ""}" data-f="${one.at}">${digits.map((digit) => `<i>${digit}</i>`).join("")}</span>`;
        }
        html += "</span>";
      }
      return `<div class="bytes-bits" aria-hidden="true">${html}</div>`;
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
      const place = field.last > field.first ? `${field.first}–${field.last}` : field.first;
      const where = field.whole
        ? pair(`字节 ${place} · ${size / 8} 字节`, `byte${size > 8 ? "s" : ""} ${place} · ${size / 8} byte${size > 8 ? "s" : ""}`)
        : pair(`字节 ${field.first}${field.last > field.first ? `–${field.last}` : ""} 中的 ${size} 位`, `${size} bit${size > 1 ? "s" : ""} of byte${field.last > field.first ? `s ${field.first}–${field.last}` : ` ${field.first}`}`);
      const { name, duty, source } = field.kind;
      detail.className = `bytes-detail ${field.layer.class}`;
      detail.innerHTML = `<p class="bytes-name">${words(name)}</p>`
        + (char ? `<p class="bytes-value"><code class="nohighlight">${escape(char.text)}</code> U+${char.text.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")} · UTF-8 <code class="nohighlight">${packet.bytes.slice(char.at, char.at + char.size).map(hex).join(" ")}</code></p>`
          : `<p class="bytes-value"><code class="nohighlight">${escape(field.value)}</code> ${words(field.meaning)}</p>`)
        + bits(field) + `<p class="bytes-where">${where}</p>`
        + `<p class="bytes-duty">${words(duty)}</p><p class="bytes-source">${escape(source)}</p>`;
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
      if (field && (!pinned || event.target.closest(".bytes-bit"))) show(field, byte);
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
      if (!event.target.matches(".bytes-field")) return;
      const [field] = fieldOf(event.target);
      show(field);
      pinned = true;
      // Its name and value are on the button that has the focus; this is the rest.
      workbook.say(`${words(field.meaning)} ${words(field.kind.duty)}`);
    });
    const go = (to) => chips[Math.max(0, Math.min(chips.length - 1, to))]?.focus();
    panel.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Escape" && release()) return event.stopPropagation();
      if (!event.target.matches(".bytes-field")) return;
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
  };
  let panels = 0;
})();

