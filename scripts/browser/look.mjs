// Pictures of pages, to look at: node look.mjs OUT [PAGE…] [--full] [--zh|--en|--both] [--light|--navy] [--desktop|--phone] [--forced]
// Without pages: all of them. Without choices: every language, theme and screen. With --forced: in forced colors.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, pages, reader, serve } from "./site.mjs";

const args = process.argv.slice(2);
const flags = new Set(args.filter((arg) => arg.startsWith("--")).map((arg) => arg.slice(2)));
const [out, ...wanted] = args.filter((arg) => !arg.startsWith("--"));
if (!out) {
  console.error("usage: node look.mjs OUT [PAGE…] [--full] [--zh|--en|--both] [--light|--navy] [--desktop|--phone] [--forced]");
  process.exit(2);
}
const choose = (...all) => (all.some((one) => flags.has(one)) ? all.filter((one) => flags.has(one)) : all);
const screens = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const forced = flags.has("forced") ? { forcedColors: "active" } : {};

mkdirSync(out, { recursive: true });
const site = await serve();
const browser = await launch();
try {
  for (const lang of choose("zh", "en", "both")) {
    for (const theme of choose("light", "navy")) {
      for (const screen of choose("desktop", "phone")) {
        const context = await reader(browser, { lang, theme, ...screens[screen], ...forced });
        const tab = await context.newPage();
        for (const page of wanted.length ? wanted : pages()) {
          await tab.goto(`${site.origin}/${page}`);
          const name = `${page.replace(/\.html/, "").replaceAll(/[\/#?]/g, "-")}.${lang}.${theme}.${screen}.png`;
          await tab.screenshot({ path: join(out, name), fullPage: flags.has("full") });
        }
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  site.close();
}
