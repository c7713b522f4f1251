//! The server's answers, without a socket.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use bilingual::{Diagnostic, Text};
use tower::ServiceExt;
use workbook::serve::{Shared, app};
use workbook::site::Site;

fn shared() -> Shared {
    let mut site = Site::default();
    site.insert("index.html", "<body>first page</body>");
    site.insert("404.html", "<body>the book's own 404</body>");
    site.insert("layers/osi.html", "<body>七层</body>");
    site.insert("teach/index.html", "<body>teach</body>");
    site.insert("book.js", "let a;");
    site.insert("fonts/a.woff2", "font");
    let shared = Shared::new();
    shared.publish(site);
    shared
}

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(request: Request<Body>, shared: &Shared) -> Answer {
    let response = app(shared.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

fn request(method: Method, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    request
        .header(header::HOST, "127.0.0.1:3000")
        .body(Body::empty())
        .unwrap()
}

async fn get(path: &str) -> Answer {
    ask(request(Method::GET, path), &shared()).await
}

#[tokio::test]
async fn a_page_comes_with_its_type_the_live_script_and_the_policies() {
    let page = get("/layers/osi.html").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body
            .starts_with("<body>七层<script src=\"/__workbook/live.js\""),
        "{}",
        page.body
    );
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'self'; ")
    );
    assert!(!page.header("content-security-policy").contains("http"));
}

#[tokio::test]
async fn files_come_as_they_are() {
    let script = get("/book.js").await;
    assert_eq!(
        (script.status, script.body.as_str()),
        (StatusCode::OK, "let a;")
    );
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(
        get("/fonts/a.woff2").await.header("content-type"),
        "font/woff2"
    );
    assert!(
        get("/__workbook/live.js")
            .await
            .body
            .contains("EventSource")
    );
}

#[tokio::test]
async fn a_missing_page_is_the_books_own_404() {
    for path in [
        "/nothing.html",
        "/layers/",
        "/%2e%2e/Cargo.toml",
        "/..%2f..%2fetc/passwd",
        "/%ff",
        "/%",
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("the book's own 404"), "{path}");
    }
}

#[tokio::test]
async fn a_folder_without_its_slash_is_sent_to_it_and_never_to_another_host() {
    let answer = get("/teach?x=1").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::PERMANENT_REDIRECT, "/teach/")
    );
    assert_eq!(get("//teach").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    for path in ["/book.js", "/layers/osi.html", "/__workbook/live.js"] {
        let answer = ask(request(Method::HEAD, path), &shared()).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::OK, ""),
            "{path}"
        );
        let length = answer.header("content-length").to_owned();
        assert_eq!(length, get(path).await.body.len().to_string(), "{path}");
    }
}

