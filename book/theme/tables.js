// The tables of a recording, in the reader's language. Without this script both languages show.
"use strict";

try {
  document.documentElement.dataset.lang = localStorage.getItem("workbook-lang") ?? (/^zh\b/i.test(navigator.languages[0]) ? "zh" : "en");
} catch { /* no storage: both */ }
