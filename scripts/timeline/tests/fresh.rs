//! What the book keeps beside its recordings is what they say now.

use std::fs;
use std::path::Path;

use session::Session;
use timeline::{Timeline, data};

#[test]
fn the_tables_and_the_data_beside_every_recording_are_what_it_says_now() {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/captures");
    let (mut seen, mut stale) = (0, Vec::new());
    for entry in fs::read_dir(&captures).expect("the captures of the book") {
        let name = entry.expect("an entry").file_name();
        let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".pcapng")) else {
            continue;
        };
        seen += 1;
        let file = |extension: &str| captures.join(format!("{name}.{extension}"));
        let text = |extension: &str| {
            let text = fs::read_to_string(file(extension)).unwrap_or_default();
            text.replace("\r\n", "\n")
        };
        let session = Session::parse(&text("session")).expect("a session");
        let bytes = fs::read(file("pcapng")).expect("a recording");
        let capture = capture::read(&bytes, &session).expect("a recording that can be read");
        let timeline = Timeline::of_capture(capture, &session);
        if text("js") != data::script(name, &timeline) {
            stale.push(format!("{name}.js"));
        }
        if text("html") != data::page(name, &timeline) {
            stale.push(format!("{name}.html"));
        }
    }
    assert!(seen >= 20, "{seen} recordings were found");
    assert!(
        stale.is_empty(),
        "not what the recordings say: {}\nrun cargo workbook capture --draw",
        stale.join(", ")
    );
}
