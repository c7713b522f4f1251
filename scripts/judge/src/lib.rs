//! The judge: plays a check against a learner's program, and says what happened.
//!
//! [`check`] parses `check.session` (pure), [`build`] builds a Rust file, [`play`] runs every variant
//! against the program, [`verdict`] is what was seen (data), [`crash`] recognizes crash reports
//! (pure), [`report`] puts everything into words (pure), its steps with [`narrate`]. The README has
//! the notation.
//!
//! Without the feature `play` there are no processes and no sockets: `pages` takes only
//! [`check`] and [`narrate`].

#[cfg(feature = "play")]
pub mod build;
pub mod check;
#[cfg(feature = "play")]
pub mod crash;
pub mod narrate;
#[cfg(feature = "play")]
pub mod play;
#[cfg(feature = "play")]
pub mod report;
#[cfg(feature = "play")]
pub mod verdict;

pub use check::Check;
