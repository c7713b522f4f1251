//! The file `mine/progress`: lines are only appended, under a lock.
//!
//! Lines that cannot be read are moved to `progress.damaged`. Where a file system refuses locks, each
//! line is still appended with one write; a line that is there twice counts once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use session::run::lock::{self, Lock};

use super::replace_file::replace;
use crate::course::Course;
use crate::progress::{
    Event, EventKind, FILE_BYTES_MAX, FIRST_LINE, Progress, is_damaged, progress, read,
};
use bilingual::Lang;

/// How long to wait for the lock: nothing holds it for longer, unless the machine is stuck.
const LOCK_DEADLINE: Duration = Duration::from_secs(20);

/// The learner's progress log.
#[derive(Debug, Clone)]
pub(super) struct ProgressLog {
    folder: PathBuf,
}

/// What was repaired.
enum Repaired {
    /// Lines that could not be read: their number.
    Lines(usize),
    /// The whole file, which is now here.
    Whole(PathBuf),
}

impl ProgressLog {
    /// The progress log of a course, and a message if something was damaged.
    pub(super) fn open(course: &Course, lang: Lang) -> (Self, Option<String>) {
        let progress_log = Self {
            folder: course.mine(),
        };
        let repaired = progress_log.check_and_repair();
        let said = match repaired {
            Ok(Repaired::Lines(0)) => None,
            Ok(Repaired::Whole(path)) => {
                let (file, aside) = (course.shown(&progress_log.file()), course.shown(&path));
                Some(lang.pick(format!(
                        "{file} 不是文件或者超过 16 MiB，整个移到了 {aside}；里面读得懂的进度抄了回来。"
                    ),
                    format!(
                        "{file} was not a file, or longer than 16 MiB; it was renamed to {aside}, and what could be read of it was copied back"
                    ),
                ))
            }
            Ok(Repaired::Lines(lines)) => {
                let (file, aside) = (
                    course.shown(&progress_log.file()),
                    course.shown(&progress_log.aside()),
                );
                Some(lang.pick(format!("{file} 里有 {lines} 行读不懂，已移到 {aside}；其余的进度都在。"),
                    format!(
                        "{lines} lines of {file} cannot be read; they were moved to {aside}, and the rest is kept"
                    ),
                ))
            }
            Err(error) => Some(lang.pick(
                format!("进度文件有问题：{error:#}"),
                format!("problem with your progress file: {error:#}"),
            )),
        };
        (progress_log, said)
    }

    /// The progress; empty, where there is no file or it cannot be read.
    pub(super) fn progress(&self) -> Progress {
        let bytes = contents(&self.file()).unwrap_or_default();
        progress(&read(&bytes).events)
    }

    /// Appends what has just happened.
    pub(super) fn add(&self, id: &str, what: EventKind) -> Result<()> {
        let time = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        let event = Event {
            time,
            id: id.to_owned(),
            what,
        };
        let line = format!("{event}\n");
        let _lock = self.lock()?;
        self.append(&self.file(), line.as_bytes())
    }

    fn lock(&self) -> Result<Lock> {
        // If it cannot be created, appending will say so.
        let _ = fs::create_dir_all(&self.folder);
        lock::take(&self.folder.join("progress.lock"), LOCK_DEADLINE)
    }

    fn file(&self) -> PathBuf {
        self.folder.join("progress")
    }

    fn aside(&self) -> PathBuf {
        self.folder.join("progress.damaged")
    }

    /// Appends with one write, so that two processes do not mix their lines.
    fn append(&self, path: &Path, lines: &[u8]) -> Result<()> {
        let shown = || path.display().to_string();
        fs::create_dir_all(&self.folder).with_context(shown)?;
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .with_context(shown)?;
        let mut all = match file.metadata().with_context(shown)?.len() {
            0 => FIRST_LINE.as_bytes().to_vec(),
            length if ends_a_line(path, length) => Vec::new(),
            // A line that was cut off stays a line of its own.
            _ => b"\n".to_vec(),
        };
        all.extend(lines);
        file.write_all(&all).with_context(shown)
    }

    /// Moves aside what cannot be read.
    fn check_and_repair(&self) -> Result<Repaired> {
        // Almost always nothing is wrong, and seeing that takes no lock.
        match contents(&self.file()) {
            Ok(bytes) if !is_damaged(&bytes) => return Ok(Repaired::Lines(0)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Repaired::Lines(0)),
            _ => {}
        }
        let _lock = self.lock()?;
        match self.put_aside()? {
            Some(path) => Ok(Repaired::Whole(path)),
            None => self.repair().map(Repaired::Lines),
        }
    }

    /// Moves a file that is not a progress log aside; its new path.
    fn put_aside(&self) -> Result<Option<PathBuf>> {
        let shown = || self.file().display().to_string();
        let data = match fs::metadata(self.file()) {
            Ok(data) if data.is_file() && data.len() <= FILE_BYTES_MAX => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            data => data.with_context(shown)?,
        };
        let aside = (1..)
            .map(|number: u32| self.folder.join(format!("progress.aside.{number}")))
            .find(|path| fs::symlink_metadata(path).is_err())
            .with_context(shown)?;
        fs::rename(self.file(), &aside).with_context(shown)?;
        if data.is_file() {
            let mut bytes = Vec::new();
            let file = File::open(&aside).with_context(shown)?;
            file.take(FILE_BYTES_MAX)
                .read_to_end(&mut bytes)
                .with_context(shown)?;
            self.append(&self.file(), newest(&bytes).as_bytes())?;
        }
        Ok(Some(aside))
    }

