//! One rule of the pages per test: what a writer types, and what comes out.

#[path = "support/book.rs"]
#[allow(missing_docs, dead_code, unreachable_pub, reason = "shared by tests")]
mod book;

use book::Book;

/// A Chinese and an English block give this.
#[track_caller]
fn check(zh: &str, en: &str, expected: &str) {
    assert_eq!(Book::twins(zh, en).shown(), expected);
}

#[track_caller]
fn check_chinese(zh: &str, expected: &str) {
    let shown = Book::twins(zh, "text").shown();
    let half = shown.split("lang=\"zh-CN\">\n\n").nth(1).expect("a pair");
    assert_eq!(half.split("\n\n</div>").next(), Some(expected), "{shown}");
}

#[test]
fn blocks_that_differ_come_out_as_a_pair_each() {
    check(
        "你好。\n\n再见。\n",
        "Hello.\n\nBye.\n",
        "\
<div class=\"pair\">
<div class=\"zh\" lang=\"zh-CN\">

你好。

</div>
<div class=\"en\" lang=\"en\">

Hello.

</div>
</div>

<div class=\"pair\">
<div class=\"zh\" lang=\"zh-CN\">

再见。

</div>
<div class=\"en\" lang=\"en\">

Bye.

</div>
</div>
",
    );
}

#[test]
fn blocks_that_are_the_same_come_out_once() {
    check("- `a`\n- `b`", "- `a`\n- `b`", "- `a`\n- `b`\n");
    check("---\n\n`x`", "---\n\n`x`", "---\n\n`x`\n");
    // And so does their id.
    let html = "<p>\n<code id=\"a\">x</code>\n</p>";
    check(html, html, &format!("{html}\n"));
}

#[test]
fn a_heading_comes_out_once_with_both_texts_and_its_id() {
    check(
        "## 七层**模型** {#seven-layers}",
        "## Seven `layers` {#seven-layers}",
        "## <span class=\"zh\" lang=\"zh-CN\">七层**模型**</span><span class=\"sep\"> · </span><span class=\"en\" lang=\"en\">Seven `layers`</span> {#seven-layers}\n",
    );
    check("### TCP {#tcp}", "### TCP {#tcp}", "### TCP {#tcp}\n");
}

#[test]
fn a_lone_carriage_return_ends_a_line_as_in_markdown() {
    let (zh, en) = ("# 题 {#t}\r\r字\r", "# T {#t}\r\rword\r");
    let plain = Book::twins(&zh.replace('\r', "\n"), &en.replace('\r', "\n"));
    assert_eq!(Book::twins(zh, en).shown(), plain.shown());
}

#[test]
fn line_ends_of_windows_and_byte_order_marks_change_nothing() {
    let (zh, en) = (
        "# 题 {#t}\n\n第一行\n第二行\n",
        "# T {#t}\n\nline one\nline two\n",
    );
    let crlf = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let plain = Book::twins(zh, en).shown();
    assert!(plain.contains("第一行第二行"), "{plain}");
    assert_eq!(Book::twins(&crlf(zh), &crlf(en)).shown(), plain);
}

#[test]
fn a_break_between_chinese_characters_joins_the_lines() {
    check_chinese("中文\n中文", "中文中文");
    check_chinese(
        "一句。\n又一句，\n还有（括号）\n“引号”",
        "一句。又一句，还有（括号）“引号”",
    );
    check_chinese("中文  \u{20}\n中文", "中文  \u{20}\n中文"); // a hard break stays
}

#[test]
fn a_break_next_to_latin_text_or_code_stays_a_space() {
    check_chinese("中文\nTCP\n中文", "中文\nTCP\n中文");
    check_chinese("用\n`recv`\n收", "用\n`recv`\n收");
    check_chinese("第 3\n层", "第 3\n层");
}

#[test]
fn joining_lines_keeps_emphasis_and_links() {
    check_chinese("这是\n**重点**\n的字", "这是**重点**的字");
    check_chinese(
        "这是\n[链接](https://example.org/)\n的字",
        "这是[链接](https://example.org/)的字",
    );
    // `是**“` would open nothing: the break stays.
    check_chinese("这是\n**“重点”**\n的字", "这是\n**“重点”**\n的字");
    check_chinese("**一**\n**二**", "**一**\n**二**");
}

#[test]
fn lines_join_inside_lists_and_quotes_but_not_in_code() {
    let list = "- 一\n  二\n\n  ```\n  三\n  四\n  ```";
    let joined = "- 一二\n\n  ```\n  三\n  四\n  ```";
    let shown = Book::twins(list, "- a").shown();
    assert!(shown.contains(joined), "{shown}");
    let shown = Book::twins("> 一\n> 二\n三", "> a").shown();
    assert!(shown.contains("\n> 一二三\n"), "{shown}");
}

#[test]
fn an_element_may_span_blocks_if_both_twins_have_the_same_tags() {
    check(
        "<details>\n<summary>答案</summary>\n\n`x`\n\n</details>",
        "<details>\n<summary>Answer</summary>\n\n`x`\n\n</details>",
        "\
<details>
<summary><span class=\"zh\" lang=\"zh-CN\">答案</span> <span class=\"en\" lang=\"en\">Answer</span></summary>

`x`

</details>
",
    );
}

