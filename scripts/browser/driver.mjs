// Firefox over WebDriver BiDi and WebKitGTK over WebDriver, behind one interface: the browsers that others.test.mjs asks.
// Both are Debian's. Each command has a deadline, and a browser that does not come says what to install.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import WebSocket from "ws";

/** How long a command, or the start of a program, may take. */
const PATIENCE = 30_000;
const SCREEN = { width: 1280, height: 900 };
/** Keys by their names in the DOM, as WebDriver writes them. */
const KEYS = {
  Tab: "\uE004", Enter: "\uE006", Escape: "\uE00C", " ": " ", End: "\uE010", Home: "\uE011",
  ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015",
};

/** What is undone however this process ends: the test runner ends it by SIGTERM when its time is over. */
const undo = new Set();
process.once("exit", () => { for (const act of [...undo].reverse()) act(); });
process.once("SIGTERM", () => process.exit(1));

/** The promise, or an error when its time is over. */
function within(promise, what, patience = PATIENCE) {
  const late = new AbortController();
  return Promise.race([
    promise,
    delay(patience, null, { signal: late.signal }).then(() => { throw new Error(`${what}: no answer within ${patience / 1000} s`); }),
  ]).finally(() => late.abort());
}

/** A program that runs, and the first line of one of its streams that holds what is looked for. */
async function start(command, args, { from = "stderr", line, packages, env = {}, stdio = ["ignore", "pipe", "pipe"] }) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio });
  const gone = new Promise((done) => child.once("exit", done).once("error", done));
  const kill = () => child.kill("SIGKILL");
  undo.add(kill);
  gone.then(() => undo.delete(kill));
  const end = async () => {
    child.kill();
    await within(gone, `${command} was asked to end`, 5_000).catch(kill);
  };
  if (!line) {
    await new Promise((started, failed) => child.once("spawn", started).once("error", failed)).catch((error) => { throw missing(error, command, packages); });
    return { end, gone };
  }
  const said = [];
  const found = new Promise((resolve, reject) => {
    child.once("error", (error) => reject(missing(error, command, packages)));
    child.once("exit", (status) => reject(new Error(`${command} ended with status ${status}: ${said.slice(-5).join(" | ")}`)));
    createInterface({ input: typeof from === "number" ? child.stdio[from] : child[from] }).on("line", (text) => {
      said.push(text);
      const match = line.exec(text);
      if (match) resolve(match[1]);
    });
  });
  try {
    return { end, gone, found: await within(found, `the start of ${command}`) };
  } catch (error) {
    await end();
    throw error;
  }
}

const missing = (error, command, packages) =>
  error.code === "ENOENT" ? new Error(`no ${command}: install ${packages} (on Debian: sudo apt-get install ${packages})`) : error;

/** What a test does with a tab; `call` runs a function in the page, `act` sends input, `open` opens an address. */
class Tab {
  constructor(name, { call, act, open, print, close }) {
    Object.assign(this, { name, open, print, close, act });
    /** The result of a function in the page; arguments and result travel as JSON. */
    this.ask = async (page, ...args) => {
      const answer = await call(`(async () => JSON.stringify((await (${page})(...${JSON.stringify(args)})) ?? null))()`);
      return JSON.parse(answer);
    };
  }

  /** Asks again until the answer is true, or what the test wants. */
  async until(words, page, ...args) {
    let answer;
    for (const end = Date.now() + PATIENCE; Date.now() < end;) {
      answer = await this.ask(page, ...args).catch((error) => `(${error.message})`); // a page that is just going
      if (answer && typeof answer !== "string") return answer;
      await delay(25);
    }
    throw new Error(`${this.name}: ${words}: not within ${PATIENCE / 1000} s; the last answer: ${JSON.stringify(answer)}`);
  }

  /** Clicks in the middle of the element that a function of the page finds. */
  async click(find, ...args) {
    const place = await this.until(`something to click: ${find} ${args}`, `async (...args) => {
      const element = (${find})(...args);
      if (!element) return false;
      element.scrollIntoView({ block: "center", behavior: "instant" });
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const { left, top, width, height } = element.getClientRects()[0] ?? {};
      const [x, y] = [Math.round(left + width / 2), Math.round(top + height / 2)];
      const met = document.elementFromPoint(x, y);
      return element.contains(met) || met?.contains(element) ? { x, y } : "covered by " + met?.outerHTML.slice(0, 120);
    }`, ...args);
    await this.act([{
      type: "pointer", id: "mouse", parameters: { pointerType: "mouse" },
      actions: [{ type: "pointerMove", ...place, origin: "viewport", duration: 0 }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }],
    }]);
  }

  press(...keys) {
    return this.act([{
      type: "key", id: "keyboard",
      actions: keys.flatMap((key) => ["keyDown", "keyUp"].map((type) => ({ type, value: KEYS[key] ?? key }))),
    }]);
  }
}