    /// Moves the lines that cannot be read aside; their number.
    fn repair(&self) -> Result<usize> {
        let bytes = match contents(&self.file()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            other => other.with_context(|| self.file().display().to_string())?,
        };
        if !is_damaged(&bytes) {
            return Ok(0);
        }
        let read = read(&bytes);
        let mut damaged = read.damaged.join(&b'\n');
        damaged.push(b'\n');
        self.append(&self.aside(), &damaged)?;
        let good = read.events.iter().map(|event| format!("{event}\n"));
        let good: String = iter::once(FIRST_LINE.to_owned()).chain(good).collect();
        // Readers take no lock: they see the old file or the new one.
        replace(&self.file(), good.as_bytes())
            .with_context(|| self.file().display().to_string())?;
        Ok(read.damaged.len())
    }
}

/// The events of a file that is too long, as lines; only the newest, if there is no room for all.
fn newest(bytes: &[u8]) -> String {
    let events = read(bytes).events;
    let mut room = FILE_BYTES_MAX / 2;
    let fits = |line: &String| match room.checked_sub(line.len() as u64) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    let newest = events.iter().rev().map(|event| format!("{event}\n"));
    newest.take_while(fits).collect()
}

fn contents(path: &Path) -> io::Result<Vec<u8>> {
    // This comes before opening it: a pipe would wait for a writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > FILE_BYTES_MAX {
        true => Err(io::Error::other("longer than 16 MiB")),
        false => Ok(bytes),
    }
}

fn ends_a_line(path: &Path, length: u64) -> bool {
    use io::{Seek, SeekFrom};
    let last = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(length - 1))?;
        let mut byte = [0];
        file.read_exact(&mut byte)?;
        io::Result::Ok(byte[0])
    };
    last().is_ok_and(|byte| byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn progress_log(folder: &Path) -> ProgressLog {
        let folder = folder.to_owned();
        ProgressLog { folder }
    }

    #[test]
    fn lines_of_many_writers_all_stay_while_another_repairs() {
        let folder = tempfile::tempdir().unwrap();
        let all = progress_log(folder.path());
        thread::scope(|scope| {
            for writer in 0..4 {
                let all = &all;
                scope.spawn(move || {
                    for line in 0..50 {
                        let id = format!("writer_{writer}_{line}");
                        all.add(&id, EventKind::Refused).unwrap();
                    }
                });
            }
            for round in 0..20 {
                let noise = format!("damage {round}\n");
                all.append(&all.file(), noise.as_bytes()).unwrap();
                all.check_and_repair().unwrap();
            }
        });
        all.check_and_repair().unwrap();
        assert_eq!(all.progress().exercises.len(), 200);
        let aside = fs::read_to_string(all.aside()).unwrap();
        for round in 0..20 {
            assert!(
                aside.contains(&format!("damage {round}\n")),
                "{round}: {aside}"
            );
        }
    }

    #[test]
    fn a_line_that_was_cut_does_not_swallow_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let progress_log = progress_log(folder.path());
        fs::write(progress_log.file(), "2026-09-01T08:00:00.000Z echo_ser").unwrap();
        progress_log.add("echo_server", EventKind::GaveUp).unwrap();
        assert!(progress_log.progress().of("echo_server").gave_up);
        assert_eq!(progress_log.repair().unwrap(), 1);
        let aside = fs::read_to_string(progress_log.aside()).unwrap();
        assert!(aside.ends_with("2026-09-01T08:00:00.000Z echo_ser\n"));
        assert!(progress_log.progress().of("echo_server").gave_up);
        assert_eq!(progress_log.repair().unwrap(), 0);
    }

    #[test]
    fn what_is_not_a_progress_file_goes_aside_whole_and_what_can_be_read_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let progress_log = progress_log(folder.path());
        assert_eq!(progress_log.put_aside().unwrap(), None);
        let mut long = b"2026-09-01T08:00:00.000Z echo_server hint 3\n".to_vec();
        long.resize(usize::try_from(FILE_BYTES_MAX).unwrap() + 1, 0);
        fs::write(progress_log.file(), &long).unwrap();
        let aside = progress_log.put_aside().unwrap().unwrap();
        assert!(fs::read(&aside).unwrap() == long);
        assert_eq!(progress_log.progress().of("echo_server").hints, 3);
        progress_log.add("echo_server", EventKind::GaveUp).unwrap();
        assert_eq!(progress_log.put_aside().unwrap(), None);
        fs::remove_file(progress_log.file()).unwrap();
        fs::create_dir(progress_log.file()).unwrap();
        assert!(progress_log.add("echo_server", EventKind::GaveUp).is_err());
        let other = progress_log.put_aside().unwrap().unwrap();
        assert!(other.is_dir() && other != aside);
        progress_log.add("echo_server", EventKind::GaveUp).unwrap();
        assert!(progress_log.progress().of("echo_server").gave_up);
    }
}
