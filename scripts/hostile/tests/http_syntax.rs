//! Requests that `16_http serve` must read one way only, or refuse.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/program.rs"]
mod program;
#[path = "support/web_site.rs"]
mod web_site;

use std::io::Write;
use std::net::Shutdown;

use web_site::{GET, HELLO, Site, all, check, field, refused};

#[test]
fn pipelined_requests_in_one_segment_are_answered_in_order() {
    let site = Site::start();
    let mut stream = site.connect();
    let wanted = ["/hello.txt", "/none", "/", "/hello.txt"];
    let requests: String = wanted
        .iter()
        .map(|path| GET.replace("/hello.txt", path))
        .collect();
    stream.write_all(requests.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let answers = all(&mut stream);
    let statuses: Vec<&str> = answers
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|a| &a[..3])
        .collect();
    assert_eq!(statuses, ["200", "404", "200", "200"], "{answers}");
    assert!(answers.ends_with(HELLO), "{answers}");
}

#[test]
fn a_head_over_8_kib_is_431_in_one_line_or_in_many() {
    let site = Site::start();
    let long = "a".repeat(20_000);
    refused(
        &site,
        format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"),
        431,
    );
    refused(
        &site,
        format!("GET / HTTP/1.1\r\nHost: x\r\nA: {long}\r\n\r\n"),
        431,
    );
    let many = "a: b\r\n".repeat(4000);
    refused(
        &site,
        format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
        431,
    );
    refused(&site, vec![b'x'; 1 << 20], 431);
    // Just under it is fine.
    let most = "a".repeat(8192 - GET.len() - "A: \r\nConnection: close\r\n".len());
    let head = format!("Host: x\r\nA: {most}\r\nConnection: close\r\n");
    check(&site, GET.replace("Host: x\r\n", &head), 200);
}

#[test]
fn percent_codes_are_decoded_once() {
    let site = Site::start();
    for path in [
        "/%68ello.txt",
        "/hello.txt?a=/../b",
        "/HELLO.TXT".to_lowercase().as_str(),
    ] {
        assert!(
            check(&site, GET.replace("/hello.txt", path), 200).ends_with(HELLO),
            "{path}"
        );
    }
    assert!(check(&site, GET.replace("/hello", "/%E4%BD%A0%20%25"), 200).ends_with("你好"));
    for path in ["/%", "/%4", "/%zz", "/%+1", "/a%-1", "/%4%34"] {
        check(&site, GET.replace("/hello.txt", path), 400);
    }
}

#[test]
fn head_has_the_same_fields_and_no_body_and_the_connection_goes_on() {
    let site = Site::start();
    let head = GET.replace("GET", "HEAD");
    let answers = site.asks(format!("{head}{head}{GET}").as_bytes());
    let bodies: Vec<&str> = answers.split("HTTP/1.1 200 OK\r\n").skip(1).collect();
    assert_eq!(bodies.len(), 3, "{answers}");
    assert!(
        bodies[0].ends_with("\r\n\r\n") && bodies[1].ends_with("\r\n\r\n"),
        "{answers}"
    );
    assert!(
        bodies
            .iter()
            .all(|body| body.contains("Content-Length: 6\r\n")),
        "{answers}"
    );
    assert!(check(&site, head.replace("/hello.txt", "/none"), 404).ends_with("\r\n\r\n"));
}

#[test]
fn the_client_may_say_close_and_http_1_0_means_close() {
    let site = Site::start();
    for (version, connection, answers) in [
        ("1.1", "close", 1),
        ("1.1", "foo, CLOSE", 1),
        ("1.1", "keep-alive", 2),
        ("1.9", "x", 2),
        ("1.0", "x", 1),
        ("1.0", "Keep-Alive", 2),
    ] {
        let request =
            format!("GET / HTTP/{version}\r\nHost: x\r\nConnection: {connection}\r\n\r\n");
        let said = site.asks(request.repeat(2).as_bytes());
        assert_eq!(
            said.matches("HTTP/1.1 200").count(),
            answers,
            "{version} {connection}: {said}"
        );
    }
    assert!(check(&site, "GET / HTTP/1.0\r\n\r\n", 200).contains("Connection: close\r\n"));
}

#[test]
fn a_bad_content_length_is_refused() {
    let site = Site::start();
    for length in [
        "-1",
        "+3",
        "0x3",
        "3 3",
        "3,3",
        "",
        "三",
        "99999999999999999999",
        "1e3",
        "3;",
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
        refused(&site, request, 400);
    }
    let two = "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n";
    refused(&site, two, 400);
    refused(&site, two.replace('5', "0"), 400);
}

