//! An exercise as HTML: the panel that says what to type, and the stories of its check.

use bilingual::Lang;
use judge::check::{Check, Variant, Way};
use judge::narrate::{self, Phrasing};

use crate::code;
use crate::html::{both, escape};

/// Number of columns that the words of a step may take.
const STEP_COLUMNS_MAX: usize = 120;

/// What the program is, and the commands to open the exercise and to check a program: for each
/// programming language with a stub, and for any other. The reader's own language is shown alone
/// where there is a script.
pub(crate) fn panel(id: &str, check: &Check, has_python: bool) -> String {
    let title = both(&escape(&check.title.zh), &escape(&check.title.en));
    let role = narrate::role(check.role, check.transport);
    let role = both(&escape(&role.zh), &escape(&role.en));
    let mut commands = String::new();
    if has_python {
        commands += &code::switch(&["rust", "python"], "Programming language");
    }
    for (code, name, flag) in [("rust", "Rust", ""), ("python", "Python", " --python")] {
        if code == "python" && !has_python {
            continue;
        }
        let open = format!("cargo workbook exercise {id}{flag}");
        let judge = format!("cargo workbook exercise check {id}{flag}");
        commands += &format!(
            "<dl class=\"code-{code}\">\n{}{}</dl>\n",
            command(&format!("打开（{name}）"), &format!("Open ({name})"), &open),
            command(
                &format!("检查（{name}）"),
                &format!("Check ({name})"),
                &judge
            ),
        );
    }
    commands += &format!(
        "<dl>\n{}</dl>\n",
        command(
            "检查别的语言写的程序",
            "Check a program in another language",
            &format!("cargo workbook exercise check {id} -- node mine.js"),
        )
    );
    format!(
        "<div class=\"exercise\" data-exercise=\"{}\">\n<p><strong>{title}</strong></p>\n<p>{role}</p>\n{commands}<div class=\"exercise-live\" hidden></div>\n</div>",
        escape(id),
    )
}

fn command(zh: &str, en: &str, command: &str) -> String {
    format!(
        "<dt>{}</dt><dd><code class=\"cmd\">{}</code></dd>\n",
        both(zh, en),
        escape(command)
    )
}

/// Every variant, folded: its story, why a program fails there, and where to read about it.
pub(crate) fn variants(check: &Check, up: &str) -> String {
    let mut out = String::from("<div class=\"variants\">\n");
    for (index, variant) in check.variants.iter().enumerate() {
        out += &variant_of(check, index, variant, up);
    }
    if let Some(stub) = &check.stub {
        let (name, seen) = (escape(&stub.variant), stub.trouble.words());
        let to = format!(
            "<a href=\"#{}\"><code>{name}</code></a>",
            anchor(&stub.variant)
        );
        let zh = format!("起点程序原样拿来检查，会停在 {to}：{}。", escape(&seen.zh));
        let en = format!("The stub as it is fails in {to}: {}.", escape(&seen.en));
        out += &format!("<p class=\"stub\">{}</p>\n", both(&zh, &en));
    }
    out + "</div>"
}

/// The id of a variant on the page.
pub(crate) fn anchor(name: &str) -> String {
    format!("variant-{name}")
}

/// Where to read about it, from a page that is so far below `book/`.
pub(crate) fn to_read(variant: &Variant, up: &str, ext: &str) -> String {
    let read = &variant.cause().read;
    let (page, id) = read.split_once('#').unwrap_or((read, ""));
    format!("{up}{page}.{ext}#{id}")
}

fn variant_of(check: &Check, index: usize, variant: &Variant, up: &str) -> String {
    let way = [Lang::Zh, Lang::En].map(|lang| narrate::way(variant.way, lang));
    let way = match way[0].is_empty() {
        true => String::new(),
        false => format!(" <span class=\"way\">{}</span>", both(&way[0], &way[1])),
    };
    // A story that is played in several ways is shown once.
    let other = check.variants[..index].iter().find(|other| {
        variant.way != Way::Whole && other.way == Way::Whole && other.steps == variant.steps
    });
    let story = match other {
        Some(other) => {
            let to = format!(
                "<a href=\"#{}\"><code>{}</code></a>",
                anchor(&other.name),
                escape(&other.name)
            );
            let (zh, en) = (format!("故事和 {to} 一样。"), format!("The story of {to}."));
            format!("<p>{}</p>\n", both(&zh, &en))
        }
        None => story(check, variant),
    };
    let title = match variant.title.zh.is_empty() {
        true => String::new(),
        false => format!(
            " <span class=\"x-title\">{}</span>",
            both(&escape(&variant.title.zh), &escape(&variant.title.en))
        ),
    };
    let read = escape(&to_read(variant, up, "html"));
    let cause = variant.cause();
    let why = |text: &str, words: &str| format!("{} <a href=\"{read}\">{words}</a>", escape(text));
    format!(
        "<details class=\"variant\" id=\"{}\">\n<summary><code>{}</code>{title}{way}</summary>\n{story}<p class=\"why\">{}</p>\n</details>\n",
        escape(&anchor(&variant.name)),
        escape(&variant.name),
        both(
            &why(&cause.why.zh, "去读"),
            &why(&cause.why.en, "Read about it")
        )
    )
}

fn story(check: &Check, variant: &Variant) -> String {
    let mut out = String::from("<ol>\n");
    for step in &variant.steps {
        let words = |lang| {
            let words = narrate::step(step, check.role, Phrasing::Expected, lang, STEP_COLUMNS_MAX);
            quotes_as_code(&words)
        };
        out += &format!("<li>{}</li>\n", both(&words(Lang::Zh), &words(Lang::En)));
    }
    out + "</ol>\n"
}

/// What is sent or expected stands in quotation marks, with its own ones escaped.
fn quotes_as_code(words: &str) -> String {
    let (mut out, mut rest) = (String::new(), words);
    while let Some(begin) = rest.find('"') {
        let (before, quoted) = rest.split_at(begin);
        let (quoted, after) = quoted.split_at(end_of_quote(quoted));
        out += &escape(before);
        out += &format!("<code>{}</code>", escape(quoted));
        rest = after;
    }
    out + &escape(rest)
}

/// After its second mark or, where it was too long to show, after the sign for more.
fn end_of_quote(quoted: &str) -> usize {
    let mut escaped = false;
    for (at, c) in quoted.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    let more = quoted.rfind('…').map(|at| at + '…'.len_utf8());
    more.unwrap_or(quoted.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_code_also_with_marks_in_it_and_cut_off() {
        for (words, html) in [
            (
                r#"a sends "\"<b>\\" and"#,
                r"a sends <code>&quot;\&quot;&lt;b&gt;\\&quot;</code> and",
            ),
            (
                "4 KiB（\"ab… 重复）",
                "4 KiB（<code>&quot;ab…</code> 重复）",
            ),
            ("nothing", "nothing"),
            ("\"", "<code>&quot;</code>"),
        ] {
            assert_eq!(quotes_as_code(words), html);
        }
    }
}
