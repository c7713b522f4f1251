//! What ARCHITECTURE.md and the READMEs of the crates say of this repository is true.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/repository.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod repository;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use repository::{files, read, root};

/// Number of lines of a map: a longer one is not read.
const MAP_LINES_MAX: usize = 160;

/// Number of columns that a line of a help may take.
const HELP_COLUMNS: usize = 100;

/// Words that stand for something else in a path: `examples/NN_name.rs`.
const PLACEHOLDERS: [&str; 8] = ["NN_", "NAME", "ID", "LANG", "DIR", "PID", "SESSION", "PAGE"];

/// Documents that readers and contributors read first.
const GENERAL_DOCUMENTS: [&str; 4] = [
    "README.md",
    "CONTRIBUTING.md",
    "examples/README.md",
    "examples/exercises/README.md",
];

/// What English has other words for: a phrase, and what to write.
const AVOIDED_PHRASES: [(&str, &str); 14] = [
    ("So many ", "\"Number of …\""),
    ("So often ", "\"How often …\""),
    ("is not known here", "\"unexpected argument '…' found\""),
    ("one word too many", "\"unexpected argument '…' found\""),
    ("make no sense", "\"cannot be read\", or what is wrong"),
    ("makes no sense", "\"cannot be read\", or what is wrong"),
    ("made no sense", "\"cannot be read\", or what is wrong"),
    ("to mend:", "\"3 problems found\""),
    ("are others", "\"differ\""),
    ("Somebody else was", "\"another process …\""),
    ("ends us ", "\"ends the process\""),
    ("neighbour", "the American spelling"),
    ("acknowledgement", "the American spelling"),
    ("fibre", "the American spelling"),
];

/// Chinese that another word of the book stands for: what is not written, where it is part of another
/// word, and what to write.
const OTHER_CHINESE_NAMES: [(&str, &[&str], &str); 6] = [
    ("裁判", &[], "判题程序"),
    ("变体", &[], "情形"),
    ("收方", &["接收方"], "接收方"),
    ("发方", &["开发方"], "发送方"),
    ("对端", &[], "对方"),
    ("客人", &[], "客户端"),
];

/// Pages on which the clients are people in a room.
const ROOMS: [&str; 2] = ["threaded-server.md", "chat_room.md"];

/// A name that is spelled so.
const BRITISH_MAN_PAGE: &str = "ip-neighbour(8)";

/// Folders of generated files, which are not in the repository.
const GENERATED_FOLDERS: [&str; 3] = ["target/", "mine/", "examples/exercises/mine/"];

#[test]
fn architecture_is_a_map_of_at_most_160_lines() {
    let count = read("ARCHITECTURE.md").lines().count();
    assert!(
        count <= MAP_LINES_MAX,
        "{count} lines: move notation to a README"
    );
}

#[test]
fn every_crate_has_a_readme_with_its_entry_points_and_invariants() {
    let crates = crates();
    assert!(
        crates.contains("session") && crates.contains("browser"),
        "{crates:?}"
    );
    let map = read("ARCHITECTURE.md");
    for name in crates {
        let text = read(&format!("scripts/{name}/README.md"));
        let title = format!("# {name}\n\n");
        assert!(
            text.starts_with(&title),
            "scripts/{name}/README.md begins otherwise"
        );
        for section in ["Entry points", "Invariants"] {
            let count = text.lines().filter(|line| *line == format!("## {section}"));
            assert_eq!(
                count.count(),
                1,
                "scripts/{name}/README.md, \"## {section}\""
            );
        }
        let row = format!("| `scripts/{name}/`");
        assert!(map.contains(&row), "ARCHITECTURE.md has no row for {name}");
    }
}

