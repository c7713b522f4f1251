//! What can happen to bytes on their way: they come in pieces, cut inside a character, glued, late,
//! not at all; datagrams are lost, doubled, out of order.
//!
//! Everything is a function of what came and when: `(bytes, time) → [(bytes, time)]`. No clock, no
//! socket. Start at [`knob`] for the notation, [`stream`] and [`datagrams`] for what each knob does,
//! [`Division`] for how bytes are divided into pieces. `examples/31_relay/` is the readable form.

mod chain;
pub mod datagrams;
mod division;
pub mod knob;
mod random;
pub mod stream;

pub use chain::{Chain, Direction, Passing, Transformer};
pub use division::{BETWEEN_PIECES, Division};
pub use random::Random;

/// Time from the last bytes to a reset, in which the receiver reads them: where both arrive together,
/// not every runtime tells its program about the reset (libuv takes it for an end).
pub const BEFORE_RESET: std::time::Duration = std::time::Duration::from_millis(150);
