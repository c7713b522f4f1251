//! The sessions of the repository: `examples/*.session`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use super::{
    Cast, FailedStep, Found, Options, Report, cast, find, learn_here, lock, play_here, scratch,
};
use crate::script::rewrite::rewrite;
use crate::{Session, encoding};

/// Every session of the repository at `root`, by name: its name and its file.
///
/// # Errors
/// The directory of the examples cannot be read.
pub fn all(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let directory = root.join("examples");
    let unreadable = || format!("list the sessions in {}", directory.display());
    let mut sessions = Vec::new();
    for entry in fs::read_dir(&directory).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "session")
            && let Some(name) = path.file_stem()
        {
            sessions.push((name.to_string_lossy().into_owned(), path));
        }
    }
    sessions.sort();
    Ok(sessions)
}

/// Reads and runs the session in `file`. Display an error with `{:#}`: it has a place and a reason.
///
/// # Errors
/// The file cannot be read, is not a session, or a step did not happen; each with its place.
pub fn run_file(file: &Path, options: &Options) -> Result<Report> {
    let shown = shown(file, options);
    let session = read(file, &shown)?;
    let find = |command: &str| find(command, &options.directory);
    on_the_ground(&session, options, &find, play_here)
        .and_then(|happened| Ok(happened?))
        .with_context(|| format!("{shown} did not happen as written"))
}

/// What came of blessing a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blessed {
    /// Everything happened as written.
    Same,
    /// The file would have to say something else, which then happened as written.
    Changed {
        /// What it says now.
        before: String,
        /// What it would have to say.
        after: String,
    },
    /// Nothing was started, since this machine lacks something.
    Skipped {
        /// What is missing, and for which command.
        reason: String,
    },
}

/// Runs the session in `file`, and learns what it would have to say; writes nothing.
///
/// # Errors
/// As [`run_file`]; also where what happens differs from one run to the next.
pub fn bless_file(file: &Path, options: &Options) -> Result<Blessed> {
    bless_file_with(file, options, &|command| find(command, &options.directory))
}

/// The same with the programs that `find` knows.
fn bless_file_with(file: &Path, options: &Options, find: Find<'_>) -> Result<Blessed> {
    let shown = shown(file, options);
    let before = source(file, &shown)?;
    let session = parse(&before, &shown)?;
    match on_the_ground(&session, options, find, play_here)? {
        Ok(Report::Passed { .. }) => return Ok(Blessed::Same),
        Ok(Report::Skipped { reason }) => return Ok(Blessed::Skipped { reason }),
        Err(_) => {}
    }
    let changes = on_the_ground(&session, options, find, learn_here)?.with_context(|| {
        format!("{shown} cannot be blessed: what is typed does not fit what the programs do")
    })?;
    let after = rewrite(&before, &changes);
    let session = parse(&after, &shown).with_context(|| format!("{shown} cannot be blessed"))?;
    on_the_ground(&session, options, find, play_here)?
        .with_context(|| format!("{shown} cannot be blessed: what came differs from run to run"))?;
    Ok(Blessed::Changed { before, after })
}

/// The file as people know it.
fn shown(file: &Path, options: &Options) -> String {
    let inside = file.strip_prefix(&options.directory).unwrap_or(file);
    inside.display().to_string()
}

/// The session in `file`, which messages call `shown`.
///
/// # Errors
/// It cannot be read, it is not UTF-8, or every line of it that is wrong.
pub fn read(file: &Path, shown: &str) -> Result<Session> {
    parse(&source(file, shown)?, shown)
}

fn source(file: &Path, shown: &str) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("read {shown}"))?;
    // The error keeps its type, which has the words in both languages.
    encoding::text(bytes).with_context(|| shown.to_owned())
}

fn parse(source: &str, shown: &str) -> Result<Session> {
    Session::parse(source).map_err(|errors| {
        let errors: Vec<_> = errors
            .iter()
            .map(|error| format!("{shown}: {error}"))
            .collect();
        anyhow!(errors.join("\n"))
    })
}

/// The programs for the commands of a session.
type Find<'f> = &'f dyn Fn(&str) -> Result<Found>;

/// Plays a session of the repository with `play`, when no other one runs on this machine.
fn on_the_ground<'s, T>(
    session: &'s Session,
    options: &Options,
    find: Find<'_>,
    play: impl FnOnce(&'s Session, &Options, Cast<'s>) -> Result<T, Box<FailedStep>>,
) -> Result<Result<T, Box<FailedStep>>> {
    // A build can take minutes, so it comes before the lock that others wait for.
    let cast = cast(session, find)?;
    let _lock = lock::of_sessions()?;
    let directory = scratch::ground(&options.directory)?;
    let options = Options {
        directory,
        ..options.clone()
    };
    Ok(play(session, &options, cast))
}

