//! `mdbook` calls this program; standard output belongs to mdBook.
fn main() {}
