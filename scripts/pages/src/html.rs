//! Words in both languages, and what is only a comment.

pub(crate) use bilingual::html::{both, escape};

/// Whether there is nothing but comments and blanks.
pub(crate) fn only_comments(html: &str) -> bool {
    let mut rest = html.trim_start();
    while let Some(comment) = rest.strip_prefix("<!--") {
        match comment.find("-->") {
            Some(end) => rest = comment[end + 3..].trim_start(),
            None => return false,
        }
    }
    rest.is_empty()
}
