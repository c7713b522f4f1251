//! End to end: the program, its sockets, saves on disk, and its end.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/fixture.rs"]
mod fixture;
#[path = "../../session/tests/support/locked.rs"]
mod locked;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use fixture::Fixture;
use program::{Client, Program};

#[test]
fn a_broken_page_is_reported_and_the_last_good_one_stays_until_it_is_fixed() {
    let book = Fixture::new();
    let program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    let page = program.get("/a.html");
    assert!(
        page.contains("第一版") && page.contains("first edition"),
        "{page}"
    );
    assert!(page.contains("/__workbook/live.js"));

    let mut events = program.events();
    events.wait_for("event: ready");
    book.write("book/a.md", "# 甲 {#a}\n\n第一版\n\n多了一块\n");
    events.wait_for("event: broken");
    let problems = events.wait_for("data: ");
    assert!(
        problems.contains("book/a.md:") || problems.contains("book/a.en.md:"),
        "{problems}"
    );
    assert!(program.get("/a.html").contains("第一版"));

    book.page("a", "第二版", "second edition");
    events.wait_for("event: ready");
    assert!(program.get("/a.html").contains("second edition"));
    program.interrupt();
}

#[test]
fn an_editor_that_replaces_the_file_is_followed() {
    let book = Fixture::new();
    let program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    let mut events = program.events();
    events.wait_for("event: ready");
    book.write("book/a.md.new", "# 甲 {#a}\n\n换过的文件\n");
    fs::rename(book.path("book/a.md.new"), book.path("book/a.md")).unwrap();
    program.wait_for("/a.html", "换过的文件");
    program.interrupt();
}

#[test]
fn a_folder_that_is_replaced_is_followed_as_well() {
    let book = Fixture::new();
    let program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    let gone = book.path("gone");
    fs::rename(book.path("book"), &gone).unwrap();
    fs::create_dir(book.path("book")).unwrap();
    for file in ["SUMMARY.md", "a.md", "a.en.md", "sub"] {
        fs::rename(gone.join(file), book.path("book").join(file)).unwrap();
    }
    for turn in ["换过的目录", "再改一次"] {
        book.page("sub/b", turn, turn);
        program.wait_for("/sub/b.html", turn);
    }
    program.interrupt();
}

#[test]
fn a_build_does_not_start_the_next_one() {
    let book = Fixture::new();
    let mut program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    for turn in ["一", "二", "三"] {
        book.page("a", turn, turn);
        program.wait_for("/a.html", turn);
    }
    // A build that starts by itself is reported before this save.
    book.page("sub/b", "末", "last");
    program.wait_for("/sub/b.html", "末");
    let said = program.said_until("sub/b");
    let built = said.iter().filter(|line| line.contains(" s)")).count();
    assert!(built <= 8, "more builds than saves: {said:?}");
}

/// A book with so many pages that the whole takes several times as long to build as one page.
fn long_book() -> Fixture {
    let book = Fixture::new();
    let mut contents = fs::read_to_string(book.path("book/SUMMARY.md")).unwrap();
    for number in 0..100 {
        let words = |word: &str| format!("{word} {number}\n\n").repeat(100);
        book.page(&format!("page_{number}"), &words("字"), &words("word"));
        contents += &format!("- [页 {number} · Page {number}](page_{number}.md)\n");
    }
    book.write("book/SUMMARY.md", &contents);
    book
}

/// Waits until mdBook builds the whole book in a process of its own; the number of that process.
fn whole_build(program: &Program) -> String {
    program::until("a whole build", || process_of(program.id()))
}

/// The child of this program that builds.
fn process_of(program: u32) -> Option<String> {
    let listed = Command::new("ps")
        .args(["-eo", "pid=,ppid=,args="])
        .output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    listed.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (id, parent) = (words.next()?, words.next()?);
        let is_build = parent == program.to_string() && line.contains(" __mdbook ");
        is_build.then(|| id.to_owned())
    })
}

#[test]
fn a_saved_page_is_served_while_the_whole_book_is_built() {
    let book = long_book();
    book.write("examples/new.txt", "old");
    let mut program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    book.write("examples/new.txt", "new");
    let build = whole_build(&program);
    book.page("a", "第二版", "second edition");
    program.wait_for("/a.html", "second edition");
    assert_eq!(
        process_of(program.id()),
        Some(build),
        "it waited for the build"
    );
    // The build has read the page as it was: what is served stays.
    program.said_until("examples/new.txt: ");
    assert!(program.get("/a.html").contains("second edition"));
    program.wait_for("/searchindex.js", "second edition");
}

