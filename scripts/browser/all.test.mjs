// `npm test`: everything a reader can meet, in one browser.
import { after } from "node:test";
import { close } from "./shared.mjs";

for (const part of ["modes", "search", "sessions", "widgets", "captures", "access", "layout"]) await import(`./${part}.mjs`);

after(close);
