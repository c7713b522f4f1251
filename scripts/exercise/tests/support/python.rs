//! The Python of this machine.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use session::run::look_up;

/// The path of the interpreter itself: on some machines `python3` is a script that looks for it at
/// every start.
pub(crate) fn python() -> Option<PathBuf> {
    let found = look_up("python3", &env::var_os("PATH").unwrap())?;
    let mut ask = Command::new(&found);
    ask.args(["-IS", "-c", "import sys; print(sys.executable)"]);
    let said = ask.output().unwrap().stdout;
    let itself = PathBuf::from(String::from_utf8(said).unwrap().trim_end());
    Some(if itself.is_file() { itself } else { found })
}
