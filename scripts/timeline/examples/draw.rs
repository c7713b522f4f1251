//! Draws a session, or a capture, as text:
//!
//! ```text
//! cargo run -p timeline --example draw -- examples/02_duplex.session
//! cargo run -p timeline --example draw -- book/captures/one_shot.pcapng
//! ```

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use bilingual::Lang;
use session::Session;
use timeline::{Timeline, text};

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: draw NAME.session|NAME.pcapng");
        return ExitCode::from(2);
    };
    match timeline(Path::new(&path)) {
        Ok(timeline) => {
            let lang = Lang::of_program(&[], None);
            print!("{}", text::draw(&timeline, lang, 80));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{}: {why}", path.display());
            ExitCode::FAILURE
        }
    }
}

fn timeline(path: &Path) -> Result<Timeline, String> {
    let source =
        fs::read_to_string(path.with_extension("session")).map_err(|why| why.to_string())?;
    let session = Session::parse(&source.replace("\r\n", "\n")).map_err(|errors| {
        errors
            .iter()
            .map(|error| format!("{error}\n"))
            .collect::<String>()
    })?;
    if path
        .extension()
        .is_none_or(|extension| extension != "pcapng")
    {
        return Ok(Timeline::of_session(&session));
    }
    let bytes = fs::read(path).map_err(|why| why.to_string())?;
    Ok(Timeline::of_capture(
        capture::read(&bytes, &session)?,
        &session,
    ))
}
