// Tests of what the book does not do yet: each is left out with its reason, until the work that mends it is done.
// `AWAITED=yes npm test` runs them too. A line that names no test fails the run.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

/** { name of a test: why it fails today }. */
export const AWAITED = {
  "Firefox: on paper the terminals of a session have their titles": "Firefox does not apply container queries on paper; the titles are made in one",
  "the buttons of every session have the session's name": "every group of buttons is called 步骤 · Steps",
  "on a slow phone the largest paint of the heaviest page comes within 3 s": "4.2 s on a quiet machine: the bytes of captures are still in the page",
  "on a slow phone no task of the heaviest page takes longer than 250 ms": "450 ms on a quiet machine: the scripts read every table when the page is loaded",
  "every row of a session names its terminal to a screen reader": "in a wide window the name is not displayed, and only a terminal's first row shows it",
  "every row of a capture names its host, and every packet its way": "as in sessions; and a packet's number is told without the word packet",
  "in forced colors the current step of a session is seen": "it is told by a background and a shadow, which forced colors take away",
  "in forced colors the arrows and the lifelines of a capture are seen": "they are backgrounds, which forced colors take away",
  "in forced colors the chosen bytes of a packet are seen": "they are told by a background and a shadow, which forced colors take away",
};

/** Why a test is left out, or nothing. */
export const waitsFor = (name) => (AWAITED[name] && !process.env.AWAITED ? `awaited: ${AWAITED[name]}` : undefined);

/** A test that is run when it is no longer awaited. */
export const awaited = (name, act) => test(name, { skip: waitsFor(name) }, act);

/** Every line of the list names a test. */
export function namesTests() {
  const folder = new URL(".", import.meta.url);
  const sources = readdirSync(folder).filter((file) => file.endsWith(".mjs") && file !== "awaited.mjs").map((file) => readFileSync(new URL(file, folder), "utf8"));
  const unknown = Object.keys(AWAITED).filter((name) => !sources.some((source) => source.includes(name.replace(/^(Firefox|WebKit): /, ""))));
  assert.deepEqual(unknown, [], "awaited, but no test has this name");
}
