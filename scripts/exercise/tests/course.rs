//! The course checks itself: every stub fails, every solution passes, every mistake is caught.
//!
//! `EXERCISE_ROUNDS=20` plays every solution twenty times.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use exercise::build::{Built, build};
use exercise::check::Variant;
use exercise::play::{Options, play};
use exercise::report::{self, Style};
use exercise::verdict::Verdict;
use exercise::{Check, Language};
use session::run::{Invocation, look_up, root};

struct Exercise {
    id: String,
    directory: PathBuf,
    check: Check,
}

/// A program of the course, ready to run.
struct Program {
    path: PathBuf,
    run: Invocation,
}

fn exercises() -> Vec<Exercise> {
    let all = root().unwrap().join("examples/exercises");
    let ladder = fs::read_to_string(all.join("ladder")).unwrap();
    let ids = ladder
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    ids.map(|id| {
        let directory = all.join(id);
        let source = fs::read_to_string(directory.join("check.session")).unwrap();
        let check = Check::parse(&source).unwrap_or_else(|errors| panic!("{id}: {errors:?}"));
        let id = id.to_owned();
        Exercise {
            id,
            directory,
            check,
        }
    })
    .collect()
}

/// Rust files are built, all in one go; Python is run where there is one.
fn programs(of: &str, files: Vec<PathBuf>) -> Vec<Program> {
    let is =
        |path: &Path, extension: &str| path.extension().is_some_and(|other| other == extension);
    let named: Vec<_> = files
        .iter()
        .filter(|path| is(path, "rs"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, path.clone())
        })
        .collect();
    let built = match build(&root().unwrap(), &format!("test_{of}"), &named, false).unwrap() {
        Built::Programs(programs) => programs,
        Built::Errors(errors) => panic!("{of} does not compile:\n{errors}"),
    };
    let mut programs: Vec<_> = named
        .into_iter()
        .zip(built)
        .map(|((_, path), program)| {
            let args = Vec::new();
            Program {
                path,
                run: Invocation { program, args },
            }
        })
        .collect();
    if let Some(python) = look_up("python3", &env::var_os("PATH").unwrap()) {
        programs.extend(files.into_iter().filter(|path| is(path, "py")).map(|path| {
            let args = vec!["-I".into(), path.clone().into()];
            Program {
                run: Invocation {
                    program: python.clone(),
                    args,
                },
                path,
            }
        }));
    }
    programs
}

fn judge(exercise: &Exercise, wanted: &[&Variant], program: &Program, seed: u64) -> Vec<Verdict> {
    let mut options = Options::new(program.run.clone(), root().unwrap());
    options.seed = seed;
    // The machine that tests the course may be busy with other tests.
    options.patience = Duration::from_secs(30);
    play(&exercise.check, wanted, &options, |_| {})
}

fn shown(exercise: &Exercise, verdicts: &[Verdict]) -> String {
    let style = Style {
        language: Language::En,
        colour: false,
    };
    let lines: String = verdicts
        .iter()
        .map(|verdict| report::line(verdict, style))
        .collect();
    lines + &report::rest(&exercise.id, &exercise.check, verdicts, style)
}

fn all(exercise: &Exercise) -> Vec<&Variant> {
    exercise.check.variants.iter().collect()
}

/// The variants up to this one: what comes after it would only say more of the same.
fn up_to<'a>(exercise: &'a Exercise, name: &str) -> Vec<&'a Variant> {
    let variants = &exercise.check.variants;
    let at = variants.iter().position(|variant| variant.name == name);
    let at = at.unwrap_or_else(|| panic!("{}: no variant {name}", exercise.id));
    variants[..=at].iter().collect()
}

fn files(exercise: &Exercise, stem: &str) -> Vec<PathBuf> {
    let paths =
        ["rs", "py"].map(|extension| exercise.directory.join(format!("{stem}.{extension}")));
    paths.into_iter().filter(|path| path.is_file()).collect()
}

#[test]
fn every_stub_fails_for_its_reason() {
    for exercise in exercises() {
        let stub = exercise.check.stub.as_ref();
        let stub = stub.unwrap_or_else(|| panic!("{}: no `stub VARIANT TROUBLE`", exercise.id));
        for program in programs(&format!("{}_stub", exercise.id), files(&exercise, "stub")) {
            let source = fs::read_to_string(&program.path).unwrap();
            assert!(source.contains("TODO"), "{}", program.path.display());
            let verdicts = judge(&exercise, &up_to(&exercise, &stub.variant), &program, 1);
            let failed: Vec<_> = verdicts
                .iter()
                .filter_map(|v| Some((&*v.variant, v.failure.as_ref()?.trouble.name())))
                .collect();
            assert_eq!(
                failed,
                [(&*stub.variant, &*stub.trouble)],
                "{}:\n{}",
                program.path.display(),
                shown(&exercise, &verdicts)
            );
        }
    }
}

#[test]
fn every_solution_passes_every_variant() {
    let rounds = env::var("EXERCISE_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    for exercise in exercises() {
        let programs = programs(
            &format!("{}_solution", exercise.id),
            files(&exercise, "solution"),
        );
        for (round, program) in
            (1..=rounds).flat_map(|round| programs.iter().map(move |p| (round, p)))
        {
            let verdicts = judge(&exercise, &all(&exercise), program, round);
            let slowest = verdicts.iter().max_by_key(|verdict| verdict.time).unwrap();
            println!(
                "{} {}: slowest {} {:?}",
                round,
                program.path.display(),
                slowest.variant,
                slowest.time
            );
            let passed = verdicts.iter().all(|verdict| verdict.failure.is_none());
            assert!(
                passed && verdicts.len() == exercise.check.variants.len(),
                "{}, round and seed {round}:\n{}",
                program.path.display(),
                shown(&exercise, &verdicts)
            );
        }
    }
}

#[test]
fn every_wrong_program_is_caught_first_by_the_variant_that_names_its_mistake() {
    for exercise in exercises() {
        let entries = fs::read_dir(exercise.directory.join("wrong")).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(
            files.len() >= 3,
            "{} has too few wrong programs",
            exercise.id
        );
        for program in programs(&format!("{}_wrong", exercise.id), files) {
            let source = fs::read_to_string(&program.path).unwrap();
            let name = source
                .lines()
                .next()
                .unwrap()
                .split_once("caught by: ")
                .unwrap()
                .1;
            let verdicts = judge(&exercise, &up_to(&exercise, name), &program, 1);
            let failed: Vec<_> = verdicts
                .iter()
                .filter(|v| v.failure.is_some())
                .map(|v| &*v.variant)
                .collect();
            assert_eq!(
                failed,
                [name],
                "{}:\n{}",
                program.path.display(),
                shown(&exercise, &verdicts)
            );
        }
    }
}

#[test]
fn every_place_to_read_is_in_the_book() {
    let book = root().unwrap().join("book");
    for exercise in exercises() {
        for variant in &exercise.check.variants {
            let (page, id) = variant.read.split_once('#').unwrap();
            for file in [format!("{page}.md"), format!("{page}.en.md")] {
                let text = fs::read_to_string(book.join(&file));
                let text = text.unwrap_or_else(|error| panic!("{} {file}: {error}", exercise.id));
                let known = text.contains(&format!("{{#{id}}}"));
                assert!(known, "{} {}: no {id} in {file}", exercise.id, variant.name);
            }
        }
    }
}
