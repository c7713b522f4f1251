// The page that chats, against the real server: in Rust, and once in Python; and pages that are not welcome.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import WebSocket, { WebSocketServer } from "ws";
import { at, soon, soonIs, soonMatches, started, withTab } from "./shared.mjs";
import { BOOK } from "./site.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGE = "layers/websocket.html";
/** The program itself: cargo before it would not end it. */
function build(...what) {
  const said = execFileSync("cargo", ["build", "--quiet", "--message-format=json", ...what], { cwd: ROOT, maxBuffer: 1 << 28 });
  const made = String(said).split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line).executable);
  return made.filter(Boolean).at(-1);
}
const RUST = [build("--package", "websocket", "--example", "18_websocket")];
const PYTHON = ["python3", "examples/python/18_websocket.py"];
/** The one port that the page may go to: one server at a time. */
const PORT = 8818;
let turn = Promise.resolve();

/** Starts a program; `said` is what it has printed. */
function start([command, ...args]) {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, NO_COLOR: "1", PYTHONUNBUFFERED: "1" } });
  const program = { said: "", child, type: (line) => child.stdin.write(`${line}\n`), ended: once(child, "close") };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => { program.said += text; });
  return program;
}

/** The server on its port, while `act` runs; ended in order. */
function withServer(options, act, language = RUST) {
  const mine = turn.then(async () => {
    const server = start([...language, "server", `127.0.0.1:${PORT}`, ...options]);
    try {
      await soonMatches(() => server.said, /listening on 127\.0\.0\.1:8818/);
      await act(server);
      server.type("/quit");
      const [status] = await server.ended;
      assert.equal(status, 0, server.said);
    } finally {
      server.child.stdin.end();
      server.child.kill();
    }
  });
  turn = mine.catch(() => {});
  return mine;
}

const state = (tab) => tab.locator(".ws-state").innerText();
const lines = (tab) => tab.locator(".ws-log p:not(.ws-name)").allInnerTexts();
const press = (tab, act) => tab.locator(`.ws-chat [data-act="${act}"]`).click();
async function connected(tab) {
  await tab.goto(at(PAGE));
  await press(tab, "connect");
  await soonMatches(() => state(tab), /Connected/);
}

test("the page chats with a terminal through the reader's own server", () => withServer([], (server) => withTab({ lang: "en" }, async (tab) => {
  await connected(tab);
  await soonMatches(() => server.said, /Origin: http:\/\/127\.0\.0\.1:\d+\n/);
  const terminal = start([...RUST, "client"]);
  await soonMatches(() => terminal.said, /you are guest2/);
  await tab.locator("#ws-words").fill("你好 <b>from</b> the page");
  await tab.keyboard.press("Enter");
  await soonMatches(() => terminal.said, /guest1: 你好 <b>from<\/b> the page\n/);
  terminal.type("hello from the terminal");
  await soonIs(async () => (await lines(tab)).slice(-2), ["→ 你好 <b>from</b> the page [6 + 27 B]", "← guest2: hello from the terminal [2 + 31 B]"]);
  terminal.child.stdin.end();
  await soonMatches(() => terminal.said, /the chat is over: 1000/);
  await press(tab, "leave");
  await soonMatches(() => state(tab), /code 1000: done/);
  await soonMatches(() => server.said, /\* guest1 离开了 left/);
})));

test("the same page chats with the server in Python", () => withServer([], (server) => withTab({ lang: "zh" }, async (tab) => {
  await tab.goto(at(PAGE));
  await press(tab, "connect");
  await soonMatches(() => state(tab), /已连接/);
  await tab.locator("#ws-words").fill("/who");
  await tab.getByRole("button", { name: "发送", exact: true }).click();
  await soonMatches(async () => (await lines(tab)).at(-1), /← \* 1 人 here: guest1/);
  server.type("/quit");
  await soonMatches(() => state(tab), /代码 1001/);
}), PYTHON));

test("what a page sends that is too long or no text closes the connection with its code", () => withServer([], () => withTab({ lang: "en" }, async (tab) => {
  for (const [act, code] of [["long", 1009], ["binary", 1003]]) {
    await connected(tab);
    await press(tab, act);
    await soonMatches(() => state(tab), new RegExp(`closed with code ${code}`));
    assert.ok(await tab.locator('.ws-chat [data-act="connect"]').evaluate((button) => button === document.activeElement), "the focus is not lost");
  }
})));

