// Live reload under the reading server: its script, in front of a stream that the test speaks into.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browser, soon, soonIs } from "./shared.mjs";
import { reader, serve } from "./site.mjs";

/** A page that costs nothing: it is about its stream, and many are open at once. */
const LIGHT = "/light.html";
const SCRIPT = readFileSync(new URL("../workbook/src/serve/live.js", import.meta.url), "utf8");

/** What the reading server does, as far as a page sees it: HTTP/1.1, so that a browser opens six connections. */
async function reading() {
  const state = { version: "1", streams: new Set(), asked: 0 };
  const { origin: book, close } = await serve();
  const server = createServer(async (request, response) => {
    if (request.url === "/__workbook/live.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(SCRIPT);
    if (request.url === "/__workbook/events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      state.streams.add(response);
      response.on("close", () => state.streams.delete(response));
      return response.write(`event: ready\ndata: ${JSON.stringify({ version: state.version })}\n\nevent: exercises\ndata: {}\n\n`);
    }
    if (request.url.startsWith("/__workbook/exercises")) {
      state.asked++;
      return response.writeHead(200, { "content-type": "application/json" }).end('{"exercises":[]}');
    }
    const script = `<script src="/__workbook/live.js" data-version="${state.version}" defer></script></body>`;
    if (request.url === LIGHT) return response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>light</title><body><main><p id="p">p</p></main>${script}`);
    const answer = await fetch(book + request.url);
    const type = answer.headers.get("content-type") ?? "text/plain";
    let body = Buffer.from(await answer.arrayBuffer());
    if (type.startsWith("text/html")) body = body.toString().replace("</body>", script);
    response.writeHead(answer.status, { "content-type": type, "cache-control": "no-store" }).end(body);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const say = (type, data) => state.streams.forEach((stream) => stream.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`));
  return {
    state, origin: `http://127.0.0.1:${server.address().port}`, say,
    save() {
      state.version += "+";
      say("ready", { version: state.version });
    },
    close() { server.closeAllConnections(); server.close(); close(); },
  };
}

async function withReading(act, prepare = () => {}) {
  const server = await reading();
  const context = await reader(browser, { lang: "zh" });
  context.setDefaultTimeout(60_000);
  await context.addInitScript(prepare);
  const open = async (page = LIGHT) => {
    const tab = await context.newPage();
    await tab.goto(`${server.origin}${page}`);
    return tab;
  };
  try {
    await act(server, open);
  } finally {
    await context.close();
    server.close();
  }
}
const version = (tab) => tab.evaluate(() => document.querySelector("script[data-version]").dataset.version);

test("twelve tabs of a book share one stream: all are made new, and a thirteenth is there at once", () => withReading(async (server, open) => {
  const tabs = [];
  for (let i = 0; i < 12; i++) tabs.push(await open());
  await soonIs(() => server.state.streams.size, 1);
  for (const save of [1, 2]) {
    server.save();
    for (const tab of tabs) await soonIs(() => version(tab).catch(() => null), server.state.version, `after save ${save}`);
    await soonIs(() => server.state.streams.size, 1);
  }
  const thirteenth = await open();
  assert.equal(await version(thirteenth), server.state.version);
  // What is wrong with the book is shown in each, also in one that was opened later.
  server.say("broken", { version: server.state.version, problems: [{ place: "book/a.md:3", zh: "坏", en: "bad" }] });
  for (const tab of [...tabs, thirteenth]) await tab.locator("#workbook-problems").waitFor();
  await (await open()).locator("#workbook-problems").waitFor();
}));

test("the tab with the stream hands it over when it closes, and one that was left takes part again", () => withReading(async (server, open) => {
  const [first, second, third] = [await open(), await open(), await open()];
  await first.close();
  await soonIs(() => server.state.streams.size, 1);
  server.save();
  for (const tab of [second, third]) await soonIs(() => version(tab).catch(() => null), server.state.version);
  await second.goto("about:blank");
  await second.goBack();
  await third.close();
  await soonIs(() => server.state.streams.size, 1);
  server.save();
  await soonIs(() => version(second).catch(() => null), server.state.version);
}));

test("a page of an exercise hears of a check by the shared stream", () => withReading(async (server, open) => {
  const tabs = [await open("/exercises/echo_server.html"), await open("/exercises/echo_server.html")];
  await soon(() => assert.ok(server.state.asked >= 2, `asked ${server.state.asked} times`));
  const before = server.state.asked;
  server.say("exercises", {});
  await soonIs(() => server.state.asked, before + tabs.length);
}));

test("a browser without locks has a stream for each tab", () => withReading(async (server, open) => {
  const tabs = [await open(), await open()];
  await soonIs(() => server.state.streams.size, 2);
  server.save();
  for (const tab of tabs) await soonIs(() => version(tab).catch(() => null), server.state.version);
}, () => { delete window.BroadcastChannel; }));
