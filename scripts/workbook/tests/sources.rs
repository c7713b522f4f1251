//! What is in the folder of a book and does not belong there: links, pipes, files without an end,
//! names and text in another encoding. Each is reported with its place, and none is served.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/fixture.rs"]
mod fixture;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use bilingual::Lang;
use fixture::Fixture;
use workbook::book;
use workbook::site::Site;

/// Builds while files are being swapped; returns which files of the site contain the secret.
fn leaked(swap: impl Fn(&Fixture, usize) + Sync) -> Vec<String> {
    const BUILDS: usize = 20;
    let book = Fixture::new();
    book.write("secret/leak.txt", "the secret");
    book.write("book/sub/leak.txt", "open");
    book.write("swap/sub/b.md", "# 乙 {#b}\n\n另\n");
    let ended = AtomicBool::new(false);
    let mut leaked = Vec::new();
    let mut built = 0;
    thread::scope(|threads| {
        threads.spawn(|| {
            for round in 0.. {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                swap(&book, round);
                thread::yield_now();
            }
        });
        for _ in 0..BUILDS {
            let site = book.path("target/site");
            if book::build_into(book.root(), &site).is_ok() {
                built += 1;
                let site = Site::load(&site).unwrap();
                let files = site.files().filter(|(_, bytes)| holds(bytes));
                leaked.extend(files.map(|(path, _)| path.to_owned()));
            }
        }
        ended.store(true, Ordering::Relaxed);
    });
    // Otherwise this has tried nothing.
    assert!(built > 0, "every build has met the link");
    leaked
}

fn holds(bytes: &[u8]) -> bool {
    bytes.windows(10).any(|part| part == b"the secret")
}

#[test]
fn a_link_that_takes_the_place_of_a_file_is_never_served() {
    let leaked = leaked(|book, round| {
        let place = book.path("book/sub/leak.txt");
        let new = book.path("swap/leak.txt");
        match round % 2 {
            0 => symlink(book.path("secret/leak.txt"), &new).unwrap(),
            _ => fs::write(&new, "open").unwrap(),
        }
        fs::rename(&new, &place).unwrap();
    });
    assert_eq!(leaked, [""; 0]);
}

#[test]
fn a_link_that_takes_the_place_of_a_folder_is_never_served() {
    let leaked = leaked(|book, round| {
        let (place, away) = (book.path("book/data"), book.path("swap/data"));
        match round % 2 {
            0 => {
                let _ = fs::remove_file(&place);
                fs::create_dir_all(&away).unwrap();
                fs::write(away.join("leak.txt"), "open").unwrap();
                fs::rename(&away, &place).unwrap();
            }
            _ => {
                fs::rename(&place, &away).unwrap();
                symlink(book.path("secret"), &place).unwrap();
            }
        }
    });
    assert_eq!(leaked, [""; 0]);
}

#[test]
fn a_link_that_takes_the_place_of_a_page_or_a_program_is_never_served() {
    let leaked = leaked(|book, round| {
        if round == 0 {
            let fence = "# 甲 {#a}\n\n```text\n{{#include ../examples/x.txt}}\n```\n";
            book.write("book/a.md", fence);
            book.write("book/a.en.md", &fence.replace("甲", "A"));
            book.write("swap/a.md", fence);
        }
        let new = book.path("swap/x.txt");
        let place = book.path("examples/x.txt");
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        match round % 2 {
            0 => fs::write(&new, "open").unwrap(),
            _ => symlink(book.path("secret/leak.txt"), &new).unwrap(),
        }
        fs::rename(&new, &place).unwrap();
    });
    assert_eq!(leaked, [""; 0]);
}

#[test]
fn a_book_may_be_in_a_folder_of_any_name() {
    for name in [
        "x y%20#é 书",
        "a?b *",
        "it's \"so\" <p>",
        "100% {{x}} [1] $HOME &amp;",
        "a:b",
    ] {
        let book = Fixture::called(name);
        book.write("examples/one.rs", "fn main() {}\n");
        let fence =
            "# 甲 {#a}\n\n[乙](sub/b.md)\n\n```rust\n{{#include ../examples/one.rs}}\n```\n";
        book.write("book/a.md", fence);
        book.write("book/a.en.md", &fence.replace('甲', "A").replace("乙", "B"));
        let place = book::build(book.root()).unwrap_or_else(|problems| {
            panic!("{name}: {}", pages::report(&problems, Lang::En));
        });
        let page = fs::read_to_string(book.root().join(place).join("a.html")).unwrap();
        assert!(page.contains("fn main() {}"), "{name}: {page}");
        let folder = book.root().file_name().unwrap().to_str().unwrap();
        assert!(!page.contains(folder), "{name}: {page}");
    }
}

/// The first line of the build's report on this book, in both languages.
#[track_caller]
fn is_reported(prepare: impl Fn(&Fixture), zh: &str, en: &str) {
    let book = Fixture::new();
    prepare(&book);
    let problems = book::build(book.root()).unwrap_err();
    for (lang, expected) in [(Lang::Zh, zh), (Lang::En, en)] {
        let said = pages::report(&problems, lang);
        assert!(said.starts_with(expected), "{said}\nis not {expected}");
    }
    assert!(!book.path("target/book").exists());
}

