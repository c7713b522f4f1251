//! How far the learner is: the state of every exercise, and the last report of the one asked for.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use exercise::course::Course;
use exercise::progress::{self, Progress, is_name};
use serde_json::{Value, json};

use super::{Shared, answer, text};
use crate::site::content_type;

/// The longest report that is shown.
const REPORT: u64 = 64 * 1024;

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
        // One after the other: a diary may be long, and the requests many.
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        state(&course, asked.as_deref()).to_string()
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(state) => answer(StatusCode::OK, content_type(".json"), state),
        Err(_) => text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "读不出进度。 · The progress cannot be read.\n",
        ),
    }
}

fn state(course: &Course, asked: Option<&str>) -> Value {
    let bytes = beginning(&course.mine().join("progress"), progress::LONGEST);
    let progress = progress::progress(&progress::read(&bytes).events);
    let ladder = course.ladder().unwrap_or_default();
    let mut state = json!({
        "exercises": ladder.iter().map(|id| exercise(id, &progress)).collect::<Vec<_>>(),
    });
    if let Some(id) = asked {
        let report = |language| {
            let bytes = beginning(&course.last(id, language), REPORT);
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

/// At most so many bytes of a file; none, where there is no file.
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
