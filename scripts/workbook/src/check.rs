//! `cargo workbook check`: everything that can be checked with Rust alone. Each step prints its
//! time; a step for which this machine lacks a program is reported as skipped, never as passed.

mod bless;
mod link;
pub mod links;

mod css;
mod html;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use session::{Options, Report};

use crate::book;
use crate::cli::{Consent, Part};
use crate::site::Site;
use bilingual::terminal::{say, seconds};
use bilingual::{Diagnostic, Lang, Text, Ui, slashes};

/// Checks one part, or everything. Returns whether nothing failed.
pub fn check(root: &Path, part: Option<Part>, ui: Ui) -> Result<bool> {
    let mut results = Results {
        ui,
        passed: 0,
        failed: 0,
        skipped: 0,
    };
    let start = Instant::now();
    match part {
        None => {
            pages_and_links(root, &mut results);
            sessions(root, &[], None, &mut results);
        }
        Some(Part::Pages) => {
            pages(root, &mut results);
        }
        Some(Part::Links) => pages_and_links(root, &mut results),
        Some(Part::Sessions { names, bless, yes }) => {
            let consent = bless.then_some(if yes { Consent::Given } else { Consent::Ask });
            if consent.is_some() {
                bless::permitted(ui)?;
            }
            sessions(root, &names, consent, &mut results);
        }
    }
    results.summary(start.elapsed());
    Ok(results.failed == 0)
}

fn pages_and_links(root: &Path, results: &mut Results) {
    let name = results.ui.pick("链接", "links");
    let Some(place) = pages(root, results) else {
        let reason = results.ui.pick("书没有生成", "the book was not built");
        return results.add(name, Duration::ZERO, Outcome::Skipped(reason.to_owned()));
    };
    results.run(name, |lang| match Site::load(&root.join(&place)) {
        Ok(site) => judge(&links::problems(&site, &slashes(&place)), lang),
        Err(error) => Outcome::Failed(format!("{}: {error}", place.display())),
    });
}

/// Where the built book is, if it was built.
fn pages(root: &Path, results: &mut Results) -> Option<std::path::PathBuf> {
    let mut place = None;
    results.run(
        results.ui.pick("页面", "pages"),
        |lang| match book::build(root) {
            Ok(built) => {
                place = Some(built);
                Outcome::Passed
            }
            Err(problems) => judge(&problems, lang),
        },
    );
    place
}

fn judge(problems: &[Diagnostic], lang: Lang) -> Outcome {
    if problems.is_empty() {
        Outcome::Passed
    } else {
        Outcome::Failed(pages::report(problems, lang))
    }
}

/// `names`: of sessions, or of examples, which stands for all their sessions; all when empty. With
/// `bless`, what the programs do is put into those that fail.
fn sessions(root: &Path, names: &[String], bless: Option<Consent>, results: &mut Results) {
    let ui = results.ui;
    let title = ui.pick("会话", "sessions");
    let all = match session::all(root) {
        Ok(all) => all,
        Err(error) => {
            return results.add(title, Duration::ZERO, Outcome::Failed(format!("{error:#}")));
        }
    };
    let is_meant = |session: &str, name: &String| {
        session
            .strip_prefix(name.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    for name in names {
        if !all.iter().any(|(session, _)| is_meant(session, name)) {
            let known: Vec<_> = all.iter().map(|(session, _)| session.as_str()).collect();
            let known = known.join(", ");
            let words = ui.pick(
                format!("没有这个会话；已有的会话：{known}"),
                format!("no such session; known sessions: {known}"),
            );
            results.add(
                &format!("{title} {name}"),
                Duration::ZERO,
                Outcome::Failed(words),
            );
        }
    }
    let options = Options::new(root);
    for (session, file) in &all {
        if names.is_empty() || names.iter().any(|name| is_meant(session, name)) {
            results.run(&format!("{title} {session}"), |lang| match bless {
                Some(consent) => bless::session(file, root, consent, ui),
                None => match session::run_file(file, &options) {
                    Ok(Report::Passed { .. }) => Outcome::Passed,
                    Ok(Report::Skipped { reason }) => Outcome::Skipped(reason),
                    Err(error) => Outcome::Failed(why(&error, file, root, lang)),
                },
            });
        }
    }
}

/// The words of a failure. The runner speaks English; a file in another encoding is reported as
/// everywhere.
fn why(error: &anyhow::Error, file: &Path, root: &Path, lang: Lang) -> String {
    match error.downcast_ref::<session::encoding::NotUtf8>() {
        Some(not) => {
            let file = file.strip_prefix(root).unwrap_or(file);
            Diagnostic::at(file, not.line, Text::new(not.zh(), not.en())).display(lang)
        }
        None => format!("{error:#}"),
    }
}

enum Outcome {
    Passed,
    Skipped(String),
    Failed(String),
}

struct Results {
    ui: Ui,
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Results {
    fn run(&mut self, name: &str, step: impl FnOnce(Lang) -> Outcome) {
        let start = Instant::now();
        let outcome = step(self.ui.lang);
        self.add(name, start.elapsed(), outcome);
    }

    fn add(&mut self, name: &str, took: Duration, outcome: Outcome) {
        let (count, word, words) = match outcome {
            Outcome::Passed => (&mut self.passed, self.ui.pick("通过", "ok     "), None),
            Outcome::Skipped(why) => (
                &mut self.skipped,
                self.ui.pick("跳过", "skipped"),
                Some(why),
            ),
            Outcome::Failed(why) => (&mut self.failed, self.ui.pick("失败", "FAILED "), Some(why)),
        };
        *count += 1;
        say(format!("{word} {:>6} s  {name}", seconds(took)));
        for line in words.iter().flat_map(|words| words.lines()) {
            say(format!("    {line}"));
        }
    }

    fn summary(&self, took: Duration) {
        let Results {
            passed,
            failed,
            skipped,
            ..
        } = self;
        let took = seconds(took);
        say(self.ui.pick(
            format!("通过 {passed}，失败 {failed}，跳过 {skipped}，共 {took} 秒"),
            format!("{passed} ok, {failed} failed, {skipped} skipped in {took} s"),
        ));
    }
}