#[test]
fn links_of_every_kind_are_reported() {
    let link = |from: &'static str, to: &'static str| {
        move |book: &Fixture| {
            fs::create_dir_all(book.path(to).parent().unwrap()).unwrap();
            let _ = fs::remove_file(book.path(to));
            symlink(from, book.path(to)).unwrap();
        }
    };
    for (from, to) in [
        ("/etc/hostname", "book/leak.txt"),
        ("/etc", "book/etc"),
        ("a.md", "book/inside.md"),
        ("/nowhere", "book/sub/broken"),
        ("loop", "book/loop"),
        ("/etc/passwd", "book/a.en.md"),
        ("/etc/hostname", "book/theme/head.hbs"),
    ] {
        is_reported(
            link(from, to),
            &format!("{to}:1: 这是符号链接"),
            &format!("{to}:1: this is a symbolic link"),
        );
    }
    let book = Fixture::new();
    fs::rename(book.path("book"), book.path("pages")).unwrap();
    symlink("pages", book.path("book")).unwrap();
    let said = pages::report(&book::build(book.root()).unwrap_err(), Lang::En);
    assert!(
        said.starts_with("book:1: this is a symbolic link"),
        "{said}"
    );
}

#[test]
fn a_program_that_is_a_link_is_reported_and_one_outside_is_not_read() {
    let page = |target: &str| {
        let fence = format!("# 甲 {{#a}}\n\n```text\n{{{{#include {target}}}}}\n```\n");
        move |book: &Fixture| {
            book.write("book/a.md", &fence);
            book.write("book/a.en.md", &fence.replace('甲', "A"));
            fs::create_dir_all(book.path("examples")).unwrap();
            symlink("/etc/hostname", book.path("examples/x.txt")).unwrap();
            symlink("/etc", book.path("examples/etc")).unwrap();
        }
    };
    for target in ["../examples/x.txt", "../examples/etc/hostname"] {
        let file = target.trim_start_matches("../");
        is_reported(
            page(target),
            &format!("book/a.md:3: 读不到 {file}：这是符号链接"),
            &format!("book/a.md:3: cannot read {file}: this is a symbolic link"),
        );
    }
    is_reported(
        page("../../etc/hostname"),
        "book/a.md:3: 路径 ../../etc/hostname 指到了仓库外面",
        "book/a.md:3: the path ../../etc/hostname leads out of the repository",
    );
}

#[test]
fn no_directive_of_mdbooks_own_reads_a_file() {
    for directive in [
        "{{ #include /etc/hostname }}",
        "{{\n#include /etc/hostname}}",
        "\\{{#include\n/etc/hostname}}",
        "<!-- {{ #include /etc/hostname}} -->",
        "{{#playground /etc/hostname}}",
    ] {
        let page = format!("# 甲 {{#a}}\n\n字 {directive} 字\n");
        is_reported(
            |book| {
                book.write("book/a.md", &page);
                book.write("book/a.en.md", &page);
            },
            "book/a.md:3: 指令要单独成段",
            "book/a.md:3: a directive must be a paragraph of its own",
        );
    }
    is_reported(
        |book| {
            let page = "# 甲 {#a}\n\n{{#figure f}}\n";
            book.write("book/a.md", page);
            book.write("book/a.en.md", page);
            let figure = "<figure class=\"fig\"><b>{{ #include /etc/hostname}}</b></figure>";
            book.write("book/figures/f.html", figure);
        },
        "book/",
        "book/",
    );
}

#[test]
fn pipes_sockets_and_endless_files_are_reported_at_once() {
    is_reported(
        |book| {
            let made = Command::new("mkfifo")
                .arg(book.path("book/pipe.txt"))
                .status();
            assert!(made.unwrap().success());
        },
        "book/pipe.txt:1: 既不是文件也不是目录",
        "book/pipe.txt:1: this is neither a file nor a folder",
    );
    is_reported(
        |book| {
            fs::remove_file(book.path("book/sub/b.en.md")).unwrap();
            let made = Command::new("mkfifo")
                .arg(book.path("book/sub/b.en.md"))
                .status();
            assert!(made.unwrap().success());
        },
        "book/sub/b.en.md:1: 既不是文件也不是目录",
        "book/sub/b.en.md:1: this is neither a file nor a folder",
    );
    is_reported(
        |book| drop(UnixListener::bind(book.path("book/talk")).unwrap()),
        "book/talk:1: 既不是文件也不是目录",
        "book/talk:1: this is neither a file nor a folder",
    );
    is_reported(
        |book| {
            let file = File::create(book.path("book/film.mp4")).unwrap();
            // Sparse: it takes no room.
            file.set_len(1 << 40).unwrap();
        },
        "book/film.mp4:1: 超过 32 MiB",
        "book/film.mp4:1: longer than 32 MiB",
    );
    is_reported(
        |book| fs::create_dir_all(book.path("book").join("d/".repeat(40))).unwrap(),
        "book/d/d/",
        "book/d/d/",
    );
}

