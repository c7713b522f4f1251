//! The web server: the last good site, what is wrong with the newest one, and a stream of both.
//! It answers on loopback only, to pages of its own only, and only to GET and HEAD.

mod connection;
mod exercises;
mod host_check;
mod live;
mod policy;
mod port;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::middleware::{from_fn, map_response};
use axum::routing::get;
use bilingual::Diagnostic;
use exercise::course::Course;
use tokio::sync::{Semaphore, watch};

use crate::site::{Found, Site, content_type};

pub use connection::{Timeouts, serve};
pub use port::{Port, bind};

/// Number of event streams at once: one for each browser, whose tabs share it.
const EVENT_STREAMS_MAX: usize = 32;

/// What is served at the moment.
#[derive(Debug, Default, Clone)]
pub struct Now {
    /// The last good build, and the name of its content.
    site: Option<(Arc<Site>, String)>,
    /// What is wrong with the newest state of the book.
    problems: Arc<[Diagnostic]>,
    /// How often the learner's progress has changed.
    learned: u64,
    /// Whether the server is about to end: streams end now.
    ending: bool,
}

/// The server's end of what is served, shared with the loop that builds.
#[derive(Debug, Clone)]
pub struct Shared {
    now: watch::Sender<Now>,
    streams: Arc<Semaphore>,
    /// Where the exercises are, if there are any.
    course: Option<Arc<Course>>,
}

impl Shared {
    /// The state before the first build.
    #[must_use]
    pub fn new() -> Shared {
        Shared {
            now: watch::Sender::new(Now::default()),
            streams: Arc::new(Semaphore::new(EVENT_STREAMS_MAX)),
            course: None,
        }
    }

    /// The same, with the exercises of the repository at `root`.
    #[must_use]
    pub fn with_course(root: &Path) -> Shared {
        Shared {
            course: Some(Arc::new(Course::new(root))),
            ..Shared::new()
        }
    }

    /// The learner's progress has changed.
    pub fn learned(&self) {
        self.now
            .send_modify(|now| now.learned = now.learned.wrapping_add(1));
    }

    /// Serves this site from now on. Returns whether it differs from the one before.
    pub fn publish(&self, site: Site) -> bool {
        let version = site.version();
        let mut changed = true;
        self.now.send_modify(|now| {
            changed = now
                .site
                .as_ref()
                .is_none_or(|(_, before)| *before != version);
            now.site = Some((Arc::new(site), version));
            now.problems = [].into();
        });
        changed
    }

    /// The last good build.
    pub(crate) fn site(&self) -> Option<Arc<Site>> {
        self.now
            .borrow()
            .site
            .as_ref()
            .map(|(site, _)| site.clone())
    }

    /// The newest state of the book cannot be built; the site before stays.
    pub fn warn(&self, problems: Vec<Diagnostic>) {
        self.now.send_modify(|now| now.problems = problems.into());
    }

    /// Ends all streams, and then the server.
    pub fn end(&self) {
        self.now.send_modify(|now| now.ending = true);
    }
}

impl Default for Shared {
    fn default() -> Self {
        Shared::new()
    }
}

/// All answers, without a socket.
pub fn app(shared: Shared) -> Router {
    Router::new()
        .route("/__workbook/live.js", get(live::script))
        .route("/__workbook/events", get(live::events))
        .route("/__workbook/exercises", get(exercises::exercises))
        .fallback(page)
        .layer(from_fn(host_check::guard))
        .layer(map_response(harden))
        .with_state(shared)
}

async fn page(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let now = shared.now.borrow().clone();
    let Some((site, version)) = &now.site else {
        return html(
            StatusCode::SERVICE_UNAVAILABLE,
            live::WAITING_PAGE.into(),
            "",
        );
    };
    let path = request.uri().path();
    match site.find(path) {
        Found::File(path, bytes) => file(StatusCode::OK, path, bytes, version),
        Found::Folder => moved(path),
        Found::Nothing => match site.get("404.html") {
            Some(bytes) => file(StatusCode::NOT_FOUND, "404.html", bytes, version),
            None => text(
                StatusCode::NOT_FOUND,
                "没有这一页。 · There is no such page.\n",
            ),
        },
    }
}

fn file(status: StatusCode, path: &str, bytes: &Bytes, version: &str) -> Response<Body> {
    match content_type(path) {
        kind if kind.starts_with("text/html") => {
            let mut response = html(status, bytes.clone(), version);
            if let Some(policy) = policy::of_page(path) {
                response
                    .headers_mut()
                    .insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            response
        }
        kind => answer(status, kind, bytes.clone()),
    }
}

fn html(status: StatusCode, bytes: Bytes, version: &str) -> Response<Body> {
    answer(status, content_type(".html"), live::inject(&bytes, version))
}

fn text(status: StatusCode, words: &'static str) -> Response<Body> {
    answer(status, content_type(".txt"), words)
}

fn answer(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn moved(path: &str) -> Response<Body> {
    // A path that begins with two slashes would name another host.
    let target = format!("/{}/", path.trim_start_matches('/'));
    let mut response = text(StatusCode::PERMANENT_REDIRECT, "");
    if let Ok(target) = HeaderValue::from_str(&target) {
        response.headers_mut().insert(header::LOCATION, target);
    }
    response
}

async fn harden(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(policy::EVERYWHERE);
    response
}
