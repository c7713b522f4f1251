//! Questions: what a writer types, what comes out, and what is refused.

#[path = "support/book.rs"]
#[allow(missing_docs, dead_code, unreachable_pub, reason = "shared by tests")]
mod book;

use bilingual::Lang;
use book::{Book, lines};

const ZH: &str = "\
一次 `recv(1024)` 返回了 3 个字节。这说明什么？

- [ ] 对方一共只发了 3 个字节。
  不一定：可能还有。
- [x] 此刻有 3 个字节。
  对，见[别处](#top)。
";

const EN: &str = "\
One `recv(1024)` returned 3 bytes. What does this tell?

- [ ] The peer sent 3 bytes in all.
  Not for sure: more may come.
- [x] There are 3 bytes now.
  Yes, see [elsewhere](#top).
";

/// Pages with one question each, below a heading: its fence is on line 3.
fn page(info: &str, zh: &str, en: &str) -> Book {
    let page = |text: &str| format!("# T {{#top}}\n\n````question {info}\n{text}````\n");
    Book::twins(&page(zh), &page(en)).with("examples/01_demo.session", SESSION)
}

const SESSION: &str = "\
title zh 问好
title en A greeting
server $ nc -l 7
client $ nc 127.0.0.1 7
client > 你好
note zh 这就说破了。
note en This tells it.
server | 你好
server | 端口 port [..]
server ^D
server ? 0
client ? 0
";

#[track_caller]
fn check(book: &Book, expected: &str) {
    let shown = book.shown();
    let question = shown.split_once("\n\n").map_or("", |(_, rest)| rest);
    assert_eq!(question, expected, "{shown}");
}

/// All problems, in English; those in Chinese are on the same lines.
#[track_caller]
fn refused(book: &Book, expected: &[&str]) {
    let problems = book.render().expect_err("a problem");
    let told = lines(&problems, Lang::En);
    for (told, expected) in told.lines().zip(expected) {
        assert!(told.starts_with(expected), "{told}\nis not\n{expected}");
    }
    assert_eq!(told.lines().count(), expected.len(), "{told}");
    let zh = lines(&problems, Lang::Zh);
    assert_eq!(zh.lines().count(), expected.len(), "{zh}");
}

#[test]
fn a_question_comes_out_in_both_languages_with_its_answers_folded() {
    check(
        &page("at_most", ZH, EN),
        "\
<fieldset class=\"question\" id=\"at_most\" data-page=\"page\" data-kind=\"one\"><legend><span class=\"zh\" lang=\"zh-CN\">一次 <code>recv(1024)</code> 返回了 3 个字节。这说明什么？</span> <span class=\"en\" lang=\"en\">One <code>recv(1024)</code> returned 3 bytes. What does this tell?</span></legend>
<svg><style>
<div class=\"q-body\">
<ol class=\"q-choices\" type=\"A\">
<li><span class=\"name\"><span class=\"zh\" lang=\"zh-CN\">对方一共只发了 3 个字节。</span> <span class=\"en\" lang=\"en\">The peer sent 3 bytes in all.</span></span></li>
<li><span class=\"name\"><span class=\"zh\" lang=\"zh-CN\">此刻有 3 个字节。</span> <span class=\"en\" lang=\"en\">There are 3 bytes now.</span></span></li>
</ol>
<details class=\"q-why\"><summary><span class=\"zh\" lang=\"zh-CN\">答案和解释</span> <span class=\"en\" lang=\"en\">Answer and explanation</span></summary>
<ol type=\"A\">
<li><b><span aria-hidden=\"true\">✗</span><span class=\"sr\"><span class=\"zh\" lang=\"zh-CN\">不对：</span> <span class=\"en\" lang=\"en\">Wrong: </span></span></b><div class=\"zh\" lang=\"zh-CN\"><p>不一定：可能还有。</p></div><div class=\"en\" lang=\"en\"><p>Not for sure: more may come.</p></div></li>
<li class=\"q-right\"><b><span aria-hidden=\"true\">✓</span><span class=\"sr\"><span class=\"zh\" lang=\"zh-CN\">对：</span> <span class=\"en\" lang=\"en\">Right: </span></span></b><div class=\"zh\" lang=\"zh-CN\"><p>对，见<a href=\"#top\">别处</a>。</p></div><div class=\"en\" lang=\"en\"><p>Yes, see <a href=\"#top\">elsewhere</a>.</p></div></li>
</ol>
</details></div>
</style></svg></fieldset>
",
    );
}

#[test]
fn several_right_choices_make_a_multiple_choice() {
    let many = |text: &str| format!("{text}- [x] `c`\n  `d`\n");
    let shown = page("q", &many(ZH), &many(EN)).shown();
    assert!(shown.contains("data-kind=\"many\""), "{shown}");
    assert!(shown.contains("More than one is right"), "{shown}");
    // What is the same in both comes out once.
    assert!(
        shown.contains("<li><span class=\"name\"><code>c</code></span></li>"),
        "{shown}"
    );
    assert!(shown.contains("</b><p><code>d</code></p></li>"), "{shown}");
}

#[test]
fn an_ordering_is_shuffled_and_keeps_the_place_of_each_line() {
    let text = "Order?\n\n1. `bind`\n   a\n2. `listen`\n   b\n3. `accept`\n   c\n";
    let shown = page("order", text, text).shown();
    let (choices, answer) = shown.split_once("<details").expect("an answer");
    let places: Vec<&str> = choices
        .split("data-at=\"")
        .skip(1)
        .map(|rest| &rest[..1])
        .collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["1", "2", "3"]);
    assert_ne!(places, sorted, "{shown}");
    assert!(
        choices.contains("data-at=\"2\"><span class=\"name\"><code>listen</code>"),
        "{shown}"
    );
    assert!(
        answer.contains("<ol>\n<li><b><code>bind</code></b><p>a</p></li>\n<li>"),
        "{shown}"
    );
    let again = page("order", text, text).shown();
    assert_eq!(shown, again, "the same for every reader");
}

#[test]
fn no_ordering_is_shown_in_its_right_order() {
    for id in ('a'..='z').map(String::from) {
        let text = "Order?\n\n1. a\n   x\n2. b\n   x\n";
        let shown = page(&id, text, text).shown();
        let first = shown.find("data-at=\"2\"");
        assert!(first < shown.find("data-at=\"1\""), "{id}");
    }
}

#[test]
fn a_question_holds_markdown() {
    let text = |word: &str| {
        format!(
            "{word}？\n\n```rust\nlet n = 1;\n\nlet m = 2;\n```\n\n- [x] *a*\n  one\n\n  - two\n\n  ```text\n  {{a}}\n  ```\n- [ ] b\n\n  [c](page.md#q)\n"
        )
    };
    let shown = page("q", &text("问"), &text("ask")).shown();
    assert!(
        shown.contains(
            "<pre><code class=\"language-rust\">let n = 1;\n&#10;let m = 2;\n</code></pre>"
        ),
        "{shown}"
    );
    assert!(
        shown.contains("<p>one</p>\n<ul>\n<li>two</li>\n</ul>"),
        "{shown}"
    );
    assert!(shown.contains("&#123;a&#125;"), "{shown}");
    assert!(shown.contains("<a href=\"page.html#q\">c</a>"), "{shown}");
    let html = shown.split_once("<fieldset").expect("a question").1;
    assert!(!html.trim_end().contains("\n\n"), "one HTML block: {html}");
}

#[test]
fn what_is_indented_under_a_choice_is_its_explanation_line_ends_of_windows_too() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let windows = page("at_most", &crlf(ZH), &crlf(EN));
    assert_eq!(windows.shown(), page("at_most", ZH, EN).shown());
}

