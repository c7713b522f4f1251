// The page on WebSocket is a client of the reader's own server: one address, and only when the reader asks.
"use strict";

(() => {
  const { pair } = workbook;
  const ADDRESS = "ws://127.0.0.1:8818/chat";
  const START = "cargo run --example 18_websocket";
  const CONNECT_MS = 5000, SHOWN_MAX = 200;
  const CODES = {
    1000: ["说完了", "done"],
    1001: ["服务器要关了", "the server is going away"],
    1002: ["不合协议", "protocol error"],
    1003: ["这里只收文字", "text only here"],
    1006: ["没有 Close 就断了；这个代码是浏览器自己写的，线路上没有", "gone without a Close; the browser itself writes this code, it is never on the wire"],
    1007: ["不是 UTF-8", "not UTF-8"],
    1008: ["不守规矩", "against the rules"],
    1009: ["太长", "too big"],
    1013: ["满员，以后再来", "full, try again later"],
  };

  function chat(figure) {
    const find = (selector) => figure.querySelector(selector);
    const state = find(".ws-state"), log = find(".ws-log"), words = find("input");
    const button = (act) => find(`[data-act="${act}"]`);
    let socket = null;

    const tell = (zh, en) => { state.innerHTML = pair(zh, en); };
    const code = (text) => `<code>${text}</code>`;

    function open(is) {
      button("connect").disabled = socket !== null;
      for (const element of [words, find(".ws-say button"), button("leave"), button("long"), button("binary")]) element.disabled = !is;
    }

    /** One more line, and never more than 200. What somebody said is text, never HTML. */
    function add(way, text, size) {
      const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
      const line = document.createElement("p");
      const part = (className, content) => Object.assign(line.appendChild(document.createElement("span")), { className, textContent: content });
      part("way", `${way} `);
      line.append(text);
      if (size !== undefined) part("size", ` ${size}`);
      log.append(line);
      while (log.querySelectorAll("p:not(.ws-name)").length > SHOWN_MAX) log.querySelector("p:not(.ws-name)").remove();
      if (atEnd) log.scrollTop = log.scrollHeight;
    }

    /** How many bytes a frame takes: header and payload. Ours are masked, which costs 4 more. */
    function size(payload, masked) {
      const header = 2 + (payload > 125 ? 2 : 0) + (masked ? 4 : 0);
      return `[${header} + ${payload} B]`;
    }
    const bytes = (text) => new TextEncoder().encode(text).length;

    function failed() {
      const file = location.protocol === "file:";
      const origin = file ? "null" : location.origin;
      const start = file ? `${START} -- server --allow-origin ${origin}` : START;
      tell(`连不上 127.0.0.1:8818。服务器在运行吗？在书的文件夹里运行 ${code(start)}，看到“监听”，再按“连接”。它的屏幕上若写着“拒绝”，它就不接待来自 ${code(origin)} 的网页。`,
        `Cannot connect to 127.0.0.1:8818. Is the server running? In the folder of the book, run ${code(start)}; once it says “listening”, press Connect. If it says “refused”, it does not welcome pages from ${code(origin)}.`);
    }

    function connect() {
      let opened = false;
      try {
        socket = new WebSocket(ADDRESS);
      } catch {
        failed(); // a browser that lets no page speak WebSocket
        return;
      }
      const ours = socket;
      tell("正在连接……", "Connecting…");
      open(false);
      const late = setTimeout(() => ours.close(), CONNECT_MS);
      ours.addEventListener("open", () => {
        opened = true;
        clearTimeout(late);
        tell("已连接：握手完成，以后都是帧。", "Connected: the handshake is done, frames from here on.");
        open(true);
        words.focus();
      });
      ours.addEventListener("message", ({ data }) => {
        if (typeof data === "string") add("←", data, size(bytes(data), false));
      });
      ours.addEventListener("close", (event) => {
        clearTimeout(late);
        const kept = figure.contains(document.activeElement);
        socket = null;
        open(false);
        if (opened) {
          const [zh, en] = CODES[event.code] ?? ["", ""];
          tell(`连接关了，代码 ${event.code}：${zh}。`, `The connection is closed with code ${event.code}: ${en}.`);
        } else failed();
        if (kept) button("connect").focus(); // what had the focus is disabled now
      });
    }

    function say(data, shown) {
      if (socket?.readyState !== WebSocket.OPEN) return;
      socket.send(data);
      add("→", shown, size(typeof data === "string" ? bytes(data) : data.byteLength, true));
    }

    figure.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-act]")?.dataset.act;
      if (act === "connect" && !socket) connect();
      if (act === "leave") socket?.close(1000);
      if (act === "long") say("x".repeat(5000), "x × 5000");
      if (act === "binary") say(new Uint8Array([1, 2, 3]), "01 02 03");
    });
    find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (!words.value) return;
      say(words.value, words.value);
      words.value = "";
    });
    // What is typed here is no key of the page.
    find("form").addEventListener("keydown", (event) => event.stopPropagation());

    tell("还没有连接。", "Not connected yet.");
  }

  for (const figure of document.querySelectorAll(".ws-chat")) chat(figure);
})();