#[test]
fn a_newer_save_throws_the_rest_of_the_book_away() {
    let book = long_book();
    let program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    book.page("a", "第二版", "second edition");
    program.wait_for("/a.html", "second edition");
    let build = whole_build(&program);
    book.page("sub/b", "又一版", "another edition");
    program.wait_for("/sub/b.html", "another edition");
    assert_ne!(process_of(program.id()), Some(build), "it still builds");
    for words in ["second edition", "another edition"] {
        program.wait_for("/searchindex.js", words);
    }
}

#[test]
fn no_save_is_lost_whenever_it_comes() {
    let book = long_book();
    book.write("examples/new.txt", "old");
    let program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    // Each a little earlier within the build that the last has begun.
    for turn in 0..12 {
        let words = format!("turn {turn}.");
        match turn % 3 {
            0 => book.write("examples/new.txt", &words),
            1 => book.page("a", &words, &words),
            _ => book.page("sub/b", &words, &words),
        }
        std::thread::sleep(Duration::from_millis((12 - turn) * 60));
    }
    for (page, words) in [("/a.html", "turn 10."), ("/sub/b.html", "turn 11.")] {
        program.wait_for(page, words);
        program.wait_for("/searchindex.js", words);
        assert!(program.get(page).contains(words), "{page} went back");
    }
}

#[test]
fn a_page_made_alone_is_that_of_the_whole_book() {
    let book = Fixture::new();
    book.write(
        "book/SUMMARY.md",
        "# 目录 · Contents\n\n[始 · Start](start.md)\n\n# 部 · Part\n\n\
         - [甲 · A](a.md)\n    - [乙 · B](sub/b.md)\n\n[末 · End](end.md)\n",
    );
    let pages = ["start", "a", "sub/b", "end"];
    for page in pages {
        book.page(page, "第一版", "first edition");
    }
    let program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    for page in pages {
        let en = format!("second edition of {page}\n\n[link](#a)");
        book.page(page, "第二版\n\n[链接](#a)", &en);
        program.wait_for(&format!("/{page}.html"), "second edition");
    }
    let alone: Vec<String> = pages.iter().map(|page| shown(&program, page)).collect();
    let index = shown(&program, "index");
    // The whole book follows.
    program.wait_for("/searchindex.js", "second edition of end");
    for (page, alone) in pages.iter().zip(&alone) {
        assert_eq!(&shown(&program, page), alone, "{page}");
    }
    assert_eq!(shown(&program, "index"), index);
    // What is read is what is built.
    program::succeeds(book.root(), &["build"]);
    for (page, alone) in pages.iter().zip(&alone) {
        let built = fs::read_to_string(book.path(&format!("target/book/{page}.html"))).unwrap();
        let (start, rest) = built.split_once("searchindex-").unwrap();
        let (_, rest) = rest.split_once(".js").unwrap();
        assert_eq!(&format!("{start}searchindex.js{rest}"), alone, "{page}");
    }
}

/// A page as it is served, without the live script.
fn shown(program: &Program, page: &str) -> String {
    let answer = program.get(&format!("/{page}.html"));
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let (start, rest) = body
        .split_once("<script src=\"/__workbook/live.js")
        .unwrap();
    let (_, rest) = rest.split_once("</script>\n").unwrap();
    format!("{start}{rest}")
}

#[test]
fn ctrl_c_ends_it_within_a_second_with_streams_open() {
    // How long the same machine takes where nothing is open.
    let book = Fixture::new();
    let program = Program::start(book.root(), &["--port", "0"]);
    let start = Instant::now();
    assert!(program.interrupt().success());
    let unit = start.elapsed();
    let book = Fixture::new();
    let program = Program::start(book.root(), &["--port", "0"]);
    let mut streams: Vec<_> = (0..3).map(|_| program.events()).collect();
    for stream in &mut streams {
        stream.wait_for("event: ready");
    }
    let _idle = Client::connect(program.port());
    let start = Instant::now();
    assert!(program.interrupt().success());
    assert!(
        start.elapsed() < Duration::from_secs(1) + 3 * unit,
        "{:?}, and {unit:?} with nothing open",
        start.elapsed()
    );
    for mut stream in streams {
        stream.wait_for_the_end();
    }
    assert!(
        !book.path("target/workbook").exists(),
        "the scratch folder is left"
    );
}

