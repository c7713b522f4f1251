//! The session notation: what happens in each terminal, in order.
//!
//! [`script`] parses a `.session` file (pure), [`program`] maps a command line to a program
//! that we know (pure), `run` runs a session against the real programs (feature `run`, on by
//! default). [`encoding`] says why a file is not text. The README defines the notation.

pub mod encoding;
pub mod program;
#[cfg(feature = "run")]
pub mod run;
pub mod script;

pub use program::Program;
#[cfg(feature = "run")]
pub use run::{FailedStep, Options, Report, all, example, root, run, run_file, run_named};
pub use script::{
    Action, Card, Delay, Forwarding, Host, Loss, LossKind, ParseError, Ports, Refusal, RefuseWith,
    Session, Status, Step, Translation, Which, mac, network, wires,
};