/// The figure says `name … → name, name (how much of it)`, from the top down.
#[test]
fn the_figure_of_the_crates_is_that_of_their_manifests() {
    let map = read("ARCHITECTURE.md");
    let rows: Vec<(&str, BTreeSet<String>)> = map
        .lines()
        .filter_map(|line| line.split_once('→'))
        .filter_map(|(left, right)| Some((left.split_whitespace().next()?, right)))
        .filter(|(name, _)| {
            root()
                .join("scripts")
                .join(name)
                .join("Cargo.toml")
                .is_file()
        })
        .map(|(name, right)| (name, names_in(right)))
        .collect();
    let drawn: BTreeSet<String> = rows.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut there = crates();
    there.retain(|name| {
        root()
            .join("scripts")
            .join(name)
            .join("Cargo.toml")
            .is_file()
    });
    assert_eq!(drawn, there, "the crates of the figure");
    for (index, (name, uses)) in rows.iter().enumerate() {
        assert_eq!(
            *uses,
            needs(name),
            "what {name} uses, in the figure and in its manifest"
        );
        for used in uses {
            let below = rows[index + 1..].iter().any(|(other, _)| other == used);
            assert!(below, "{name} uses {used}, which does not stand below it");
        }
    }
}

/// `judge (parse), session`; `nothing of ours` is none.
fn names_in(text: &str) -> BTreeSet<String> {
    text.split(',')
        .filter_map(|name| name.split_whitespace().next())
        .filter(|name| *name != "nothing")
        .map(str::to_owned)
        .collect()
}

/// Our crates that a manifest names, in its tests and on any system.
fn needs(name: &str) -> BTreeSet<String> {
    let manifest: toml::Value =
        toml::from_str(&read(&format!("scripts/{name}/Cargo.toml"))).unwrap();
    let systems = manifest.get("target").and_then(toml::Value::as_table);
    let systems = systems.into_iter().flat_map(|systems| systems.values());
    let mut needs = BTreeSet::new();
    for table in systems.chain([&manifest]) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(all) = table.get(kind).and_then(toml::Value::as_table) else {
                continue;
            };
            needs.extend(
                all.iter()
                    .filter(|(_, need)| need.get("path").is_some())
                    .map(|(name, _)| name.clone()),
            );
        }
    }
    // Its tests may ask for more of its own features.
    needs.remove(name);
    needs
}

