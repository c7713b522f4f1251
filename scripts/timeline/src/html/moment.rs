//! A moment in a terminal, and how it reads to those who do not see columns.

use bilingual::html::{both, escape};
use session::Status;

use super::name;
use crate::{Lane, Moment, What};

/// Its class and its content. It begins with the name of its lane.
pub(super) fn shown(moment: &Moment, lanes: &[Lane]) -> (&'static str, String) {
    let (class, said, html) = match &moment.what {
        What::Note(text) => return ("note", both(&words(&text.zh), &words(&text.en))),
        What::Started { command } => (
            "start",
            ("命令", "command"),
            format!(
                "<code class=\"cmd nohighlight\">{}</code>",
                unbroken(command)
            ),
        ),
        What::Printed { prompt, line } => (
            "out",
            ("输出", "output"),
            code(&(span("prompt", &elide(prompt)) + &elide(line))),
        ),
        What::Prompted { prompt } => ("out prompt", ("提示", "prompt"), code(&elide(prompt))),
        What::Typed { prompt, line } => (
            "in",
            ("键入", "typed"),
            code(&(span("prompt", &elide(prompt)) + &span("typed", &escape(line)))),
        ),
        What::EndOfInput => (
            "eof",
            ("按键", "key"),
            key("Ctrl-D", "输入结束", "end of input"),
        ),
        What::Interrupted => (
            "interrupt",
            ("按键", "key"),
            key("Ctrl-C", "中断", "interrupt"),
        ),
        What::Silent(duration) => (
            "silent",
            ("等待", "waiting"),
            both(
                &format!("{} 毫秒内没有任何输出", duration.as_millis()),
                &format!("nothing comes for {} ms", duration.as_millis()),
            ),
        ),
        What::Ended(status) => ("exit", ("结束", "end"), ended(*status)),
        What::State(state) => ("state", ("状态", "state"), code(&escape(state))),
        What::Sent(sent) => ("sent", ("发出", "sends"), code(&escape(&sent.packet.label))),
    };
    let lane = moment.lane.and_then(|lane| lanes.get(lane));
    let html = format!(
        "<span class=\"who\">{}</span><span class=\"sr\">{}</span>{html}",
        lane.map_or_else(String::new, name),
        both(&format!("，{}：", said.0), &format!(", {}: ", said.1)),
    );
    (class, html)
}

/// The command with hyphens at which no browser breaks a line, as it would inside `--example`.
fn unbroken(command: &str) -> String {
    let word = |word: &str| match word.starts_with('-') {
        true => span("flag", &escape(word)),
        false => escape(word),
    };
    command.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn ended(status: Status) -> String {
    match status {
        Status::Code(code) => both(
            &format!("退出，状态 {code}"),
            &format!("exits with status {code}"),
        ),
        Status::Signal => both("被信号终止", "ended by a signal"),
    }
}

fn code(html: &str) -> String {
    format!("<code class=\"nohighlight\">{html}</code>")
}

fn key(name: &str, zh: &str, en: &str) -> String {
    format!("<kbd>{name}</kbd> {}", both(zh, en))
}

fn span(class: &str, html: &str) -> String {
    if html.is_empty() {
        return String::new();
    }
    format!("<span class=\"{class}\">{html}</span>")
}

/// `[..]` stands for text that varies.
fn elide(pattern: &str) -> String {
    let parts: Vec<String> = pattern.split("[..]").map(escape).collect();
    parts.join("<span class=\"any\">…</span>")
}

/// Text with `code` in it, as HTML.
#[must_use]
pub fn words(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(escape).collect();
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at % 2 == 1 {
            out += &code(part);
        } else {
            out += part;
        }
    }
    out
}
