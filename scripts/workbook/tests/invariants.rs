//! The invariants of ARCHITECTURE.md, by their numbers, on this very repository.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod fixture;
#[path = "support/repository.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod repository;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use bilingual::Lang;
use fixture::Fixture;
use pages::report;
use repository::{cargo, code_of, files, name_of, read, root};
use workbook::book::build_into;
use workbook::check::links;
use workbook::site::Site;

#[test]
fn _1_the_light_examples_need_two_crates_and_no_dev_dependencies() {
    let metadata = cargo(
        &["metadata", "--no-deps", "--format-version=1", "--offline"],
        None,
    );
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let light = packages
        .iter()
        .find(|package| package["name"] == "socket-workbook")
        .unwrap();
    let needs: BTreeSet<_> = light["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|need| {
            (
                need["name"].as_str().unwrap(),
                need["kind"].as_str().unwrap_or("normal"),
            )
        })
        .collect();
    assert_eq!(
        needs,
        BTreeSet::from([("anyhow", "normal"), ("colored", "normal")])
    );
}

#[test]
fn _1_a_cold_duplex_compiles_at_most_4_units() {
    // A unit is a crate that is compiled: the build script of `anyhow` belongs to `anyhow`.
    let target = tempfile::tempdir().unwrap();
    let build = [
        "build",
        "--example",
        "02_duplex",
        "--message-format=json",
        "--offline",
    ];
    let messages = String::from_utf8(cargo(&build, Some(target.path()))).unwrap();
    let units: Vec<serde_json::Value> = messages
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|message: &serde_json::Value| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["kind"][0] != "custom-build")
        .collect();
    assert!(
        !units.is_empty() && units.len() <= 4,
        "{} units: {units:#?}",
        units.len()
    );
}

