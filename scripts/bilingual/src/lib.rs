//! Two languages in one program.
//!
//! [`Lang`] is the language that a person reads, [`Text`] the same words in both, [`Ui`] how a
//! program talks to its terminal, [`Diagnostic`] what is wrong with a file. [`actors`] names the
//! actors of a session, [`bless`] shows what would change in a file, [`visible`](mod@visible) makes
//! text from elsewhere safe to show, [`html`] puts text of both languages into a page;
//! `command_line` (a feature) explains mistakes in arguments. All of it is pure but [`terminal`],
//! which writes lines.

pub mod actors;
pub mod bless;
#[cfg(feature = "command-line")]
pub mod command_line;
mod diagnostic;
pub mod html;
mod lang;
pub mod terminal;
mod text;
mod ui;
pub mod visible;

pub use diagnostic::{Diagnostic, Location, slashes};
pub use lang::Lang;
pub use text::Text;
pub use ui::Ui;
pub use visible::visible;