#[test]
fn text_in_another_encoding_is_reported_with_its_line_wherever_it_is() {
    // 甲: a page in GBK, as an editor on Chinese Windows saves it.
    let gbk = b"# A {#a}\n\n\xbc\xd7\xd2\xd2\n";
    let utf16: Vec<u8> = "\u{feff}# 甲 {#a}\n\n字\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for file in ["book/a.md", "book/a.en.md", "book/SUMMARY.md"] {
        is_reported(
            |book| fs::write(book.path(file), gbk).unwrap(),
            &format!("{file}:3: 不是 UTF-8 文本，看起来是 GBK"),
            &format!("{file}:3: not UTF-8 text, it looks like GBK"),
        );
        is_reported(
            |book| fs::write(book.path(file), &utf16).unwrap(),
            &format!("{file}:1: 不是 UTF-8 文本，看起来是 UTF-16"),
            &format!("{file}:1: not UTF-8 text, it looks like UTF-16"),
        );
    }
    is_reported(
        |book| {
            let text = fs::read_to_string(book.path("book.toml")).unwrap();
            let mut text = text.replace("书 · ", "").into_bytes();
            text.extend(b"# \xbc\xd7\n");
            fs::write(book.path("book.toml"), text).unwrap();
        },
        "book.toml:12: 不是 UTF-8 文本，看起来是 GBK",
        "book.toml:12: not UTF-8 text, it looks like GBK",
    );
    let page = |directive: &'static str, file: &'static str| {
        move |book: &Fixture| {
            let page = format!("# 甲 {{#a}}\n\n{directive}\n");
            book.write("book/a.md", &page);
            book.write("book/a.en.md", &page.replace('甲', "A"));
            book.write(file, "");
            fs::write(book.path(file), b"\n<p>\xbc\xd7\xd2\xd2</p>\n").unwrap();
        }
    };
    for (directive, file) in [
        ("{{#session x}}", "examples/x.session"),
        ("{{#figure x}}", "book/figures/x.html"),
        ("{{#capture x}}", "book/captures/x.session"),
        ("{{#exercise x}}", "examples/exercises/x/check.session"),
    ] {
        is_reported(
            page(directive, file),
            &format!("{file}:2: 不是 UTF-8 文本，看起来是 GBK"),
            &format!("{file}:2: not UTF-8 text, it looks like GBK"),
        );
    }
    is_reported(
        page(
            "```text\n{{#include ../examples/x.py}}\n```",
            "examples/x.py",
        ),
        "book/a.md:3: 读不到 examples/x.py：第 2 行不是 UTF-8 文本，看起来是 GBK",
        "book/a.md:3: cannot read examples/x.py: line 2: not UTF-8 text, it looks like GBK",
    );
}

#[test]
fn a_name_that_is_not_utf8_is_reported_with_its_bytes() {
    for (name, shown) in [
        (b"caf\xe9.md".as_slice(), "book/caf%E9.md"),
        (b"\xbc\xd7.png", "book/%BC%D7.png"),
        (b"sub/\xff", "book/sub/%FF"),
    ] {
        is_reported(
            |book| fs::write(book.path("book").join(OsStr::from_bytes(name)), "x").unwrap(),
            &format!("{shown}:1: 文件名不是 UTF-8"),
            &format!("{shown}:1: the name is not UTF-8"),
        );
    }
}

#[test]
fn a_byte_order_mark_is_no_problem() {
    let book = Fixture::new();
    for file in ["book.toml", "book/SUMMARY.md", "book/a.md", "book/a.en.md"] {
        let text = fs::read_to_string(book.path(file)).unwrap();
        book.write(file, &format!("\u{feff}{text}"));
    }
    assert_eq!(book::build(book.root()).unwrap(), Path::new("target/book"));
}

#[test]
fn the_table_of_contents_and_the_configuration_stay_in_the_book() {
    let summary = |page: &'static str| {
        move |book: &Fixture| {
            let text = format!("# 目录\n\n- [甲](a.md)\n- [外](<{page}>)\n");
            book.write("book/SUMMARY.md", &text);
            book.write("outside.md", "# 外\n");
        }
    };
    for page in ["../outside.md", "sub/../../outside.md", "/etc/hostname"] {
        is_reported(
            summary(page),
            &format!("book/SUMMARY.md:4: {page} 指到了书外面"),
            &format!("book/SUMMARY.md:4: {page} leads out of the book"),
        );
    }
    is_reported(
        summary("missing.md"),
        "book/SUMMARY.md:4: 没有页面 missing.md",
        "book/SUMMARY.md:4: no page missing.md",
    );
    for (line, key) in [
        ("additional-css = [\"/etc/hostname\"]", "additional-css"),
        ("additional-js = [\"../x.js\"]", "additional-js"),
        ("theme = \"/etc\"", "theme"),
        ("input-404 = \"../../x.md\"", "input-404"),
    ] {
        is_reported(
            |book| {
                let text = fs::read_to_string(book.path("book.toml")).unwrap();
                book.write("book.toml", &format!("{text}{line}\n"));
            },
            &format!("book.toml:12: {key} 里的路径"),
            "book.toml:12: the path",
        );
    }
}
