// The pictures of README.md, from the built book: node scripts/browser/pictures.mjs
import { mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch, reader, serve } from "./site.mjs";

const FOLDER = fileURLToPath(new URL("../../.github/", import.meta.url));
/** Both pictures together. */
const LIMIT_BYTES = 200_000;
const SIZE = { width: 1180, height: 760, deviceScaleFactor: 1 };

/** A picture of what stands below the menu bar, `from` the top of this element. */
async function picture(tab, name, element, above) {
  await tab.evaluate(() => document.fonts.ready);
  await element.evaluate((one, above) => scrollBy({ top: one.getBoundingClientRect().top - above, behavior: "instant" }), above);
  await tab.mouse.move(0, 0);
  const path = `${FOLDER}${name}.jpg`;
  await tab.screenshot({ path, type: "jpeg", quality: 74 });
  return statSync(path).size;
}

mkdirSync(FOLDER, { recursive: true });
const site = await serve();
const browser = await launch();
try {
  const tab = await (await reader(browser, { lang: "both", ...SIZE })).newPage();
  await tab.goto(`${site.origin}/sockets/duplex.html`);
  await tab.locator("#mdbook-sidebar-toggle").click().catch(() => {}); // the page alone
  let bytes = await picture(tab, "side-by-side", tab.locator("figure.session").first(), 330);
  await tab.goto(`${site.origin}/sockets/one-shot.html#packet-6`);
  await tab.locator(".bytes-panel .byte").first().waitFor();
  await tab.locator(".bytes-field", { hasText: "sequence number" }).first().click();
  bytes += await picture(tab, "bytes", tab.locator("#packet-5"), 130);
  console.log(`${bytes} bytes in .github/`);
  if (bytes > LIMIT_BYTES) throw new Error(`more than ${LIMIT_BYTES} bytes`);
} finally {
  await browser.close();
  site.close();
}
