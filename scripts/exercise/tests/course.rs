//! The course checks itself: every stub fails, every solution and every right program passes, every
//! mistake is caught. Before that: every exercise has all its parts.
//!
//! All programs are built in one go, and several are judged at once. A wrong program that is kept
//! as a patch is first written out below `target/exercises/wrong/`. `EXERCISE_ROUNDS=20` plays what
//! must pass twenty times, `EXERCISE_AT_ONCE=1` judges that many of them at once,
//! `EXERCISE="echo_server relay"` takes these exercises alone, `PROGRAM=right/` those programs whose
//! paths have this in them, and `EXERCISE_SEEN=1` prints what was seen of each wrong program, for
//! the `fits` lines.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use bilingual::Lang;
use bilingual::Ui;
use exercise::course::Course;
use exercise::patch::{Header, SourceLanguage};
use exercise::shape;
use judge::Check;
use judge::build::{Built, build};
use judge::check::{Act, Actor, Cause, Fit, Step, TroubleKind, Variant};
use judge::play::{Options, play};
use judge::report::{self};
use judge::verdict::{Failure, Verdict};
use python::python;
use session::run::{Invocation, root, scratch};

#[path = "support/foreign.rs"]
mod foreign;
#[path = "support/python.rs"]
mod python;

struct Exercise {
    id: String,
    directory: PathBuf,
    check: Check,
}

/// The source of a program of the course.
#[derive(Clone)]
struct Source {
    exercise: &'static Exercise,
    /// Its path in the folder of its exercise: `wrong/one_read.rs`, even if that is a patch.
    name: String,
    /// The file in the repository: the program, or its patch.
    path: PathBuf,
    /// The program itself.
    program: PathBuf,
}

/// A program of the course, ready to run.
struct Program {
    source: Source,
    run: Invocation,
}

/// Number of programs with mistakes that are judged at once: they mostly wait.
const AT_ONCE: usize = 12;

/// Number of programs that must pass that are judged at once. They wait, too, and their rules have
/// durations that only a very busy machine breaks.
const SOLUTIONS_AT_ONCE: usize = 6;

/// How many times longer a step may take while other programs run.
const SLOWER: u32 = 3;

/// Number of times that a program is played until there is a verdict on each variant.
const TRIES: u32 = 4;

/// Every exercise of the ladder.
static COURSE: LazyLock<Vec<Exercise>> = LazyLock::new(exercises);

/// The source of every program of the course, patches written out.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(sources);

/// Every program of the course, Rust ones built in one go.
static PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(programs);

/// The exercises to take; all, if there are none.
fn wanted() -> String {
    env::var("EXERCISE").unwrap_or_default()
}

fn exercises() -> Vec<Exercise> {
    let course = Course::new(&root().unwrap());
    let ladder = course.ladder().unwrap();
    let wanted = wanted();
    let wanted: Vec<&str> = wanted.split_ascii_whitespace().collect();
    let is_wanted = |id: &String| wanted.is_empty() || wanted.contains(&&**id);
    let ids: Vec<String> = ladder.into_iter().filter(is_wanted).collect();
    for id in &wanted {
        assert!(
            ids.iter().any(|there| there == id),
            "no exercise is called {id}"
        );
    }
    let exercise = |id: String| {
        let directory = course.file(&id, "");
        // If there is none, `every_exercise_has_all_its_parts` says so.
        let source = fs::read_to_string(course.file(&id, "check.session")).ok()?;
        let check = Check::parse(&source).ok()?;
        Some(Exercise {
            id,
            directory,
            check,
        })
    };
    ids.into_iter().filter_map(exercise).collect()
}

