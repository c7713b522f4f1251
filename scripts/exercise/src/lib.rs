//! What a learner works with, around the judge.
//!
//! [`course`] knows where the exercises are, [`progress`] what has been done (both pure, and all that
//! the reading server needs), `text` reads the pages (pure), [`cli`] is the command line, with the
//! watch screen and the tables of a class. For authors of exercises: [`shape`] finds what an
//! exercise lacks, [`patch`] keeps its wrong programs as patches, [`author`] is the command line of
//! both.

#[cfg(feature = "author")]
pub mod author;
#[cfg(feature = "cli")]
pub mod cli;
pub mod course;
#[cfg(feature = "author")]
pub mod patch;
pub mod progress;
#[cfg(any(feature = "author", feature = "cli"))]
mod sections;
#[cfg(feature = "author")]
pub mod shape;
#[cfg(any(feature = "author", feature = "cli"))]
pub mod suggest;
#[cfg(feature = "cli")]
mod text;
