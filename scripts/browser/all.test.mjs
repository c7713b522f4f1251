// `npm test`: everything a reader can meet, in one browser.
import { after } from "node:test";
import { close } from "./shared.mjs";

await import("./modes.mjs");

after(close);
