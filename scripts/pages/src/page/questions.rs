//! A pair of question fences on a page.

use std::path::Path;

use super::Work;
use crate::blocks::{Block, Fence};
use crate::question::{self, Drawing, Fault, Info, Question};
use crate::twins::Pair;
use bilingual::slashes;
use timeline::Timeline;

impl Work<'_> {
    pub(super) fn question(&mut self, pair: &Pair<'_>, zh: &Fence, en: &Fence) -> String {
        let info = match Info::parse(&zh.info) {
            Ok(info) => info,
            Err(fault) => {
                self.faults([vec![fault], Vec::new()], pair);
                return String::new();
            }
        };
        let line = pair.zh.line;
        self.ids.add(info.id, &self.zh_file, line, self.problems);
        let (zh, en) = match (question::parse(zh, &info), question::parse(en, &info)) {
            (Ok(zh), Ok(en)) => (zh, en),
            (zh, en) => {
                let faults = [zh.err().unwrap_or_default(), en.err().unwrap_or_default()];
                self.faults(faults, pair);
                return String::new();
            }
        };
        let faults = question::compare(&zh, &en, line);
        if !faults.is_empty() {
            self.faults([Vec::new(), faults], pair);
            return String::new();
        }
        let panel = match info.predict {
            Some(_) => match self.panel(&info, pair, [&zh, &en]) {
                Some(panel) => Some(panel),
                None => return String::new(),
            },
            None => None,
        };
        question::draw(&Drawing {
            id: info.id,
            page: &slashes(&self.page.with_extension("")),
            zh: &zh,
            en: &en,
            panel,
        })
    }

    /// The story before the step that is asked for.
    fn panel(
        &mut self,
        info: &Info<'_>,
        pair: &Pair<'_>,
        twins: [&Question<'_>; 2],
    ) -> Option<String> {
        let (name, step) = info.predict?;
        let folder = Path::new("examples");
        let source = self.named(folder, name, "session", pair.zh.line)?;
        let session = self.parsed(&source, &folder.join(format!("{name}.session")))?;
        match question::predict(&session, step, twins) {
            Ok(partial) => {
                let id = format!("{}-session", info.id);
                self.ids
                    .add(&id, &self.zh_file, pair.zh.line, self.problems);
                Some(timeline::html::session(
                    &Timeline::of_session(&partial),
                    &id,
                ))
            }
            Err(faults) => {
                self.faults(faults, pair);
                None
            }
        }
    }

    /// Reports the faults of the Chinese and of the English fence, on the lines of their files.
    fn faults(&mut self, faults: [Vec<Fault>; 2], pair: &Pair<'_>) {
        let [zh, en] = faults;
        let places: [(&Path, &Block<'_>); 2] =
            [(&self.zh_file, &pair.zh), (&self.en_file, &pair.en)];
        for ((file, block), faults) in places.into_iter().zip([zh, en]) {
            for fault in faults {
                self.problems
                    .add(file, block.line + fault.line, fault.zh, fault.en);
            }
        }
    }
}
