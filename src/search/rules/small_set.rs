//! Small sets as sorted lists, which use a tenth of a tree's memory. A search keeps several per
//! chat and per person.

/// A sorted set of a few items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SmallSet<T>(Vec<T>);

impl<T> Default for SmallSet<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> SmallSet<T> {
    pub(super) fn insert(&mut self, item: T) {
        if let Err(at) = self.0.binary_search(&item) {
            // Most sets do not grow after the first item.
            if self.0.len() < 4 {
                self.0.reserve_exact(1);
            }
            self.0.insert(at, item);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl SmallSet<Box<str>> {
    /// Adds a text. Copies it only if it is new.
    pub(super) fn add(&mut self, text: &str) {
        if self
            .0
            .binary_search_by(|known| (**known).cmp(text))
            .is_err()
        {
            self.insert(text.into());
        }
    }
}

impl<T: Ord> Extend<T> for SmallSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T> IntoIterator for SmallSet<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_sorted_and_distinct() {
        let mut set = SmallSet::default();
        set.extend([3, 1, 2, 3, 1, 9, 5]);
        assert_eq!(set.iter().copied().collect::<Vec<_>>(), [1, 2, 3, 5, 9]);
        assert_eq!(set.len(), 5);
        let mut texts: SmallSet<Box<str>> = SmallSet::default();
        texts.add("b");
        texts.add("a");
        texts.add("b");
        assert_eq!(
            texts.into_iter().collect::<Vec<_>>(),
            ["a".into(), "b".into()]
        );
    }
}
