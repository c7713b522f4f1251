//! A session as a timeline: what should happen in each terminal.

use session::{Action, Session};

use crate::{Lane, Moment, Timeline, What};

impl Timeline {
    /// The story of a session; a lane for each terminal. A prompt that is answered at once is one
    /// moment with its answer.
    #[must_use]
    pub fn of_session(session: &Session) -> Timeline {
        let lanes: Vec<Lane> = session
            .actors()
            .into_iter()
            .map(|name| Lane {
                name: name.to_owned(),
                cards: Vec::new(),
            })
            .collect();
        let moments = moments(session, &lanes);
        Timeline {
            title: session.title.clone(),
            lanes,
            moments,
        }
    }
}

/// What happens in the terminals; an actor without a lane acts in the first.
pub(crate) fn moments(session: &Session, lanes: &[Lane]) -> Vec<Moment> {
    // What each terminal shows on its last line, if that line has no end yet.
    let mut prompts = vec![String::new(); lanes.len().max(1)];
    let mut moments = Vec::with_capacity(session.steps.len());
    let mut steps = session.steps.iter().enumerate().peekable();
    while let Some((step, at)) = steps.next() {
        let actor = at.action.actor();
        let lane = actor.map(|actor| {
            let lane = lanes.iter().position(|lane| lane.name == actor);
            lane.unwrap_or(0)
        });
        let mut unused = String::new();
        let prompt = lane.map_or(&mut unused, |lane| &mut prompts[lane]);
        if let Action::Prompt { text, .. } = &at.action {
            prompt.push_str(text);
            // Typed at once: the line that is typed shows the prompt.
            let next = steps.peek().map(|(_, next)| &next.action);
            if matches!(next, Some(Action::Type { actor: next, .. }) if Some(next.as_str()) == actor)
            {
                continue;
            }
        }
        moments.push(Moment {
            lane,
            time: None,
            step: Some(step),
            what: what(&at.action, prompt),
        });
        if !matches!(at.action, Action::Prompt { .. } | Action::Silent { .. }) {
            prompt.clear();
        }
    }
    moments
}

fn what(action: &Action, prompt: &str) -> What {
    let prompt = prompt.to_owned();
    match action {
        Action::Note(text) => What::Note(text.clone()),
        Action::Start { command, .. } => What::Started {
            command: command.clone(),
        },
        Action::Line { pattern, .. } => What::Printed {
            prompt,
            line: pattern.clone(),
        },
        Action::Prompt { .. } => What::Prompted { prompt },
        Action::Type { text, .. } => What::Typed {
            prompt,
            line: text.clone(),
        },
        Action::EndOfInput { .. } => What::EndOfInput,
        Action::Interrupt { .. } => What::Interrupted,
        Action::Silent { duration, .. } => What::Silent(*duration),
        Action::Exit { status, .. } => What::Ended(*status),
    }
}
