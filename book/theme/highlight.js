// Colours for the few languages of this book, in 2 kB instead of 46. mdBook calls `highlightBlock` on every code element.
"use strict";

var hljs = (() => {
  const words = (text) => new Set(text.split(" "));
  const C_LIKE = String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)`;
  const HASH = String.raw`(?<comment>#[^\n]*)`;
  const TEXT = String.raw`(?<string>[bcf]?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\.[^']*|[^'\\\n])')`;
  const REST = String.raw`(?<number>\b\d[\w.]*\b)|(?<title>\b[a-z_]\w*(?=!?\s*\())|(?<type>\b[A-Z]\w*\b)|(?<word>\b[a-z_]\w*\b)`;
  const LANGUAGES = {
    rust: {
      rule: `${C_LIKE}|(?<meta>#!?\\[[^\\]]*\\])|(?<string2>r#*"[\\s\\S]*?"#*)|${TEXT}|(?<symbol>'[a-z_]\\w*)|${REST}`,
      keywords: words("as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self static struct super trait true type unsafe use where while"),
      types: words("bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize"),
    },
    python: {
      rule: `${HASH}|(?<string2>[bfr]*"""[\\s\\S]*?"""|[bfr]*'(?:\\\\.|[^'\\\\\\n])*')|${TEXT}|(?<meta>^\\s*@[\\w.]+)|${REST}`,
      keywords: words("and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return True try while with yield"),
      types: words("bytes dict int list set str tuple"),
    },
    c: {
      rule: `${C_LIKE}|(?<meta>^\\s*#\\s*\\w+[^\\n]*)|${TEXT}|${REST}`,
      keywords: words("break case const continue default do else enum extern for goto if return sizeof static struct switch typedef union volatile while"),
      types: words("char double float int long short signed size_t ssize_t unsigned void"),
    },
    toml: { rule: `${HASH}|${TEXT}|(?<section>^\\s*\\[[^\\]\\n]*\\])|(?<attr>^[\\w.-]+(?=\\s*=))|${REST}`, keywords: words("true false"), types: words("") },
  };

  function kind(groups, language) {
    const [name, text] = Object.entries(groups).find(([, value]) => value !== undefined);
    if (language.keywords.has(text)) return "keyword";
    if (language.types.has(text)) return "type";
    return name === "word" ? null : name.replace(/\d$/, "");
  }

  /** Wraps parts of the text in spans; elements that are there already (comments in two languages) stay. */
  function highlightBlock(code) {
    const language = LANGUAGES[/language-(\w+)/.exec(code.className)?.[1]];
    if (!language) return;
    const parts = [];
    for (const match of code.textContent.matchAll(new RegExp(language.rule, "gm"))) {
      const name = kind(match.groups, language);
      if (name) parts.push({ from: match.index, to: match.index + match[0].length, name });
    }
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    let start = 0, next = 0;
    for (const node of nodes) {
      const text = node.data, end = start + text.length, pieces = [];
      let at = start;
      while (next < parts.length && parts[next].from < end) {
        const { from, to, name } = parts[next];
        const [a, b] = [Math.max(from, at), Math.min(to, end)];
        if (a > at) pieces.push(text.slice(at - start, a - start));
        pieces.push(Object.assign(document.createElement("span"), { className: `hljs-${name}`, textContent: text.slice(a - start, b - start) }));
        at = b;
        if (to > end) break;
        next++;
      }
      if (pieces.length) node.replaceWith(...pieces, text.slice(at - start));
      start = end;
    }
  }

  return { configure() {}, highlightBlock };
})();
