//! Attacks on `16_http serve` from a raw client: time, size, number and place. Each ends in time.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/program.rs"]
mod program;
#[path = "support/web_site.rs"]
mod web_site;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use program::{DEADLINE, dribble, reset};
use web_site::{GET, HELLO, Site, all, check, field};

#[test]
fn a_request_one_byte_at_a_time_is_answered() {
    let site = Site::start();
    let stream = site.connect();
    dribble(
        &stream,
        GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
            .as_bytes(),
    );
    assert!(all(&mut &stream).ends_with(HELLO));
}

#[test]
fn an_answer_comes_though_the_client_has_closed_its_direction() {
    let site = Site::start();
    let mut stream = site.connect();
    stream.write_all(GET.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(all(&mut stream).ends_with(HELLO));
}

#[test]
fn a_head_that_never_ends_is_given_up_however_busily_it_dribbles() {
    let site = Site::start();
    let (mut stream, start) = (site.connect(), Instant::now());
    stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    let (stop, stopped) = mpsc::channel::<()>();
    let mut writer = stream.try_clone().unwrap();
    // The rate of the peer, not a wait: each byte comes long before any deadline of one read.
    let pace = Duration::from_millis(50);
    let busy = thread::spawn(move || {
        while stopped.recv_timeout(pace) == Err(RecvTimeoutError::Timeout) {
            if writer.write_all(b"a").is_err() {
                break;
            }
        }
    });
    let answer = all(&mut stream);
    drop(stop);
    busy.join().unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(start.elapsed() < DEADLINE, "{:?}", start.elapsed());
}

#[test]
fn a_silent_connection_is_closed_without_an_answer() {
    let site = Site::start();
    assert_eq!(all(&mut site.connect()), "");
    // After an answer, too.
    let mut stream = site.connect();
    stream.write_all(GET.as_bytes()).unwrap();
    assert!(all(&mut stream).ends_with(HELLO));
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let site = Site::start();
    for path in [
        "/../secret.txt",
        "/./../secret.txt",
        "/docs/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/.%2e/secret.txt",
        "/%2E%2E%2Fsecret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/docs%2f..%2f..%2fsecret.txt",
        "/%252e%252e/secret.txt",
        "//secret.txt",
        "/hello.txt%00.png",
        "/%00",
        "/....//secret.txt",
        "/..;/secret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/C:/secret.txt",
        "/hello.txt::$DATA",
        "/.hidden",
        "/.git/config",
        "/leads-out/secret.txt",
        "/leads-out",
        "/secret-link.txt",
        "/hello.txt/",
        "/hello.txt/x",
    ] {
        let answer = check(&site, GET.replace("/hello.txt", path), 404);
        assert!(!answer.contains("do not show"), "{path}: {answer}");
    }
    // A loop of links is a mistake of the server, not of the client.
    check(&site, GET.replace("/hello.txt", "/loop"), 500);
    let outside = site.outside().to_str().unwrap().to_owned();
    check(
        &site,
        GET.replace("/hello.txt", &format!("/{outside}")),
        404,
    );
    check(&site, GET.replace("/hello.txt", &"/a".repeat(3000)), 404);
}

#[test]
fn a_link_that_stays_inside_is_followed() {
    let site = Site::start();
    assert!(check(&site, GET.replace("/hello", "/stays"), 200).ends_with(HELLO));
}

#[test]
fn a_pipe_in_the_folder_does_not_block_the_server() {
    let site = Site::start();
    check(&site, GET.replace("/hello.txt", "/pipe"), 404);
}

#[test]
fn a_folder_is_asked_for_with_its_slash() {
    let site = Site::start();
    let answer = check(&site, GET.replace("/hello.txt", "/docs"), 301);
    assert_eq!(field(&answer, "Location"), Some("/docs/"));
    assert!(check(&site, GET.replace("/hello.txt", "/docs/"), 200).ends_with("inside"));
}

#[test]
fn every_length_is_exact() {
    let site = Site::start();
    for size in [0, 1, 16_383, 16_384, 16_385, 1 << 20] {
        site.write(&format!("{size}.bin"), &vec![b'x'; size]);
        let answer = check(&site, GET.replace("hello.txt", &format!("{size}.bin")), 200);
        assert_eq!(
            field(&answer, "Content-Length"),
            Some(size.to_string().as_str())
        );
        assert_eq!(answer.split_once("\r\n\r\n").unwrap().1.len(), size);
    }
}

#[test]
fn the_hundredth_request_of_a_connection_is_its_last() {
    let site = Site::start();
    let answers = site.asks(GET.repeat(150).as_bytes());
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 100);
    assert_eq!(answers.matches("Connection: close").count(), 1);
}

#[test]
fn a_reset_in_the_middle_affects_no_other_client() {
    let site = Site::start();
    site.write("big.bin", &vec![b'x'; 8 << 20]);
    for _ in 0..20 {
        let mut stream = site.connect();
        stream.write_all(b"GET /hello.t").unwrap();
        reset(stream);
        let mut stream = site.connect();
        stream
            .write_all(GET.replace("hello.txt", "big.bin").as_bytes())
            .unwrap();
        stream.read_exact(&mut [0; 1000]).unwrap();
        reset(stream);
    }
    check(&site, GET, 200);
}

#[test]
fn readers_that_stand_still_are_cut_off() {
    let site = Site::start();
    site.sparse("big.bin", 64 << 20);
    // As many as there are threads: a free thread shows that they have gone.
    let stalled: Vec<TcpStream> = (0..64).map(|_| site.connect_narrow()).collect();
    for mut stream in &stalled {
        stream
            .write_all(GET.replace("hello.txt", "big.bin").as_bytes())
            .unwrap();
        stream.read_exact(&mut [0; 100]).unwrap();
    }
    check(&site, GET, 503);
    until_free(&site);
}

#[track_caller]
fn until_free(site: &Site) {
    let end = Instant::now() + Duration::from_secs(90);
    while !site.asks(GET.as_bytes()).starts_with("HTTP/1.1 200") {
        assert!(Instant::now() < end, "still full");
        thread::park_timeout(Duration::from_millis(50));
    }
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_ends_the_connection_early() {
    let site = Site::start();
    site.sparse("big.bin", 64 << 20);
    let mut stream = site.connect();
    stream
        .write_all(GET.replace("hello.txt", "big.bin").as_bytes())
        .unwrap();
    stream.read_exact(&mut [0; 1000]).unwrap();
    site.sparse("big.bin", 1000);
    let mut came = Vec::new();
    let _ = stream.read_to_end(&mut came);
    assert!(came.len() < 64 << 20, "{}", came.len());
    check(&site, GET, 200);
}

#[test]
fn beyond_64_connections_the_next_ones_get_503_and_later_ones_are_closed() {
    let site = Site::start();
    // Each holds a thread: a head begun and not ended.
    let mut held: Vec<TcpStream> = (0..64).map(|_| site.connect()).collect();
    for stream in &mut held {
        stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    }
    check(&site, GET, 503);
    let crowd: Vec<TcpStream> = (0..100).map(|_| site.connect()).collect();
    assert_eq!(all(&mut site.connect()), "", "closed at once");
    drop((crowd, held));
    until_free(&site);
}

#[test]
fn a_refusal_arrives_though_much_of_the_body_was_sent() {
    let site = Site::start();
    let mut stream = site.connect();
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&[b'x'; 200_000]).unwrap();
    assert!(all(&mut stream).starts_with("HTTP/1.1 405 "));
}
