//! The tables of `book/reference/errors.md`, against the systems themselves: Linux by Rust and
//! Python here, macOS and Windows by the sources of `libc` and `windows-sys`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, io};

/// One row of each of the two tables:
/// `| ECONNREFUSED | 111 | 61 | 10061 |` and
/// `| ECONNREFUSED | ConnectionRefused | ConnectionRefusedError |`.
struct Row {
    name: String,
    linux: i32,
    macos: i32,
    windows: String,
    kind: String,
    exception: String,
}

fn root() -> PathBuf {
    session::root().unwrap()
}

fn rows() -> Vec<Row> {
    let page = fs::read_to_string(root().join("book/reference/errors.md")).unwrap();
    let tables: Vec<Vec<String>> = page.lines().filter_map(cells).collect();
    let (numbers, names): (Vec<_>, Vec<_>) = tables.into_iter().partition(|row| row.len() == 4);
    assert_eq!(numbers.len(), names.len(), "two tables with the same rows");
    assert!(numbers.len() >= 16, "{} rows", numbers.len());
    let pairs = numbers.into_iter().zip(names);
    pairs
        .map(|(numbers, names)| {
            assert_eq!(numbers[0], names[0], "the tables have the same order");
            Row {
                linux: numbers[1].parse().unwrap(),
                macos: numbers[2].parse().unwrap(),
                windows: numbers[3].clone(),
                name: numbers[0].clone(),
                kind: names[1].clone(),
                exception: names[2].clone(),
            }
        })
        .collect()
}

/// The cells of a line of a table whose first one is the name of an error.
fn cells(line: &str) -> Option<Vec<String>> {
    let cells = line.trim_matches('|').split('|');
    let cells: Vec<String> = cells.map(|cell| cell.trim().replace('`', "")).collect();
    let is_name =
        |cell: &str| cell.starts_with('E') && cell.chars().all(|c| c.is_ascii_uppercase());
    (cells.len() > 2 && is_name(&cells[0])).then_some(cells)
}

/// A source file of a dependency of the workspace; `None` where cargo has not fetched it.
fn source(package: &str, file: &str) -> Option<String> {
    let home = env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cargo"),
        PathBuf::from,
    );
    let registries = fs::read_dir(home.join("registry/src")).ok()?;
    let packages = registries
        .flatten()
        .flat_map(|registry| {
            fs::read_dir(registry.path())
                .into_iter()
                .flatten()
                .flatten()
        })
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(package));
    let found = packages.filter_map(|entry| fs::read_to_string(entry.path().join(file)).ok());
    let found = found.last();
    if found.is_none() {
        eprintln!("skipped: the source of {package} is not on this machine");
    }
    found
}

#[test]
#[cfg(target_os = "linux")]
fn the_numbers_of_linux_and_the_kinds_of_rust_are_those_of_this_system() {
    for row in rows() {
        let kind = format!("{:?}", io::Error::from_raw_os_error(row.linux).kind());
        // `InProgress` has no stable name yet; the rest have no kind of their own.
        let named = !matches!(kind.as_str(), "Uncategorized" | "InProgress");
        let expected = if named { kind.as_str() } else { "—" };
        assert_eq!(row.kind, expected, "{}", row.name);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn python_gives_each_number_the_exception_of_the_table() {
    let program = "import errno, sys\n\
        for name in sys.argv[1:]:\n    \
            number = getattr(errno, name)\n    \
            print(name, number, type(OSError(number, '')).__name__)";
    let rows = rows();
    let names = rows.iter().map(|row| row.name.as_str());
    let Ok(output) = Command::new("python3")
        .args(["-c", program])
        .args(names)
        .output()
    else {
        eprintln!("skipped: no python3");
        return;
    };
    let printed = String::from_utf8(output.stdout).unwrap();
    let expected: String = rows
        .iter()
        .map(|row| format!("{} {} {}\n", row.name, row.linux, row.exception))
        .collect();
    assert_eq!(
        printed,
        expected,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_numbers_of_macos_are_those_of_the_libc_crate() {
    let Some(libc) = source("libc-0.2", "src/unix/bsd/apple/mod.rs") else {
        return;
    };
    for row in rows() {
        let line = format!("pub const {}: c_int = {};", row.name, row.macos);
        assert!(libc.contains(&line), "not in libc for macOS: {line}");
    }
}

#[test]
fn the_numbers_of_windows_are_those_of_windows_sys() {
    let file = "src/Windows/Win32/Networking/WinSock/mod.rs";
    let Some(winsock) = source("windows-sys-", file) else {
        return;
    };
    for row in rows().iter().filter(|row| row.windows != "—") {
        // The page says so below the table.
        let name = match row.name.as_str() {
            "EAGAIN" => "WSAEWOULDBLOCK".to_owned(),
            "EBADF" => "WSAENOTSOCK".to_owned(),
            usual => format!("WSA{usual}"),
        };
        let number = &row.windows;
        let line = format!("pub const {name}: WSA_ERROR = {number}i32;");
        assert!(winsock.contains(&line), "not in windows-sys: {line}");
    }
}

#[test]
fn both_twins_have_the_same_tables() {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let table = |text: &str| -> Vec<String> {
        let rows = text.lines().filter(|line| cells(line).is_some());
        rows.map(str::to_owned).collect()
    };
    let twins = ["book/reference/errors.md", "book/reference/errors.en.md"];
    let [zh, en] = twins.map(|file| table(&read(file)));
    assert_eq!(zh, en);
}

#[test]
fn every_error_of_the_table_has_its_place_on_the_page_and_is_made_by_a_program() {
    let page = fs::read_to_string(root().join("book/reference/errors.md")).unwrap();
    let made = fs::read_to_string(root().join("examples/00_socket.errors.session")).unwrap();
    // A host that is not there needs a wire: the capture `unreachable` makes it.
    // An aborted connection is an error of Windows; Linux does not give it to these programs.
    let elsewhere = ["EHOSTUNREACH", "ECONNABORTED"];
    for row in rows() {
        let heading = page
            .lines()
            .any(|line| line.starts_with("###") && line.contains(&row.name));
        assert!(heading, "{} has no heading on the page", row.name);
        let line = format!(
            "terminal | {} {} · {} · ",
            row.name, row.linux, row.exception
        );
        assert!(
            elsewhere.contains(&row.name.as_str()) || made.contains(&line),
            "no program makes {}",
            row.name
        );
    }
}
