//! The end of what a program writes to stderr: always drained, bounded, never a verdict.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::doorbell::Ringer;

/// Number of bytes of stderr that are kept: the report of a stack overflow in Java fits.
pub const STDERR_TAIL_BYTES: usize = 256 * 1024;

/// Stderr as it comes. A thread drains it, so that no program waits for us to read it.
#[derive(Debug, Clone, Default)]
pub struct Tail(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    /// Number of them that the story has read.
    read: usize,
    /// Number of bytes that have come in all.
    total: u64,
    closed: bool,
}

impl Tail {
    /// Drains `reader` to its end, in a thread of its own.
    pub(super) fn drain(mut reader: io::PipeReader, ringer: Ringer) -> Self {
        let tail = Self::default();
        let kept = tail.clone();
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                match reader.read(&mut buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Ok(0) | Err(_) => break,
                    Ok(count) => kept.lock().push(&buffer[..count], STDERR_TAIL_BYTES),
                }
                ringer.ring();
            }
            kept.lock().closed = true;
            ringer.ring();
        });
        tail
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes that are kept; from the beginning of a line where the beginning was lost.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let kept = self.lock();
        let lost = kept.total > kept.bytes.len() as u64;
        let start = match kept.bytes.iter().position(|&byte| byte == b'\n') {
            Some(end) if lost => end + 1,
            _ => 0,
        };
        kept.bytes[start..].to_vec()
    }

    /// Number of bytes that have come in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.lock().total
    }

    /// Whether nothing more will come.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Reads up to the first whole line that is `wanted`; the lines before it are passed over.
    /// The last line counts as whole once nothing more will come.
    pub fn read_line(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.lock().read_line(wanted)
    }
}

impl Kept {
    fn push(&mut self, bytes: &[u8], limit: usize) {
        self.bytes.extend_from_slice(bytes);
        self.total += bytes.len() as u64;
        // Not at every push: what stays is moved each time.
        if self.bytes.len() > 2 * limit {
            let surplus = self.bytes.len() - limit;
            self.bytes.drain(..surplus);
            self.read = self.read.saturating_sub(surplus);
        }
    }

    fn read_line(&mut self, wanted: impl Fn(&str) -> bool) -> bool {
        let mut start = self.read;
        while start < self.bytes.len() {
            let rest = &self.bytes[start..];
            let (end, next) = match rest.iter().position(|&byte| byte == b'\n') {
                Some(end) => (end, end + 1),
                None if self.closed => (rest.len(), rest.len()),
                None => return false,
            };
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            if wanted(&String::from_utf8_lossy(line)) {
                self.read = start + next;
                return true;
            }
            start += next;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_flood_is_kept() {
        let mut kept = Kept::default();
        for number in 0..1000 {
            kept.push(format!("line {number}\n").as_bytes(), 100);
        }
        assert!(kept.bytes.len() <= 200);
        assert!(kept.bytes.ends_with(b"line 999\n"));
        let tail = Tail(Arc::new(Mutex::new(kept)));
        assert!(tail.bytes().starts_with(b"line "));
        assert_eq!(tail.total(), 8890);
    }

    #[test]
    fn a_line_is_found_among_others_and_each_is_read_once() {
        let mut kept = Kept::default();
        kept.push(b"listening\nrefused\r\nrefused\nlast", 100);
        assert!(kept.read_line(|line| line == "refused"));
        assert!(!kept.read_line(|line| line == "listening"));
        assert!(kept.read_line(|line| line == "refused"));
        assert!(!kept.read_line(|line| line == "last"));
        kept.closed = true;
        assert!(kept.read_line(|line| line == "last"));
        assert!(!kept.read_line(|_| true));
    }
}