#[test]
fn _2_every_number_has_one_program_a_session_a_page_and_a_row() {
    let mut wrong = Vec::new();
    let readme = read("examples/README.md");
    let pages = pages_text();
    let mut sessions = files("examples", "session");
    // A check belongs to its exercise: the tests of `exercise` hold it.
    sessions.retain(|file| file.parent() == Some(Path::new("examples")));
    let mut numbers = BTreeMap::new();
    for example in examples() {
        let name = name_of(&example);
        if let Some(other) = numbers.insert(name[..2].to_owned(), name.clone()) {
            wrong.push(format!("{name} and {other} have the same number"));
        }
        let is_its = |session: &PathBuf| name_of(session).split('.').next() == Some(name.as_str());
        if !sessions.iter().any(is_its) {
            wrong.push(format!("{name} has no session"));
        }
        if !pages.contains(&format!("{{{{#session {name}")) {
            wrong.push(format!("no page shows a session of {name}"));
        }
        if !readme.contains(&name) {
            wrong.push(format!("{name} has no row in examples/README.md"));
        }
    }
    let is_known = |name: &str| numbers.values().any(|known| known == name);
    for file in &sessions {
        let name = name_of(file);
        // What the judge says of a program of ours, which has no number: a page shows it.
        let is_report = name.starts_with("exercise.");
        if is_report && !pages.contains(&format!("{{{{#session {name}}}}}")) {
            wrong.push(format!("no page shows {}", file.display()));
        }
        if !is_report && !is_known(name.split('.').next().unwrap()) {
            wrong.push(format!("{} belongs to no program", file.display()));
        }
    }
    // A Python program may be a variant of its own: its number must be known.
    for file in files("examples/python", "py") {
        let name = name_of(&file);
        if name.starts_with(|c: char| c.is_ascii_digit()) && !numbers.contains_key(&name[..2]) {
            wrong.push(format!("{} has the number of no program", file.display()));
        }
    }
    for name in numbered_words(&readme)
        .iter()
        .chain(&numbered_words(&pages))
    {
        if !is_known(name) && !root().join(format!("examples/python/{name}.py")).is_file() {
            wrong.push(format!(
                "examples/README.md or a page names {name}, which does not exist"
            ));
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words such as `02_duplex` in a text.
fn numbered_words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| {
            let bytes = word.as_bytes();
            bytes.len() > 3
                && bytes[..2].iter().all(u8::is_ascii_digit)
                && bytes[2] == b'_'
                && bytes[3].is_ascii_lowercase()
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn _3_and_4_the_book_builds_without_a_problem_and_10_its_links_hold() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    if let Err(problems) = build_into(&root(), &site) {
        panic!("{}", report(&problems, Lang::En));
    }
    let problems = links::problems(&Site::load(&site).unwrap(), "target/book");
    assert!(problems.is_empty(), "{}", report(&problems, Lang::En));
}

#[test]
fn _3_the_readme_shows_what_the_session_shows() {
    let session = read("examples/02_duplex.first_come.session");
    let readme = read("README.md");
    let shown: Vec<&str> = readme
        .split("```console\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .flat_map(|(block, _)| block.strip_prefix("$ "))
        .flat_map(str::lines)
        .collect();
    assert_eq!(shown.len(), 9, "two terminals: {shown:#?}");
    for line in shown {
        let happens = [" $ ", " | ", " > "]
            .iter()
            .any(|mark| session.contains(&format!("{mark}{line}\n")));
        assert!(
            happens,
            "README.md shows a line that no terminal does: {line}"
        );
    }
}

#[track_caller]
fn is_refused(zh: &str, en: &str) {
    let book = Fixture::new();
    book.write("book/a.md", zh);
    book.write("book/a.en.md", en);
    let problems = build_into(book.root(), &book.path("target/site")).unwrap_err();
    let place = problems[0].location.as_ref().unwrap().to_string();
    assert!(place.starts_with("book/a."), "{place}");
}

#[test]
fn _3_pasted_code_is_refused() {
    let code = "# 甲 {#a}\n\n```rust\nfn main() {\n    one();\n    two();\n    three();\n}\n```\n";
    is_refused(code, code);
    let transcript = code.replace("rust", "console");
    is_refused(&transcript, &transcript);
}

#[test]
fn _4_twins_that_differ_and_headings_without_an_id_are_refused() {
    is_refused("# 甲 {#a}\n\n一段\n", "# A {#a}\n\n- a list\n");
    is_refused("# 甲 {#a}\n\n## 没有\n", "# A {#a}\n\n## none\n");
    is_refused("# 甲 {#a}\n", "# A {#b}\n");
}

#[test]
fn _5_the_build_directory_never_overlaps_the_sources() {
    let config: toml::Value = toml::from_str(&read("book.toml")).unwrap();
    let folder = |table: &str, key: &str| -> PathBuf {
        let text = config[table]
            .get(key)
            .and_then(toml::Value::as_str)
            .unwrap();
        let parts = Path::new(text).components();
        let parts: Vec<_> = parts.filter(|part| *part != Component::CurDir).collect();
        assert!(
            parts
                .iter()
                .all(|part| matches!(part, Component::Normal(_))),
            "{text} leaves the checkout"
        );
        parts.iter().collect()
    };
    let (src, build) = (folder("book", "src"), folder("build", "build-dir"));
    assert!(
        !src.starts_with(&build) && !build.starts_with(&src),
        "{src:?} {build:?}"
    );
    assert!(build.starts_with("target"), "only target/ may be emptied");
}

#[test]
fn _6_what_is_pure_touches_no_file_no_socket_no_process() {
    let edge = ["main.rs", "sources.rs", "run.rs"];
    let mut pure: Vec<PathBuf> = files("scripts/pages/src", "rs");
    pure.extend(files("scripts/bilingual/src", "rs"));
    pure.extend(files("scripts/session/src", "rs"));
    pure.extend(files("scripts/capture/src", "rs"));
    pure.extend(files("scripts/impair/src", "rs"));
    pure.extend(files("scripts/judge/src/check", "rs"));
    pure.extend(files("scripts/judge/src/crash", "rs"));
    pure.extend(files("scripts/judge/src/report", "rs"));
    pure.retain(|file| {
        !edge.contains(&file.file_name().unwrap().to_str().unwrap())
            && !file.components().any(|part| part.as_os_str() == "run")
    });
    assert!(pure.len() > 5, "{pure:?}");
    for file in [
        "check/links.rs",
        "check/html.rs",
        "check/css.rs",
        "read/plan.rs",
        "serve/host_check.rs",
    ] {
        pure.push(Path::new("scripts/workbook/src").join(file));
    }
    for file in pure {
        let code = code_of(&file);
        for effect in [
            "std::fs",
            "std::net",
            "std::process",
            "std::env",
            "std::thread",
            "Instant::now",
            "SystemTime",
        ] {
            assert!(!code.contains(effect), "{} uses {effect}", file.display());
        }
    }
}

#[test]
fn _7_the_preprocessor_may_not_print() {
    for file in ["lib.rs", "main.rs"] {
        assert!(
            read(&format!("scripts/pages/src/{file}")).contains("#![deny(clippy::print_stdout)]"),
            "scripts/pages/src/{file} does not deny clippy::print_stdout"
        );
    }
}

#[test]
fn _9_nothing_listens_beyond_loopback_unless_the_user_says_so() {
    let mut sources = examples();
    sources.extend(files("examples/common", "rs"));
    sources.extend(files("examples/python", "py"));
    for tool in ["pages", "session", "workbook"] {
        sources.extend(files(&format!("scripts/{tool}/src"), "rs"));
    }
    for file in &sources {
        // A prefix, such as 10.0.0.0/8, is no address to listen on.
        let code = code_of(file).replace("0.0.0.0/", "/");
        for wide in [
            "0.0.0.0",
            "[::]",
            "UNSPECIFIED",
            "INADDR_ANY",
            "bind((''",
            "bind((\"\"",
        ] {
            assert!(!code.contains(wide), "{} mentions {wide}", file.display());
        }
    }
    for file in files("examples", "session") {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        for line in text.lines().filter(|line| line.contains("listening on ")) {
            let (_, address) = line.split_once("listening on ").unwrap();
            let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
            let asked_for = text
                .lines()
                .any(|line| line.contains(" $ ") && line.contains(host));
            let loopback = host.starts_with("127.") || host == "[::1]" || host == "[..]";
            assert!(loopback || asked_for, "{}: {line}", file.display());
        }
    }
}

#[test]
fn shared_code_is_at_most_100_lines_and_an_example_and_its_parts_at_most_250() {
    let lines = |file: &Path| {
        fs::read_to_string(root().join(file))
            .unwrap()
            .lines()
            .count()
    };
    for shared in files("examples/common", "rs") {
        assert!(lines(&shared) <= 100, "{}", shared.display());
    }
    for example in examples() {
        let count = lines(&example);
        assert!(
            (40..=250).contains(&count),
            "{} has {count} lines",
            example.display()
        );
    }
    for part in examples_and_parts() {
        let count = lines(&part);
        assert!(count <= 250, "{} has {count} lines", part.display());
    }
}

/// A beginner looks a second time at such a thing, and learns nothing of networks by it.
#[test]
fn no_example_matches_on_nothing() {
    for file in examples_and_parts() {
        let code = code_of(&file);
        assert!(!code.contains("match ()"), "{}", file.display());
    }
}

/// A beginner meets these first: 30 to 45 % of their lines are comments.
#[test]
fn the_first_examples_tell_what_the_kernel_does() {
    let mut first = examples();
    let is_first = |name: &str| {
        ["00_", "01_", "02_", "03_"]
            .iter()
            .any(|number| name.starts_with(number))
    };
    first.retain(|file| is_first(&name_of(file)));
    assert_eq!(first.len(), 4, "{first:?}");
    for file in first {
        let text = read(file.to_str().unwrap());
        let comments = text.lines().filter(|line| {
            let line = line.trim_start();
            line.starts_with("//") && !line.starts_with("// ANCHOR")
        });
        let (comments, lines) = (comments.count(), text.lines().count());
        assert!(
            (30..=45).contains(&(100 * comments / lines)),
            "{}: {comments} of {lines} lines are comments",
            file.display()
        );
    }
}

#[test]
fn every_page_is_in_the_table_of_contents_and_has_its_twin() {
    let summary = read("book/SUMMARY.md");
    let exercises = pages_of_exercises();
    for file in files("book", "md") {
        let path = file.strip_prefix("book").unwrap().to_str().unwrap();
        if path == "SUMMARY.md" || exercises.contains(&path.replace(".en.md", ".md")) {
            continue;
        }
        match path.strip_suffix(".en.md") {
            Some(page) => assert!(
                root().join(format!("book/{page}.md")).is_file(),
                "{path} has no Chinese page"
            ),
            None => {
                assert!(
                    summary.contains(&format!("({path})")),
                    "{path} is not in SUMMARY.md"
                );
                let twin = path.replace(".md", ".en.md");
                assert!(
                    root().join("book").join(&twin).is_file(),
                    "{path} has no English twin"
                );
            }
        }
    }
}

/// The numbered programs: beside one another, or in a package of their own (`examples/14_ping/`).
fn examples() -> Vec<PathBuf> {
    let mut all = files("examples", "rs");
    all.retain(|file| {
        let folder = file.parent().unwrap();
        let is_package = root().join(folder).join("Cargo.toml").is_file();
        let is_numbered = name_of(file).starts_with(|c: char| c.is_ascii_digit());
        folder == Path::new("examples") || is_package && is_numbered
    });
    all
}

/// The numbered programs and their parts, without the exercises.
fn examples_and_parts() -> Vec<PathBuf> {
    let mut all = files("examples", "rs");
    all.retain(|file| !file.starts_with("examples/exercises"));
    all
}

/// Every page except those for teachers, who ask the questions themselves, and the one that is made
/// of other pages.
#[test]
fn every_page_asks_three_to_five_questions() {
    let summary = read("book/SUMMARY.md");
    let pages: Vec<&str> = summary
        .split('(')
        .filter_map(|rest| rest.split_once(')'))
        .map(|(page, _)| page)
        .filter(|page| page.ends_with(".md") && !page.starts_with("teach/"))
        .filter(|page| *page != "reference/summaries.md")
        .collect();
    let exercises = pages_of_exercises();
    let pages: Vec<_> = pages
        .into_iter()
        .filter(|page| !exercises.contains(*page))
        .collect();
    let mut wrong = Vec::new();
    for page in &pages {
        let text = read(&format!("book/{page}"));
        let fences = text.lines().filter(|line| line.starts_with("```"));
        let count = fences
            .filter(|line| line.trim_start_matches('`').starts_with("question "))
            .count();
        if !(3..=5).contains(&count) {
            wrong.push(format!("{page} has {count} questions, not three to five"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// They have more parts than other pages: the tests of `exercise` hold all of them.
fn pages_of_exercises() -> BTreeSet<String> {
    let ladder = exercise::course::Course::new(&root()).ladder().unwrap();
    ladder
        .iter()
        .map(|id| format!("exercises/{id}.md"))
        .collect()
}

/// All pages in one text.
fn pages_text() -> String {
    files("book", "md")
        .iter()
        .map(|file| fs::read_to_string(root().join(file)).unwrap())
        .collect()
}
