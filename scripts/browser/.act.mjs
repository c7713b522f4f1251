import { launch, reader, serve } from "/work/main/scripts/browser/site.mjs";
// node act.mjs OUT PAGE lang theme width selectorToClick selectorToHover clipSelector
const [out, page, lang, theme, width, click, hover, clip] = process.argv.slice(2);
const site = await serve(); const browser = await launch();
const context = await reader(browser, { lang, theme, width: Number(width), height: 1000 });
const tab = await context.newPage();
tab.on("pageerror", (e) => console.log("ERR", e.message));
await tab.goto(`${site.origin}/${page}`);
for (const c of click.split("||").filter(Boolean)) await tab.locator(c).first().click();
if (hover) await tab.locator(hover).first().hover();
await tab.addStyleTag({content:"#mdbook-menu-bar{position:static!important}.cap-hosts{position:static!important}"});
await tab.locator(clip || "figure.capture").first().screenshot({ path: out });
await browser.close(); site.close();
