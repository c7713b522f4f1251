//! Live reload: a script put into each page as it is served (never into the files), and a stream
//! of events: `ready` when a good site is served, `broken` with the problems when it is stale,
//! `exercises` when there is something to ask `/__workbook/exercises` for.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Response, StatusCode, header};
use futures_util::stream;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;

use super::{Now, Shared, answer, text};
use crate::site::content_type;

/// How often a line is sent, so that a peer that has gone is noticed.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);

/// Shown until there is a site.
pub(super) const WAITING_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>套接字练习册 · The Socket Workbook</title></head>\n\
    <body style=\"font:1.1rem/1.6 sans-serif;margin:3rem auto;max-width:40rem;padding:0 1rem\">\n\
    <p lang=\"zh-CN\">书还没有生成好，生成好后这一页会自己打开。</p>\n\
    <p lang=\"en\">The book is not built yet. This page opens by itself once it is.</p>\n</body></html>\n";

pub(super) async fn script() -> Response<Body> {
    answer(StatusCode::OK, content_type(".js"), include_str!("live.js"))
}

pub(super) async fn events(State(shared): State<Shared>) -> Response<Body> {
    let Ok(permit) = shared.streams.clone().try_acquire_owned() else {
        return text(
            StatusCode::SERVICE_UNAVAILABLE,
            "打开的标签页太多；关掉几个，再刷新。\nToo many tabs are open; close some and reload.\n",
        );
    };
    let mut now = shared.now.subscribe();
    // The first event tells the present state.
    now.mark_changed();
    let listener = Listener {
        now,
        told: String::new(),
        learned: None,
        _permit: permit,
    };
    let body = Body::from_stream(stream::unfold(listener, Listener::next));
    let mut response = answer(StatusCode::OK, "text/event-stream", body);
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

struct Listener {
    now: watch::Receiver<Now>,
    /// The last event about the site.
    told: String,
    /// The learner's progress that was announced last.
    learned: Option<u64>,
    _permit: OwnedSemaphorePermit,
}

impl Listener {
    /// The next piece of the stream. A slow peer misses states in between, never the last.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Listener)> {
        let piece = match timeout(HEARTBEAT_INTERVAL, self.now.changed()).await {
            Err(_) => Bytes::from_static(b":\n\n"),
            Ok(Err(_)) => return None,
            Ok(Ok(())) => {
                let now = self.now.borrow_and_update();
                if now.ending {
                    return None;
                }
                let site = event(&now);
                let mut piece = String::new();
                if site != self.told {
                    piece.push_str(&site);
                    self.told = site;
                }
                if self.learned.replace(now.learned) != Some(now.learned) {
                    piece.push_str("event: exercises\ndata: {}\n\n");
                }
                piece.into()
            }
        };
        Some((Ok(piece), self))
    }
}

fn event(now: &Now) -> String {
    let version = now.site.as_ref().map_or("", |(_, version)| version);
    if now.problems.is_empty() {
        return format!("event: ready\ndata: {}\n\n", json!({ "version": version }));
    }
    let problems: Vec<_> = now
        .problems
        .iter()
        .take(pages::PROBLEMS_SHOWN_MAX)
        .map(|problem| {
            let place = problem.location.as_ref().map(ToString::to_string);
            json!({ "place": place, "zh": problem.message.zh, "en": problem.message.en })
        })
        .collect();
    format!(
        "event: broken\ndata: {}\n\n",
        json!({ "version": version, "problems": problems })
    )
}

/// Puts the script before the last `</body>`, or at the end.
pub(super) fn inject(page: &Bytes, version: &str) -> Bytes {
    let tag =
        format!("<script src=\"/__workbook/live.js\" data-version=\"{version}\" defer></script>\n");
    let end = page
        .windows(7)
        .rposition(|bytes| bytes == b"</body>")
        .unwrap_or(page.len());
    [&page[..end], tag.as_bytes(), &page[end..]].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bilingual::{Diagnostic, Text};

    #[test]
    fn the_script_stands_before_the_end_of_the_body() {
        let page = Bytes::from_static(b"<body><code>&lt;/body></code></body></html>");
        let served = inject(&page, "v1");
        assert_eq!(
            served,
            "<body><code>&lt;/body></code><script src=\"/__workbook/live.js\" \
             data-version=\"v1\" defer></script>\n</body></html>"
        );
        assert!(inject(&Bytes::from_static(b"no body"), "v1").starts_with(b"no body<script"));
    }

    #[test]
    fn an_event_is_one_line_of_json_whatever_the_problem_says() {
        let problem = Diagnostic::at(
            "book/a.md",
            3,
            Text::new("坏\n</script>", "bad\r\n\r\nevent: ready"),
        );
        let now = Now {
            problems: [problem].into(),
            ..Now::default()
        };
        assert_eq!(event(&now).lines().count(), 3);
        assert!(event(&now).starts_with("event: broken\ndata: {"));
        assert_eq!(
            event(&Now::default()),
            "event: ready\ndata: {\"version\":\"\"}\n\n"
        );
    }
}
