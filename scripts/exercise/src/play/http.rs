//! A whole HTTP response at a peer.

use std::time::{Duration, Instant};

use super::expect::window;
use super::response::{Came, look};
use super::stage::Stage;
use crate::check::Response;
use crate::verdict::{Bytes, Fault, Trouble};

/// What is longer than it says comes in the same write: it is there by then.
const MORE: Duration = Duration::from_millis(15);

impl<'a> Stage<'a> {
    /// The next thing that comes is a response with this status and, where it is said, this body.
    pub(super) fn http(
        &mut self,
        at: (&'a str, usize),
        wanted: &Response,
        deadline: Instant,
        time: Duration,
    ) -> Result<(), Trouble> {
        let whole = |stage: &mut Self| {
            let peer = stage.peer(at)?;
            match look(&peer.unread, wanted.status, wanted.head).map_err(Trouble::Http)? {
                Came::Whole { head, end, said } => Ok(Some(Ok((head, end, said)))),
                came if peer.ended.is_some() => Ok(Some(Err(came))),
                _ => Ok(None),
            }
        };
        let (head, end, said) = match self.until(deadline, whole)? {
            Ok(Ok(whole)) => whole,
            _ if self.peer(at)?.unread.is_empty() => {
                return self.no_response(at, wanted.status, time, |stage| match whole(stage) {
                    Ok(Some(Ok(_))) => Ok(Some(())),
                    _ => Ok(None),
                });
            }
            _ => {
                let came = look(&self.peer(at)?.unread, wanted.status, wanted.head)
                    .map_err(Trouble::Http)?;
                return Err(Trouble::Http(match came {
                    Came::Body { said, came } => Fault::Short { said, came },
                    _ => Fault::NoEnd,
                }));
            }
        };
        let rest: Vec<u8> = self.peer(at)?.unread.drain(..end).skip(head).collect();
        match wanted.body.as_ref().map(|body| body.bytes(None, &[])) {
            Some(body) if wanted.head && body.len() != said => {
                let wanted = body.len();
                return Err(Trouble::Http(Fault::OtherLength { said, wanted }));
            }
            Some(body) if !wanted.head => same(&body, &rest)?,
            _ => {}
        }
        let more = self.what_follows(at)?;
        match (more.is_empty(), wanted.head) {
            (true, _) => Ok(()),
            (false, true) => Err(Trouble::Http(Fault::HeadBody(more))),
            (false, false) => Err(Trouble::Http(Fault::Long { said, more })),
        }
    }

    /// What follows and is not the next response.
    fn what_follows(&mut self, at: (&'a str, usize)) -> Result<Vec<u8>, Trouble> {
        let _ = self.until(Instant::now() + MORE, |stage| {
            let peer = stage.peer(at)?;
            Ok((!peer.unread.is_empty() || peer.ended.is_some()).then_some(()))
        })?;
        let more = &self.peer(at)?.unread;
        let next = b"HTTP/1.1 ";
        let same = more.len().min(next.len());
        if more[..same] == next[..same] {
            return Ok(Vec::new());
        }
        Ok(more[..more.len().min(32)].to_vec())
    }

    fn no_response(
        &mut self,
        at: (&'a str, usize),
        status: u16,
        time: Duration,
        complete: impl FnMut(&mut Self) -> Result<Option<()>, Trouble>,
    ) -> Result<(), Trouble> {
        let bytes = Bytes {
            expected: format!("HTTP/1.1 {status} [..]\r\n").into_bytes(),
            pattern: true,
            ..Bytes::default()
        };
        self.missing(at, bytes, true, time, complete)
    }
}

fn same(expected: &[u8], came: &[u8]) -> Result<(), Trouble> {
    let right = expected.iter().zip(came).take_while(|(a, b)| a == b);
    let right = right.count();
    match right == expected.len() && right == came.len() {
        true => Ok(()),
        false => Err(Trouble::Wrong(window(expected, &[], came, right))),
    }
}