#[test]
fn comments_are_notes_to_the_writer() {
    check(
        "<!-- 待查 -->\n\n`a`",
        "`a`\n\n<!-- to check -->\n\n<!-- 2 -->",
        "`a`\n",
    );
}

/// The body of an included program, as HTML.
#[track_caller]
fn check_code(name: &str, source: &str, expected: &str) {
    let fence = format!("```\n{{{{#include ../examples/{name}:a}}}}\n```");
    let book = Book::twins(&fence, &fence).with(&format!("examples/{name}"), source);
    let shown = book.shown();
    let code = shown.split_once("<pre><code").expect(&shown).1;
    let code = code.split_once('>').expect("a tag").1;
    assert_eq!(
        code.trim_end().strip_suffix("</code></pre>"),
        Some(expected)
    );
}

#[test]
fn comment_lines_of_a_program_come_in_pairs() {
    check_code(
        "01_x.rs",
        "// ANCHOR: a\n    // 等客户端。\n    // Wait for a client.\n    accept();\n// ANCHOR_END: a\n",
        "<span class=\"zh\" lang=\"zh-CN\">// 等客户端。\n</span><span class=\"en\" lang=\"en\">// Wait for a client.\n</span>accept();\n",
    );
    check_code(
        "01_x.py",
        "# ANCHOR: a\n# 等。\n# Wait.\n\n# 127.0.0.1\nx = 1\n# ANCHOR_END: a\n",
        "<span class=\"zh\" lang=\"zh-CN\"># 等。\n</span><span class=\"en\" lang=\"en\"># Wait.\n</span>\n# 127.0.0.1\nx = 1\n",
    );
}

#[test]
fn an_empty_comment_line_ends_a_pair_so_that_a_command_shows_in_both_languages() {
    check_code(
        "01_x.rs",
        "// ANCHOR: a\n//! 运行：\n//! Run:\n//!\n//! cargo run\n// ANCHOR_END: a\n",
        "<span class=\"zh\" lang=\"zh-CN\">//! 运行：\n</span><span class=\"en\" lang=\"en\">//! Run:\n</span>//!\n//! cargo run\n",
    );
}

#[test]
fn a_comment_after_code_belongs_to_the_code() {
    check_code(
        "01_x.rs",
        "// ANCHOR: a\nf(); // 说明\n// plain\n// ANCHOR_END: a\n",
        "f(); // 说明\n// plain\n",
    );
}

#[test]
fn markup_and_directives_in_a_program_are_text() {
    check_code(
        "01_x.rs",
        "// ANCHOR: a\nlet x = \"</code>{{#include y}}&\";\n// ANCHOR_END: a\n",
        "let x = &quot;&lt;/code&gt;&#123;&#123;#include y&#125;&#125;&amp;&quot;;\n",
    );
}

#[test]
fn a_whole_program_is_included_without_its_anchor_lines() {
    let fence = "```rust\n{{#include ../examples/01_x.rs}}\n```";
    let book = Book::twins(fence, fence)
        .with("examples/01_x.rs", "// ANCHOR: a\nf();\n// ANCHOR_END: a\n");
    assert_eq!(
        book.shown(),
        "<div class=\"source\">examples/01_x.rs</div>\n\n<pre><code class=\"language-rust\">f();\n</code></pre>\n"
    );
}

#[test]
fn a_fence_of_several_includes_becomes_tabs() {
    let fence = "```rust\n{{#include ../examples/01_x.rs:a}}\n{{#include ../examples/x.py:a}}\n```";
    let book = Book::twins(fence, fence)
        .with("examples/01_x.rs", "// ANCHOR: a\nf();\n// ANCHOR_END: a\n")
        .with("examples/x.py", "# ANCHOR: a\nf()\n# ANCHOR_END: a\n");
    assert_eq!(
        book.shown(),
        "<link rel=\"stylesheet\" href=\"theme/tabs.css\">\n\n<div class=\"tabs\">\n\
         <div class=\"code-switch\" role=\"group\" aria-label=\"01_x.rs · a\">\
         <button type=\"button\" data-set-code=\"rust\">Rust</button>\
         <button type=\"button\" data-set-code=\"python\">Python</button></div>\n\
         <div class=\"code-rust\">\n<div class=\"source\">examples/01_x.rs</div>\n\n\
         <pre><code class=\"language-rust\">f();\n</code></pre>\n</div>\n\
         <div class=\"code-python\">\n<div class=\"source\">examples/x.py</div>\n\n\
         <pre><code class=\"language-python\">f()\n</code></pre>\n</div>\n</div>\n"
    );
}

#[test]
fn a_figure_without_words_needs_no_languages() {
    let figure = "<figure class=\"fig\">\n\n<div class=\"box\"></div>\n</figure>\n";
    let book = Book::twins("{{#figure a}}", "{{#figure a}}").with("book/figures/a.html", figure);
    assert_eq!(
        book.shown(),
        "<figure class=\"fig\">\n<div class=\"box\"></div>\n</figure>\n"
    );
}

