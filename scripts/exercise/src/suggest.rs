//! Suggests the name that a mistyped word was probably meant to be. Pure.

/// The name that was probably meant.
#[must_use]
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word: String = word
        .chars()
        .take(64)
        .collect::<String>()
        .to_lowercase()
        .replace('-', "_");
    let far = |name: &str| strsim::damerau_levenshtein(&word, name);
    let close = |name: &&str| far(name) <= 2.max(name.len() / 3) && far(name) < name.len();
    let by_letters =
        |names: Vec<&'a str>| names.into_iter().filter(close).min_by_key(|name| far(name));
    let names: Vec<&str> = names.collect();
    by_letters(names.clone()).or_else(|| {
        // `echo` for `echo_server`.
        let part = |name: &&str| word.len() >= 3 && name.contains(&word);
        names.into_iter().find(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_almost_right_leads_to_the_right_one() {
        let names = [
            "say_hello",
            "echo_server",
            "line_server",
            "http_get",
            "list",
        ];
        let near = |word| nearest(word, names.into_iter());
        assert_eq!(near("echo_sever"), Some("echo_server"));
        assert_eq!(near("Echo-Server"), Some("echo_server"));
        assert_eq!(near("hello"), Some("say_hello"));
        assert_eq!(near("lsit"), Some("list"));
        assert_eq!(near("zzz"), None);
        assert_eq!(near("读"), None);
    }
}
