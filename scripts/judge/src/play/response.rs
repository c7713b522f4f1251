//! Parses an HTTP/1.1 response, as far as it has come. Pure.

use crate::verdict::HttpFault;

/// The most bytes of a header section.
const HEADER_SECTION_BYTES_MAX: usize = 64 * 1024;

/// The most bytes of a line that a report shows.
const LINE_BYTES_SHOWN: usize = 60;

/// What has come of a response.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// Not the whole header section.
    Head,
    /// The header section, and a part of the body.
    Body { said: usize, came: usize },
    /// Everything: the header section and the body end here.
    Whole {
        head: usize,
        end: usize,
        /// The length of the body by its header section.
        said: usize,
    },
}

/// Parses what has come; `wanted` is the status that it should have. With `only_head`, it answers
/// HEAD.
pub(super) fn look(bytes: &[u8], wanted: u16, only_head: bool) -> Result<Came, HttpFault> {
    let mut lines = Lines { bytes, at: 0 };
    let Some(line) = lines.next()? else {
        return match may_be_status(bytes) {
            true => Ok(Came::Head),
            false => Err(HttpFault::NotHttp(shown(bytes))),
        };
    };
    let status = status(line).ok_or_else(|| HttpFault::NotHttp(shown(line)))?;
    let mut length = None;
    let mut chunked = false;
    loop {
        let line = match lines.next()? {
            Some(b"") => break,
            Some(line) => line,
            None => return Ok(Came::Head),
        };
        let (name, value) = field(line).ok_or_else(|| HttpFault::Field(shown(line)))?;
        if name.eq_ignore_ascii_case(b"content-length") {
            let number = number(value).ok_or_else(|| HttpFault::BadLength(shown(value)))?;
            if length.replace(number).is_some_and(|other| other != number) {
                return Err(HttpFault::BadLength(shown(value)));
            }
        }
        chunked |= name.eq_ignore_ascii_case(b"transfer-encoding");
    }
    if status != wanted {
        let came = status;
        return Err(HttpFault::Status { wanted, came });
    }
    let said = match length {
        _ if chunked => return Err(HttpFault::Chunked),
        // These have no body, whatever the fields say (RFC 9112, section 6.3).
        _ if bodiless(status) => 0,
        Some(length) => length,
        None => return Err(HttpFault::NoLength),
    };
    let head = lines.at;
    let came = bytes.len() - head;
    let body = if only_head { 0 } else { said };
    Ok(match came < body {
        true => Came::Body { said, came },
        false => Came::Whole {
            head,
            end: head + body,
            said,
        },
    })
}

fn bodiless(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 304)
}

/// The lines of the header section, without their ends.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line; `None` where no whole line is left.
    fn next(&mut self) -> Result<Option<&'a [u8]>, HttpFault> {
        let rest = &self.bytes[self.at..];
        let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
            return match self.bytes.len() > HEADER_SECTION_BYTES_MAX {
                true => Err(HttpFault::NoEnd),
                false => Ok(None),
            };
        };
        if self.at + end > HEADER_SECTION_BYTES_MAX {
            return Err(HttpFault::NoEnd);
        }
        self.at += end + 1;
        match rest[..end].strip_suffix(b"\r") {
            Some(line) => Ok(Some(line)),
            // A line that is not HTTP at all has a worse fault than its end.
            None if self.at == end + 1 && status(&rest[..end]).is_none() => {
                Err(HttpFault::NotHttp(shown(&rest[..end])))
            }
            None => Err(HttpFault::LineEnd(shown(&rest[..end]))),
        }
    }
}

/// `HTTP/1.1 200 OK` (RFC 9112, section 4): the space after the status is part of it.
fn status(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(b"HTTP/1.1 ")?;
    let digits: [u8; 3] = rest.get(..3)?.try_into().ok()?;
    let digits = std::str::from_utf8(&digits).ok()?;
    let number = digits.parse().ok()?;
    (rest.get(3) == Some(&b' ') && digits.bytes().all(|c| c.is_ascii_digit())).then_some(number)
}

fn may_be_status(bytes: &[u8]) -> bool {
    let start = b"HTTP/1.1 ";
    let same = start.len().min(bytes.len());
    start[..same] == bytes[..same]
}

/// `Name: value`, no space before the colon (RFC 9112, section 5.1).
fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    let token = |c: &u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(c);
    (!name.is_empty() && name.iter().all(token)).then_some((name, value.trim_ascii()))
}

