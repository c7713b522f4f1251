// `npm test`, one half: two browsers at once keep two cores busy. This one is about pages as they stand.
import { after, test } from "node:test";
import { close, staysHere } from "./shared.mjs";

for (const part of ["layout", "captures", "widgets", "questions", "search", "sessions"]) await import(`./${part}.mjs`);

test("no request leaves the machine", staysHere);
after(close);
