//! One line of the notation at a time.

use bilingual::Lang;

use super::fact::{self, Fact};
use super::lexer::{
    self, Mismatch, bilingual, duration, is_actor, mismatch, nothing, some, split_word, status,
};
use super::{Action, ParseError};

/// What one line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    Title(Lang, String),
    Note(Lang, String),
    Fact(Fact),
    Action(Action),
}

/// Every line that says something, with its number, and every line that cannot be read.
pub(super) fn read(source: &str) -> (Vec<(usize, Item)>, Vec<ParseError>) {
    lexer::lines(source, item)
}

fn item(line: &str) -> Result<Item, Mismatch> {
    let (word, rest) = split_word(line);
    match word {
        "title" => bilingual("title", rest).map(|(lang, text)| Item::Title(lang, text)),
        "note" => bilingual("note", rest).map(|(lang, text)| Item::Note(lang, text)),
        "host" | "lose" | "ports" | "refuse" | "nat" | "forward" | "dhcp" | "delay" | "varies" => {
            fact_of(word, rest).map(Item::Fact)
        }
        actor if is_actor(actor) => action(actor, rest.trim_start()).map(Item::Action),
        _ => mismatch(
            "`title`, `note` or the name of an actor (an ASCII word)",
            line,
        ),
    }
}

fn fact_of(word: &str, rest: &str) -> Result<Fact, Mismatch> {
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    match word {
        "host" => fact::host(&words).map(Fact::Host),
        "lose" => fact::loss(&words).map(Fact::Lose),
        "ports" => fact::ports(&words).map(Fact::Ports),
        "refuse" => fact::refusal(&words).map(Fact::Refuse),
        "nat" => fact::translation(&words).map(Fact::Nat),
        "forward" => fact::forwarding(&words).map(Fact::Forward),
        "dhcp" => fact::dhcp(&words).map(Fact::Dhcp),
        "delay" => fact::delay(&words).map(Fact::Delay),
        _ if words == ["payload"] => Ok(Fact::VariesPayload),
        _ => mismatch("`payload` after `varies`", &words.join(" ")),
    }
}

fn action(actor: &str, rest: &str) -> Result<Action, Mismatch> {
    let (mark, text) = split_word(rest);
    // Exactly one space belongs to the mark: output and typed lines may begin with spaces.
    let text = text.strip_prefix(' ').unwrap_or(text);
    let actor = actor.to_owned();
    match mark {
        "$" => Ok(Action::Start {
            actor,
            command: some(mark, text.trim())?,
        }),
        "|" => Ok(Action::Line {
            actor,
            pattern: text.to_owned(),
        }),
        "_" => Ok(Action::Prompt {
            actor,
            text: some(mark, text)?,
        }),
        ">" => Ok(Action::Type {
            actor,
            text: text.to_owned(),
        }),
        "~" => Ok(Action::Silent {
            actor,
            duration: duration(text.trim())?,
        }),
        "?" => Ok(Action::Exit {
            actor,
            status: status(text.trim())?,
        }),
        "^D" => nothing(mark, text).map(|()| Action::EndOfInput { actor }),
        "^C" => nothing(mark, text).map(|()| Action::Interrupt { actor }),
        _ if mark.starts_with(['$', '|', '_', '>', '~', '?']) => {
            mismatch(format!("a space after `{}`", &mark[..1]), mark)
        }
        _ => mismatch(format!("a mark after `{actor}`: $ | _ > ^D ^C ~ ?"), mark),
    }
}