#[test]
fn a_taken_port_is_an_error_or_leads_to_the_next_one() {
    let book = Fixture::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (status, words) = program::fails(book.root(), &["--port", &port, "--lang", "zh"]);
    assert_eq!(status, 1);
    assert!(words.contains("已被别的程序占用"), "{words}");
}

#[test]
fn a_foreign_host_is_refused_over_the_wire() {
    let book = Fixture::new();
    let program = Program::start(book.root(), &["--port", "0"]);
    for head in [
        "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
    ] {
        let answer = program.client().say(head);
        assert!(
            answer.starts_with("HTTP/1.1 403") || answer.starts_with("HTTP/1.0 403"),
            "{head}{answer}"
        );
        let port = program.port();
        let forward = format!("ssh -L {port}:127.0.0.1:{port} ");
        assert_eq!(answer.matches(&forward).count(), 2, "{answer}");
    }
}

#[test]
fn invalid_requests_never_end_the_server() {
    let book = Fixture::new();
    let program = Program::start(book.root(), &["--port", "0"]);
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "a".repeat(100_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "a: b\r\n".repeat(500)
    );
    for head in [
        "\r\n\r\n",
        "\0\0\0\0",
        "GET",
        "GET / HTTP/9.9\r\n\r\n",
        "GET \u{7f} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\nabc",
        "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
        &long,
        &many,
    ] {
        let answer = program.client().say_and_stop(head);
        assert!(
            !answer.contains("root:") && !answer.starts_with("HTTP/1.1 5"),
            "{head}: {answer}"
        );
    }
    assert!(program.get("/").contains("第一版"));
}

#[test]
fn a_first_build_that_fails_is_shown_and_fixed_while_it_runs() {
    let book = Fixture::new();
    book.write("book/a.md", "# 没有编号\n");
    let program = Program::start(book.root(), &["--port", "0", "--lang", "zh"]);
    assert!(program.get("/").contains("书还没有生成好"));
    let mut events = program.events();
    events.wait_for("event: broken");
    book.page("a", "好了", "fixed");
    events.wait_for("event: ready");
    assert!(program.get("/").contains("好了"));
}

#[test]
fn it_works_from_a_folder_inside() {
    let book = Fixture::new();
    let program = Program::start(&book.path("book/sub"), &["--port", "0"]);
    assert!(program.get("/a.html").contains("第一版"));
}

#[test]
fn a_checkout_that_cannot_be_written_is_read_and_built_elsewhere() {
    let (book, target) = (Fixture::new(), tempfile::tempdir().unwrap());
    let Some(locked) = locked::Locked::new(book.root()) else {
        return;
    };
    let run = |words: &[&str]| {
        let mut command = locked.command(env!("CARGO_BIN_EXE_workbook"), words);
        command.current_dir(book.root());
        command.env("CARGO_TARGET_DIR", target.path());
        program::run(&mut command, b"")
    };
    for words in [
        ["build", "--lang", "en"].as_slice(),
        &["check", "links", "--lang", "en"],
    ] {
        let output = run(words);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let warned = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}{warned}");
    }
    let built = fs::read_to_string(target.path().join("book/a.html")).unwrap();
    assert!(built.contains("第一版"));
    let mut command = locked.command(env!("CARGO_BIN_EXE_workbook"), &["--port", "0"]);
    command.current_dir(book.root());
    command.env("CARGO_TARGET_DIR", target.path());
    let program = Program::of(command);
    assert!(program.get("/a.html").contains("第一版"));
    assert!(!book.path("target").exists());
}

#[test]
fn build_writes_the_site_and_a_failed_build_leaves_it() {
    let book = Fixture::new();
    program::succeeds(book.root(), &["build", "--lang", "en"]);
    let built = fs::read_to_string(book.path("target/book/a.html")).unwrap();
    assert!(built.contains("第一版") && !built.contains("__workbook"));
    book.write("book/a.md", "# 没有编号\n");
    let (status, words) = program::fails(book.root(), &["build", "--lang", "zh"]);
    assert_eq!(status, 1);
    assert!(
        words.contains("book/a.md:1: ") && words.contains("处要改"),
        "{words}"
    );
    assert_eq!(
        fs::read_to_string(book.path("target/book/a.html")).unwrap(),
        built
    );
}

