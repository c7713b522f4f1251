//! Wakes a thread that waits for sockets when a program has written something: threads read its
//! pipes, and each rings after what it has read. Only where one can wait for a pipe and a socket at
//! the same time (Unix); elsewhere it never rings, and the waiting thread looks again after a
//! while.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::Arc;

/// A pipe of which one end rings, and the other is waited for.
#[derive(Debug)]
pub struct Doorbell {
    reader: PipeReader,
    ringer: Ringer,
}

/// Rings a [`Doorbell`].
#[derive(Debug, Clone)]
pub(super) struct Ringer(Arc<PipeWriter>);

impl Doorbell {
    pub(super) fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        #[cfg(unix)]
        {
            // Ringing once too often does no harm, and ringing never blocks.
            rustix::io::ioctl_fionbio(&reader, true)?;
            rustix::io::ioctl_fionbio(&writer, true)?;
        }
        let ringer = Ringer(Arc::new(writer));
        Ok(Self { reader, ringer })
    }

    pub(super) fn ringer(&self) -> Ringer {
        self.ringer.clone()
    }

    /// Silences it until it is rung again.
    pub fn heard(&mut self) {
        if cfg!(unix) {
            let mut rings = [0; 64];
            while matches!(self.reader.read(&mut rings), Ok(count) if count == rings.len()) {}
        }
    }
}

impl Ringer {
    pub(super) fn ring(&self) {
        if cfg!(unix) {
            // A pipe that is full rings already.
            let _ = (&*self.0).write(&[0]);
        }
    }
}

#[cfg(unix)]
impl std::os::fd::AsFd for Doorbell {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.reader.as_fd()
    }
}
