//! What a learner works with, around the judge.
//!
//! [`course`] knows where the exercises are, [`progress`] what was done (both pure, and all that
//! the reading server takes), `text` what the pages say (pure), [`cli`] is the command line, the
//! watch screen and the tables of a class. [`shape`] is for whoever writes an exercise: what it
//! lacks.

#[cfg(feature = "cli")]
pub mod cli;
pub mod course;
pub mod progress;
#[cfg(feature = "shape")]
mod sections;
#[cfg(feature = "shape")]
pub mod shape;
#[cfg(feature = "shape")]
pub mod suggest;
#[cfg(feature = "cli")]
mod text;
