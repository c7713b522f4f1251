//! Writes the tables of a class: Markdown, CSV and HTML. What a student wrote is text in all of
//! them, never a formula, a tag or a mark. Pure.

use std::fmt::Write as _;

use super::merge::{Class, Done, Standing};
use bilingual::Lang;

struct Labels(Lang);

impl Labels {
    fn pick(&self, zh: &str, en: &str) -> String {
        self.0.pick(zh, en).to_owned()
    }

    /// `✓ 3`, `cut 5`, `· 0`: solved, stuck in `cut`, opened; with the number of checks.
    fn cell(&self, done: Option<&Done>) -> String {
        let Some(done) = done.filter(|done| done.begun) else {
            return String::new();
        };
        let sign = match (&done.stuck, done.solved) {
            (_, true) => "✓",
            (Some(variant), false) => variant.as_str(),
            (None, false) => "·",
        };
        let gave_up = if done.gave_up {
            self.pick(" 看过答案", " gave up")
        } else {
            String::new()
        };
        format!("{sign} {}{gave_up}", done.attempts)
    }

    fn key(&self) -> String {
        self.pick(
            "✓ 解出；情形名：卡在那里；· 打开过。数字是判了几次。",
            "✓ solved; a variant: stuck in it; · opened. The number is that of the checks.",
        )
    }

    fn heads(&self) -> [String; 5] {
        [
            self.pick("练习", "exercise"),
            self.pick("解出", "solved"),
            self.pick("开始", "started"),
            self.pick("卡在哪里", "stuck in"),
            self.pick("最难的情形", "fails most"),
        ]
    }

    /// `cut 3 (甲, 乙, 丙)`, the worst first.
    fn stuck(&self, standing: &Standing) -> String {
        let all = standing.stuck.iter().map(|(variant, who)| {
            let (few, more) = who.split_at(who.len().min(8));
            let more = if more.is_empty() { "" } else { ", …" };
            format!("{variant} {} ({}{more})", who.len(), few.join(", "))
        });
        all.collect::<Vec<_>>().join("; ")
    }

    fn hardest(&self, standing: &Standing) -> String {
        match &standing.hardest {
            Some((variant, times)) => format!("{variant} ×{times}"),
            None => String::new(),
        }
    }

    fn standing(&self, class: &Class, id: &str) -> [String; 5] {
        let standing = class.standing(id);
        [
            id.to_owned(),
            standing.solved.to_string(),
            standing.begun.to_string(),
            self.stuck(&standing),
            self.hardest(&standing),
        ]
    }

    fn names(&self) -> (String, String, String) {
        (
            self.pick("学生", "student"),
            self.pick("全班的练习", "The exercises of the class"),
            self.pick("卡在哪里", "Where students are stuck"),
        )
    }
}

fn solved(class: &Class, at: usize) -> usize {
    class.students[at]
        .exercises
        .values()
        .filter(|done| done.solved)
        .count()
}

/// The three files, by their names.
pub(super) fn all(class: &Class, columns: &[String], lang: Lang) -> [(&'static str, String); 3] {
    [
        ("class.md", markdown(class, columns, lang)),
        ("class.csv", csv(class, columns, lang)),
        ("class.html", html(class, columns, lang)),
    ]
}

/// Whether a file of this name begins as these tables do: up to the first exercise, or the style.
pub(super) fn is_one(name: &str, bytes: &[u8]) -> bool {
    let plain = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.trim_start_matches('\u{feff}').replace("\r\n", "\n")
    };
    let begins = |lang| {
        let tables = all(&Class::default(), &[], lang);
        let ours = tables.iter().find(|(other, _)| *other == name);
        ours.is_some_and(|(_, text)| {
            let text = plain(text.as_bytes());
            let end = if name == "class.html" {
                "<style>"
            } else {
                "\n"
            };
            let start = text.split(end).next().unwrap_or_default();
            plain(bytes).starts_with(start)
        })
    };
    begins(Lang::Zh) || begins(Lang::En)
}

fn markdown(class: &Class, columns: &[String], lang: Lang) -> String {
    let labels = Labels(lang);
    let (student, title, stuck) = labels.names();
    let mut text = format!("# {title}\n\n{}\n\n", labels.key());
    let mut row = |cells: Vec<String>| {
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    };
    let solved_head = labels.pick("解出", "solved");
    row([student, solved_head]
        .into_iter()
        .chain(columns.iter().cloned())
        .collect());
    row(vec!["---".to_owned(); columns.len() + 2]);
    for (at, who) in class.students.iter().enumerate() {
        let cells = columns.iter().map(|id| labels.cell(who.exercises.get(id)));
        let head = [marks(&who.name), solved(class, at).to_string()];
        row(head.into_iter().chain(cells).collect());
    }
    let _ = write!(text, "\n## {stuck}\n\n");
    let mut row = |cells: Vec<String>| {
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    };
    row(labels.heads().to_vec());
    row(vec!["---".to_owned(); 5]);
    for id in columns {
        row(labels
            .standing(class, id)
            .iter()
            .map(|cell| marks(cell))
            .collect());
    }
    text
}