/// Reads and runs the session `name`, such as `02_duplex`.
///
/// # Errors
/// As [`run_file`]; for an unknown name, the error lists the known ones.
pub fn run_named(name: &str, options: &Options) -> Result<Report> {
    let sessions = all(&options.directory)?;
    let found = sessions.iter().find(|(other, _)| other == name);
    let (_, file) = found.ok_or_else(|| {
        let names: Vec<_> = sessions.iter().map(|(name, _)| name.as_str()).collect();
        anyhow!(
            "no session named {name}; known sessions: {}",
            names.join(", ")
        )
    })?;
    run_file(file, options)
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::run::Invocation;

    const TITLE: &str = "# kept
title zh 题
title en T

";

    /// Every command is for the shell.
    fn shell(command: &str) -> Result<Found> {
        Ok(Found::Run(Invocation {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), command.into()],
        }))
    }

    fn bless(steps: &str) -> Result<Blessed> {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("blessed-{}-{number}.session", std::process::id());
        let file = std::env::temp_dir().join(name);
        fs::write(&file, format!("{TITLE}{steps}")).expect("a file");
        let options = Options {
            deadline: Duration::from_secs(3),
            ..Options::new(crate::root().expect("the repository"))
        };
        let blessed = bless_file_with(&file, &options, &shell);
        let left = fs::read_to_string(&file).expect("the file");
        assert_eq!(left, format!("{TITLE}{steps}"), "nothing is written");
        fs::remove_file(&file).expect("the file");
        blessed
    }

    #[track_caller]
    fn becomes(before: &str, after: &str) {
        match bless(before) {
            Ok(Blessed::Changed { after: came, .. }) => assert_eq!(came, format!("{TITLE}{after}")),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_came_is_written_and_everything_else_stays() {
        becomes(
            "a $ echo one; echo at 50123 now; read x; echo got $x; exit 3
# why

a | 1
note zh 注
note en N
a | at [..]
a > two
a  | had two
a ? 0
",
            "a $ echo one; echo at 50123 now; read x; echo got $x; exit 3
# why

a | one
note zh 注
note en N
a | at [..]
a > two
a  | got two
a ? 3
",
        );
    }

    #[test]
    fn lines_that_are_new_or_gone_are_found() {
        becomes(
            "a $ echo new; echo old; printf 'name: '; read x; echo last
a | old
a | gone
a _ who: 
a > x
a ? 0
",
            "a $ echo new; echo old; printf 'name: '; read x; echo last
a | new
a | old
a _ name: 
a > x
a | last
a ? 0
",
        );
        becomes(
            "a $ echo b; echo c
note zh 注
note en N
a | a
a | b
a | c
a ? 0
",
            "a $ echo b; echo c
note zh 注
note en N
a | b
a | c
a ? 0
",
        );
    }

    #[test]
    fn a_prompt_is_found_after_a_line_that_is_gone() {
        becomes(
            "a $ printf 'name: '; read x; echo got $x
a | gone
note zh 注
note en N
a _ name: 
a > x
a | got x
a | gone
a ? 0
",
            "a $ printf 'name: '; read x; echo got $x
note zh 注
note en N
a _ name: 
a > x
a | got x
a ? 0
",
        );
        becomes(
            "a $ printf 'name: '; read x
a _ who: 
a > x
a ? 0
",
            "a $ printf 'name: '; read x
a _ name: 
a > x
a ? 0
",
        );
    }

    #[test]
    fn a_program_may_end_a_while_after_its_output() {
        let steps =
            |status| format!("a $ echo x; exec >&- 2>&-; sleep 0.3; exit 3\na | x\na ? {status}\n");
        becomes(&steps(0), &steps(3));
    }

    #[test]
    fn every_line_that_is_wrong_is_named_with_its_file() {
        let file = std::env::temp_dir().join(format!("wrong-{}.session", std::process::id()));
        fs::write(&file, format!("{TITLE}a % x\na ? 0\na ? x\n")).expect("a file");
        let error = read(&file, "x.session").expect_err("a reason").to_string();
        fs::remove_file(&file).expect("the file");
        let lines: Vec<_> = error.lines().collect();
        assert!(
            lines.len() == 2
                && lines[0].starts_with("x.session: line 5: ")
                && lines[1].starts_with("x.session: line 7: "),
            "{error}"
        );
    }

    #[test]
    fn a_story_that_still_happens_is_left_alone() {
        let same = bless(
            "a $ echo 50123
a | [..]
a ? 0
",
        );
        assert_eq!(same.expect("it happens"), Blessed::Same);
    }

    #[test]
    fn what_differs_from_run_to_run_and_what_cannot_be_typed_is_not_blessed() {
        let fails = |steps: &str| format!("{:#}", bless(steps).expect_err("a reason"));
        let differs = fails(
            "a $ echo $$
a | x
a ? 0
",
        );
        assert!(differs.contains("differs from run to run"), "{differs}");
        let typed = fails(
            "a $ echo x
a | y
a ? 0
a $ sleep 60
a ? 0
",
        );
        assert!(typed.contains("cannot be blessed"), "{typed}");
    }
}
