// The reading mode after the first paint (head.hbs chose it), and mdBook's furniture in the reader's language.
"use strict";

(() => {
  const root = document.documentElement;
  const main = document.querySelector("main");
  const MODES = ["zh", "en", "both"];

  /** A pair of elements, one of which is shown; the space keeps their words apart where both are read. */
  function pair(zh, en, tag = "span") {
    return `<${tag} class="zh" lang="zh-CN">${zh}</${tag}> <${tag} class="en" lang="en">${en}</${tag}>`;
  }

  // -- Switching ---------------------------------------------------------------------------------------------------

  /** What the reader is looking at, and where it stands: the first block that begins below the menu bar; if none
      begins in the upper half of the screen, the first line of a list, table or session; else the block that is cut. */
  function place() {
    const top = Math.max(0, document.getElementById("mdbook-menu-bar").getBoundingClientRect().bottom);
    const seen = (selector) => [...main.querySelectorAll(selector)]
      .map((block) => ({ block, y: block.getBoundingClientRect().top, height: block.offsetHeight }))
      .filter(({ y, height }) => height > 0 && y + height > top && y < innerHeight);
    const blocks = seen(":scope > *");
    const begins = ({ y }) => y >= top && y < innerHeight / 2;
    return blocks.find(begins) ?? seen(".pair :is(p, li, tr), figure li, figure tr, dt, tr, details").find(begins) ?? blocks[0];
  }

  /** The same block in the other half of its pair, if this one is hidden now. */
  function twin(block) {
    const half = block.closest(".pair > *");
    if (!half || block.offsetParent) return block;
    const other = half.nextElementSibling || half.previousElementSibling;
    const index = [...half.querySelectorAll("*")].filter((e) => e.tagName === block.tagName).indexOf(block);
    return [...other.querySelectorAll("*")].filter((e) => e.tagName === block.tagName)[index] || half.parentElement;
  }

  function use(lang) {
    const seen = place();
    workbook.use(lang);
    words();
    try { localStorage.setItem("workbook-lang", lang); } catch { /* this page only */ }
    const url = new URL(location.href);
    if (url.searchParams.has("lang")) {
      url.searchParams.delete("lang");
      history.replaceState(history.state, "", url);
    }
    if (seen) scrollBy({ top: twin(seen.block).getBoundingClientRect().top - seen.y, behavior: "instant" });
    regions();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set]");
    if (button) use(button.dataset.set);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "l" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (/^(input|textarea|select)$/i.test(event.target.nodeName)) return;
    use(MODES[(MODES.indexOf(workbook.lang()) + 1) % MODES.length]);
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    try {
      use(localStorage.getItem("workbook-lang") || workbook.lang());
      useCode(localStorage.getItem("workbook-code") || root.dataset.code);
    } catch { /* keep what is shown */ }
  });

  // -- The programming language -------------------------------------------------------------------------------------

  function useCode(code) {
    root.dataset.code = code;
    for (const group of main.querySelectorAll(".code-switch")) {
      const shown = group.querySelector(`[data-set-code="${code}"]`) ? code : "rust";
      for (const button of group.children) button.setAttribute("aria-pressed", button.dataset.setCode === shown);
    }
    regions();
  }
  // Who has not chosen is asked, once a page, above the first code that there is in several languages.
  function askForCode() {
    try { if (localStorage.getItem("workbook-code")) return; } catch { return; }
    const words = document.createElement("p");
    words.className = "code-ask";
    words.innerHTML = pair("用哪种语言读？选一次，全书都用它。", "Which language do you read? One choice holds for the whole book.");
    main.querySelector(".tabs")?.prepend(words);
  }
  main.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set-code]");
    if (!button) return;
    main.querySelector(".code-ask")?.remove();
    useCode(button.dataset.setCode);
    try { localStorage.setItem("workbook-code", root.dataset.code); } catch { /* this page only */ }
  });

  // -- Words -------------------------------------------------------------------------------------------------------

  const CHINESE = {
    "Table of contents": "目录",
    "Toggle Table of Contents": "显示或隐藏目录",
    "Change theme": "换颜色",
    "Themes": "颜色",
    "Search (`/`)": "搜索（/）",
    "Toggle Searchbar": "打开或关闭搜索",
    "Search this book ...": "搜索本书",
    "Search Result Teaser": "搜索结果摘要",
    "Print this book": "打印全书",
    "Page navigation": "翻页",
    "Previous chapter": "上一页",
    "Next chapter": "下一页",
    "Git repository": "代码仓库",
    "Suggest an edit": "建议修改",
    "Copy to clipboard": "复制",
    "Copied!": "已复制",
    "Clipboard error!": "复制失败，请手动选择文字",
    "Code": "代码",
    "Programming language": "编程语言",
    "Table": "表格",
    "Figure": "图",
    "Bytes": "字节",
  };
  const ATTRIBUTES = ["title", "aria-label", "placeholder"];

  const inLanguage = (zh, en) => ({ zh, en, both: `${zh} · ${en}` })[workbook.lang()];

  /** Attributes that hold a word of the dictionary follow the reader's language; the English stays in `data-`. */
  function words() {
    for (const name of ATTRIBUTES) {
      for (const element of document.querySelectorAll(`[${name}]`)) {
        const key = `en-${name}`;
        const english = element.getAttribute(`data-${key}`) ?? element.getAttribute(name);
        if (!CHINESE[english]) continue;
        element.setAttribute(`data-${key}`, english);
        element.setAttribute(name, inLanguage(CHINESE[english], english));
      }
    }
  }

  /** Visible words become pairs once; CSS does the rest. */
  function visibleWords() {
    const themes = { default_theme: ["自动", "Auto"], light: ["浅色", "Light"], navy: ["深色", "Dark"] };
    for (const [id, [zh, en]] of Object.entries(themes))
      document.getElementById(`mdbook-theme-${id}`).innerHTML = pair(zh, en);

    document.querySelector(".mdbook-help-title").innerHTML = pair("快捷键", "Keyboard shortcuts");
    const keys = [
      ["←</kbd> <kbd>→", "上一页、下一页", "previous page, next page"],
      ["l", "中文、English、对照", "中文, English, side by side"],
      ["s</kbd> <kbd>/", "搜索本书", "search in the book"],
      ["?", "显示这份帮助", "show this help"],
      ["Esc", "关闭", "close"],
    ];
    document.querySelector("#mdbook-help-popup > div").innerHTML = keys
      .map(([key, zh, en]) => `<p><kbd>${key}</kbd> ${pair(zh, en)}</p>`).join("");

    for (const [way, zh, en] of [["previous", "← 上一页", "← Previous"], ["next", "下一页 →", "Next →"]]) {
      const link = document.querySelector(`.mobile-nav-chapters.${way}`);
      if (!link) continue;
      const entry = [...document.querySelectorAll(".chapter a[href]")].find((a) => a.href === link.href);
      link.innerHTML = `<span class="way">${pair(zh, en)}</span><span class="title">${entry?.innerHTML ?? ""}</span>`;
      link.removeAttribute("aria-label");
      link.removeAttribute("title");
    }
  }

  // mdBook writes "Copied!" into a tooltip.
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const chinese = CHINESE[target.textContent];
      if (chinese && target.classList?.contains("tooltiptext") && workbook.lang() !== "en") target.textContent = chinese;
    }
  }).observe(main, { childList: true, subtree: true });

  // -- Access: what mdBook leaves out ------------------------------------------------------------------------------

  /** The sidebar's switch is a label: make it a button for the keyboard and for screen readers. */
  function sidebarSwitch() {
    const label = document.getElementById("mdbook-sidebar-toggle");
    label.setAttribute("role", "button");
    label.tabIndex = 0;
    label.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      label.click();
    });
  }

  const scrollsSideways = (element) => element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX);

  /** Whatever scrolls can be reached by the keyboard, and has a name of its own. */
  function regions() {
    const kinds = [["pre, pre > code", "Code"], [".table-wrapper", "Table"], [".fig-scroll", "Figure"], [".bytes-hex", "Bytes"]];
    for (const [selector, name] of kinds) {
      let number = 0;
      for (const element of main.querySelectorAll(selector)) {
        const scrolls = scrollsSideways(element) || (name === "Bytes" && element.scrollHeight > element.clientHeight + 1);
        if (scrolls) {
          number++;
          element.tabIndex = 0;
          element.setAttribute("role", "region");
          element.setAttribute("aria-label", inLanguage(`${CHINESE[name]} ${number}`, `${name} ${number}`));
        } else if (element.hasAttribute("tabindex")) {
          for (const attribute of ["tabindex", "role", "aria-label"]) element.removeAttribute(attribute);
        }
      }
    }
  }
  workbook.regions = regions;

  // -- Keys: they belong to what has the focus, and to the page only where nothing has it ---------------------------

  const plain = ({ altKey, ctrlKey, metaKey }) => !(altKey || ctrlKey || metaKey);

  // Before anybody else: a region that scrolls sideways may stand in a figure that has keys of its own.
  addEventListener("keydown", (event) => {
    const { key, target, shiftKey } = event;
    if (!plain(event) || !/^(Arrow(Left|Right)|Home|End)$/.test(key) || !(target instanceof Element)) return;
    if (!target.matches("main [tabindex]") || !scrollsSideways(target)) return;
    event.stopImmediatePropagation(); // the browser scrolls it
    if (shiftKey || key.startsWith("Arrow") || target.scrollHeight > target.clientHeight + 1) return;
    event.preventDefault(); // the ends of the line, and not of the page
    target.scrollTo({ left: key === "Home" ? 0 : target.scrollWidth });
  }, true);

  // After everybody but mdBook, which listens at the document: the arrows turn no page from a control, a widget, or what
  // stands in a region that scrolls.
  const CONTROLS = "button, input, select, textarea, summary, label, [tabindex], [contenteditable], figure, .question, .exercise";
  document.documentElement.addEventListener("keydown", (event) => {
    const { target } = event;
    if (!/^Arrow(Left|Right)$/.test(event.key) || !(target instanceof Element)) return;
    let scrolls = false;
    for (let element = target; element && element !== main; element = element.parentElement) scrolls ||= scrollsSideways(element);
    if (event.shiftKey || scrolls || target.closest(CONTROLS)) event.stopPropagation();
  });

  const loads = {};
  /** Loads a script or a style, once, when somebody needs it. */
  workbook.load = (url) => loads[url] ??= new Promise((onload, failed) => {
    const onerror = () => {
      delete loads[url]; // the next who needs it tries again
      failed(new Error(`cannot load ${url}`));
    };
    document.head.append(Object.assign(document.createElement(url.endsWith(".js") ? "script" : "link"), { rel: "stylesheet", href: url, src: url, onload, onerror }));
  });
  /** The same for a file of the theme. */
  workbook.bring = (file) => workbook.load(`${path_to_root}theme/${file}`);

  const LATER_MS = 2500;
  /** Loads a script of the theme when one of these elements comes near or gets the focus, and else when the page has been
      there for a while: what is read first does not wait for it. */
  workbook.near = (elements, file) => {
    if (!elements.length) return;
    const come = () => workbook.bring(file).catch(() => {}); // the page is complete without it
    addEventListener("load", () => setTimeout(come, LATER_MS));
    const watch = new IntersectionObserver((seen) => {
      if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
      watch.disconnect();
      come();
    }, { rootMargin: "900px" });
    for (const element of elements) {
      watch.observe(element);
      element.addEventListener("focusin", come, { once: true });
    }
  };

  /** The scripts of mdBook's search, in their order. The page names them; under plain mdBook they are here already. */
  let searcher = null, searchable = false;
  const search = () => searcher ??= (async () => {
    const scripts = document.getElementById("search-scripts")?.dataset.src.split(" ") ?? [];
    for (const script of scripts) await workbook.load(script);
    searchable = true;
    words(); // of the help that they add
  })().catch((error) => {
    searcher = null; // the next key tries again
    throw error;
  });

  /** Search comes when somebody searches, Chinese search with the first letter. */
  function searching() {
    const bar = document.getElementById("mdbook-searchbar");
    if (!bar) return;
    if (document.getElementById("search-scripts")) {
      const toggle = document.getElementById("mdbook-search-toggle");
      const around = document.getElementById("mdbook-search-wrapper");
      // Until the scripts are here, the bar opens and closes as it will then, and what is typed is not lost.
      let open = false, waiting = false;
      const close = () => {
        open = false;
        around.classList.add("hidden");
        bar.blur();
      };
      const show = async () => {
        open = true;
        around.classList.remove("hidden");
        bar.focus();
        if (waiting) return;
        waiting = true;
        await search().finally(() => { waiting = false; });
        around.classList.add("hidden");
        if (!open) return;
        toggle.click(); // shows it, selects what was typed, and searches for it
        bar.setSelectionRange(bar.value.length, bar.value.length);
      };
      toggle.addEventListener("click", () => {
        if (searchable) return;
        if (open) close();
        else show().catch(() => {});
      });
      document.addEventListener("keydown", (event) => {
        if (searchable || !plain(event) || event.isComposing) return;
        if (event.key === "Escape" && open) {
          event.preventDefault(); // it would empty the bar
          close();
        }
        if (!/^[sS/]$/.test(event.key) || /^(input|textarea|select)$/i.test(event.target.nodeName)) return;
        event.preventDefault();
        show().catch(() => {});
      });
      // Enter would load the page again.
      bar.form.addEventListener("submit", (event) => event.preventDefault());
      if (/[?&](search|highlight)=/.test(location.search)) search().catch(() => {});
    }
    // Without it, and offline, mdBook's own search is what there is.
    const come = () => search().then(() => workbook.bring("places.js")).then(() => workbook.bring("search.js")).catch(() => {});
    for (const event of ["focus", "input"]) bar.addEventListener(event, come);
    if (/[?&]search=/.test(location.search)) come();

    // mdBook searches when a key is released; words also come by mouse, by drag and by an input method, and go by the ×.
    const ask = () => bar.dispatchEvent(new KeyboardEvent("keyup"));
    bar.addEventListener("compositionend", ask);
    bar.addEventListener("input", (event) => {
      if (event.isComposing) return;
      if (!bar.value.trim()) {
        // It does not search for the same words twice in a row: words that come back shall find again.
        bar.value = "…";
        ask();
        bar.value = "";
      }
      ask();
    });
  }

  workbook.pair = pair;
  // Who has answered before sees the marks of all pages at once; on paper the last question has its buttons.
  try {
    if (localStorage.getItem("workbook-questions")) addEventListener("load", () => workbook.bring("questions.js").catch(() => {}));
  } catch { /* none are kept */ }
  workbook.near(main.querySelectorAll(".question"), "questions.js");
  visibleWords();
  sidebarSwitch();
  searching();
  words();
  askForCode();
  useCode(root.dataset.code);
  document.getElementById("mdbook-searchbar")?.setAttribute("aria-describedby", "mdbook-searchresults-header");
  addEventListener("resize", regions);
  addEventListener("load", regions);
  document.addEventListener("toggle", regions, true); // what was folded had no width
  // A language that is chosen with the mouse leaves the keys where they were.
  document.addEventListener("mousedown", (event) => { if (event.target.closest(".lang-switch")) event.preventDefault(); });
})();
