//! The judge: plays a check against a learner's program, and says what happened.
//!
//! [`check`] parses `check.session` (pure), [`build`] makes a program of a Rust file, [`play`]
//! runs every variant against it, [`verdict`] is what was seen (data), [`crash`] knows the
//! reports of crashes (pure), [`report`] puts all into words (pure), its steps with [`words`]. ARCHITECTURE.md defines the notation.
//!
//! Without the feature `play` there are no processes and no sockets: `pages` takes only
//! [`check`] and [`words`].
//!
//! [`flow`] is what a learner works with, around it: [`course`] knows where the files are,
//! [`progress`] what was done, `text` what the pages say (pure). [`shape`] is for whoever writes an
//! exercise: what it lacks.

#[cfg(feature = "play")]
pub mod build;
pub mod check;
pub mod course;
#[cfg(feature = "play")]
pub mod crash;
#[cfg(feature = "flow")]
pub mod flow;
#[cfg(feature = "shape")]
pub mod near;
#[cfg(feature = "play")]
pub mod play;
pub mod progress;
#[cfg(feature = "play")]
pub mod report;
#[cfg(feature = "shape")]
mod sections;
#[cfg(feature = "shape")]
pub mod shape;
#[cfg(feature = "flow")]
mod text;
#[cfg(feature = "play")]
pub mod verdict;
pub mod words;

pub use check::Check;
pub use session::script::line::Language;