fn sources() -> Vec<Source> {
    let wanted = env::var("PROGRAM").unwrap_or_default();
    let (mut sources, mut faults) = (Vec::new(), Vec::new());
    for exercise in &*COURSE {
        for path in shape::programs(&exercise.directory) {
            match source(exercise, &path) {
                Ok(source) => sources.push(source),
                Err(fault) => faults.push(format!("{}: {fault}", shown_path(&path))),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    sources.retain(|source| {
        let whole = source.exercise.directory.join(&source.name);
        let paths = [&whole, &source.path];
        paths
            .iter()
            .any(|path| path.to_string_lossy().contains(&wanted))
    });
    sources
}

fn source(exercise: &'static Exercise, path: &Path) -> Result<Source, String> {
    if path.extension().is_none_or(|end| end != "patch") {
        let name = path.strip_prefix(&exercise.directory).unwrap();
        return Ok(Source {
            exercise,
            name: name.to_string_lossy().replace('\\', "/"),
            path: path.to_owned(),
            program: path.to_owned(),
        });
    }
    let patched = shape::patched(path)?;
    let folder = scratch::folder(&root().unwrap(), "exercises/wrong").unwrap();
    let name = patched.name.trim_start_matches("wrong/");
    let program = folder.join(&exercise.id).join(name);
    // Only what has changed is written: cargo builds again what is newer than its last build.
    if !fs::read_to_string(&program).is_ok_and(|there| there == patched.text) {
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::write(&program, patched.text).unwrap();
    }
    Ok(Source {
        exercise,
        name: patched.name,
        path: path.to_owned(),
        program,
    })
}

fn programs() -> Vec<Program> {
    let mut rust = Vec::new();
    let mut programs = Vec::new();
    let python = python();
    for source in SOURCES.iter().cloned() {
        let program = &source.program;
        let name = Path::new(&source.name).with_extension("");
        let name = format!("{}__{}", source.exercise.id, name.display());
        let name = name.replace(['/', '\\'], "__");
        match (program.extension().unwrap().to_str(), &python) {
            (Some("rs"), _) => rust.push((name, source)),
            (Some("py"), Some(python)) => {
                let run = Invocation {
                    program: python.clone(),
                    args: vec!["-IS".into(), program.into()],
                };
                programs.push(Program { source, run });
            }
            (Some(other), _) if other != "py" => match foreign::runs(other, program, &name) {
                Ok(run) => programs.push(Program { source, run }),
                Err(reason) => say(&format!("skipped: {}: {reason}", shown_path(program))),
            },
            _ => say(&format!(
                "skipped: {}: no python3",
                shown_path(&source.path)
            )),
        }
    }
    let named: Vec<_> = rust
        .iter()
        .map(|(name, source)| (name.clone(), source.program.clone()))
        .collect();
    let built = match named.is_empty() {
        true => Vec::new(),
        false => match build(&root().unwrap(), "course", &named, false).unwrap() {
            Built::Programs(programs) => programs,
            Built::Errors(errors) => panic!("a program does not compile:\n{errors}"),
        },
    };
    let rust = rust.into_iter().zip(built);
    programs.extend(rust.map(|((_, source), program)| Program {
        source,
        run: Invocation {
            program,
            args: Vec::new(),
        },
    }));
    programs.sort_by(|a, b| a.source.path.cmp(&b.source.path));
    programs
}

/// Prints what a test that passes would hide: the gate shows such lines.
fn say(line: &str) {
    // Not `eprintln`, which the test captures.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// The path of a program as it is shown, from the root.
fn shown_path(path: &Path) -> String {
    Course::new(&root().unwrap()).shown(path)
}

impl Program {
    /// The file in the repository, and the path of its program if that is a patch.
    fn shown(&self) -> String {
        let path = shown_path(&self.source.path);
        match self.source.path == self.source.program {
            true => path,
            false => format!("{path} ({})", shown_path(&self.source.program)),
        }
    }
}

/// Judges these programs, several at once, and reports everything that is wrong.
#[track_caller]
fn each(of: &str, at_once: usize, wanted: impl Fn(&Program) -> Result<(), String> + Sync) {
    let named = |program: &&Program| program.source.name.starts_with(of);
    let programs: Vec<_> = PROGRAMS.iter().filter(named).collect();
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock();
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(&program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(fault) = wanted(program) {
                        let fault = format!("{}:\n{fault}", program.shown());
                        faults.lock().unwrap().push(fault);
                    }
                }
            });
        }
    });
    drop(turn);
    let faults = faults.into_inner().unwrap();
    assert!(
        faults.is_empty(),
        "{} of {}:\n{}",
        faults.len(),
        programs.len(),
        faults.join("\n\n")
    );
}

