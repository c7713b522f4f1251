// `npm test`. The readers of the whole book begin at once, in two tabs; the other tests go on beside them.
import { after, test } from "node:test";
import { close, readAll, staysHere, testsOfEveryPage } from "./shared.mjs";

for (const part of ["modes", "layout", "sessions", "captures", "access", "assistive", "widgets", "questions", "search", "keys", "paper", "live", "websocket"]) await import(`./${part}.mjs`);
readAll().catch(() => {}); // told by the tests that wait for it
testsOfEveryPage();

test("no request leaves the machine", staysHere);
after(close);