test("a silent page is still there after the server has asked: the browser answers the ping", () => withServer(["--ping", "1"], (server) => withTab({ lang: "en" }, async (tab) => {
  await connected(tab);
  const silent = new WebSocket(`ws://127.0.0.1:${PORT}/chat`, { autoPong: false });
  await once(silent, "ping");
  await once(silent, "close");
  await soonMatches(() => server.said, /不回答 ping/);
  assert.match(await state(tab), /Connected/);
})));

test("before Connect is pressed nothing is asked, and without a server the page says what to do", () => (turn = turn.then(() => withTab({ lang: "en" }, async (tab) => {
  const sockets = [];
  tab.on("websocket", (socket) => sockets.push(socket.url()));
  await tab.goto(at(PAGE));
  await soonMatches(() => state(tab), /Not connected yet/);
  assert.ok(await tab.locator("#ws-words").isDisabled());
  assert.deepEqual(sockets, []);
  await press(tab, "connect");
  await soonMatches(() => state(tab), /Is the server running\? .*cargo run --example 18_websocket/);
  assert.deepEqual(sockets, ["ws://127.0.0.1:8818/chat"]);
  await soonIs(() => tab.locator('.ws-chat [data-act="connect"]').isEnabled(), true);
}))));

test("the log keeps the last 200 lines and is a live region with a name", () => withServer([], () => withTab({ lang: "en" }, async (tab) => {
  await connected(tab);
  const log = tab.getByRole("log", { name: "What was said" });
  assert.equal(await log.count(), 1);
  await tab.locator("#ws-words").evaluate((input) => {
    for (let i = 0; i < 230; i++) {
      input.value = `line ${i}`;
      input.form.requestSubmit();
    }
  });
  await soonIs(async () => (await lines(tab)).length, 200);
  assert.match((await lines(tab)).at(-1), /line 229/);
})));

test("what is typed is no key of the page", () => withServer([], () => withTab({ lang: "en" }, async (tab) => {
  await connected(tab);
  await tab.locator("#ws-words").pressSequentially("l?s/");
  assert.equal(await tab.locator("#ws-words").inputValue(), "l?s/");
  assert.equal(await tab.evaluate(() => document.documentElement.dataset.lang), "en");
  assert.equal(await tab.locator("#mdbook-help-container").isVisible(), false);
})));

test("without scripts the page says how to chat without it", () => withTab({ javaScriptEnabled: false }, async (tab) => {
  await tab.goto(at(PAGE));
  assert.equal(await tab.locator(".ws-chat button:visible").count(), 0);
  assert.match(await tab.locator(".ws-chat .ws-without").innerText(), /cargo run --example 18_websocket/);
}));

test("under the reading server this page, and no other, may go to the chat server", () => withServer([], (server) => withTab({ lang: "en" }, async (tab) => {
  const reading = start([build("--package", "workbook", "--bin", "workbook"), "--port", "0", "--lang", "en"]);
  try {
    await soonMatches(() => reading.said, /http:\/\/127\.0\.0\.1:\d+/);
    const origin = reading.said.match(/http:\/\/127\.0\.0\.1:\d+/)[0];
    started.push(origin);
    await soonIs(async () => (await fetch(`${origin}/${PAGE}`)).status, 200, reading.said);
    await tab.goto(`${origin}/layers/dns.html`);
    const directive = await tab.evaluate((port) => new Promise((done) => {
      addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
      new WebSocket(`ws://127.0.0.1:${port}/chat`).addEventListener("open", () => done("open"));
    }), PORT);
    assert.equal(directive, "connect-src");
    assert.doesNotMatch(server.said, /handshake/);
    await tab.goto(`${origin}/${PAGE}`);
    await press(tab, "connect");
    await soonMatches(() => state(tab), /Connected/);
    await soon(() => assert.ok(server.said.includes(`Origin: ${origin}\n`), server.said));
  } finally {
    reading.child.kill("SIGINT");
    await reading.ended;
  }
})));

// -- Pages that are not welcome ------------------------------------------------------------------------------------

