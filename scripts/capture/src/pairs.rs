//! A small map: a few keys, in the order in which they came.
//!
//! A capture has a handful of conversations, and a list of pairs compiles faster than a tree.

/// Keys with their values.
pub(crate) struct Pairs<K, V>(Vec<(K, V)>);

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V> Pairs<K, V> {
    /// The value of a key, made if it is new.
    pub(crate) fn entry(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        let place = self.0.iter().position(|(other, _)| *other == key);
        let place = place.unwrap_or_else(|| {
            self.0.push((key, new()));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }

    /// The value of a key, if it has one.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let found = self.0.iter().find(|(other, _)| other == key);
        found.map(|(_, value)| value)
    }

    /// All keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }
}
