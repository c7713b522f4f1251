//! `cargo workbook`: read, build and check the book.
fn main() {}
