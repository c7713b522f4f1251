//! Where tools write what can be generated again: below `target/`, or elsewhere if the checkout
//! cannot be written.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::cargo;

/// A folder `name` that can be written: in `CARGO_TARGET_DIR` or `target/` of the checkout, or
/// where else cargo builds it, or in the system's temporary folder.
///
/// # Errors
/// None of them can be written.
pub fn folder(root: &Path, name: &str) -> Result<PathBuf> {
    let usual = match env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => root.join(directory),
        None => root.join("target"),
    };
    let usual = usual.join(name);
    let refused = match writable(&usual) {
        Ok(()) => return Ok(usual),
        Err(error) => error,
    };
    if let Ok(target) = cargo::target_directory(root) {
        let place = target.join(name);
        if writable(&place).is_ok() {
            return Ok(place);
        }
    }
    let place = private().map(|private| private.join(name));
    if let Ok(place) = place
        && writable(&place).is_ok()
    {
        return Ok(place);
    }
    Err(refused).with_context(|| {
        let temporary = env::temp_dir();
        format!(
            "cannot write to {}, nor to {}",
            usual.display(),
            temporary.display()
        )
    })
}

/// Makes sure that files can be created in this folder, which is created if missing.
///
/// # Errors
/// The reason why they cannot.
pub fn writable(folder: &Path) -> io::Result<()> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    fs::create_dir_all(folder)?;
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let probe = folder.join(format!(".writable.{}.{number}", std::process::id()));
    fs::write(&probe, "")?;
    fs::remove_file(&probe)
}

/// Where the programs of a session run, some of which write below `target/`: in `root`, or, where
/// that cannot be written, in a folder with links to everything in it.
///
/// # Errors
/// No folder can be written.
#[cfg(unix)]
pub fn ground(root: &Path) -> Result<PathBuf> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    use std::os::unix::fs::symlink;

    if writable(&root.join("target")).is_ok() {
        return Ok(root.to_owned());
    }
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    let ground = folder(root, &format!("sessions-{:016x}", hasher.finish()))?;
    let lead = || {
        fs::create_dir_all(ground.join("target"))?;
        for entry in fs::read_dir(root)? {
            let name = entry?.file_name();
            let link = ground.join(&name);
            let is_ours = name != "target" && !name.as_encoded_bytes().starts_with(b".");
            if is_ours && fs::symlink_metadata(&link).is_err() {
                symlink(root.join(&name), link)?;
            }
        }
        io::Result::Ok(())
    };
    lead().with_context(|| format!("prepare {}", ground.display()))?;
    Ok(ground)
}

/// Elsewhere not every user may create links.
#[cfg(not(unix))]
pub fn ground(root: &Path) -> Result<PathBuf> {
    Ok(root.to_owned())
}

/// Our folder in the temporary folder. Whatever others could have put there in advance is not used,
/// since programs are run from it.
#[cfg(unix)]
fn private() -> io::Result<PathBuf> {
    use std::fs::DirBuilder;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};

    let user = rustix::process::geteuid().as_raw();
    let path = env::temp_dir().join(format!("socket-workbook-{user}"));
    match DirBuilder::new().mode(0o700).create(&path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let data = fs::symlink_metadata(&path)?;
    match data.is_dir() && data.uid() == user && data.mode() & 0o077 == 0 {
        true => Ok(path),
        false => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

/// Elsewhere each user has a temporary folder of their own.
#[cfg(not(unix))]
fn private() -> io::Result<PathBuf> {
    Ok(env::temp_dir().join("socket-workbook"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_a_checkout_that_cannot_be_written_runs_among_links_to_its_files() {
        let name = format!("socket-workbook-ground-{}", std::process::id());
        let root = env::temp_dir().join(name);
        fs::create_dir_all(root.join("examples")).unwrap();
        fs::create_dir_all(root.join(".git")).unwrap();
        fs::write(root.join("examples/a.py"), "a").unwrap();
        assert_eq!(ground(&root).unwrap(), root);
        // Not even root can make a folder here.
        fs::remove_dir_all(root.join("target")).unwrap();
        fs::write(root.join("target"), "").unwrap();
        for _ in 0..2 {
            let ground = ground(&root).unwrap();
            assert_ne!(ground, root);
            assert_eq!(fs::read(ground.join("examples/a.py")).unwrap(), b"a");
            assert!(ground.join("target").is_dir() && !ground.join(".git").exists());
        }
        fs::remove_dir_all(ground(&root).unwrap()).unwrap();
        fs::remove_dir_all(root).unwrap();
    }
}