/// The text, escaped so that Markdown has no marks or tags in it.
fn marks(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '[' | ']' | '!' | '#' | '~' | '>' => {
                plain.push('\\');
                plain.push(c);
            }
            c => plain.push(c),
        }
    }
    plain
}

/// The table as CSV: one row per student, then one row per exercise.
fn csv(class: &Class, columns: &[String], lang: Lang) -> String {
    let labels = Labels(lang);
    let (student, ..) = labels.names();
    // Without this mark, spreadsheets assume a regional encoding.
    let mut text = "\u{feff}".to_owned();
    let mut row = |cells: Vec<String>| {
        let cells: Vec<_> = cells.iter().map(|cell| field(cell)).collect();
        let _ = write!(text, "{}\r\n", cells.join(","));
    };
    let solved_head = labels.pick("解出", "solved");
    row([student, solved_head]
        .into_iter()
        .chain(columns.iter().cloned())
        .collect());
    for (at, who) in class.students.iter().enumerate() {
        let cells = columns.iter().map(|id| labels.cell(who.exercises.get(id)));
        let head = [who.name.clone(), solved(class, at).to_string()];
        row(head.into_iter().chain(cells).collect());
    }
    row(Vec::new());
    row(labels.heads().to_vec());
    for id in columns {
        row(labels.standing(class, id).to_vec());
    }
    text
}

/// A cell of CSV; an apostrophe keeps one that begins like a formula from being one, as OWASP advises.
fn field(cell: &str) -> String {
    let formula = cell
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']);
    let cell = if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    match cell.contains([',', '"', '\n', '\r', ';']) || formula {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

const STYLE: &str = "body{font:16px/1.5 sans-serif;margin:2rem}table{border-collapse:collapse;margin:1rem 0}\
th,td{border:1px solid #888;padding:.2rem .6rem;text-align:left}th{background:#eee}\
.wide{overflow-x:auto}.yes{background:#d8f0e4}.no{background:#fbe3d6}\
@media(prefers-color-scheme:dark){body{background:#161923;color:#ddd}th{background:#333}\
.yes{background:#12402f}.no{background:#4d2a14}}";

/// The table as an HTML page, which loads nothing.
fn html(class: &Class, columns: &[String], lang: Lang) -> String {
    let labels = Labels(lang);
    let (student, title, stuck) = labels.names();
    let tag = labels.pick("zh-CN", "en");
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n<p>{}</p>\n\
         <div class=\"wide\"><table>\n<tr><th>{student}<th>{}",
        escaped(&labels.key()),
        labels.pick("解出", "solved"),
    );
    for id in columns {
        let _ = write!(text, "<th>{}", escaped(id));
    }
    text.push('\n');
    for (at, who) in class.students.iter().enumerate() {
        let _ = write!(
            text,
            "<tr><th>{}<td>{}",
            escaped(&who.name),
            solved(class, at)
        );
        for id in columns {
            let done = who.exercises.get(id);
            let kind = match done.map(|done| (done.solved, done.stuck.is_some())) {
                Some((true, _)) => " class=\"yes\"",
                Some((false, true)) => " class=\"no\"",
                _ => "",
            };
            let _ = write!(text, "<td{kind}>{}", escaped(&labels.cell(done)));
        }
        text.push('\n');
    }
    let _ = write!(
        text,
        "</table></div>\n<h2>{stuck}</h2>\n<div class=\"wide\"><table>\n<tr>"
    );
    for head in labels.heads() {
        let _ = write!(text, "<th>{head}");
    }
    text.push('\n');
    for id in columns {
        let [id, rest @ ..] = labels.standing(class, id);
        let _ = write!(text, "<tr><th>{}", escaped(&id));
        for cell in rest {
            let _ = write!(text, "<td>{}", escaped(&cell));
        }
        text.push('\n');
    }
    text.push_str("</table></div>\n</body></html>\n");
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_in_a_name_stays_text() {
        assert_eq!(field("=cmd|'/c calc'!A1"), "\"'=cmd|'/c calc'!A1\"");
        assert_eq!(field("@SUM(1,2)"), "\"'@SUM(1,2)\"");
        assert_eq!(field("-1"), "\"'-1\"");
        assert_eq!(field("小明, \"甲\""), "\"小明, \"\"甲\"\"\"");
        assert_eq!(field("小明"), "小明");
    }

    #[test]
    fn a_table_is_known_by_its_beginning_whatever_its_language() {
        for lang in [Lang::Zh, Lang::En] {
            let columns = ["say".to_owned()];
            for (name, text) in all(&Class::default(), &columns, lang) {
                assert!(is_one(name, text.as_bytes()), "{name}");
                assert!(is_one(name, &text.as_bytes()[..text.len().min(1024)]));
            }
        }
        assert!(!is_one("class.csv", "\u{feff}学号,姓名\r\n".as_bytes()));
        assert!(!is_one("class.md", b""));
        assert!(!is_one("class.html", b"<!DOCTYPE html>\n<title>x</title>"));
    }

    #[test]
    fn marks_and_tags_in_a_name_stay_text() {
        assert_eq!(
            marks("a|b <img> [x](y) `z`"),
            "a\\|b &lt;img\\> \\[x\\](y) \\`z\\`"
        );
        assert_eq!(escaped("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }
}