#[test]
fn what_mdbook_only_warns_about_fails_the_build() {
    let book = Fixture::new();
    book.write("book/a.md", "# 甲 {#a}\n\n<div>\n\n开了没关\n");
    book.write("book/a.en.md", "# A {#a}\n\n<div>\n\nopen\n");
    let (status, words) = program::fails(book.root(), &["build", "--lang", "en"]);
    assert_eq!(status, 1, "{words}");
}

#[test]
fn a_build_never_replaces_anything_but_a_folder_below_target() {
    let book = Fixture::new();
    let config = fs::read_to_string(book.path("book.toml")).unwrap();
    for place in ["book", "", ".", "target", "target/../book"] {
        let place = format!("build-dir = \"{place}\"");
        book.write(
            "book.toml",
            &config.replace("build-dir = \"target/book\"", &place),
        );
        let (status, words) = program::fails(book.root(), &["build", "--lang", "en"]);
        assert_eq!(status, 1);
        assert!(
            words.starts_with("book.toml:6: build-dir is ") && words.contains("target/book"),
            "{words}"
        );
        assert!(book.path("book/SUMMARY.md").is_file());
    }
    book.write(
        "book.toml",
        &config.replace("build-dir = \"target/book\"\n", ""),
    );
    let (_, words) = program::fails(book.root(), &["build", "--lang", "zh"]);
    assert!(words.contains("build-dir 是 book"), "{words}");
    assert!(book.path("book/SUMMARY.md").is_file());
}

#[test]
fn a_link_that_leads_out_of_the_book_is_refused() {
    let book = Fixture::new();
    std::os::unix::fs::symlink("/etc", book.path("book/sub/etc")).unwrap();
    let (_, words) = program::fails(book.root(), &["build", "--lang", "en"]);
    assert!(
        words.starts_with("book/sub/etc:1: this is a symbolic link"),
        "{words}"
    );
}

#[test]
fn without_its_configuration_the_book_says_what_is_missing() {
    let book = Fixture::new();
    let program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    let mut events = program.events();
    events.wait_for("event: ready");
    fs::rename(book.path("book.toml"), book.path("b.toml")).unwrap();
    events.wait_for("event: broken");
    let problems = events.wait_for("data: ");
    assert!(problems.contains("book.toml:1"), "{problems}");
    fs::rename(book.path("b.toml"), book.path("book.toml")).unwrap();
    events.wait_for("event: ready");
    program.interrupt();
}

#[test]
fn a_closed_standard_error_changes_nothing() {
    let book = Fixture::new();
    book.write("book/a.md", "# 没有编号\n");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(program::status(book.root(), &["build"], writer), Some(1));
}

#[test]
fn mistakes_on_the_command_line_have_status_2() {
    let book = Fixture::new();
    let (status, words) = program::fails(book.root(), &["biuld", "--lang", "zh"]);
    assert_eq!(
        (status, words.lines().next()),
        (2, Some("错误：没有 'biuld' 这个命令"))
    );
    assert!(words.contains("'build'"), "{words}");
}

#[test]
fn progress_is_announced_at_once_and_builds_nothing() {
    let book = Fixture::new();
    book.write("examples/exercises/ladder", "echo_server\n");
    book.write("examples/exercises/mine/echo_server.rs", "");
    let mut program = Program::start(book.root(), &["--port", "0", "--lang", "en"]);
    let mut events = program.events();
    events.wait_for("event: exercises");
    book.write("examples/exercises/mine/echo_server.rs", "fn main() {}");
    book.write("examples/exercises/mine/last/echo_server.zh.txt", "报告");
    book.write(
        "examples/exercises/mine/progress",
        "2026-09-01T08:00:00.000Z echo_server passed rust 12ms +plain\n",
    );
    events.wait_for("event: exercises");
    program.wait_for("/__workbook/exercises", "\"solved\":true");
    assert!(
        program
            .get("/__workbook/exercises?report=echo_server")
            .contains("报告")
    );
    // The first thing that it builds again is a page.
    book.page("a", "第二版", "second edition");
    let said = program.said_until(": updated");
    assert_eq!(said.len(), 1, "{said:?}");
}