fn number(value: &[u8]) -> Option<usize> {
    let digits = std::str::from_utf8(value).ok()?;
    digits
        .bytes()
        .all(|c| c.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

fn shown(line: &[u8]) -> Vec<u8> {
    line[..line.len().min(LINE_BYTES_SHOWN)].to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-length:5\r\nX: y:z \r\n\r\nhello";

    #[test]
    fn a_response_is_whole_when_its_length_has_come() {
        let end = GOOD.len();
        assert_eq!(
            look(GOOD.as_bytes(), 200, false),
            Ok(Came::Whole {
                head: end - 5,
                end,
                said: 5
            })
        );
        let head = end - 5;
        assert_eq!(
            look(&GOOD.as_bytes()[..head], 200, true),
            Ok(Came::Whole {
                head,
                end: head,
                said: 5
            })
        );
        let short = &GOOD.as_bytes()[..end - 2];
        assert_eq!(look(short, 200, false), Ok(Came::Body { said: 5, came: 3 }));
        let none = b"HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(
            look(none, 204, false),
            Ok(Came::Whole {
                head: 27,
                end: 27,
                said: 0
            })
        );
    }

    #[test]
    fn a_header_section_may_be_long() {
        let fields = format!("X: {}\r\n", "x".repeat(55)).repeat(1000);
        let response = GOOD.replace("X: y:z \r\n", &fields);
        let whole = Came::Whole {
            head: response.len() - 5,
            end: response.len(),
            said: 5,
        };
        assert_eq!(look(response.as_bytes(), 200, false), Ok(whole));
        let longer = GOOD.replace("X: y:z \r\n", &fields.repeat(2));
        assert_eq!(look(longer.as_bytes(), 200, false), Err(HttpFault::NoEnd));
    }

    #[test]
    fn each_fault_has_its_name() {
        let line = |text: &str| text.as_bytes().to_vec();
        let head = |rest: &str| format!("HTTP/1.1 200 OK\r\n{rest}");
        for (bytes, fault) in [
            ("hello\n".to_owned(), HttpFault::NotHttp(line("hello"))),
            ("hello".to_owned(), HttpFault::NotHttp(line("hello"))),
            (
                "HTTP/1.0 200 OK\r\n".to_owned(),
                HttpFault::NotHttp(line("HTTP/1.0 200 OK")),
            ),
            (
                "HTTP/1.1 200\r\n".to_owned(),
                HttpFault::NotHttp(line("HTTP/1.1 200")),
            ),
            (
                "HTTP/1.1 +20 OK\r\n".to_owned(),
                HttpFault::NotHttp(line("HTTP/1.1 +20 OK")),
            ),
            (
                "HTTP/1.1 200 OK\n".to_owned(),
                HttpFault::LineEnd(line("HTTP/1.1 200 OK")),
            ),
            (head("A: b\n"), HttpFault::LineEnd(line("A: b"))),
            (head("A : b\r\n"), HttpFault::Field(line("A : b"))),
            (head("hello\r\n"), HttpFault::Field(line("hello"))),
            (head(&"a".repeat(70_000)), HttpFault::NoEnd),
            (head("\r\n"), HttpFault::NoLength),
            (
                head("Content-Length: -1\r\n\r\n"),
                HttpFault::BadLength(line("-1")),
            ),
            (
                head("Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
                HttpFault::BadLength(line("2")),
            ),
            (
                head("Transfer-Encoding: chunked\r\n\r\n"),
                HttpFault::Chunked,
            ),
        ] {
            assert_eq!(
                look(bytes.as_bytes(), 200, false),
                Err(fault),
                "{bytes:.60}"
            );
        }
        let (wanted, came) = (404, 200);
        assert_eq!(
            look(GOOD.as_bytes(), 404, false),
            Err(HttpFault::Status { wanted, came })
        );
    }

    proptest! {
        #[test]
        fn no_beginning_of_a_right_response_has_a_fault(at in 0..GOOD.len()) {
            let came = look(&GOOD.as_bytes()[..at], 200, false);
            prop_assert!(matches!(came, Ok(Came::Head | Came::Body { .. })), "{came:?}");
        }

        #[test]
        fn whatever_comes_is_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..GOOD.len()) {
            let _ = look(&bytes, 200, false);
            let _ = look(&[&GOOD.as_bytes()[..cut], &bytes].concat(), 200, false);
        }
    }
}
