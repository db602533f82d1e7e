use privity::format::{Page, PageEnd};
use privity_wire::DecodeError;

use crate::ClientError;

/// Bytes of the largest answer that is taken from a relay, also of one in many pages: it is
/// in memory as a whole.
pub(crate) const ANSWER: usize = 256 << 20;

/// Asks on while there is more, each time for the items from a cursor on.
///
/// The end of the page that comes back says whether something is left because it was too much.
///
/// # Errors
/// Those of `fetch`, and [`ClientError::Malformed`] for a relay that leads nowhere.
pub(crate) async fn all_pages(
    mut from: u64,
    fetch: impl AsyncFn(u64) -> Result<Page, ClientError>,
) -> Result<Page, ClientError> {
    let mut all = Page { items: Vec::new(), end: PageEnd::Last };
    let mut bytes = 0_usize;
    loop {
        let page = fetch(from).await?;
        from = check_progress(&page, from)?;
        bytes = bytes.saturating_add(size(&page));
        all.items.extend(page.items);
        all.end = page.end;
        if all.end == PageEnd::Last || bytes > ANSWER {
            return Ok(all);
        }
    }
}

/// The cursor from which to go on after this page, which was asked for from `from` on.
///
/// # Errors
/// [`ClientError::Malformed`] if it goes back, or says that there is more and brings nothing:
/// to ask on would never end.
pub(crate) fn check_progress(page: &Page, mut from: u64) -> Result<u64, ClientError> {
    for item in &page.items {
        let next = item.cursor.checked_add(1).filter(|_| item.cursor >= from);
        from = next.ok_or(DecodeError::Invalid("page"))?;
    }
    if page.items.is_empty() && page.end == PageEnd::More {
        return Err(DecodeError::Invalid("page").into());
    }
    Ok(from)
}

/// Bytes of a page's items.
pub(crate) fn size(page: &Page) -> usize {
    page.items.iter().map(|item| item.bytes.0.len()).fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::cell::Cell;

    use privity::format::{Blob, StoredItem};

    use super::*;

    fn page(cursors: &[u64], length: usize, end: PageEnd) -> Page {
        let item = |&cursor: &u64| StoredItem { cursor, bytes: Blob(vec![0; length]) };
        Page { items: cursors.iter().map(item).collect(), end }
    }

    fn is_refused(result: Result<Page, ClientError>) -> bool {
        matches!(result, Err(ClientError::Malformed(DecodeError::Invalid("page"))))
    }

    #[tokio::test]
    async fn pages_are_read_up_to_the_last() {
        let all = all_pages(3, async |from| {
            let end = if from < 7 { PageEnd::More } else { PageEnd::Last };
            Ok(page(&[from, from + 1], 1, end))
        });
        let all = all.await.unwrap();
        let cursors: Vec<_> = all.items.iter().map(|item| item.cursor).collect();
        assert_eq!((cursors, all.end), (vec![3, 4, 5, 6, 7, 8], PageEnd::Last));
    }

    #[tokio::test]
    async fn a_relay_that_leads_nowhere_is_not_followed() {
        for cursors in [&[][..], &[2], &[4, 4], &[5, 4], &[u64::MAX]] {
            let asked = Cell::new(0);
            let all = all_pages(3, async |_| {
                asked.set(asked.get() + 1);
                Ok(page(cursors, 1, PageEnd::More))
            });
            assert!(is_refused(all.await), "{cursors:?}");
            assert_eq!(asked.get(), 1, "{cursors:?}");
        }
        // the same page over and over
        assert!(is_refused(all_pages(3, async |_| Ok(page(&[3], 1, PageEnd::More))).await));
        // nothing is left: that is the end
        assert!(all_pages(3, async |_| Ok(page(&[], 1, PageEnd::Last))).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_kept_in_memory_is_bounded() {
        let asked = Cell::new(0);
        let all = all_pages(0, async |from| {
            asked.set(asked.get() + 1);
            Ok(page(&[from], ANSWER / 2, PageEnd::More))
        });
        assert_eq!(all.await.unwrap().end, PageEnd::More);
        assert_eq!(asked.get(), 3);
    }
}