/// In backticks: a path, `path.rs::name` of something that this file defines, or `path.mjs: words`
/// of a test of this file.
#[test]
fn every_path_function_and_test_that_is_named_exists() {
    let mut wrong = Vec::new();
    let mut count = BTreeMap::<&str, usize>::new();
    for document in documents().chain(GENERAL_DOCUMENTS.map(str::to_owned)) {
        let folder = Path::new(&document).parent().unwrap().to_owned();
        for word in in_backticks(&read(&document)) {
            let kind = match named(&word) {
                None => continue,
                Some(Named::Path(path)) => match find(path, &folder) {
                    Some(_) => "path",
                    None => {
                        wrong.push(format!("{document}: there is no {path}"));
                        continue;
                    }
                },
                Some(Named::Within(path, words, kind)) => {
                    let text = find(path, &folder).and_then(|path| fs::read_to_string(path).ok());
                    if !text.is_some_and(|text| kind.is_in(&text, words)) {
                        wrong.push(format!("{document}: {path} has no {words}"));
                    }
                    kind.name()
                }
            };
            *count.entry(kind).or_default() += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for kind in ["path", "function", "test"] {
        assert!(
            count.get(kind).is_some_and(|count| *count > 10),
            "{count:?}"
        );
    }
}

#[test]
fn every_link_leads_to_a_file() {
    let mut count = 0;
    for document in documents().chain(GENERAL_DOCUMENTS.map(str::to_owned)) {
        let folder = root().join(&document).parent().unwrap().to_owned();
        let text = parts(&read(&document)).0;
        for rest in text.split("](").skip(1) {
            let (to, _) = rest.split_once(')').unwrap();
            if to.contains("://") || to.starts_with('#') {
                continue;
            }
            let (path, heading) = to.split_once('#').unwrap_or((to, ""));
            let path = folder.join(path);
            assert!(path.exists(), "{document}: there is no {to}");
            if !heading.is_empty() {
                let text = fs::read_to_string(path).unwrap();
                let there = text
                    .lines()
                    .any(|line| anchor(line) == Some(heading.to_owned()));
                assert!(there, "{document}: no heading is {to}");
            }
            count += 1;
        }
    }
    assert!(count > 20, "{count} links");
}

#[test]
fn every_invariant_names_the_test_that_holds_it() {
    for document in documents() {
        let text = read(&document);
        let (_, invariants) = text.split_once("\n## Invariants\n").unwrap();
        let invariants = invariants.split("\n## ").next().unwrap();
        let items = invariants.lines().filter(|line| {
            line.starts_with("- ") || line.starts_with(|first: char| first.is_ascii_digit())
        });
        let mut count = 0;
        for item in items {
            let words = in_backticks(item);
            let holds = |word: &String| word.contains(".rs") || word.contains(".mjs: ");
            let elsewhere = words.iter().any(|word| word.ends_with("README.md"));
            assert!(
                words.iter().any(holds) || elsewhere,
                "{document}: no test in\n{item}"
            );
            count += 1;
        }
        assert!(count > 2, "{document} has {count} invariants");
    }
}

#[test]
fn messages_and_comments_avoid_what_english_has_other_words_for() {
    let listed = std::process::Command::new("git")
        .args(["ls-files", "-z"])
        .args(["*.rs", "*.py", "*.session", "*.patch", "*.md", "*.txt"])
        .args(["*.css", "*.js", "*.mjs", "scripts/check", "scripts/bench"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listed.status.success(), "git ls-files");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let mut found = String::new();
    let mut count = 0;
    for file in listed.split_terminator('\0') {
        // This file names them.
        if file.ends_with("tests/documents.rs") || !root().join(file).is_file() {
            continue;
        }
        count += 1;
        for (index, line) in read(file).lines().enumerate() {
            let line = line.replace(BRITISH_MAN_PAGE, "");
            for (phrase, instead) in AVOIDED_PHRASES {
                if line.contains(phrase) {
                    found += &format!("{file}:{}: {phrase:?}: write {instead}\n", index + 1);
                }
            }
        }
    }
    assert!(count > 900, "only {count} files");
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn a_thing_has_one_chinese_name_on_all_pages() {
    let mut pages = files("book", "md");
    pages.retain(|file| !file.to_str().unwrap().ends_with(".en.md"));
    assert!(pages.len() > 35, "only {} pages", pages.len());
    let mut found = String::new();
    for file in pages {
        let room = ROOMS.iter().any(|room| file.ends_with(room));
        for (index, line) in read(file.to_str().unwrap()).lines().enumerate() {
            // What a program prints stays as it is.
            let prose: String = line.split('`').step_by(2).collect();
            for (name, within, instead) in OTHER_CHINESE_NAMES {
                let prose = within
                    .iter()
                    .fold(prose.clone(), |prose, word| prose.replace(word, ""));
                if prose.contains(name) && !(room && name == "客人") {
                    found += &format!("{}:{}: {name}: 写 {instead}\n", file.display(), index + 1);
                }
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn no_line_of_a_help_is_wider_than_100_columns() {
    let mut helps = files("scripts", "txt");
    helps.retain(|file| {
        [".zh.txt", ".en.txt"]
            .iter()
            .any(|end| file.to_str().unwrap().ends_with(end))
    });
    helps.retain(|file| file.components().any(|part| part.as_os_str() == "src"));
    assert!(helps.len() >= 10, "{helps:?}");
    // A Chinese character takes two columns.
    let width = |line: &str| -> usize {
        let columns = |c: char| if c < '\u{2e80}' { 1 } else { 2 };
        line.chars().map(columns).sum()
    };
    for help in helps {
        for line in read(help.to_str().unwrap()).lines() {
            let width = width(line);
            assert!(
                width <= HELP_COLUMNS,
                "{}: {width} columns: {line}",
                help.display()
            );
        }
    }
}

/// `## Colors of the layers` is `colors-of-the-layers` to a link.
fn anchor(line: &str) -> Option<String> {
    let title = line.trim_start_matches('#').strip_prefix(' ')?;
    let is_heading = line.starts_with('#');
    is_heading.then(|| title.to_lowercase().replace(' ', "-"))
}

/// What one word in backticks names.
enum Named<'a> {
    Path(&'a str),
    Within(&'a str, &'a str, Kind),
}

enum Kind {
    Function,
    Test,
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Kind::Function => "function",
            Kind::Test => "test",
        }
    }

    fn is_in(&self, text: &str, words: &str) -> bool {
        match self {
            Kind::Function => ["fn", "struct", "enum", "trait", "const"]
                .iter()
                .any(|what| {
                    let start = format!("{what} {words}");
                    let after = text.split(&start).skip(1);
                    let ends =
                        |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
                    after.into_iter().any(ends)
                }),
            Kind::Test => text.contains(words),
        }
    }
}

fn named(word: &str) -> Option<Named<'_>> {
    if let Some((path, name)) = word.split_once(".rs::") {
        let path = &word[..path.len() + 3];
        return Some(Named::Within(path, name, Kind::Function));
    }
    if let Some((path, title)) = word.split_once(".mjs: ") {
        let path = &word[..path.len() + 4];
        return Some(Named::Within(path, title, Kind::Test));
    }
    let is_source = [".rs", ".mjs"].iter().any(|end| word.ends_with(end));
    let is_path = (word.contains('/') || is_source)
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        && !word.starts_with(['/', '.'])
        && !GENERATED_FOLDERS.iter().any(|made| word.starts_with(made))
        && !PLACEHOLDERS
            .iter()
            .any(|placeholder| has_word(word, placeholder));
    is_path.then_some(Named::Path(word))
}

/// `ID` is a word of `examples/exercises/ID/check.session`, and not of `MIDI`.
fn has_word(path: &str, word: &str) -> bool {
    if word.ends_with('_') {
        return path.contains(word);
    }
    path.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|part| part == word)
}

/// From the root, or from the folder of the document.
fn find(path: &str, folder: &Path) -> Option<PathBuf> {
    let places = [root().join(path), root().join(folder).join(path)];
    places.into_iter().find(|place| place.exists())
}

/// What stands in backticks.
fn in_backticks(text: &str) -> Vec<String> {
    parts(text).1
}

/// A text without its fences: what stands outside backticks, and each word in them.
fn parts(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside) = (String::new(), Vec::new());
    let mut fence = 0;
    for line in text.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        let is_fence = ticks >= 3 && !line[ticks..].contains('`');
        match fence {
            0 if is_fence => fence = ticks,
            0 => {
                let mut rest = line;
                while let Some((before, word, after)) = code(rest) {
                    outside += before;
                    inside.push(word.to_owned());
                    rest = after;
                }
                outside += rest;
                outside.push('\n');
            }
            open if is_fence && ticks >= open && line[ticks..].trim().is_empty() => fence = 0,
            _ => {}
        }
    }
    (outside, inside)
}

/// The first code of a line, and what stands around it. It ends at as many backticks as it began
/// with.
fn code(line: &str) -> Option<(&str, &str, &str)> {
    let start = line.find('`')?;
    let (before, rest) = line.split_at(start);
    let ticks = &rest[..rest.len() - rest.trim_start_matches('`').len()];
    let inner = &rest[ticks.len()..];
    let end = inner.find(ticks)?;
    Some((before, &inner[..end], &inner[end + ticks.len()..]))
}

/// The map, and the README of every crate.
fn documents() -> impl Iterator<Item = String> {
    let readmes = crates().into_iter();
    let readmes = readmes.map(|name| format!("scripts/{name}/README.md"));
    readmes.chain(["ARCHITECTURE.md".to_owned()])
}

/// The packages in `scripts/`: of cargo, and one of npm.
fn crates() -> BTreeSet<String> {
    let manifests = ["Cargo.toml", "package.json"];
    fs::read_dir(root().join("scripts"))
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| {
            manifests
                .iter()
                .any(|file| entry.path().join(file).is_file())
        })
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}
