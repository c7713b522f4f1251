// The built book, served to one Chromium: what every test and look.mjs stand on.
import { createServer } from "node:http";
import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
export const BOOK = normalize(process.env.BOOK ?? join(here, "../../target/book"));

const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
  ".json": "application/json", ".png": "image/png",
};

/** Serves the book on a free port of the loopback interface; `zipped` as published sites do. */
export async function serve({ zipped = false } = {}) {
  if (!existsSync(join(BOOK, "toc.html"))) {
    throw new Error(`no built book at ${BOOK}: run \`cargo workbook build\`, or set BOOK to the folder that holds index.html`);
  }
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    let file = normalize(join(BOOK, path));
    if (file !== BOOK && !file.startsWith(BOOK.endsWith(sep) ? BOOK : BOOK + sep)) return response.writeHead(403).end();
    try {
      if (statSync(file).isDirectory()) file = join(file, "index.html");
      const body = await readFile(file);
      const type = { "content-type": TYPES[extname(file)] ?? "application/octet-stream" };
      if (zipped) response.writeHead(200, { ...type, "content-encoding": "gzip" }).end(gzipSync(body));
      else response.writeHead(200, type).end(body);
    } catch {
      response.writeHead(404).end("not found");
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, close: () => { server.closeAllConnections(); server.close(); } };
}

/** Every page of the book, in order, as its table of contents says. */
export function pages() {
  const toc = readFileSync(join(BOOK, "toc.html"), "utf8");
  const found = [...toc.matchAll(/<a\b[^>]*href="([^"#]+\.html)"/g)].map((match) => match[1]);
  if (found.length === 0) throw new Error(`${BOOK}/toc.html lists no page: build the book again`);
  return [...new Set(found)];
}

/** Starts Chromium. `light` is the same engine without the window of a browser around it, where Debian's
    `chromium-headless-shell` is there: it takes half of the time. */
export async function launch({ light = false } = {}) {
  const shell = light ? ["/usr/bin/chromium-headless-shell"] : [];
  const path = [...shell, process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find((p) => p && existsSync(p));
  if (!path) throw new Error("no Chromium: install the package `chromium`, or set CHROMIUM to the browser's path");
  return chromium.launch({
    executablePath: path,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A fresh reader: their languages, theme, screen and habits. */
export async function reader(browser, {
  languages = "zh-CN", lang, theme = "light", width = 1280, height = 900, ...rest
} = {}) {
  const context = await browser.newContext({ locale: languages, viewport: { width, height }, ...rest });
  if (rest.javaScriptEnabled !== false) {
    await context.addInitScript(([lang, theme]) => {
      if (sessionStorage.getItem("set-up")) return;
      sessionStorage.setItem("set-up", "yes");
      if (lang) localStorage.setItem("workbook-lang", lang);
      localStorage.setItem("mdbook-theme", theme);
    }, [lang, theme]);
  }
  return context;
}