/** Firefox, asked by WebDriver BiDi. */
export async function firefox() {
  const profile = mkdtempSync(join(tmpdir(), "workbook-firefox-"));
  const quiet = { "app.update.enabled": false, "browser.shell.checkDefaultBrowser": false, "datareporting.policy.dataSubmissionEnabled": false,
    "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false, "ui.prefersReducedMotion": 1 };
  writeFileSync(join(profile, "user.js"), Object.entries(quiet).map(([name, value]) => `user_pref("${name}", ${value});\n`).join(""));
  let browser, socket;
  const forget = () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  undo.add(forget);
  const end = async () => {
    socket?.terminate();
    await browser?.end();
    forget();
    undo.delete(forget);
  };
  try {
    browser = await start(process.env.FIREFOX ?? "firefox-esr",
      ["--headless", `--width=${SCREEN.width}`, `--height=${SCREEN.height}`, "--no-remote", "--profile", profile, "--remote-debugging-port=0", "about:blank"],
      { line: /WebDriver BiDi listening on (ws:\S+)/, packages: "firefox-esr" });
    socket = new WebSocket(`${browser.found}/session`, { perMessageDeflate: false, maxPayload: 1 << 28 });
    await within(new Promise((open, failed) => socket.once("open", open).once("error", failed)), "Firefox's WebDriver BiDi");
    return await bidi(socket, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function bidi(socket, end) {
  const waiting = new Map();
  let last = 0;
  socket.on("message", (message) => {
    const { id, type, result, error, message: words } = JSON.parse(message);
    const [done, failed] = waiting.get(id) ?? [];
    waiting.delete(id);
    if (type === "success") done?.(result);
    else failed?.(new Error(`${error}: ${words}`));
  });
  const send = (method, params) => within(new Promise((...both) => {
    waiting.set(++last, both);
    socket.send(JSON.stringify({ id: last, method, params }));
  }), `Firefox: ${method}`);
  await send("session.new", { capabilities: {} });
  // Of its own first tab a Firefox without a window says that it has not the focus, and no key presses a button there.
  const { context } = await send("browsingContext.create", { type: "tab" });
  await send("browsingContext.setViewport", { context, viewport: SCREEN });
  return new Tab("Firefox", {
    async call(expression) {
      const { result, exceptionDetails } = await send("script.evaluate", { expression, awaitPromise: true, target: { context } });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return result.value;
    },
    act: (actions) => send("input.performActions", { context, actions }),
    open: (url) => send("browsingContext.navigate", { context, url, wait: "complete" }),
    print: async () => Buffer.from((await send("browsingContext.print", { context, page: { width: 21, height: 29.7 } })).data, "base64"),
    close: end,
  });
}

/** A free port of the loopback interface. */
async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** WebKitGTK's MiniBrowser on a screen of its own, asked by WebDriver. */
export async function webkit() {
  const screen = await start("Xvfb", ["-displayfd", "3", "-screen", "0", "1400x1100x24", "-nolisten", "tcp"],
    { from: 3, line: /^(\d+)$/, packages: "xvfb", stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const port = await freePort();
  let driver;
  try {
    driver = await start(process.env.WEBKIT_DRIVER ?? "WebKitWebDriver", [`--port=${port}`],
      { packages: "webkit2gtk-driver", env: { DISPLAY: `:${screen.found}`, GDK_BACKEND: "x11", LIBGL_ALWAYS_SOFTWARE: "1" }, stdio: "ignore" });
    return await session(port, async () => { await driver.end(); await screen.end(); });
  } catch (error) {
    await driver?.end();
    await screen.end();
    throw error;
  }
}

async function session(port, end) {
  const send = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE), headers: { "content-type": "application/json" },
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  const listening = async () => {
    for (const until = Date.now() + PATIENCE; ;) {
      try {
        return await send("GET", "/status");
      } catch (error) {
        if (Date.now() > until) throw error;
        await delay(25);
      }
    }
  };
  await listening();
  const { sessionId } = await send("POST", "/session", { capabilities: { alwaysMatch: {} } });
  const own = `/session/${sessionId}`;
  await send("POST", `${own}/timeouts`, { script: PATIENCE, pageLoad: PATIENCE });
  await send("POST", `${own}/window/rect`, SCREEN);
  return new Tab("WebKit", {
    async call(expression) {
      const [answer, error] = await send("POST", `${own}/execute/async`, {
        script: `const done = arguments[0]; Promise.resolve(${expression}).then((value) => done([value]), (error) => done([null, String(error)]));`, args: [],
      });
      if (error) throw new Error(error);
      return answer;
    },
    act: (actions) => send("POST", `${own}/actions`, { actions }),
    open: (url) => send("POST", `${own}/url`, { url }),
    async close() {
      await send("DELETE", own).catch(() => {});
      await end();
    },
  });
}