#[test]
fn two_ways_to_tell_the_length_are_refused() {
    let site = Site::start();
    for coding in ["chunked", "identity", "xchunked", " chunked", "Chunked"] {
        let request = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n"
        );
        refused(&site, request, 400);
    }
    let te = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    refused(&site, te.replace("chunked", "gzip, chunked"), 501);
    for wrong in ["chunked, identity", "chunked, chunked", "identity", "", ","] {
        refused(&site, te.replace("chunked", wrong), 400);
    }
    refused(&site, te.replace("HTTP/1.1", "HTTP/1.0"), 400);
    refused(&site, te.replace("Encoding:", "Encoding :"), 400);
    refused(&site, te.replace("Encoding:", "Encoding\u{b}:"), 400);
}

#[test]
fn a_body_is_never_taken_for_a_request() {
    let site = Site::start();
    let hidden = GET.len();
    refused(
        &site,
        format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {hidden}\r\n\r\n"),
        405,
    );
    refused(
        &site,
        format!("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: {hidden}\r\n\r\n"),
        400,
    );
    let chunked = "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    refused(
        &site,
        format!("PUT / HTTP/1.1\r\nHost: x\r\n{chunked}"),
        405,
    );
    refused(
        &site,
        format!("HEAD / HTTP/1.1\r\nHost: x\r\n{chunked}"),
        400,
    );
    // No body, though it says so: the connection can go on.
    let none = GET.replace("\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(
        site.asks(none.repeat(3).as_bytes())
            .matches("HTTP/1.1 200")
            .count(),
        3
    );
}

#[test]
fn a_host_must_come_once_and_look_like_one() {
    let site = Site::start();
    for fields in [
        "",
        "Host: a\r\nHost: a\r\n",
        "Host: a b\r\n",
        "Host: a/b\r\n",
        "Host: a@b\r\n",
    ] {
        refused(&site, format!("GET / HTTP/1.1\r\n{fields}\r\n"), 400);
    }
    check(
        &site,
        "GET http://a.example/hello.txt HTTP/1.1\r\nHost: a.example\r\n\r\n",
        200,
    );
}

#[test]
fn a_method_we_lack_is_405_with_allow_and_an_unknown_one_501() {
    let site = Site::start();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let answer = check(&site, GET.replace("GET", method), 405);
        assert_eq!(field(&answer, "Allow"), Some("GET, HEAD"));
    }
    check(&site, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405);
    check(
        &site,
        "CONNECT a.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        405,
    );
    check(&site, GET.replace("GET", "BREW"), 501);
    check(&site, GET.replace("GET", "get"), 501);
}

#[test]
fn a_request_that_is_not_http_1_is_refused_in_words() {
    let site = Site::start();
    refused(&site, "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505);
    refused(&site, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    for start in [
        "GET /",
        "GET  / HTTP/1.1",
        "GET / HTTP/1.1 ",
        " GET / HTTP/1.1",
        "GET / http/1.1",
        "GET / HTTP/1.10",
        "GET / HTTP/11",
        "GET / FTP/1.1",
        "GET hello.txt HTTP/1.1",
        "GET * HTTP/1.1",
        "GET ftp://x/ HTTP/1.1",
        "GET http:/// HTTP/1.1",
        "GET /#a HTTP/1.1",
        "GET /你好.txt HTTP/1.1",
        "GET /a\tb HTTP/1.1",
        "G\u{0}T / HTTP/1.1",
        "你好",
        "\u{16}\u{3}\u{1}",
    ] {
        refused(&site, format!("{start}\r\nHost: x\r\n\r\n"), 400);
    }
}

#[test]
fn a_field_that_two_programs_could_read_in_two_ways_is_refused() {
    let site = Site::start();
    for field in [
        "A : b",
        " A: b",
        "\tA: b",
        "A: b\r\n folded",
        ": b",
        "A",
        "A: b\rC: d",
        "A: \u{0}",
        "A\u{0}: b",
        "你: 好",
        "A: b\u{8}",
        "A(b): c",
    ] {
        refused(
            &site,
            format!("GET / HTTP/1.1\r\nHost: x\r\n{field}\r\n\r\n"),
            400,
        );
    }
}

#[test]
fn lf_alone_ends_a_line_and_empty_lines_before_a_request_do_not_count() {
    let site = Site::start();
    assert!(check(&site, GET.replace("\r\n", "\n"), 200).ends_with(HELLO));
    assert!(check(&site, format!("\r\n\r\n\n\r\n{GET}"), 200).ends_with(HELLO));
    let answers = site.asks(format!("{GET}\r\n\r\n{GET}").as_bytes());
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
}

#[test]
fn a_head_that_is_refused_gets_no_body_either() {
    let site = Site::start();
    for request in [
        "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "HEAD / HTTP/1.1\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
    ] {
        let mut stream = site.connect();
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let answer = all(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    }
}
