use std::iter;

/// A list with at least one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NonEmpty<T> {
    first: T,
    later: Vec<T>,
}

impl<T> NonEmpty<T> {
    pub(super) const fn new(first: T) -> Self {
        Self { first, later: Vec::new() }
    }

    pub(super) fn push(&mut self, item: T) {
        self.later.push(item);
    }

    pub(super) fn last(&self) -> &T {
        self.later.last().unwrap_or(&self.first)
    }

    pub(super) const fn len(&self) -> usize {
        self.later.len() + 1
    }

    /// The element at `index`; the first for an index that is not there.
    pub(super) fn at(&self, index: usize) -> &T {
        index.checked_sub(1).and_then(|later| self.later.get(later)).unwrap_or(&self.first)
    }

    /// The last element whose key is at most `bound`; the first if there is none.
    ///
    /// Keys ascend.
    pub(super) fn up_to(&self, bound: u64, key: impl Fn(&T) -> u64) -> &T {
        self.at(self.later.partition_point(|item| key(item) <= bound))
    }

    /// The elements whose keys are at most `bound`, and the first.
    pub(super) fn iter_to(
        &self,
        bound: u64,
        key: impl Fn(&T) -> u64,
    ) -> impl DoubleEndedIterator<Item = &T> {
        let later = self.later.partition_point(|item| key(item) <= bound);
        iter::once(&self.first).chain(self.later.iter().take(later))
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        iter::once(&self.first).chain(&self.later)
    }

    /// Takes a list that was read; `None` if it is empty.
    pub(super) fn from_vec(items: Vec<T>) -> Option<Self> {
        let mut items = items.into_iter();
        let first = items.next()?;
        Some(Self { first, later: items.collect() })
    }
}
