//! A reference from a page or a style sheet to something else.

/// A reference.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) kind: Kind,
    pub(super) target: String,
    pub(super) line: u64,
    pub(super) lang: Option<&'static str>,
}

/// What a reference is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The reader may follow it.
    Way,
    /// The browser loads it with the page.
    Part,
}
