//! `exercise check ID`: judges a program, and says in plain words what it did.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use exercise::build::{Built, build};
use exercise::play::{Options, play};
use exercise::report::{self, Style};
use exercise::{Check, Language};
use session::run::{Invocation, look_up, root};

const HELP: &str = "\
例 examples:
  cargo workbook exercise check echo_server
  cargo workbook exercise check echo_server --only dribble --seed 7
  cargo workbook exercise check echo_server -- python3 mine.py
用法 usage: exercise check ID [--only VARIANT] [--seed N] [--lang zh|en] [-- PROGRAM…]
  PROGRAM  一个 .rs 或 .py 文件，或任何命令；地址接在它后面
           a .rs or .py file, or any command; the address is added to it
状态 status: 0 通过 passed · 1 没通过 failed · 2 用法有错 bad usage";

/// What the command line asks for.
struct Asked {
    id: String,
    only: Option<String>,
    seed: u64,
    language: Language,
    program: Vec<OsString>,
}

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    if args.is_empty() || args.iter().any(|arg| arg == "--help" || arg == "-h") {
        say(HELP);
        return ExitCode::SUCCESS;
    }
    let result = asked(args).and_then(|asked| check(&asked));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(io::stderr(), "错误 error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn asked(args: Vec<OsString>) -> Result<Asked> {
    let mut words = args.into_iter();
    let verb = words.next();
    if verb.as_deref() != Some("check".as_ref()) {
        bail!("`check ID` 是这里唯一的命令 is the one command here: --help");
    }
    let mut asked = Asked {
        id: String::new(),
        only: None,
        seed: 1,
        language: locale(),
        program: Vec::new(),
    };
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        let mut value = || {
            let value = words
                .next()
                .map(|value| value.to_string_lossy().into_owned());
            value.with_context(|| format!("{text} 后面少了一个词 needs a word after it"))
        };
        match text.as_str() {
            "--only" => asked.only = Some(value()?),
            "--seed" => asked.seed = value()?.parse().context("--seed: 一个整数 a number")?,
            "--lang" => {
                asked.language = match value()?.as_str() {
                    "zh" => Language::Zh,
                    "en" => Language::En,
                    other => bail!("--lang {other}: zh 或 or en"),
                }
            }
            "--" => asked.program.extend(words.by_ref()),
            word if asked.id.is_empty() && !word.starts_with('-') => word.clone_into(&mut asked.id),
            other => bail!("不认识 unknown: {other}（--help）"),
        }
    }
    if asked.id.is_empty() {
        bail!("哪个练习？ which exercise? check ID（--help）");
    }
    Ok(asked)
}

fn locale() -> Language {
    match sys_locale::get_locale() {
        Some(locale) if locale.starts_with("zh") => Language::Zh,
        _ => Language::En,
    }
}

/// Whether the program passes.
fn check(asked: &Asked) -> Result<bool> {
    let root = root()?;
    let style = Style {
        language: asked.language,
        colour: io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none(),
    };
    let check = read(&root, &asked.id)?;
    let wanted = match &asked.only {
        None => check.variants.iter().collect(),
        Some(name) => vec![check.variant(name).with_context(|| {
            let names: Vec<_> = check
                .variants
                .iter()
                .map(|variant| &*variant.name)
                .collect();
            format!(
                "没有这种情形 no such variant: {name}；有 there are: {}",
                names.join(" ")
            )
        })?],
    };
    let Some(program) = program(&root, asked, style)? else {
        return Ok(false);
    };
    let directory = env::current_dir().context("find the current directory")?;
    let mut options = Options::new(program, directory);
    options.seed = asked.seed;
    say(&report::title(&asked.id, &check, style));
    let verdicts = play(&check, &wanted, &options, |verdict| {
        show(&report::line(verdict, style));
    });
    show(&report::rest(&asked.id, &check, &verdicts, style));
    Ok(verdicts.iter().all(|verdict| verdict.failure.is_none()))
}

fn read(root: &Path, id: &str) -> Result<Check> {
    let path = root
        .join("examples/exercises")
        .join(id)
        .join("check.session");
    let source = std::fs::read_to_string(&path)
        .with_context(|| format!("没有练习 there is no exercise {id}: {}", path.display()))?;
    Check::parse(&source).map_err(|errors| {
        let errors: Vec<_> = errors
            .iter()
            .map(|error| format!("{}: {error}", path.display()))
            .collect();
        anyhow!(errors.join("\n"))
    })
}

/// The program to judge; `None` where it does not compile, which has been said.
fn program(root: &Path, asked: &Asked, style: Style) -> Result<Option<Invocation>> {
    let mine = root
        .join("examples/exercises/mine")
        .join(format!("{}.rs", asked.id));
    let source = match asked.program.as_slice() {
        [] => mine,
        [one]
            if Path::new(one)
                .extension()
                .is_some_and(|extension| extension == "rs") =>
        {
            std::path::absolute(one).context("find the program")?
        }
        [one]
            if Path::new(one)
                .extension()
                .is_some_and(|extension| extension == "py") =>
        {
            return Ok(Some(command(&"python3".into(), std::slice::from_ref(one))?));
        }
        [name, args @ ..] => return Ok(Some(command(name, args)?)),
    };
    if !source.is_file() {
        bail!(
            "没有 there is no {}；从 begin with examples/exercises/{}/stub.rs，或 or: -- PROGRAM",
            source.display(),
            asked.id
        );
    }
    let sources = [(asked.id.clone(), source)];
    match build(root, &asked.id, &sources, style.colour)? {
        Built::Programs(mut programs) => Ok(programs.pop().map(|program| Invocation {
            program,
            args: Vec::new(),
        })),
        Built::Errors(errors) => {
            show(&report::does_not_compile(&asked.id, &errors, style));
            Ok(None)
        }
    }
}

fn command(name: &OsString, args: &[OsString]) -> Result<Invocation> {
    let path = Path::new(name);
    let program = match path.components().count() {
        1 => look_up(
            &name.to_string_lossy(),
            &env::var_os("PATH").unwrap_or_default(),
        ),
        _ => std::path::absolute(path).ok().filter(|path| path.is_file()),
    };
    let program: PathBuf = program.with_context(|| {
        format!(
            "这台机器上没有这个程序 this machine has no {}",
            path.display()
        )
    })?;
    Ok(Invocation {
        program,
        args: args.to_vec(),
    })
}

fn say(line: &str) {
    show(&format!("{line}\n"));
}

/// A reader that has closed the pipe is not an error.
fn show(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
