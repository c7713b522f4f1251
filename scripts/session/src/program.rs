//! The programs that a session may start, and how a command line names them.
//!
//! Pure: finding the program on this machine is the runner's part. There is no shell: words may
//! stand in quotes, and every other character that a shell would act on is refused, so that a
//! command does the same when a reader pastes it into a terminal.

mod exercise;

use std::fmt;

/// A program that we know, with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the words of the command")]
pub enum Program {
    /// `cargo run --example NAME [-- ARGS]`
    Example { name: String, args: Vec<String> },
    /// `python3 examples/python/NAME.py [ARGS]`; `script` is that path.
    Python { script: String, args: Vec<String> },
    /// `target/c/NAME [ARGS]`, built from `examples/c/NAME.c`
    C { name: String, args: Vec<String> },
    /// `nginx -e stderr -p . -c examples/nginx/NAME.conf`; `config` is that path.
    Nginx { config: String },
    /// `uwsgi --ini examples/nginx/NAME.ini`; `config` is that path.
    Uwsgi { config: String },
    /// `dnsmasq --no-daemon -C examples/dhcp/NAME.conf`; `config` is that path.
    Dnsmasq { config: String },
    /// `busybox udhcpc -f -n -q -a200 -s examples/dhcp/NAME.sh`; `script` is that path.
    Udhcpc { script: String },
    /// `nc ARGS`
    Netcat { args: Vec<String> },
    /// `curl ARGS`
    Curl { args: Vec<String> },
    /// `cargo workbook exercise check …`; `args` begin with `check`.
    Exercise { args: Vec<String> },
}

/// A command that is not one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownProgram {
    command: String,
    reason: String,
}

/// Every form of command that [`Program::parse`] knows.
pub const KNOWN: [&str; 10] = [
    "cargo run --example NAME [-- ARGS]",
    "python3 examples/python/NAME.py [ARGS]",
    "target/c/NAME [server|client|--turns …]",
    "nginx -e stderr -p . -c examples/nginx/NAME.conf",
    "uwsgi --ini examples/nginx/NAME.ini",
    "dnsmasq --no-daemon -C examples/dhcp/NAME.conf",
    "busybox udhcpc -f -n -q -a200 -s examples/dhcp/NAME.sh",
    "nc ARGS",
    "curl ARGS",
    "cargo workbook exercise check ID [--only VARIANT] [--seed N] --lang zh|en -- python3 examples/python/NAME.py",
];

impl Program {
    /// The program that `command` names.
    ///
    /// ```
    /// # use session::Program; let program = Program::parse("nc -l '127.0.0.1' 8888").unwrap();
    /// assert_eq!(program, Program::Netcat { args: ["-l", "127.0.0.1",
    /// "8888"].map(Into::into).into() });
    /// ```
    pub fn parse(command: &str) -> Result<Self, UnknownProgram> {
        let unknown = |reason| UnknownProgram {
            command: command.to_owned(),
            reason,
        };
        let words = words(command).map_err(unknown)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["cargo", "run", "--example", name] => example(name, &[]),
            ["cargo", "run", "--example", name, "--", ref args @ ..] => example(name, args),
            ["cargo", "workbook", "exercise", "check", ref words @ ..] => {
                exercise::check(words).map(|args| Self::Exercise { args })
            }
            ["cargo", ..] => {
                Err("cargo may only run an example, or check one of our Python programs".to_owned())
            }
            ["python3", script, ref args @ ..] => python(script, args),
            ["nginx", "-e", "stderr", "-p", ".", "-c", config] => {
                ours(config, "nginx", ".conf").map(|config| Self::Nginx { config })
            }
            ["uwsgi", "--ini", config] => {
                ours(config, "nginx", ".ini").map(|config| Self::Uwsgi { config })
            }
            ["dnsmasq", "--no-daemon", "-C", config] => {
                ours(config, "dhcp", ".conf").map(|config| Self::Dnsmasq { config })
            }
            ["busybox", "udhcpc", "-f", "-n", "-q", "-a200", "-s", script] => {
                ours(script, "dhcp", ".sh").map(|script| Self::Udhcpc { script })
            }
            ["nginx" | "uwsgi" | "dnsmasq" | "busybox", ..] => {
                let program = words[0];
                Err(format!(
                    "{program} starts in one form, with a configuration of ours"
                ))
            }
            ["nc", ref args @ ..] => Ok(Self::Netcat { args: owned(args) }),
            ["curl", ref args @ ..] => Ok(Self::Curl { args: owned(args) }),
            [] => Err("the command is empty".to_owned()),
            [first, ref args @ ..] if first.starts_with("target/") => c(first, args),
            [first, ..] => Err(format!("`{first}` is not one of our programs")),
        }
        .map_err(unknown)
    }
}

impl fmt::Display for UnknownProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a session cannot start `{}`: {}; known: ",
            self.command, self.reason
        )?;
        for (index, known) in KNOWN.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}`{known}`")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownProgram {}

