//! The panel of an exercise, and the stories of its check.

#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

#[path = "support/book.rs"]
#[allow(missing_docs, dead_code, unreachable_pub, reason = "shared by tests")]
mod book;

use book::Book;

const CHECK: &str = "\
title zh 回声
title en Echo
role server
stub plain closed_early
variant plain
why zh 读到 <0> 为止。
why en Read until <0>.
read unit/other#there
you $
alice connect
alice > {{hi}}
alice | {{hi}}
variant dribble = plain with pace 1 5ms
why zh 一次一个字节。
why en One byte at a time.
read page#top
";

fn book(directive: &str, check: &str) -> Book {
    let page = |title: &str| format!("# {title} {{#top}}\n\n{directive}\n");
    Book::default()
        .with("book/page.md", &page("题"))
        .with("book/page.en.md", &page("Title"))
        .with("book/unit/other.md", "# 别处 {#there}\n")
        .with("book/unit/other.en.md", "# There {#there}\n")
        .with("examples/exercises/echo/check.session", check)
}

#[test]
fn the_panel_says_what_the_program_is_and_what_to_type() {
    let shown = book("{{#exercise echo}}", CHECK).shown();
    for part in [
        "<div class=\"exercise\" data-exercise=\"echo\">",
        "<strong><span class=\"zh\" lang=\"zh-CN\">回声</span> <span class=\"en\" lang=\"en\">Echo</span></strong>",
        "Your program is a server",
        "<code class=\"cmd\">cargo workbook exercise echo</code>",
        "<code class=\"cmd\">cargo workbook exercise check echo</code>",
        "<code class=\"cmd\">cargo workbook exercise check echo -- node mine.js</code>",
        "<div class=\"exercise-live\" hidden></div>",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}

#[test]
fn python_is_offered_where_there_is_a_stub_in_python() {
    let without = book("{{#exercise echo}}", CHECK).shown();
    assert!(!without.contains("--python"), "{without}");
    assert!(!without.contains("<button"), "nothing to choose: {without}");
    let book = book("{{#exercise echo}}", CHECK);
    let with = book
        .with("examples/exercises/echo/stub.py", "# TODO\n")
        .shown();
    let (rust, python) = with.split_once("<dl class=\"code-python\">").unwrap();
    assert!(rust.contains("<dl class=\"code-rust\">"), "{with}");
    assert!(rust.contains("data-set-code=\"python\""), "{with}");
    for part in [
        "<span class=\"en\" lang=\"en\">Open (Python)</span></dt><dd><code class=\"cmd\">cargo workbook exercise echo --python</code>",
        "<code class=\"cmd\">cargo workbook exercise check echo --python</code>",
    ] {
        assert!(python.contains(part), "{part}\n{with}");
    }
}

#[test]
fn every_variant_is_described_in_both_languages_with_its_reason() {
    let shown = book("{{#variants echo}}", CHECK).shown();
    let html = shown.split_once("<div class=\"variants\">").unwrap().1;
    assert_eq!(
        html,
        "
<details class=\"variant\" id=\"variant-plain\">
<summary><code>plain</code></summary>
<ol>
<li><span class=\"zh\" lang=\"zh-CN\">启动你的程序，最后一个参数是地址</span> <span class=\"en\" lang=\"en\">your program starts, with the address as its last argument</span></li>
<li><span class=\"zh\" lang=\"zh-CN\">alice 连上来</span> <span class=\"en\" lang=\"en\">alice connects</span></li>
<li><span class=\"zh\" lang=\"zh-CN\">alice 发送 <code>&quot;&#123;&#123;hi&#125;&#125;\\n&quot;</code></span> <span class=\"en\" lang=\"en\">alice sends <code>&quot;&#123;&#123;hi&#125;&#125;\\n&quot;</code></span></li>
<li><span class=\"zh\" lang=\"zh-CN\">alice 应该收到一行 <code>&quot;&#123;&#123;hi&#125;&#125;\\n&quot;</code></span> <span class=\"en\" lang=\"en\">alice should receive the line <code>&quot;&#123;&#123;hi&#125;&#125;\\n&quot;</code></span></li>
</ol>
<p class=\"why\"><span class=\"zh\" lang=\"zh-CN\">读到 &lt;0&gt; 为止。 <a href=\"unit/other.html#there\">去读</a></span> <span class=\"en\" lang=\"en\">Read until &lt;0&gt;. <a href=\"unit/other.html#there\">Read about it</a></span></p>
</details>
<details class=\"variant\" id=\"variant-dribble\">
<summary><code>dribble</code> <span class=\"way\"><span class=\"zh\" lang=\"zh-CN\">每次 1 个字节，隔 5 毫秒</span> <span class=\"en\" lang=\"en\">one byte every 5 ms</span></span></summary>
<p><span class=\"zh\" lang=\"zh-CN\">故事和 <a href=\"#variant-plain\"><code>plain</code></a> 一样。</span> <span class=\"en\" lang=\"en\">The story of <a href=\"#variant-plain\"><code>plain</code></a>.</span></p>
<p class=\"why\"><span class=\"zh\" lang=\"zh-CN\">一次一个字节。 <a href=\"page.html#top\">去读</a></span> <span class=\"en\" lang=\"en\">One byte at a time. <a href=\"page.html#top\">Read about it</a></span></p>
</details>
<p class=\"stub\"><span class=\"zh\" lang=\"zh-CN\">起点程序原样拿来检查，会停在 <a href=\"#variant-plain\"><code>plain</code></a>：该来的还没来，连接就关了。</span> <span class=\"en\" lang=\"en\">The stub as it is fails in <a href=\"#variant-plain\"><code>plain</code></a>: it closes the connection before everything has come.</span></p>
</div>
"
    );
}

#[test]
fn a_mistake_in_a_check_is_reported_with_its_line() {
    for (check, problem) in [
        (
            CHECK.replace("other#there", "other#where"),
            "examples/exercises/echo/check.session:5: the link unit/other.md#where: book/unit/other.md has no id where",
        ),
        (
            CHECK.replace("role server", "role king"),
            "examples/exercises/echo/check.session:3: expected `server`,",
        ),
    ] {
        let shown = book("{{#variants echo}}", &check).shown();
        assert!(shown.contains(problem), "{shown}");
    }
    for directive in [
        "{{#exercise ../echo}}",
        "{{#variants ech}}",
        "{{#exercise}}",
    ] {
        let shown = book(directive, CHECK).shown();
        assert!(shown.contains("no file"), "{directive}: {shown}");
    }
}
