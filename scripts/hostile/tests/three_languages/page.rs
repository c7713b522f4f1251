//! The rows of the tables of a page, and what their cells name.

/// The languages of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    Rust,
    C,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::Python, Self::Rust, Self::C];
}

/// A row of a table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The ID of the heading above the table, as a name of a module.
    pub(crate) section: String,
    /// The name of its functions: its first cell in lower case, `_` for what is no letter or digit.
    pub(crate) name: String,
    /// The cells of the row, each with the head of its column.
    pub(crate) cells: Vec<(String, String)>,
}

impl Row {
    /// Whether there is something to do in this language.
    pub(crate) fn speaks_of(&self, language: Language) -> bool {
        let has = |wanted: &str| self.cells.iter().any(|(head, _)| head == wanted);
        let cell = self
            .cells
            .iter()
            .find(|(head, _)| *head == format!("{language:?}"));
        match cell {
            Some((_, cell)) => !["", "—", "not in the standard library"].contains(&cell.as_str()),
            None => match language {
                Language::Python => has("option"),
                Language::C => has("option") || has("errno"),
                Language::Rust => false,
            },
        }
    }

    /// What the cells name, and the languages in which it is to be found: in each of them, or, for
    /// a column of no language of its own, in one of them.
    #[track_caller]
    pub(crate) fn names(&self) -> Vec<(String, &'static [Language], bool)> {
        let mut names = Vec::new();
        for (head, cell) in &self.cells {
            let (languages, in_each): (&[_], _) = match head.as_str() {
                "Python" => (&[Language::Python], true),
                "Rust" => (&[Language::Rust], true),
                "C" => (&[Language::C], true),
                "option" | "level" => (&[Language::Python, Language::C], true),
                "errno" => (&[Language::C], true),
                "value" => (&[Language::Python, Language::C], false),
                "what" | "what happened" | "what differs" => (&Language::ALL, false),
                other => panic!("a column {other:?}"),
            };
            let mut words = code(cell);
            if head == "errno" {
                words.push(plain(cell));
            }
            names.extend(words.into_iter().map(|word| (word, languages, in_each)));
        }
        names
    }
}

/// The rows of the tables of a page; their names are right on an English page.
pub(crate) fn rows(page: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut section = String::new();
    let mut heads: Option<Vec<String>> = None;
    for line in page.lines() {
        if let Some((_, id)) = line
            .strip_prefix("## ")
            .and_then(|line| line.split_once("{#"))
        {
            section = id.trim_end_matches('}').replace('-', "_");
        }
        let Some(cells) = line
            .strip_prefix('|')
            .and_then(|line| line.strip_suffix('|'))
        else {
            heads = None;
            continue;
        };
        let cells: Vec<String> = cells
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect();
        match &heads {
            None => heads = Some(cells),
            Some(_) if cells.iter().all(|cell| cell.trim_matches('-').is_empty()) => {}
            Some(heads) => {
                assert_eq!(heads.len(), cells.len(), "{line}");
                rows.push(Row {
                    section: section.clone(),
                    name: format!("row_{}", slug(&plain(&cells[0]))),
                    cells: heads.iter().cloned().zip(cells).collect(),
                });
            }
        }
    }
    rows
}

/// What stands between backticks.
pub(crate) fn code(cell: &str) -> Vec<String> {
    let parts = cell.split('`');
    parts.skip(1).step_by(2).map(str::to_owned).collect()
}

/// The text of a cell, without the targets of links.
fn plain(cell: &str) -> String {
    let mut text = String::new();
    let mut rest = cell;
    while let Some((before, link)) = rest.split_once('[') {
        let (words, after) = link.split_once("](").unwrap_or((link, ")"));
        text = text + before + words;
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    text + rest
}

fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join("_").to_lowercase()
}