fn example(name: &str, args: &[&str]) -> Result<Program, String> {
    if !is_name(name) {
        return Err(format!("`{name}` is not the name of an example"));
    }
    Ok(Program::Example {
        name: name.to_owned(),
        args: owned(args),
    })
}

fn python(script: &str, args: &[&str]) -> Result<Program, String> {
    let name = script
        .strip_prefix("examples/python/")
        .and_then(|file| file.strip_suffix(".py"));
    if !name.is_some_and(is_name) {
        return Err(format!("`{script}` is not one of our Python programs"));
    }
    Ok(Program::Python {
        script: script.to_owned(),
        args: owned(args),
    })
}

/// A role or `--turns` comes first: these programs do nothing else.
fn c(program: &str, args: &[&str]) -> Result<Program, String> {
    let Some(name) = program
        .strip_prefix("target/c/")
        .filter(|name| is_name(name))
    else {
        return Err(format!("`{program}` is not one of our C programs"));
    };
    match args {
        [] | ["server" | "client" | "--turns", ..] => Ok(Program::C {
            name: name.to_owned(),
            args: owned(args),
        }),
        [first, ..] => Err(format!(
            "a C program takes `server`, `client` or `--turns`, not `{first}`"
        )),
    }
}

/// A file that a program which is not ours is started with.
fn ours(file: &str, folder: &str, end: &str) -> Result<String, String> {
    let name = file
        .strip_prefix("examples/")
        .and_then(|file| file.strip_prefix(folder))
        .and_then(|file| file.strip_prefix('/'))
        .and_then(|file| file.strip_suffix(end));
    if !name.is_some_and(is_name) {
        return Err(format!("`{file}` is not one of our configurations"));
    }
    Ok(file.to_owned())
}