#[test]
fn a_prediction_shows_the_story_so_far_and_asks_for_the_line_of_the_session() {
    let text = |word: &str| format!("{word}\n\n- [x] `你好`\n  y\n- [ ] `hello`\n  n\n");
    let shown = page(
        "next predict 01_demo 5",
        &text("会打印什么？"),
        &text("What?"),
    )
    .shown();
    assert!(
        shown.contains("<figure class=\"session\" id=\"next-session\""),
        "{shown}"
    );
    assert!(!shown.contains("This tells it"), "{shown}");
    let panel = shown.split_once("<figure").expect("a panel").1;
    let panel = panel.split_once("</figure>").expect("a panel").0;
    assert!(
        panel.contains("<span class=\"typed\">你好</span>"),
        "{panel}"
    );
    let rows = panel.split_once("</ol>").expect("its rows").0;
    assert!(
        rows.trim_end()
            .ends_with("<code class=\"nohighlight\">?</code></li>"),
        "{panel}"
    );
}

#[test]
fn a_prediction_is_what_the_session_says() {
    let text = |right: &str| format!("x\n\n- [x] {right}\n  y\n- [ ] `no`\n  n\n");
    let check = |info: &str, right: &str, expected: &[&str]| {
        refused(&page(info, &text(right), &text(right)), expected);
    };
    check(
        "q predict 01_demo 5",
        "`hello`",
        &[
            "book/page.en.md:6: the session's output in this step is `你好`, but the right choice is `hello`",
            "book/page.md:6: the session's output in this step is `你好`",
        ],
    );
    check(
        "q predict 01_demo 5",
        "你好",
        &["book/page.en.md:6: ", "book/page.md:6: "],
    );
    check(
        "q predict 01_demo 6",
        "`x`",
        &["book/page.md:3: the output of step 6 has a [..]"],
    );
    check(
        "q predict 01_demo 3",
        "`x`",
        &[
            "book/page.md:3: step 3 is client > 你好; name a step that is a line of output: 5 `server | 你好`",
        ],
    );
    check(
        "q predict 01_demo 0",
        "`x`",
        &["book/page.md:3: no step 0: the session has 9"],
    );
    check(
        "q predict 01_dem 5",
        "`x`",
        &["book/page.md:3: no file examples/01_dem.session; did you mean 01_demo?"],
    );
    check(
        "q predict 01_demo five",
        "`x`",
        &["book/page.md:3: five is not a step"],
    );
    check(
        "q predict 01_demo",
        "`x`",
        &["book/page.md:3: unexpected predict 01_demo after the id"],
    );
}