#[tokio::test]
async fn only_get_and_head_are_answered() {
    for method in [
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ] {
        for path in ["/index.html", "/__workbook/events", "/__workbook/live.js"] {
            let answer = ask(request(method.clone(), path), &shared()).await;
            assert_eq!(
                answer.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            assert_eq!(answer.header("allow"), "GET, HEAD");
        }
    }
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_refused_in_both_languages() {
    let foreign = [
        Request::builder()
            .uri("/")
            .header("host", "evil.example:3000"),
        Request::builder()
            .uri("/__workbook/events")
            .header("host", "evil.example"),
        Request::builder()
            .uri("/")
            .header("host", "localhost:3000")
            .header("origin", "http://evil.example"),
        Request::builder().uri("/"),
    ];
    for request in foreign {
        let answer = ask(request.body(Body::empty()).unwrap(), &shared()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(
            answer.body.contains("请用终端里显示的地址"),
            "{}",
            answer.body
        );
        assert!(
            answer
                .body
                .contains("use the address shown in the terminal")
        );
        assert_eq!(
            answer.body.matches("ssh -L 3000:127.0.0.1:3000 ").count(),
            2
        );
        assert!(!answer.body.contains("evil"), "{}", answer.body);
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn before_the_first_good_build_every_page_waits_for_it() {
    let answer = ask(request(Method::GET, "/layers/osi.html"), &Shared::new()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("书还没有生成好") && answer.body.contains("not built yet"));
    assert!(answer.body.contains("/__workbook/live.js"));
}

#[tokio::test]
async fn a_stream_tells_the_present_state_then_each_change_and_ends_with_the_server() {
    let shared = shared();
    shared.warn(vec![Diagnostic::at(
        "book/a.md",
        3,
        Text::new("少了 id", "no id"),
    )]);
    let stream = app(shared.clone())
        .oneshot(request(Method::GET, "/__workbook/events"))
        .await
        .unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let body = tokio::spawn(to_bytes(stream.into_body(), 1 << 20));
    tokio::task::yield_now().await;
    shared.publish(Site::default());
    tokio::task::yield_now().await;
    shared.end();
    let text = String::from_utf8(body.await.unwrap().unwrap().to_vec()).unwrap();
    let events: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("event: "))
        .collect();
    assert_eq!(
        events,
        ["event: broken", "event: exercises", "event: ready"]
    );
    assert!(
        text.contains(r#""place":"book/a.md:3""#) && text.contains("少了 id"),
        "{text}"
    );
}

#[tokio::test]
async fn the_number_of_streams_is_bounded_and_a_closed_one_makes_room() {
    let shared = shared();
    let open = async || {
        app(shared.clone())
            .oneshot(request(Method::GET, "/__workbook/events"))
            .await
            .unwrap()
    };
    let mut streams = Vec::new();
    for _ in 0..32 {
        streams.push(open().await);
        assert_eq!(streams.last().unwrap().status(), StatusCode::OK);
    }
    assert_eq!(open().await.status(), StatusCode::SERVICE_UNAVAILABLE);
    streams.pop();
    assert_eq!(open().await.status(), StatusCode::OK);
}

#[test]
fn the_same_content_built_again_is_no_change() {
    let shared = Shared::new();
    let site = || {
        let mut site = Site::default();
        site.insert("index.html", "same");
        site
    };
    assert!(shared.publish(site()));
    assert!(!shared.publish(site()));
    assert!(shared.publish(Site::default()));
}

fn course() -> (tempfile::TempDir, Shared) {
    let root = tempfile::tempdir().unwrap();
    let mine = root.path().join("examples/exercises/mine");
    std::fs::create_dir_all(mine.join("last")).unwrap();
    std::fs::write(
        root.path().join("examples/exercises/ladder"),
        "# order\nsay_hello\necho_server\n",
    )
    .unwrap();
    let shared = Shared::with_course(root.path());
    shared.publish(Site::default());
    (root, shared)
}

async fn exercises(path: &str, shared: &Shared) -> serde_json::Value {
    let answer = ask(request(Method::GET, path), shared).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    assert_eq!(answer.header("content-type"), "application/json");
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn the_exercises_come_with_their_state_and_the_report_that_is_asked_for() {
    let (root, shared) = course();
    let mine = root.path().join("examples/exercises/mine");
    let path = "/__workbook/exercises";
    let none = exercises(path, &shared).await;
    assert_eq!(none["exercises"][1]["id"], "echo_server");
    assert_eq!(none["exercises"][1]["begun"], false);
    assert!(none["report"].is_null());
    std::fs::write(
        mine.join("progress"),
        b"\xff damaged\n2026-09-01T08:00:00.000Z echo_server failed rust 12ms +plain -cut\n",
    )
    .unwrap();
    std::fs::write(mine.join("last/echo_server.zh.txt"), "<b>没通过</b>\n").unwrap();
    std::fs::write(mine.join("last/echo_server.en.txt"), "x".repeat(100 * 1024)).unwrap();
    let told = exercises(&format!("{path}?report=echo_server"), &shared).await;
    assert_eq!(
        told["exercises"][1],
        serde_json::json!({
            "id": "echo_server", "solved": false, "begun": true, "attempts": 1,
            "passed": ["plain"], "failed": ["cut"],
        })
    );
    assert_eq!(told["report"]["zh"], "<b>没通过</b>\n");
    assert_eq!(told["report"]["en"].as_str().unwrap().len(), 64 * 1024);
    for odd in [
        "?report=..%2f..%2fetc",
        "?report=../../ladder",
        "?report=",
        "?x=1",
    ] {
        let told = exercises(&format!("{path}{odd}"), &shared).await;
        assert!(told["report"].is_null(), "{odd}");
    }
}

#[tokio::test]
async fn the_exercises_are_for_this_machine_alone() {
    let (_root, shared) = course();
    let path = "/__workbook/exercises";
    let foreign = Request::builder()
        .uri(path)
        .header("host", "evil.example:3000")
        .body(Body::empty());
    assert_eq!(
        ask(foreign.unwrap(), &shared).await.status,
        StatusCode::FORBIDDEN
    );
    let origin = Request::builder()
        .uri(path)
        .header("host", "localhost:3000")
        .header("origin", "http://evil.example")
        .body(Body::empty());
    assert_eq!(
        ask(origin.unwrap(), &shared).await.status,
        StatusCode::FORBIDDEN
    );
    let post = ask(request(Method::POST, path), &shared).await;
    assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(get(path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_stream_tells_of_the_exercises_first_and_after_each_change() {
    let (_root, shared) = course();
    let stream = app(shared.clone())
        .oneshot(request(Method::GET, "/__workbook/events"))
        .await
        .unwrap();
    let body = tokio::spawn(to_bytes(stream.into_body(), 1 << 20));
    tokio::task::yield_now().await;
    shared.learned();
    tokio::task::yield_now().await;
    shared.end();
    let text = String::from_utf8(body.await.unwrap().unwrap().to_vec()).unwrap();
    let events: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("event: "))
        .collect();
    assert_eq!(
        events,
        ["event: ready", "event: exercises", "event: exercises"]
    );
}
