//! Small sets as sorted lists, which use a tenth of a tree's memory. A search keeps several per
//! chat and per person.

/// A sorted set of a few items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SmallSet<T>(Vec<T>);

impl<T> Default for SmallSet<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> SmallSet<T> {
    pub(crate) fn insert(&mut self, item: T) {
        if let Err(at) = self.0.binary_search(&item) {
            // Most sets do not grow after the first item.
            if self.0.len() < 4 {
                self.0.reserve_exact(1);
            }
            self.0.insert(at, item);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.0.last()
    }

    pub(crate) fn pop_last(&mut self) {
        self.0.pop();
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl SmallSet<Box<str>> {
    pub(crate) fn has(&self, text: &str) -> bool {
        self.0.binary_search_by(|known| (**known).cmp(text)).is_ok()
    }

    /// Adds a text. Copies it only if it is new.
    pub(crate) fn add(&mut self, text: &str) {
        if !self.has(text) {
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