fn judge(program: &Program, wanted: &[&Variant], seed: u64, slower: u32) -> Vec<Verdict> {
    let mut options = Options::new(program.run.clone(), root().unwrap());
    options.seed = seed;
    options.deadline *= slower;
    // The machine that tests the course may be busy with other tests.
    options.patience = Duration::from_secs(30);
    options.limit = Duration::from_secs(600);
    let check = &program.source.exercise.check;
    // What the machine was too busy for is played again while no other program is.
    static MACHINE: RwLock<()> = RwLock::new(());
    let beside_others = MACHINE.read();
    let mut verdicts = play(check, wanted, &options, |_| {});
    drop(beside_others);
    for _ in 1..TRIES {
        let open = verdicts.iter_mut().zip(wanted).filter(|(v, _)| v.is_open());
        for (verdict, &variant) in open {
            let (path, name) = (program.shown(), &variant.name);
            say(&format!(
                "played again: {path}: the machine was too busy for a verdict on {name}"
            ));
            let _alone = MACHINE.write();
            *verdict = play(check, &[variant], &options, |_| {}).remove(0);
        }
    }
    // A wrong program that fails again needs no line here, and for a right one the test says it.
    let passed_then = |verdict: &&Verdict| verdict.slow.again && verdict.failure.is_none();
    for verdict in verdicts.iter().filter(passed_then) {
        let (path, name) = (program.shown(), &verdict.variant);
        say(&format!(
            "retried: {path}: the judge played {name} once more, alone, and it passed"
        ));
    }
    verdicts
}

/// Plays the variants up to the one that must be the first to fail, and gives its failure.
fn must_fail(program: &Program, name: &str, trouble: Option<&str>) -> Result<Failure, String> {
    let wanted = up_to(program.source.exercise, name)?;
    let fails = |slower| {
        let verdicts = judge(program, &wanted, 1, slower);
        let failed: Vec<_> = verdicts
            .iter()
            .filter_map(|v| Some((&*v.variant, v.failure.as_ref()?.trouble.kind().name())))
            .collect();
        // No verdict is no failure.
        let open = verdicts.iter().any(Verdict::is_open);
        let right = !open
            && matches!(failed[..], [(variant, seen)]
                if variant == name && trouble.is_none_or(|trouble| trouble == seen));
        if right {
            return Ok(*verdicts.into_iter().find_map(|v| v.failure).unwrap());
        }
        let failed: Vec<_> = failed
            .iter()
            .map(|(variant, seen)| format!("{variant} {seen}"))
            .collect();
        let shown = shown(program.source.exercise, &verdicts);
        Err((failed.join(", "), shown))
    };
    let must = format!("must fail in {name} {}", trouble.unwrap_or_default());
    let must = must.trim_end();
    // Where a variant before it has failed, the machine may have been too busy for the deadlines.
    fails(1).or_else(|(seen, first)| {
        let seen = if seen.is_empty() { "nowhere" } else { &seen };
        let path = program.shown();
        say(&format!(
            "retried: {path}: {must}, and failed at first: {seen}"
        ));
        fails(SLOWER).map_err(|(_, then)| {
            format!(
                "{must}\n{then}\nthe first time, with deadlines {SLOWER} times shorter:\n{first}"
            )
        })
    })
}

fn shown(exercise: &Exercise, verdicts: &[Verdict]) -> String {
    let ui = Ui::plain(Lang::En);
    let lines: String = verdicts
        .iter()
        .map(|verdict| report::line(verdict, ui))
        .collect();
    lines + &report::outcome(&exercise.id, &exercise.check, verdicts, ui)
}

/// The variants up to this one: those after it would only show more of the same.
fn up_to<'a>(exercise: &'a Exercise, name: &str) -> Result<Vec<&'a Variant>, String> {
    let variants = &exercise.check.variants;
    let at = variants.iter().position(|variant| variant.name == name);
    let at = at.ok_or_else(|| format!("{} has no variant {name}", exercise.id))?;
    Ok(variants[..=at].iter().collect())
}