#[test]
fn a_question_without_a_right_answer_or_with_nothing_else_is_refused() {
    let all = |text: &str, mark: &str| text.replace("[ ]", mark).replace("[x]", mark);
    refused(
        &page("q", &all(ZH, "[ ]"), &all(EN, "[ ]")),
        &[
            "book/page.en.md:6: no choice is right",
            "book/page.md:6: no choice is right",
        ],
    );
    refused(
        &page("q", &all(ZH, "[x]"), &all(EN, "[x]")),
        &[
            "book/page.en.md:6: every choice is right",
            "book/page.md:6: every choice is right",
        ],
    );
}

#[test]
fn choices_and_explanations_are_all_there() {
    let check = |text: &str, expected: &[&str]| {
        let told: Vec<String> = ["book/page.en.md:", "book/page.md:"]
            .iter()
            .flat_map(|file| expected.iter().map(move |one| format!("{file}{one}")))
            .collect();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        refused(&page("q", text, text), &told);
    };
    check("x\n\n- [x] a\n  y\n", &["6: only one choice"]);
    check(
        "x\n\n- [x] a\n- [ ] b\n",
        &["6: the choice \"a\" has no", "7: the choice \"b\" has no"],
    );
    check(
        "x\n\n- [x] a\n  y\n- b\n  y\n",
        &["8: a choice must begin with - [ ]"],
    );
    check(
        "x\n\n- [x] a\n  y\n- [ ] a\n  y\n",
        &["8: duplicate choice"],
    );
    check(
        "x\n\n1. [x] a\n   y\n2. b\n   y\n",
        &["6: an ordering must be written"],
    );
    check("x\n", &["3: this question has no choices"]);
    check(
        "- [x] a\n  y\n- [ ] b\n  y\n",
        &["4: a question must begin with a paragraph"],
    );
    check(
        "x\n\n- [x] a\n  y\n- [ ] b\n  y\n\nz\n",
        &["11: found a paragraph (\"z\") after the choices"],
    );
    check(
        "x\n\n- [x] [a](#top)\n  y\n- [ ] b\n  y\n",
        &["6: a choice must be one line of text"],
    );
    check(
        "x\n\n- [x] a\n  y\n- [ ] b\n  <b>y</b>\n",
        &["9: a question may contain only paragraphs"],
    );
    check(
        "x\n\n- [x] a\n  y\n- [ ] b\n  > y\n",
        &["9: a question may contain only paragraphs"],
    );
}

#[test]
fn twins_have_the_same_choices_and_the_same_are_right() {
    let swapped = EN
        .replace("[ ]", "[-]")
        .replace("[x]", "[ ]")
        .replace("[-]", "[x]");
    refused(
        &page("q", ZH, &swapped),
        &[
            "book/page.en.md:6: this choice is right, but line 6 of the Chinese page is wrong",
            "book/page.en.md:8: this choice is wrong, but line 8 of the Chinese page is right",
        ],
    );
    let more = format!("{EN}- [ ] c\n  y\n");
    refused(
        &page("q", ZH, &more),
        &["book/page.en.md:6: there are 3 choices here and 2 in the question on line 3"],
    );
    let ordered = "x\n\n1. a\n   y\n2. b\n   y\n";
    refused(
        &page("q", ZH, ordered),
        &["book/page.en.md:6: the question on line 3 of the Chinese page is a choice in one twin"],
    );
}

#[test]
fn a_question_has_an_id_of_its_own() {
    refused(
        &page("", ZH, EN),
        &["book/page.md:3: this question has no id"],
    );
    refused(
        &page("什么", ZH, EN),
        &["book/page.md:3: the question's id 什么"],
    );
    refused(&page("top", ZH, EN), &["book/page.md:3: duplicate id top"]);
    refused(
        &page("a b", ZH, EN),
        &["book/page.md:3: unexpected b after the id"],
    );
}

#[test]
fn links_in_a_question_are_checked_on_their_lines() {
    let broken = |text: &str| text.replace("#top", "#tap");
    refused(
        &page("q", &broken(ZH), &broken(EN)),
        &[
            "book/page.en.md:9: the link #tap",
            "book/page.md:9: the link #tap",
        ],
    );
}

#[test]
fn pasted_code_and_directives_are_refused_in_a_question_too() {
    let text = |why: &str| format!("x\n\n- [x] a\n  {why}\n- [ ] b\n  y\n");
    let pasted = text("y\n\n  ```rust\n  1\n  2\n  3\n  4\n  ```");
    refused(
        &page("q", &pasted, &pasted),
        &["book/page.md:9: 4 pasted lines"],
    );
    let directive = text("{{#session 01_demo}}");
    refused(
        &page("q", &directive, &directive),
        &["book/page.md:7: a directive must be"],
    );
}

#[test]
fn a_question_in_a_list_is_refused() {
    let text = format!(
        "- a\n\n  ```question q\n{}  ```\n",
        EN.replace('\n', "\n  ")
    );
    let told = Book::twins(&text, &text).shown();
    assert!(
        told.contains("book/page.md:3: a question must stand alone"),
        "{told}"
    );
}
