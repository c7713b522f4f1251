//! A reference from a page or a style sheet to something else.

/// A reference.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) purpose: Purpose,
    pub(super) target: String,
    pub(super) line: u64,
    pub(super) lang: Option<&'static str>,
}

/// What a reference is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The reader may follow it.
    Way,
    /// The browser loads it with the page.
    Part,
}
