//! Divides a page at its headings. Pure.

/// A heading, and what is below it.
#[derive(Debug)]
pub(crate) struct Section {
    /// The heading, without its id.
    #[cfg_attr(
        not(feature = "cli"),
        allow(dead_code, reason = "the shape needs no title")
    )]
    pub(crate) title: String,
    /// The id; empty where it has none.
    pub(crate) id: String,
    /// What is below it, in Markdown.
    pub(crate) body: String,
}

/// The sections of a page, in order.
pub(crate) fn sections(source: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut fence = Fence::default();
    for line in source.lines() {
        let outside = !fence.inside(line);
        match heading(line).filter(|_| outside) {
            Some((title, id)) => sections.push(Section {
                title,
                id,
                body: String::new(),
            }),
            None => {
                if let Some(section) = sections.last_mut() {
                    section.body.push_str(line);
                    section.body.push('\n');
                }
            }
        }
    }
    sections
}

/// Reads `## 目标 {#goal}`; deeper headings belong to their section.
fn heading(line: &str) -> Option<(String, String)> {
    let title = line.strip_prefix("## ").or(line.strip_prefix("# "))?;
    let (title, id) = match title.rsplit_once("{#") {
        Some((title, id)) => (title, id.trim_end().trim_end_matches('}')),
        None => (title, ""),
    };
    Some((title.trim().to_owned(), id.to_owned()))
}

/// Tracks whether lines are inside a fence of code.
#[derive(Debug, Default)]
pub(crate) struct Fence(Option<String>);

impl Fence {
    /// Whether this line is inside; the lines that open and close a fence are.
    pub(crate) fn inside(&mut self, line: &str) -> bool {
        let line = line.trim_start();
        let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'));
        let marks: String = match sign {
            Some(sign) => line.chars().take_while(|c| *c == sign).collect(),
            None => String::new(),
        };
        match &self.0 {
            None if marks.len() >= 3 => self.0 = Some(marks),
            None => return false,
            Some(open) => {
                if marks.starts_with(open.as_str()) && line.trim_end().len() == marks.len() {
                    self.0 = None;
                }
            }
        }
        true
    }
}
