//! What a learner works with, around the judge.
//!
//! [`course`] knows where the exercises are, [`progress`] what was done (both pure, and all that
//! the reading server takes), `text` what the pages say (pure), [`cli`] is the command line, the
//! watch screen and the tables of a class. For whoever writes an exercise: [`shape`] is what it
//! lacks, [`patch`] its wrong programs as patches, [`author`] the command line of both.

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
