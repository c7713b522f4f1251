//! The ids of a page: every heading has one, and none occurs twice.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::blocks::{Block, Kind};
use crate::problem::Problems;
use crate::scan::Scan;
use crate::twins::Pair;
use bilingual::slashes;

/// Each id with the place that has it.
#[derive(Debug, Default)]
pub(crate) struct Ids(HashMap<String, (PathBuf, usize)>);

impl Ids {
    /// The headings of the Chinese page. The English ones come out with them.
    pub(crate) fn headings(&mut self, blocks: &[Block<'_>], file: &Path, problems: &mut Problems) {
        for (id, line) in well_formed(blocks, file, problems) {
            self.add(&id, file, line, problems);
        }
    }

    /// Ids in HTML that the writer of the Chinese page typed.
    pub(crate) fn html(&mut self, scan: &Scan, file: &Path, problems: &mut Problems) {
        for found in &scan.html_ids {
            self.add(&found.text, file, found.line, problems);
        }
    }

    /// Ids in the English page, except in blocks that come out once.
    pub(crate) fn english_html(
        &mut self,
        scan: &Scan,
        pairs: &[Pair<'_>],
        file: &Path,
        problems: &mut Problems,
    ) {
        for found in &scan.html_ids {
            // The block that begins on this line, or the last one before.
            let place = pairs.partition_point(|pair| pair.en.line <= found.line);
            let pair = place.checked_sub(1).and_then(|place| pairs.get(place));
            if !pair.is_some_and(|pair| pair.is_same() && pair.en.covers(found.line)) {
                self.add(&found.text, file, found.line, problems);
            }
        }
    }

    pub(crate) fn add(&mut self, id: &str, file: &Path, line: usize, problems: &mut Problems) {
        match self.0.get(id) {
            Some((first, at)) => twice(id, file, line, (first, *at), problems),
            None => {
                self.0.insert(id.to_owned(), (file.to_owned(), line));
            }
        }
    }

    pub(crate) fn into_names(self) -> HashSet<String> {
        self.0.into_keys().collect()
    }
}

/// The ids of English headings only have to be well-formed and differ from each other.
pub(crate) fn english_headings(blocks: &[Block<'_>], file: &Path, problems: &mut Problems) {
    let mut seen = HashMap::new();
    for (id, line) in well_formed(blocks, file, problems) {
        let first = *seen.entry(id.clone()).or_insert(line);
        if first != line {
            twice(&id, file, line, (file, first), problems);
        }
    }
}

fn twice(id: &str, file: &Path, line: usize, first: (&Path, usize), problems: &mut Problems) {
    let first = format!("{}:{}", slashes(first.0), first.1);
    problems.add(
        file,
        line,
        format!("id {id} 在这一页出现了两次（先在 {first}）；换一个"),
        format!("duplicate id {id} (first at {first}); choose another"),
    );
}

/// The ids of headings; a missing or unusable one is a problem.
fn well_formed(blocks: &[Block<'_>], file: &Path, problems: &mut Problems) -> Vec<(String, usize)> {
    let mut ids = Vec::new();
    for block in blocks {
        let Kind::Heading { id, .. } = &block.kind else {
            continue;
        };
        match id {
            None => problems.add(
                file,
                block.line,
                format!("标题「{}」没有 id；在末尾加 {{#ascii-id}}，两种语言写同一个", block.inner),
                format!("the heading \"{}\" has no id; add {{#ascii-id}} at its end, the same in both twins", block.inner),
            ),
            Some(id) if !is_ascii_id(id) => problems.add(
                file,
                block.line,
                format!("id {id} 只能用 ASCII 字母、数字、- 和 _，以字母开头"),
                format!("the id {id} must start with a letter and contain only ASCII letters, digits, - and _"),
            ),
            Some(id) => ids.push((id.clone(), block.line)),
        }
    }
    ids
}

pub(crate) fn is_ascii_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
