use privity::format::{ConversationId, Page, PageEnd};
use privity::{Changes, Context, Event, Incoming};

use crate::paging::{ANSWER, check_progress, size};
use crate::shown::stored;
use crate::{ClientError, Device, Synced, Window};

/// Pages of messages that one call reads.
const PAGES: usize = 10_000;

/// A message that was received, or why one was refused.
#[derive(Debug)]
pub struct Delivery {
    /// Where.
    pub conversation: ConversationId,
    /// What came of it.
    pub incoming: Incoming,
}

/// How a page of messages, or one of them, was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// Go on behind it.
    Yes,
    /// Messages from the beginning on are wanted once more: the cursor stands there.
    AndBegin,
    /// There is no room to hold one: the cursor stays before it, and it comes again.
    NoRoom,
}

impl Device {
    /// Reads a conversation's messages from the cursor on, and those that were held.
    ///
    /// What one call brings is in memory until it returns: it ends after [`ANSWER`] bytes or
    /// [`PAGES`] pages, and the next goes on at the cursor.
    pub(crate) async fn fetch_messages(
        &mut self,
        conversation: &ConversationId,
        context: &mut Context<'_>,
        synced: &mut Synced,
    ) -> Result<(), ClientError> {
        let mut bytes = 0_usize;
        for _ in 0..PAGES {
            let after = self.store.cursor(conversation)?;
            let page = self.relay.messages(conversation, Window::After(after)).await?;
            check_progress(&page, after.saturating_add(1))?;
            bytes = bytes.saturating_add(size(&page));
            let taken = self.take_page(conversation, &page, context, synced).await?;
            let held = self.take_held(conversation, context, synced).await?;
            let begin = taken == Taken::AndBegin || held == Taken::AndBegin;
            let end = taken == Taken::NoRoom || page.end == PageEnd::Last;
            if bytes > ANSWER || (!begin && end) {
                break;
            }
        }
        Ok(())
    }

    async fn take_page(
        &mut self,
        conversation: &ConversationId,
        page: &Page,
        context: &mut Context<'_>,
        synced: &mut Synced,
    ) -> Result<Taken, ClientError> {
        for item in &page.items {
            let received = self.client.receive(conversation, &item.bytes.0, context)?;
            if matches!(received.0, Incoming::NotNow) {
                return Ok(Taken::NoRoom);
            }
            let taken = self.take((conversation, item.cursor), received, context, synced).await?;
            if taken == Taken::AndBegin {
                return Ok(taken);
            }
        }
        Ok(Taken::Yes)
    }

    async fn take_held(
        &mut self,
        conversation: &ConversationId,
        context: &mut Context<'_>,
        synced: &mut Synced,
    ) -> Result<Taken, ClientError> {
        let mut all = Taken::Yes;
        while let Some(received) = self.client.receive_held(conversation, context)? {
            let cursor = self.store.cursor(conversation)?;
            let taken = self.take((conversation, cursor), received, context, synced).await?;
            if taken == Taken::AndBegin {
                all = taken;
            }
        }
        Ok(all)
    }

    async fn take(
        &mut self,
        (conversation, cursor): (&ConversationId, u64),
        (incoming, mut changes): (Incoming, Changes),
        context: &mut Context<'_>,
        synced: &mut Synced,
    ) -> Result<Taken, ClientError> {
        let stored = match &incoming {
            Incoming::Message(message) => Some(stored(conversation, message)),
            _ => None,
        };
        let again = Event::ReceiveAgain { conversation: *conversation };
        let (taken, cursor) = if changes.events.contains(&again) {
            (Taken::AndBegin, 0)
        } else {
            (Taken::Yes, cursor)
        };
        self.store.apply_received(&changes, conversation, cursor, stored.as_ref())?;
        changes.put.clear();
        changes.delete.clear();
        changes.expected_version = changes.version;
        self.perform_all(changes, context, synced).await?;
        synced.deliveries.push(Delivery { conversation: *conversation, incoming });
        Ok(taken)
    }
}
