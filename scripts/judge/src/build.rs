//! Builds a learner's Rust file, with cargo and a manifest of ours.
//!
//! What is judged is a copy, named by the hash of its source: another build, in another terminal or
//! after the next save, cannot put another program in its place.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use session::run::cargo::{self, Build, Made};
use session::run::{lock, scratch};

/// The most builds of a file that is saved again while it is being built.
const BUILD_ATTEMPTS_MAX: usize = 5;

/// How long to wait for another build of the same files.
const LOCK_DEADLINE: Duration = Duration::from_secs(15 * 60);

/// Age at which a copy is certainly not being judged any more.
const COPY_ABANDONED_AFTER: Duration = Duration::from_secs(60 * 60);

/// The outcome of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Built {
    /// The executables, in the order of the files.
    Programs(Vec<PathBuf>),
    /// A file does not compile: what cargo wrote about it.
    Errors(String),
}

/// Builds each of `sources`, a name (an ASCII word) and a Rust file, with std alone, for this
/// machine.
///
/// `root` is the repository; everything goes to a folder `NAME-…` of its own for these files,
/// below `target/exercises/` where that can be written. Cargo's messages have colors where `color`
/// says so.
///
/// # Errors
/// Cargo cannot run, the manifest cannot be written, or what cargo built is not there.
pub fn build(root: &Path, name: &str, sources: &[(String, PathBuf)], color: bool) -> Result<Built> {
    let manifest = text(name, sources);
    // Files elsewhere, such as in another checkout, are built elsewhere: nothing is shared.
    let folder = format!("{name}-{:016x}", hash(manifest.as_bytes()));
    let package = Package {
        root,
        directory: scratch::folder(root, "exercises")?.join(folder),
        sources,
        color,
    };
    package.write(&manifest)?;
    let _lock = lock::take(&package.directory.join("lock"), LOCK_DEADLINE)?;
    for _ in 0..BUILD_ATTEMPTS_MAX {
        let texts = package.texts();
        let (made, built) = package.build(&texts)?;
        // If it was saved meanwhile, it is not known which text cargo has read.
        if package.texts() == texts {
            package.record(&texts, &made);
            return Ok(built);
        }
    }
    bail!(
        "the file was saved {BUILD_ATTEMPTS_MAX} times while it was being built; save it once more when you are done"
    )
}

struct Package<'a> {
    root: &'a Path,
    directory: PathBuf,
    sources: &'a [(String, PathBuf)],
    color: bool,
}

/// The hash of each source file, by the name of its program; `None` where it cannot be read.
type Texts = BTreeMap<String, Option<u64>>;

impl Package<'_> {
    fn write(&self, manifest: &str) -> Result<()> {
        let path = self.directory.join("Cargo.toml");
        // Written once: another build may be reading it.
        if fs::read_to_string(&path).is_ok_and(|there| there == manifest) {
            return Ok(());
        }
        fs::create_dir_all(&self.directory)
            .and_then(|()| replace(&path, |new| fs::write(new, manifest)))
            .with_context(|| format!("write {}", path.display()))
    }

    fn texts(&self) -> Texts {
        let read = |path| fs::read(path).ok().map(|text| hash(&text));
        let texts = self
            .sources
            .iter()
            .map(|(name, path)| (name.clone(), read(path)));
        texts.collect()
    }

    /// The programs that cargo built, and the outcome for the caller.
    fn build(&self, texts: &Texts) -> Result<(Vec<Made>, Built)> {
        let before = self.built();
        // Until the build is over: one that is killed in the middle leaves no record.
        let _ = fs::remove_file(self.record_file());
        let mut built = self.cargo()?;
        // Cargo builds again what is newer than its last build. A file put back from a copy is
        // older, and another program all the same: then everything is built again.
        let stale = |made: &Made| made.fresh && before.get(&made.name) != texts.get(&made.name);
        if built.programs.iter().any(stale) {
            let target = self.target();
            fs::remove_dir_all(&target).with_context(|| format!("empty {}", target.display()))?;
            built = self.cargo()?;
            ensure!(
                !built.programs.iter().any(|made| made.fresh),
                "cargo does not build {} again",
                self.directory.display()
            );
        }
        let result = match built.status.success() {
            true => Built::Programs(self.copy_programs(&built.programs, texts)?),
            false if built.said.is_empty() => bail!("cargo build: {}", built.status),
            false => Built::Errors(built.said),
        };
        Ok((built.programs, result))
    }

    fn cargo(&self) -> Result<Build> {
        let mut command = cargo::cargo();
        command
            .args(["build", "--quiet", "--offline", "--color"])
            .arg(if self.color { "always" } else { "never" })
            // Programs as JSON on stdout, and everything for people as always.
            .arg("--message-format=json-render-diagnostics")
            .arg("--manifest-path")
            .arg(self.directory.join("Cargo.toml"))
            // One directory for all exercises would make parallel builds wait for each other.
            .arg("--target-dir")
            .arg(self.target())
            // Even where the user builds for another target.
            .args(["--target", host(self.root)?])
            .env("CARGO_BUILD_BUILD_DIR", self.build_dir())
            .current_dir(self.root);
        cargo::run(command)
    }

    /// Copies the programs to where no other build writes.
    fn copy_programs(&self, made: &[Made], texts: &Texts) -> Result<Vec<PathBuf>> {
        let copies = self.directory.join("programs");
        sweep(&copies);
        let copy_programs = |(name, path): &(String, PathBuf)| {
            let made = made
                .iter()
                .find(|made| made.name == *name && made.kind == "bin");
            let made = made.with_context(|| format!("cargo does not say where {name} is"))?;
            let text = texts.get(name).copied().flatten();
            let text = text.with_context(|| format!("read {}", path.display()))?;
            let folder = copies.join(format!("{text:016x}"));
            let from = &made.executable;
            let to = folder.join(from.file_name().unwrap_or_default());
            fs::create_dir_all(&folder)
                .and_then(|()| copy(from, &to))
                .with_context(|| format!("copy {} to {}", from.display(), to.display()))?;
            Ok(to)
        };
        self.sources.iter().map(copy_programs).collect()
    }

    /// Records what was built; where this fails, everything is built again next time.
    fn record(&self, texts: &Texts, made: &[Made]) {
        let line = |made: &Made| {
            let text = texts.get(&made.name).copied().flatten()?;
            Some(format!("{} {text:016x}\n", made.name))
        };
        let lines: String = made.iter().filter_map(line).collect();
        let _ = replace(&self.record_file(), |new| fs::write(new, lines));
    }

    /// The sources of what cargo built last.
    fn built(&self) -> Texts {
        let record = fs::read_to_string(self.record_file()).unwrap_or_default();
        let line = |line: &str| {
            let (name, text) = line.split_once(' ')?;
            Some((name.to_owned(), Some(u64::from_str_radix(text, 16).ok()?)))
        };
        record.lines().filter_map(line).collect()
    }

    fn record_file(&self) -> PathBuf {
        self.directory.join("built")
    }

    fn target(&self) -> PathBuf {
        self.directory.join("target")
    }

    /// The same, relative to where cargo runs: in this path alone cargo takes `{…}` for a variable of
    /// its own, and the folder of the checkout may have any name.
    fn build_dir(&self) -> PathBuf {
        let target = self.target();
        match target.strip_prefix(self.root) {
            Ok(inside) => inside.to_owned(),
            Err(_) => target,
        }
    }
}