/// `scripts/check exercise ID` reports the same about one exercise, before it is played.
#[test]
fn every_exercise_has_all_its_parts() {
    let (root, wanted) = (root().unwrap(), wanted());
    let faults = match wanted.is_empty() {
        true => shape::all(&root),
        false => wanted
            .split_ascii_whitespace()
            .flat_map(|id| shape::faults(&root, id))
            .collect(),
    };
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The gate checks the whole programs itself.
#[test]
fn every_patched_program_is_formatted_as_a_whole_one() {
    let patched = SOURCES
        .iter()
        .filter(|source| source.path != source.program);
    let (rust, in_python): (Vec<_>, Vec<_>) = patched
        .map(|source| &source.program)
        .partition(|path| SourceLanguage::of(path) == Some(SourceLanguage::Rust));
    let look = |mut command: Command, files: &[&PathBuf]| {
        let output = command.args(files).output();
        let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = [output.stdout, output.stderr].concat();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&said)
        );
    };
    if !rust.is_empty() {
        let mut rustfmt = Command::new("rustfmt");
        rustfmt.args(["--edition", "2024", "--check"]);
        look(rustfmt, &rust);
    }
    if let Some(python) = python().filter(|_| !in_python.is_empty()) {
        let mut parse = Command::new(python);
        parse.args(["-IS", "-c", PARSE]);
        look(parse, &in_python);
    }
}

const PARSE: &str = "\
import ast, sys
for name in sys.argv[1:]:
    ast.parse(open(name, encoding='utf-8').read(), name)
";

#[test]
fn every_stub_fails_for_its_reason() {
    each("stub", AT_ONCE, |program| {
        let stub = program.source.exercise.check.stub.as_ref();
        let stub = stub.ok_or("no `stub VARIANT TROUBLE` in its check")?;
        must_fail(program, &stub.variant, Some(stub.trouble.name())).map(|_| ())
    });
}

#[test]
fn every_solution_passes_every_variant() {
    each("solution", solutions_at_once(), must_pass);
}

/// Programs that a stranger might write from the rules alone: if one fails, the judge or the page is
/// wrong.
#[test]
fn every_right_program_passes_every_variant() {
    each("right", solutions_at_once(), must_pass);
}

fn solutions_at_once() -> usize {
    env::var("EXERCISE_AT_ONCE").map_or(SOLUTIONS_AT_ONCE, |number| number.parse().unwrap())
}

