//! Whether a story can happen at all: the life of each terminal, step by step.

use std::collections::BTreeMap;

use super::{Action, ParseError, Step};

/// A program in a terminal. A terminal without one can only start the next.
struct Program {
    started: usize,
    input: Input,
}

#[derive(PartialEq, Eq)]
enum Input {
    Open,
    Ended,
}

/// Adds an error for every step that cannot happen where it stands. `last` is the last line.
pub(super) fn check(steps: &[Step], last: usize, errors: &mut Vec<ParseError>) {
    let mut running: BTreeMap<&str, Program> = BTreeMap::new();
    for Step { line, action } in steps {
        let Some(actor) = action.actor() else {
            continue;
        };
        if let Err((expected, found)) = advance(&mut running, actor, *line, action) {
            errors.push(ParseError {
                line: *line,
                expected,
                found,
            });
        }
    }
    for (actor, program) in running {
        errors.push(ParseError {
            line: last,
            expected: format!(
                "`{actor} ? …`: the program of line {} must end in the story",
                program.started
            ),
            found: "the end of the session".to_owned(),
        });
    }
    if steps.iter().all(|step| step.action.actor().is_none()) {
        errors.push(ParseError {
            line: last.max(1),
            expected: "at least one program: `actor $ command`".to_owned(),
            found: "the end of the session".to_owned(),
        });
    }
}

fn advance<'a>(
    running: &mut BTreeMap<&'a str, Program>,
    actor: &'a str,
    line: usize,
    action: &Action,
) -> Result<(), (String, String)> {
    let Some(program) = running.get_mut(actor) else {
        if matches!(action, Action::Start { .. }) {
            running.insert(
                actor,
                Program {
                    started: line,
                    input: Input::Open,
                },
            );
            return Ok(());
        }
        return Err((
            format!("`{actor} $ …` first: no program runs in this terminal here"),
            format!("`{action}`"),
        ));
    };
    match action {
        Action::Start { .. } => {
            let started = program.started;
            Err((
                format!("`{actor} ? …` first: the program of line {started} has not ended"),
                format!("`{action}`"),
            ))
        }
        Action::Type { .. } | Action::EndOfInput { .. } if program.input == Input::Ended => Err((
            format!("no input from `{actor}` after its ^D"),
            format!("`{action}`"),
        )),
        Action::EndOfInput { .. } => {
            program.input = Input::Ended;
            Ok(())
        }
        Action::Exit { .. } => {
            running.remove(actor);
            Ok(())
        }
        _ => Ok(()),
    }
}