/// The target of this machine; cargo is asked once.
fn host(root: &Path) -> Result<&'static str> {
    static HOST: OnceLock<String> = OnceLock::new();
    match HOST.get() {
        Some(host) => Ok(host),
        None => {
            let host = cargo::host(root)?;
            Ok(HOST.get_or_init(|| host))
        }
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Copies a program. The same one may be running there already: a system that refuses to replace it
/// has what is needed.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let same = || Ok(fs::metadata(from)?.len() == fs::metadata(to)?.len());
    match replace(to, |new| fs::copy(from, new).map(drop)) {
        Err(error) => match same() {
            io::Result::Ok(true) => Ok(()),
            _ => Err(error),
        },
        done => done,
    }
}

/// Writes a file as a whole, or not at all.
fn replace(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let new = path.with_extension(format!("{}.{number}.new", std::process::id()));
    write(&new)
        .and_then(|()| fs::rename(&new, path))
        .inspect_err(|_| {
            let _ = fs::remove_file(&new);
        })
}

/// Removes copies that are not being judged any more.
fn sweep(copies: &Path) {
    for entry in fs::read_dir(copies).into_iter().flatten().flatten() {
        let path = entry.path();
        let made = fs::metadata(&path).and_then(|data| data.modified());
        if made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > COPY_ABANDONED_AFTER)) {
            let _ = fs::remove_dir_all(path);
        }
    }
}

/// The manifest of a package of its own, outside every workspace.
fn text(name: &str, sources: &[(String, PathBuf)]) -> String {
    let mut text = format!(
        "# written by `exercise`: your program is the file named below\n\
         [package]\nname = \"{name}\"\nedition = \"2024\"\npublish = false\nautobins = false\n\n\
         [workspace]\n\n\
         # Without debug information they are built sooner.\n\
         [profile.dev]\ndebug = 0\nincremental = false\n"
    );
    for (name, path) in sources {
        let path = path
            .to_string_lossy()
            .replace('\\', "\\\\")
            .replace('"', "\\\"");
        let _ = write!(text, "\n[[bin]]\nname = \"{name}\"\npath = \"{path}\"\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_names_the_learners_file_and_belongs_to_no_workspace() {
        let sources = [(
            "echo_server".to_owned(),
            PathBuf::from("/x/mine/echo_server.rs"),
        )];
        assert_eq!(
            text("echo_server", &sources),
            r#"# written by `exercise`: your program is the file named below
[package]
name = "echo_server"
edition = "2024"
publish = false
autobins = false

[workspace]

# Without debug information they are built sooner.
[profile.dev]
debug = 0
incremental = false

[[bin]]
name = "echo_server"
path = "/x/mine/echo_server.rs"
"#
        );
    }
}
