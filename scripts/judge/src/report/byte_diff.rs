//! The expected bytes above those that came: text over bytes, the first difference marked. Pure.

use unicode_width::UnicodeWidthStr;

use super::{REPORT_COLUMNS, Ui};
use crate::check::quoted;
use crate::verdict::Bytes;
use bilingual::Lang;
use bilingual::visible::is_trick;

/// Number of bytes that are shown before the difference.
const BYTES_SHOWN_BEFORE: usize = 8;

/// Number of columns of a byte: two digits and a space; the text above it has as many.
const BYTE_COLUMNS: usize = 3;

/// The comparison: four lines, and the mark.
pub(super) fn draw(bytes: &Bytes, ui: Ui) -> String {
    let labels = match ui.lang {
        Lang::Zh => ["应该", "收到"],
        Lang::En => ["expected", "came    "],
    };
    if bytes.pattern {
        return pattern(bytes, labels, ui);
    }
    let difference = bytes.difference();
    let start = start(bytes, difference);
    let margin = 4 + labels[0].width() + 2;
    let room = (REPORT_COLUMNS - margin - 4) / BYTE_COLUMNS;
    let mut text = String::new();
    // Only the expected bytes have places where any byte is right.
    let any = [&bytes.any[..], &[]];
    for ((label, row), any) in labels.iter().zip([&bytes.expected, &bytes.came]).zip(any) {
        let shown = &row[start.min(row.len())..row.len().min(start + room)];
        let before = if start + bytes.before > 0 {
            "… "
        } else {
            "  "
        };
        let after = if row.len() > start + room { "…" } else { "" };
        let any: Vec<usize> = any.iter().filter_map(|at| at.checked_sub(start)).collect();
        let (over, under) = rows(shown, &any, ui);
        text.push_str(&format!("    {label}{before}{}", over.trim_end()));
        text.push('\n');
        let space = " ".repeat(label.width());
        if !under.is_empty() {
            text.push_str(&format!("    {space}  {under}{after}\n"));
        }
    }
    let column = margin + (difference - start) * BYTE_COLUMNS;
    let place = bytes.before + difference + 1;
    let ends = difference == bytes.came.len();
    let words = match (ui.lang, ends) {
        (Lang::Zh, true) => format!("第 {place} 个字节没有来"),
        (Lang::Zh, false) => format!("从第 {place} 个字节起不同"),
        (Lang::En, true) => format!("byte {place} did not come"),
        (Lang::En, false) => format!("different from byte {place} on"),
    };
    let mark = ui.bad("^^");
    text.push_str(&match column + 3 + words.width() <= REPORT_COLUMNS {
        true => format!("{}{mark} {words}\n", " ".repeat(column)),
        false => format!("{}{words} {mark}\n", " ".repeat(column - words.width() - 1)),
    });
    text
}

/// The index where the comparison begins: before the difference, at the beginning of a character.
fn start(bytes: &Bytes, difference: usize) -> usize {
    let inside = |at: usize| {
        let row = if at < bytes.expected.len() {
            &bytes.expected
        } else {
            &bytes.came
        };
        row.get(at)
            .is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000)
    };
    let mut start = difference.saturating_sub(BYTES_SHOWN_BEFORE);
    // Forward, since the beginning of the first character may be lost.
    while start < difference && inside(start) {
        start += 1;
    }
    start
}

/// The text and the bytes of a row, each byte's columns below its character.
fn rows(bytes: &[u8], any: &[usize], ui: Ui) -> (String, String) {
    if bytes.is_empty() {
        let nothing = ui.pick("（什么也没有）", "(nothing)");
        return (nothing.to_owned(), String::new());
    }
    let mut over = String::new();
    let mut cell = |text: &str, bytes: usize| {
        over.push_str(text);
        let space = (bytes * BYTE_COLUMNS).saturating_sub(text.width());
        over.push_str(&" ".repeat(space));
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => cell("\\n", 1),
                '\r' => cell("\\r", 1),
                '\t' => cell("\\t", 1),
                '\0' => cell("\\0", 1),
                ' ' => cell("␣", 1),
                c if is_trick(c) => cell("·", c.len_utf8()),
                c => cell(c.encode_utf8(&mut [0; 4]), c.len_utf8()),
            }
        }
        for _ in chunk.invalid() {
            cell("·", 1);
        }
    }
    let hex = |(at, byte): (usize, &u8)| match any.contains(&at) {
        true => "??".to_owned(),
        false => format!("{byte:02x}"),
    };
    let under: Vec<String> = bytes.iter().enumerate().map(hex).collect();
    (over, under.join(" "))
}

/// The comparison with a pattern, which has no bytes of its own: two lines of text.
fn pattern(bytes: &Bytes, labels: [&str; 2], ui: Ui) -> String {
    let came = match bytes.came.is_empty() {
        true => ui.pick("（什么也没有）", "(nothing)").to_owned(),
        false => quoted(&bytes.came),
    };
    let room = REPORT_COLUMNS - 6 - labels[0].width();
    let mut text = String::new();
    for (label, row) in labels.iter().zip([quoted(&bytes.expected), came]) {
        text.push_str(&format!("    {label}  {}\n", super::wrap::cut(&row, room)));
    }
    text
}
