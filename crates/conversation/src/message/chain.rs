use privity_primitives::random::CryptoRng;

use crate::draw::LocalSecret;
use crate::format::{ChainId, Content, DeviceId, MessageId, Pin, label};

use super::content_type::Draft;

/// The messages of one opened state of a device, counted from 0.
///
/// A state that is opened again, from a copy or in a second window, starts a chain of its
/// own: so no two messages of a device ever share chain and counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingChain {
    id: ChainId,
    counter: u64,
    previous: MessageId,
}

impl OutgoingChain {
    /// Starts a chain behind the device's last message known here; zero if there is none.
    ///
    /// `now` is mixed in, so that copies of a machine that are woken at different times do
    /// not draw the same chain id.
    pub fn start(
        local: &LocalSecret,
        previous: MessageId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let drawn = local.draw(&[label::MESSAGE, &previous.0, &now.to_be_bytes()], rng);
        let mut id = ChainId::ZERO;
        for (target, byte) in id.0.iter_mut().zip(drawn.expose()) {
            *target = *byte;
        }
        Self { id, counter: 0, previous }
    }

    /// What the next message of this chain says; nothing is counted yet.
    #[must_use]
    pub fn content(&self, author: Author, seen: MessageId, time: u64, draft: Draft) -> Content {
        Content {
            author: author.head,
            device: author.device,
            chain: self.id,
            counter: self.counter,
            previous: self.previous,
            seen,
            time,
            content_type: draft.content_type.0,
            target: draft.target,
            body: draft.body,
        }
    }

    /// Counts a message that was sealed, whatever becomes of it: its place is taken.
    pub const fn advance(&mut self, sealed: MessageId) {
        self.previous = sealed;
        self.counter = self.counter.saturating_add(1);
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> ChainId {
        self.id
    }

    /// The counter of the next message.
    #[must_use]
    pub const fn counter(&self) -> u64 {
        self.counter
    }
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// The author's account with its newest head that this device knows.
    pub head: Pin,
    /// This device.
    pub device: DeviceId,
}
