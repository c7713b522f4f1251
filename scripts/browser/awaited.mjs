// Tests of what the book does not do yet: each is left out with its reason, until the work that mends it is done.
// `AWAITED=yes npm test` runs them too. A line that names no test fails the run.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

/** { name of a test: why it fails today }. */
export const AWAITED = {
  "Firefox: on paper the terminals of a session have their titles": "Firefox does not apply container queries on paper; the titles are made in one",
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