const SPY = `<!doctype html><title>spy</title><script>
  heard = [];
  const socket = new WebSocket("ws://127.0.0.1:${PORT}/chat");
  socket.onopen = () => { heard.push("open"); socket.send("I am Alice"); };
  socket.onmessage = ({ data }) => heard.push(data);
  socket.onclose = ({ code }) => heard.push("close " + code);
</script>`;

/** A browser in which the name foreign.test leads to a site of somebody else's. */
async function foreign(act) {
  const site = createServer((request, response) => response.writeHead(200, { "content-type": "text/html" }).end(SPY));
  await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
  const path = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  const browser = await chromium.launch({
    executablePath: path,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
      "--host-resolver-rules=MAP foreign.test 127.0.0.1"],
  });
  try {
    const tab = await browser.newPage();
    await act(tab, `http://foreign.test:${site.address().port}/`);
  } finally {
    await browser.close();
    site.closeAllConnections();
    site.close();
  }
}
const heard = (tab) => tab.evaluate(() => heard);

test("a page of another site is refused", () => withServer([], (server) => foreign(async (tab, url) => {
  await tab.goto(url);
  await soonIs(() => heard(tab), ["close 1006"]);
  await soonMatches(() => server.said, /拒绝 refused: 403 Forbidden: Origin: http:\/\/foreign\.test:\d+/);
})));

test("a page of another site hears and speaks where the server does not look at Origin", () => withServer(["--any-origin"], () => foreign(async (tab, url) => {
  const alice = new WebSocket(`ws://127.0.0.1:${PORT}/chat`);
  const told = [];
  alice.on("message", (data) => told.push(String(data)));
  await once(alice, "open");
  await tab.goto(url);
  await soon(() => assert.ok(told.includes("guest2: I am Alice"), `${told}`));
  alice.send("my password is 1234");
  await soon(async () => assert.ok((await heard(tab)).includes("guest1: my password is 1234")));
  alice.close();
})));

test("a page from a file is refused, says how to be let in, and then is", async () => {
  const book = new URL(`file://${BOOK}`).href;
  started.push(book);
  const page = `${book}/${PAGE}`;
  const visit = (act) => withTab({ lang: "en" }, async (tab) => {
    await tab.goto(page);
    await press(tab, "connect");
    await act(tab);
  });
  await withServer([], (server) => visit(async (tab) => {
    await soonMatches(() => state(tab), /-- server --allow-origin null/);
    await soonMatches(() => server.said, /refused: 403 Forbidden: Origin: null/);
  }));
  await withServer(["--allow-origin", "null"], () => visit((tab) => soonMatches(() => state(tab), /Connected/)));
});

// -- A library as the peer -----------------------------------------------------------------------------------------

test("the library ws chats through both servers, and our clients through a server of ws", async () => {
  for (const language of [RUST, PYTHON]) {
    await withServer([], async () => {
      const [a, b] = [1, 2].map(() => new WebSocket(`ws://127.0.0.1:${PORT}/chat`));
      const told = [];
      b.on("message", (data) => told.push(String(data)));
      await once(a, "open");
      await soon(() => assert.ok(told.some((line) => line.includes("you are guest")), "b has its seat"));
      for (const piece of [["你", { fin: false }], ["", { fin: false }], ["好", { fin: true }]]) a.send(...piece);
      a.ping("still there?");
      assert.equal(String((await once(a, "pong"))[0]), "still there?");
      await soon(() => assert.ok(told.some((line) => /^guest\d: 你好$/.test(line)), `${told}`));
      a.close(4000, "再见");
      assert.equal((await once(a, "close"))[0], 4000);
      b.send(Buffer.from([0xff]), { binary: false });
      assert.equal((await once(b, "close"))[0], 1007);
    }, language);
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/chat", perMessageDeflate: true });
    await once(server, "listening");
    const client = start([...language, "client", `127.0.0.1:${server.address().port}`, "--frames"]);
    const [socket] = await once(server, "connection");
    socket.send("hello");
    socket.ping();
    await Promise.all([once(socket, "pong"), soonMatches(() => client.said, /← \[81 05\] 文字 text hello/)]);
    client.type("你好");
    assert.equal(String((await once(socket, "message"))[0]), "你好");
    socket.close(1001);
    assert.equal((await once(socket, "close"))[0], 1001);
    await soonMatches(() => client.said, /the chat is over: 1001/);
    assert.equal((await client.ended)[0], 0);
    server.close();
  }
});

after(() => turn);