#[test]
fn a_name_cannot_leave_its_folder() {
    let book = Book::twins("{{#session ../x}}", "{{#session ../x}}").with("x.session", "title");
    assert_eq!(
        book.shown(),
        "book/page.md:1: no file examples/../x.session; correct the name\n"
    );
}

#[test]
fn twins_part_once_in_a_section_and_are_compared_again_in_the_next() {
    let zh = "# 一 {#a}\n\n段\n\n- 列\n\n> 引\n\n## 二 {#b}\n\n段\n\n## 三 {#c}\n\n- 列\n";
    let en = "# A {#a}\n\n- l\n\ntext\n\ntext\n\n## B {#b}\n\ntext\n\n## C {#c}\n\n- l\n- m\n";
    check(
        zh,
        en,
        "\
book/page.md:3: the twins differ from here on: book/page.md:3 has a paragraph (\"段\"), book/page.en.md:3 has a bulleted list (1 item) (\"- l\"); give both files the same sequence of blocks
book/page.md:15: the twins differ from here on: book/page.md:15 has a bulleted list (1 item) (\"- 列\"), book/page.en.md:15 has a bulleted list (2 items) (\"- l\"); give both files the same sequence of blocks
",
    );
}

/// These twins differ in their first block: what stands there in each.
#[track_caller]
fn differ(zh: &str, en: &str, here: &str, there: &str) {
    let expected = format!(
        "book/page.md:1: the twins differ from here on: book/page.md:1 has {here}, book/page.en.md:1 has {there}; give both files the same sequence of blocks\n"
    );
    check(zh, en, &expected);
}

#[test]
fn every_kind_of_block_is_compared_and_named() {
    differ(
        "段",
        "> words",
        "a paragraph (\"段\")",
        "a quote (\"> words\")",
    );
    differ(
        "> 引",
        "> [!NOTE]\n> words",
        "a quote (\"> 引\")",
        "a Note quote (\"> [!NOTE]\")",
    );
    differ(
        "```\na\n```",
        "```text\na\n```",
        "a code block (\"```\")",
        "a code block of text (\"```text\")",
    );
    differ(
        "词\n: 义",
        "term\n: meaning\n\nword\n: meaning",
        "a definition list (1 term) (\"词\")",
        "a definition list (2 terms) (\"term\")",
    );
    differ(
        "| 列 |\n|---|\n| 行 |",
        "---",
        "a table (1 column, 1 row) (\"| 列 |\")",
        "a rule (\"---\")",
    );
}

#[test]
fn a_block_too_many_at_the_end_of_the_english_page_is_reported() {
    check(
        "段",
        "words\n\nmore",
        "book/page.md:1: the twins differ from here on: book/page.md:1 has the end of the file, book/page.en.md:3 has a paragraph (\"more\"); give both files the same sequence of blocks\n",
    );
}

#[test]
fn one_id_on_two_levels_is_reported_and_the_check_goes_on() {
    check(
        "## 一 {#a}\n\n段\n",
        "### A {#a}\n\n- l\n",
        "\
book/page.md:1: the twins differ from here on: book/page.md:1 has a level 2 heading (\"一\"), book/page.en.md:1 has a level 3 heading (\"A\"); give both files the same sequence of blocks
book/page.md:3: the twins differ from here on: book/page.md:3 has a paragraph (\"段\"), book/page.en.md:3 has a bulleted list (1 item) (\"- l\"); give both files the same sequence of blocks
",
    );
}

#[test]
fn the_stepper_grows_by_a_header_a_layer_and_shrinks_again() {
    let shown = Book::twins("{{#encapsulation 你好}}", "{{#encapsulation 你好}}").shown();
    let sizes: Vec<(&str, &str)> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("<li class=\"encap-step "))
        .filter_map(|rest| rest.strip_suffix("\">")?.split_once("\" data-size=\""))
        .collect();
    assert_eq!(
        sizes,
        [
            ("down layer-7", "6"),
            ("down layer-4", "26"),
            ("down layer-3", "46"),
            ("down layer-2", "60"),
            ("down layer-1", "60"),
            ("up layer-2", "60"),
            ("up layer-3", "46"),
            ("up layer-4", "26"),
            ("up layer-7", "6"),
        ]
    );
    let (_, figure) = shown
        .split_once("\n\n")
        .expect("its style and script first");
    assert!(
        !figure.trim_end().contains("\n\n"),
        "a blank line ends the HTML block"
    );
    assert!(shown.contains(">e4 bd a0 e5 a5 bd</code>"), "{shown}");
    assert!(
        shown.contains(
            "<span class=\"field layer-3\"><code class=\"hex nohighlight\">45</code> <span class=\"name\">\
             <span class=\"zh\" lang=\"zh-CN\">版本、首部长度</span> <span class=\"en\" lang=\"en\">version, IHL</span>\
             </span> <span class=\"value\">4, 5</span></span>"
        ),
        "{shown}"
    );
}