fn must_pass(program: &Program) -> Result<(), String> {
    let rounds = env::var("EXERCISE_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    let all: Vec<_> = program.source.exercise.check.variants.iter().collect();
    for round in 1..=rounds {
        let began = Instant::now();
        let verdicts = judge(program, &all, round, SLOWER);
        let slowest = verdicts.iter().max_by_key(|verdict| verdict.time).unwrap();
        let (id, name) = (
            &program.source.exercise.id,
            program.source.path.file_name().unwrap(),
        );
        println!(
            "{round} {id} {}: {:.1} s, slowest {} {:.1} s",
            name.display(),
            began.elapsed().as_secs_f64(),
            slowest.variant,
            slowest.time.as_secs_f64()
        );
        let passed = verdicts.iter().all(|verdict| verdict.failure.is_none());
        if !passed || verdicts.len() != all.len() {
            let shown = shown(program.source.exercise, &verdicts);
            return Err(format!("round and seed {round}:\n{shown}"));
        }
    }
    Ok(())
}

#[test]
fn every_wrong_program_is_caught_first_by_the_variant_that_names_its_mistake() {
    // This also runs if a program is not caught.
    let _seen = Tell;
    each("wrong", AT_ONCE, |program| {
        let path = &program.source.program;
        let source = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let header = Header::of_program(
            &source,
            SourceLanguage::of(path).ok_or("no Rust, no Python")?,
        );
        let name = header.caught_by();
        let name = name.ok_or("no `caught by: VARIANT` in its first line")?;
        let failure = must_fail(program, name, None)?;
        is_told_its_cause(program, name, &failure)
    });
}

/// What was seen in each variant of an exercise, with the programs.
type Seen = BTreeMap<(String, String), BTreeMap<String, BTreeSet<String>>>;

static SEEN: Mutex<Seen> = Mutex::new(Seen::new());

/// A cause fits if the wrong program that was made for its variant is given it.
fn is_told_its_cause(program: &Program, name: &str, failure: &Failure) -> Result<(), String> {
    let variant = program.source.exercise.check.variant(name).unwrap();
    let seen = failure.seen();
    let kind = match seen.crash {
        Some(words) => format!("crashed \"{words}\""),
        None => seen.trouble.name().to_owned(),
    };
    let path = Path::new(&program.source.name).file_name().unwrap();
    let key = (program.source.exercise.id.clone(), name.to_owned());
    let mut all = SEEN.lock().unwrap();
    let of = all.entry(key).or_default().entry(kind.clone()).or_default();
    of.insert(path.to_string_lossy().into_owned());
    match variant.cause_of(seen) {
        Some(_) => Ok(()),
        None => Err(format!(
            "no cause of {name} fits what was seen: {kind} (add it to its `fits`, or give it a cause of its own)"
        )),
    }
}

/// Prints what was seen at the end of the test, however it ends.
struct Tell;

impl Drop for Tell {
    fn drop(&mut self) {
        if env::var_os("EXERCISE_SEEN").is_none() {
            return;
        }
        for ((id, name), kinds) in &*SEEN.lock().unwrap() {
            for (kind, programs) in kinds {
                let programs: Vec<_> = programs.iter().map(|name| &**name).collect();
                println!("{id} {name}: {kind} ({})", programs.join(" "));
            }
        }
    }
}

/// Without `fits`, a cause would be given for failures that it does not explain.
#[test]
fn every_cause_says_what_it_fits() {
    let missing: Vec<_> = COURSE
        .iter()
        .flat_map(|exercise| {
            exercise
                .check
                .variants
                .iter()
                .map(move |v| (&exercise.id, v))
        })
        .filter(|(_, variant)| {
            variant.causes.is_empty() || variant.causes.iter().any(|cause| cause.fits.is_none())
        })
        .map(|(id, variant)| format!("{id} {}", variant.name))
        .collect();
    assert!(
        missing.is_empty(),
        "these variants have a cause without `fits` (EXERCISE_SEEN=1 prints what was seen): {missing:#?}"
    );
}

/// A server that has ended is seen in the way in which it and the next client meet: that client may
/// have connected before the socket was closed (it is reset, or waits for a line that is not
/// printed), or come after (it is refused). A cause that fits one of them fits the others.
#[test]
fn a_cause_that_fits_a_server_that_has_ended_fits_every_way_to_see_it() {
    let mut missing = Vec::new();
    for exercise in COURSE.iter() {
        for variant in &exercise.check.variants {
            let Some(next) = steps_from_the_second_client(variant) else {
                continue;
            };
            let prints = next
                .iter()
                .any(|step| step.actor == Actor::You && matches!(step.act, Act::Line { .. }));
            let ways = [
                Some(TroubleKind::NotConnected),
                Some(TroubleKind::ResetEarly),
                Some(TroubleKind::Gone),
                prints.then_some(TroubleKind::NotPrinted),
            ];
            for cause in &variant.causes {
                if fits(cause, TroubleKind::Refused) {
                    let not = ways.iter().flatten().filter(|kind| !fits(cause, **kind));
                    let not: Vec<_> = not.map(|kind| kind.name()).collect();
                    if !not.is_empty() {
                        missing.push(format!(
                            "{} {}: {}",
                            exercise.id,
                            variant.name,
                            not.join(" ")
                        ));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "add to `fits`: {missing:#?}");
}

fn fits(cause: &Cause, kind: TroubleKind) -> bool {
    let fits = cause.fits.iter().flatten();
    fits.into_iter()
        .any(|fit| matches!(fit, Fit::Trouble(trouble) if *trouble == kind))
}

/// The steps from the one in which a second client connects.
fn steps_from_the_second_client(variant: &Variant) -> Option<&[Step]> {
    let mut clients = 0;
    let at = variant.steps.iter().position(|step| {
        if let (Act::Connect, Actor::Peer { count, .. }) = (&step.act, &step.actor) {
            clients += count.unwrap_or(1);
        }
        clients > 1
    })?;
    Some(&variant.steps[at..])
}

#[test]
fn every_place_that_explains_a_kind_of_trouble_is_in_the_book() {
    let book = root().unwrap().join("book");
    for place in TroubleKind::ALL.iter().filter_map(|kind| kind.place()) {
        is_in_the_book(&book, place, "a kind of trouble");
    }
}

#[track_caller]
fn is_in_the_book(book: &Path, place: &str, of: &str) {
    let (page, id) = place.split_once('#').unwrap();
    for file in [format!("{page}.md"), format!("{page}.en.md")] {
        let text = fs::read_to_string(book.join(&file));
        let text = text.unwrap_or_else(|error| panic!("{of}: {file}: {error}"));
        assert!(
            text.contains(&format!("{{#{id}}}")),
            "{of}: no {id} in {file}"
        );
    }
}
