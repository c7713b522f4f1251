//! The clue that the bytes themselves give to the mistake. Pure.

use super::encoding::{Guess, guess, guess_line};
use super::{Ui, trouble, wrap};
use crate::verdict::{Bytes, Failure, Trouble};
use bilingual::Lang;

/// The most columns in which a text in another encoding is shown.
const TEXT_COLUMNS_MAX: usize = 40;

/// What the bytes show, and whether that is the whole cause.
pub(super) fn find(failure: &Failure, ui: Ui) -> Option<(String, bool)> {
    let none = Bytes::default();
    let bytes = match &failure.trouble {
        Trouble::TooMuch(came) | Trouble::NotSilent(came) => {
            return foreign(&none, &came.head, ui);
        }
        trouble => trouble::bytes(trouble),
    };
    let compared = bytes.and_then(|bytes| {
        foreign(bytes, &bytes.came, ui).or_else(|| Some((small(bytes, ui)?.to_owned(), false)))
    });
    compared.or_else(|| {
        // Nothing was compared with it: what it printed is only shown.
        let lines = failure.output.iter().chain(&failure.errors);
        let mut guesses = lines.filter_map(|line| guess_line(line));
        let text = guesses.find(|guess| matches!(guess, Guess::Text { .. }))?;
        Some((said(&text, ui), false))
    })
}

/// A sign of an encoding other than UTF-8.
fn foreign(bytes: &Bytes, came: &[u8], ui: Ui) -> Option<(String, bool)> {
    let guess = guess(&bytes.expected, came, bytes.before > 0)?;
    let sure = matches!(guess, Guess::Mark | Guess::Text { sure: true, .. });
    Some((said(&guess, ui), sure))
}

fn said(guess: &Guess, ui: Ui) -> String {
    match (guess, ui.lang) {
        (Guess::Mark, Lang::Zh) => {
            "开头多了 ef bb bf：这是 UTF-8 的字节顺序标记（BOM），不要写它。".to_owned()
        }
        (Guess::Mark, Lang::En) => {
            "It begins with ef bb bf, the byte order mark (BOM) of UTF-8: leave it out.".to_owned()
        }
        (Guess::Text { encoding, text, .. }, lang) => {
            let text = wrap::cut(&trouble::plain(text), TEXT_COLUMNS_MAX);
            match lang {
                Lang::Zh => format!(
                    "你的程序写的不是 UTF-8，像是 {encoding}：按它读是“{text}”。这里的字都用 UTF-8 编码。"
                ),
                Lang::En => format!(
                    "What your program wrote is not UTF-8. It looks like {encoding}, in which it reads \"{text}\". All text here is UTF-8."
                ),
            }
        }
        (Guess::Unknown, Lang::Zh) => "来的字节不是 UTF-8：不成字的字节写成 \\xNN。".to_owned(),
        (Guess::Unknown, Lang::En) => {
            "What came is not UTF-8: bytes that are not text are shown as \\xNN.".to_owned()
        }
    }
}

/// A small difference that has one usual reason.
fn small(bytes: &Bytes, ui: Ui) -> Option<&'static str> {
    let replaced = |row: &[u8]| String::from_utf8_lossy(row).contains('\u{fffd}');
    let came_replaced = bytes
        .came
        .windows(3)
        .any(|three| three == "\u{fffd}".as_bytes());
    let line = bytes.expected.strip_suffix(b"\n");
    let no_end = line == Some(&bytes.came);
    let carriage = line.is_some_and(|line| {
        let rest = bytes.came.strip_prefix(line);
        rest.is_some_and(|rest| rest.starts_with(b"\r\n"))
    });
    let words = if came_replaced && !replaced(&bytes.expected) {
        [
            "ef bf bd 是 U+FFFD（替换字符）：程序把还没收齐的半个字解码了。",
            "ef bf bd is U+FFFD, the replacement character: half a character was decoded.",
        ]
    } else if no_end {
        [
            "只差行末的 \\n：行要以它结束。",
            "Only the \\n at the end is missing: every line ends with one.",
        ]
    } else if carriage {
        [
            "行末多了一个 \\r：这里的行只以 \\n 结束。",
            "There is a \\r before the \\n: lines here end with \\n alone.",
        ]
    } else {
        return None;
    };
    Some(match ui.lang {
        Lang::Zh => words[0],
        Lang::En => words[1],
    })
}
