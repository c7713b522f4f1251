//! How far the learner is: the state of every exercise, and the last report of the one asked for.

use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use exercise::course::Course;
use exercise::progress::{self, Progress, is_name};
use serde_json::{Value, json};

use super::{Shared, answer, text};
use crate::site::content_type;

/// Number of bytes of the longest report that is shown.
const REPORT_LIMIT_BYTES: u64 = 64 * 1024;

/// `/__workbook/exercises`, `/__workbook/exercises?report=echo_server`.
pub(super) async fn exercises(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let Some(course) = shared.course.clone() else {
        return text(
            StatusCode::NOT_FOUND,
            "没有练习。 · There are no exercises.\n",
        );
    };
    let query = request.uri().query().unwrap_or_default();
    let asked = query
        .strip_prefix("report=")
        .filter(|id| is_name(id))
        .map(str::to_owned);
    let read = move || {
        // One after the other: a progress file may be long, and the requests many.
        static KNOWN: Mutex<Option<Known>> = Mutex::new(None);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        state(&course, asked.as_deref(), &mut known).to_string()
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(state) => answer(StatusCode::OK, content_type(".json"), state),
        Err(_) => text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "读不出进度。 · The progress cannot be read.\n",
        ),
    }
}

/// The contents of the progress file when it was last read. A long one takes a second to read, and
/// every page asks for it.
struct Known {
    of: ProgressFile,
    exercises: Value,
}

/// The progress file that was read, and for which exercises. Lines are only ever added, so that a
/// different text has a different length or time.
#[derive(PartialEq, Eq)]
struct ProgressFile {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
    ladder: Vec<String>,
}

/// The state of every exercise of the ladder.
fn ladder(course: &Course, known: &mut Option<Known>) -> Value {
    let path = course.mine().join("progress");
    // Before it is read: what is added meanwhile is a different length for the next request.
    let data = fs::metadata(&path).ok();
    let progress_file = ProgressFile {
        length: data.as_ref().map_or(0, Metadata::len),
        modified: data.and_then(|data| data.modified().ok()),
        ladder: course.ladder().unwrap_or_default(),
        path,
    };
    if let Some(known) = known.as_ref().filter(|known| known.of == progress_file) {
        return known.exercises.clone();
    }
    let bytes = beginning(&progress_file.path, progress::FILE_BYTES_MAX);
    let progress = progress::progress(&progress::read(&bytes).events);
    let of_ladder = progress_file
        .ladder
        .iter()
        .map(|id| exercise(id, &progress));
    let exercises = Value::Array(of_ladder.collect());
    *known = Some(Known {
        of: progress_file,
        exercises: exercises.clone(),
    });
    exercises
}

fn state(course: &Course, asked: Option<&str>, known: &mut Option<Known>) -> Value {
    let mut state = json!({ "exercises": ladder(course, known) });
    if let Some(id) = asked {
        let report = |lang| {
            let bytes = beginning(&course.last(id, lang), REPORT_LIMIT_BYTES);
            String::from_utf8_lossy(&bytes).into_owned()
        };
        state["report"] = json!({ "id": id, "zh": report("zh"), "en": report("en") });
    }
    state
}

fn exercise(id: &str, progress: &Progress) -> Value {
    let state = progress.of(id);
    let names = |passed: bool| -> Vec<&str> {
        let variants = state.variants.iter();
        variants
            .filter(|variant| variant.passed == passed)
            .map(|variant| variant.name.as_str())
            .collect()
    };
    json!({
        "id": id,
        "solved": state.solved.is_some(),
        "begun": state.first.is_some(),
        "attempts": state.attempts,
        "passed": names(true),
        "failed": names(false),
    })
}

/// At most `most` bytes of a file; none, where there is no file.
fn beginning(path: &Path, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A pipe would wait for a writer.
    if path.is_file()
        && let Ok(file) = File::open(path)
    {
        let _ = file.take(most).read_to_end(&mut bytes);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Lines of which each reports a check of its own.
    fn progress_file(verb: &str, sign: char, length: usize) -> String {
        let mut text = String::new();
        for number in 0.. {
            let (millis, seconds) = (number % 1000, number / 1000);
            let (seconds, minutes) = (seconds % 60, seconds / 60);
            text += &format!(
                "2026-09-01T08:{minutes:02}:{seconds:02}.{millis:03}Z a {verb} rust 12ms {sign}plain\n"
            );
            if text.len() >= length {
                break;
            }
        }
        text
    }

    #[test]
    fn a_long_diary_is_read_again_only_when_it_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join("examples/exercises").join(name);
        let write = |name: &str, text: &str| {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), text).unwrap();
        };
        let course = Course::new(folder.path());
        let mut known = None;
        let mut solved = || {
            let state = state(&course, Some("a"), &mut known);
            let told = state["exercises"].as_array().unwrap().clone();
            let solved = told.iter().filter(|told| told["solved"] == true).count();
            (told.len(), solved)
        };
        write("ladder", "a\nb\n");
        assert_eq!(solved(), (2, 0));
        write("mine/progress", &progress_file("passed", '+', 15 << 20));
        assert_eq!(solved(), (2, 1));
        // This is seen only by reading it again: the length and the time are the same.
        let time = fs::metadata(path("mine/progress"))
            .and_then(|data| data.modified())
            .unwrap();
        write("mine/progress", &progress_file("failed", '-', 15 << 20));
        let file = || {
            File::options()
                .append(true)
                .open(path("mine/progress"))
                .unwrap()
        };
        file().set_modified(time).unwrap();
        assert_eq!(solved(), (2, 1));
        // A line more, another time, other exercises, none.
        file()
            .write_all(b"2026-09-02T08:00:00.000Z b passed rust 12ms +plain\n")
            .unwrap();
        file().set_modified(time).unwrap();
        assert_eq!(solved(), (2, 1), "of b, and no longer of a");
        write("ladder", "a\n");
        assert_eq!(solved(), (1, 0));
        write("mine/progress", &progress_file("passed", '+', 1));
        assert_eq!(solved(), (1, 1));
        write("mine/progress", &progress_file("failed", '-', 1));
        file().set_modified(time).unwrap();
        assert_eq!(solved(), (1, 0));
        fs::remove_file(path("mine/progress")).unwrap();
        assert_eq!(solved(), (1, 0));
    }
}
