// ANCHOR: a
fn a() {}
// ANCHOR_END: a
// ANCHOR: b
fn b() {}
// ANCHOR_END: b
// ANCHOR: never_ends
fn main() {}
