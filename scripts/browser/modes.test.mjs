// `npm test`, the other half: reading modes, what a reader does, and axe.
import { after, test } from "node:test";
import { close, staysHere } from "./shared.mjs";

for (const part of ["modes", "access"]) await import(`./${part}.mjs`);

test("no request leaves the machine", staysHere);
after(close);