fn is_name(name: &str) -> bool {
    !name.starts_with('-')
        && !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Splits at spaces, except inside `"…"` and `'…'`.
fn words(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    // `None` between words: `""` is a word too.
    let mut word: Option<String> = None;
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' => words.extend(word.take()),
            '"' | '\'' => quoted(c, &mut chars, word.get_or_insert_default())?,
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '$' | '`' | '\\' | '*' | '?' | '!' => {
                return Err(format!(
                    "`{c}` outside quotes: there is no shell to act on it"
                ));
            }
            '#' | '~' if word.is_none() => {
                return Err(format!(
                    "a word begins with `{c}`: there is no shell to expand it"
                ));
            }
            '\0' => return Err("a NUL character".to_owned()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    for c in chars {
        match c {
            _ if c == quote => return Ok(()),
            '$' | '`' | '\\' | '!' if quote == '"' => {
                return Err(format!(
                    "`{c}` inside \"…\", where a shell acts on it: use '…'"
                ));
            }
            '\0' => return Err("a NUL character".to_owned()),
            _ => word.push(c),
        }
    }
    Err(format!("the quote {quote} is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(command: &str, expected: &[&str]) {
        assert_eq!(words(command).unwrap(), expected);
    }

    #[track_caller]
    fn refuses(command: &str, reason: &str) {
        let error = Program::parse(command).expect_err("this command must be refused");
        assert_eq!(error.reason, reason);
    }

    #[test]
    fn words_are_split_at_spaces_and_quotes_keep_them_together() {
        reads("nc  a\tb ", &["nc", "a", "b"]);
        reads("x 'a b' \"c  d\"", &["x", "a b", "c  d"]);
        reads("x a'b c'd \"\" ''", &["x", "ab cd", "", ""]);
        reads(
            "x '$HOME | \\' [::1]:80 a#b",
            &["x", "$HOME | \\", "[::1]:80", "a#b"],
        );
        reads("x \"你好，it's\"", &["x", "你好，it's"]);
        reads("", &[]);
    }

    #[test]
    fn each_known_form_names_its_program() {
        let args = |args: &[&str]| owned(args);
        for (command, expected) in [
            ("cargo run --example 02_duplex", ("02_duplex", args(&[]))),
            (
                "cargo run --example 02_duplex -- server",
                ("02_duplex", args(&["server"])),
            ),
            ("cargo run --example a --", ("a", args(&[]))),
        ] {
            let (name, args) = (expected.0.to_owned(), expected.1);
            assert_eq!(
                Program::parse(command).unwrap(),
                Program::Example { name, args }
            );
        }
        assert_eq!(
            Program::parse("python3 examples/python/02_duplex.py client").unwrap(),
            Program::Python {
                script: "examples/python/02_duplex.py".to_owned(),
                args: args(&["client"]),
            }
        );
        assert_eq!(
            Program::parse("target/c/01_one_shot client 127.0.0.1:9999 你好").unwrap(),
            Program::C {
                name: "01_one_shot".to_owned(),
                args: args(&["client", "127.0.0.1:9999", "你好"]),
            }
        );
        let config = "examples/nginx/hosts.conf".to_owned();
        assert_eq!(
            Program::parse("nginx -e stderr -p . -c examples/nginx/hosts.conf").unwrap(),
            Program::Nginx { config }
        );
        let config = "examples/nginx/uwsgi.ini".to_owned();
        assert_eq!(
            Program::parse("uwsgi --ini examples/nginx/uwsgi.ini").unwrap(),
            Program::Uwsgi { config }
        );
        let config = "examples/dhcp/dnsmasq.conf".to_owned();
        assert_eq!(
            Program::parse("dnsmasq --no-daemon -C examples/dhcp/dnsmasq.conf").unwrap(),
            Program::Dnsmasq { config }
        );
        let script = "examples/dhcp/lease.sh".to_owned();
        assert_eq!(
            Program::parse("busybox udhcpc -f -n -q -a200 -s examples/dhcp/lease.sh").unwrap(),
            Program::Udhcpc { script }
        );
        assert_eq!(
            Program::parse("nc").unwrap(),
            Program::Netcat { args: args(&[]) }
        );
    }

    #[test]
    fn curl_takes_its_address_without_quotes() {
        let args = ["-sS", "http://127.0.0.1:8016/"];
        assert_eq!(
            Program::parse(&format!("curl {}", args.join(" "))).unwrap(),
            Program::Curl { args: owned(&args) }
        );
    }

    #[test]
    fn every_other_command_is_refused_with_its_reason() {
        refuses("", "the command is empty");
        refuses("rm -rf x", "`rm` is not one of our programs");
        refuses(
            "cargo run",
            "cargo may only run an example, or check one of our Python programs",
        );
        refuses(
            "cargo run --example a b",
            "cargo may only run an example, or check one of our Python programs",
        );
        refuses(
            "cargo run --example -a",
            "`-a` is not the name of an example",
        );
        refuses("python3 -c x", "`-c` is not one of our Python programs");
        refuses(
            "python3 examples/python/../../x.py",
            "`examples/python/../../x.py` is not one of our Python programs",
        );
        refuses(
            "target/debug/examples/02_duplex",
            "`target/debug/examples/02_duplex` is not one of our C programs",
        );
        refuses(
            "target/c/../x",
            "`target/c/../x` is not one of our C programs",
        );
        refuses(
            "target/c/02_duplex --help",
            "a C program takes `server`, `client` or `--turns`, not `--help`",
        );
        refuses("cc -o x x.c", "`cc` is not one of our programs");
        for command in [
            "nginx",
            "nginx -p . -c examples/nginx/nginx.conf",
            "uwsgi --http :80",
            "uwsgi --ini examples/nginx/uwsgi.ini --http :80",
            "dnsmasq -C examples/dhcp/dnsmasq.conf",
            "busybox sh",
            "busybox udhcpc -s examples/dhcp/lease.sh",
        ] {
            let (program, _) = command.split_once(' ').unwrap_or((command, ""));
            refuses(
                command,
                &format!("{program} starts in one form, with a configuration of ours"),
            );
        }
        refuses(
            "nginx -e stderr -p . -c examples/nginx/../x.conf",
            "`examples/nginx/../x.conf` is not one of our configurations",
        );
        refuses(
            "uwsgi --ini examples/nginx/uwsgi.ini:hosts",
            "`examples/nginx/uwsgi.ini:hosts` is not one of our configurations",
        );
        refuses(
            "dnsmasq --no-daemon -C examples/nginx/nginx.conf",
            "`examples/nginx/nginx.conf` is not one of our configurations",
        );
        refuses(
            "busybox udhcpc -f -n -q -a200 -s examples/dhcp/../x.sh",
            "`examples/dhcp/../x.sh` is not one of our configurations",
        );
        refuses(
            "nc a 1 | cat",
            "`|` outside quotes: there is no shell to act on it",
        );
        refuses(
            "nc ~ 1",
            "a word begins with `~`: there is no shell to expand it",
        );
        refuses(
            "nc \"$HOME\"",
            "`$` inside \"…\", where a shell acts on it: use '…'",
        );
        refuses("nc 'a", "the quote ' is not closed");
        refuses("nc 'a\0'", "a NUL character");
    }

    #[test]
    fn the_error_lists_what_is_known() {
        assert_eq!(
            Program::parse("sh").unwrap_err().to_string(),
            "a session cannot start `sh`: `sh` is not one of our programs; known: \
             `cargo run --example NAME [-- ARGS]`, `python3 examples/python/NAME.py [ARGS]`, \
             `target/c/NAME [server|client|--turns …]`, `nginx -e stderr -p . -c examples/nginx/NAME.conf`, \
             `uwsgi --ini examples/nginx/NAME.ini`, `dnsmasq --no-daemon -C examples/dhcp/NAME.conf`, \
             `busybox udhcpc -f -n -q -a200 -s examples/dhcp/NAME.sh`, `nc ARGS`, `curl ARGS`, `cargo workbook exercise check ID [--only VARIANT] [--seed N] \
             --lang zh|en -- python3 examples/python/NAME.py`"
        );
    }
}
