//! A session as HTML: one column per terminal, one row per moment. Complete without script and
//! style.

use bilingual::actors;
use session::{Action, Session, Status};

use crate::html::{both, escape};

/// Renders a session as a figure with this id, without a blank line, which would end the HTML
/// block.
pub(crate) fn render(session: &Session, id: &str) -> String {
    let mut out = format!(
        "<figure class=\"session\" id=\"{id}\" style=\"--terminals:{}\">\n<figcaption>{}</figcaption>\n<ol class=\"steps\">\n",
        session.actors().len(),
        both(&words(&session.title.zh), &words(&session.title.en)),
        id = escape(id),
    );
    for moment in moments(session) {
        out += &moment.step();
    }
    out + "</ol>\n</figure>"
}

/// A step as it is drawn.
pub(crate) struct Moment<'a> {
    /// Its place in `session.steps`.
    pub(crate) step: usize,
    pub(crate) class: &'static str,
    /// The actor and the terminal in which it happens; a note happens in none.
    pub(crate) actor: Option<(usize, &'a str)>,
    /// What is shown, with its words for a screen reader.
    pub(crate) html: String,
}

/// What there is to draw, in order. A prompt that is answered at once is drawn with its answer.
pub(crate) fn moments(session: &Session) -> Vec<Moment<'_>> {
    let actors = session.actors();
    // What each terminal shows on its last line, if that line has no end yet.
    let mut prompts = vec![String::new(); actors.len()];
    let mut moments = Vec::with_capacity(session.steps.len());
    let mut steps = session.steps.iter().enumerate().peekable();
    while let Some((step, at)) = steps.next() {
        let action = &at.action;
        let Some(actor) = action.actor() else {
            moments.extend(note(step, action));
            continue;
        };
        let terminal = actors.iter().position(|name| *name == actor).unwrap_or(0);
        let prompt = &mut prompts[terminal];
        if let Action::Prompt { text, .. } = action {
            prompt.push_str(text);
            // Typed at once: the line that is typed shows the prompt.
            let next = steps.peek().map(|(_, next)| &next.action);
            if matches!(next, Some(Action::Type { actor: next, .. }) if next == actor) {
                continue;
            }
        }
        let shown = Shown::of(action, prompt);
        if !matches!(action, Action::Prompt { .. } | Action::Silent { .. }) {
            prompt.clear();
        }
        moments.push(shown.moment(step, terminal, actor));
    }
    moments
}

impl Moment<'_> {
    fn step(&self) -> String {
        let (class, html) = (self.class, &self.html);
        match self.actor {
            None => format!("<li class=\"step {class}\">{html}</li>\n"),
            Some((terminal, _)) => format!(
                "<li class=\"step {class}\" data-terminal=\"{terminal}\" style=\"--col:{}\">{html}</li>\n",
                terminal + 1
            ),
        }
    }
}

fn note(step: usize, action: &Action) -> Option<Moment<'_>> {
    let Action::Note(text) = action else {
        return None;
    };
    Some(Moment {
        step,
        class: "note",
        actor: None,
        html: both(&words(&text.zh), &words(&text.en)),
    })
}

/// The command with hyphens at which no browser breaks a line, as it would inside `--example`.
fn unbroken(command: &str) -> String {
    let word = |word: &str| match word.starts_with('-') {
        true => span("flag", &escape(word)),
        false => escape(word),
    };
    command.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// How a step looks, and its words for a screen reader.
struct Shown {
    class: &'static str,
    said: (&'static str, &'static str),
    html: String,
}

impl Shown {
    fn of(action: &Action, prompt: &str) -> Shown {
        let (class, said, html) = match action {
            Action::Start { command, .. } => (
                "start",
                ("命令", "command"),
                format!(
                    "<code class=\"cmd nohighlight\">{}</code>",
                    unbroken(command)
                ),
            ),
            Action::Line { pattern, .. } => (
                "out",
                ("输出", "output"),
                code(&(span("prompt", &elide(prompt)) + &elide(pattern))),
            ),
            Action::Prompt { text, .. } => ("out prompt", ("提示", "prompt"), code(&elide(text))),
            Action::Type { text, .. } => (
                "in",
                ("键入", "typed"),
                code(&(span("prompt", &elide(prompt)) + &span("typed", &escape(text)))),
            ),
            Action::EndOfInput { .. } => (
                "eof",
                ("按键", "key"),
                key("Ctrl-D", "输入结束", "end of input"),
            ),
            Action::Interrupt { .. } => (
                "interrupt",
                ("按键", "key"),
                key("Ctrl-C", "中断", "interrupt"),
            ),
            Action::Silent { duration, .. } => (
                "silent",
                ("等待", "waiting"),
                both(
                    &format!("{} 毫秒内没有任何输出", duration.as_millis()),
                    &format!("nothing comes for {} ms", duration.as_millis()),
                ),
            ),
            Action::Exit { status, .. } => ("exit", ("结束", "end"), ended(*status)),
            Action::Note(_) => ("note", ("", ""), String::new()),
        };
        Shown { class, said, html }
    }

    fn moment(self, step: usize, terminal: usize, actor: &str) -> Moment<'_> {
        let html = format!(
            "<span class=\"who\">{}</span><span class=\"sr\">{}</span>{}",
            role(actor),
            both(
                &format!("，{}：", self.said.0),
                &format!(", {}: ", self.said.1)
            ),
            self.html,
        );
        Moment {
            step,
            class: self.class,
            actor: Some((terminal, actor)),
            html,
        }
    }
}

/// The name of an actor or a host, in both languages where it has two.
pub(crate) fn role(actor: &str) -> String {
    match actors::chinese(actor) {
        Some(zh) => both(zh, actor),
        None => escape(actor),
    }
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

/// Text with `code` in it.
pub(crate) fn words(text: &str) -> String {
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
