//! `cargo workbook exercise check …` in the form that a session may use: one of our Python programs
//! is judged, never a learner's own file. Pure.

use super::{is_name, owned, python};

/// The arguments of the package `exercise` that the words after `check` stand for.
pub(super) fn check(words: &[&str]) -> Result<Vec<String>, String> {
    let end = words.iter().position(|word| *word == "--");
    let Some((asked, ["--", "python3", script, args @ ..])) = end.map(|end| words.split_at(end))
    else {
        return Err("the program to check must be `-- python3 examples/python/NAME.py`".to_owned());
    };
    let [id, options @ ..] = asked else {
        return Err("`check` without the name of an exercise".to_owned());
    };
    if !is_name(id) {
        return Err(format!("`{id}` is not the name of an exercise"));
    }
    let mut lang = false;
    for option in options.chunks(2) {
        match option {
            ["--lang", "zh" | "en"] => lang = true,
            ["--only", name] if is_name(name) => {}
            ["--seed", seed] if seed.parse::<u64>().is_ok() => {}
            _ => {
                return Err(format!(
                    "unexpected argument `{}` after `check`",
                    option.join(" ")
                ));
            }
        }
    }
    if !lang {
        return Err("`--lang zh` or `--lang en` is missing: the language of the report would depend on the machine".to_owned());
    }
    python(script, args)?;
    Ok(owned(&[&["check"], words].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(words: &str, reason: &str) {
        let words: Vec<&str> = words.split(' ').collect();
        assert_eq!(check(&words), Err(reason.to_owned()));
    }

    #[test]
    fn a_check_of_one_of_our_programs_is_known() {
        let words =
            "many_clients --only turns --seed 7 --lang zh -- python3 examples/python/a.py x";
        let words: Vec<&str> = words.split(' ').collect();
        assert_eq!(
            check(&words).unwrap().join(" "),
            format!("check {}", words.join(" "))
        );
    }

    #[test]
    fn other_programs_and_options_are_refused() {
        let reason = "the program to check must be `-- python3 examples/python/NAME.py`";
        refuses("many_clients --lang zh", reason);
        refuses("many_clients --lang zh -- ./mine", reason);
        refuses(
            "-- python3 examples/python/a.py",
            "`check` without the name of an exercise",
        );
        refuses(
            "../x --lang zh -- python3 examples/python/a.py",
            "`../x` is not the name of an exercise",
        );
        refuses(
            "many_clients --lang zh -- python3 mine.py",
            "`mine.py` is not one of our Python programs",
        );
        refuses(
            "many_clients --lang fr -- python3 examples/python/a.py",
            "unexpected argument `--lang fr` after `check`",
        );
        refuses(
            "many_clients --only -- python3 examples/python/a.py",
            "unexpected argument `--only` after `check`",
        );
        refuses(
            "many_clients -- python3 examples/python/a.py",
            "`--lang zh` or `--lang en` is missing: the language of the report would depend on the machine",
        );
    }
}
