use std::collections::HashSet;
use std::sync::Arc;

use privity_conversation::format::{AccountId, LiveFrame};
use tokio::sync::broadcast;

/// An update and the accounts that may see it.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) audience: Arc<HashSet<AccountId>>,
    pub(crate) frame: LiveFrame,
}

/// Hands updates to every live connection; a slow one loses updates, never the others.
#[derive(Clone, Debug)]
pub(crate) struct Updates(broadcast::Sender<Update>);

impl Updates {
    pub(crate) fn new(backlog: usize) -> Self {
        Self(broadcast::channel(backlog.max(1)).0)
    }

    pub(crate) fn tell(&self, audience: impl IntoIterator<Item = AccountId>, frame: LiveFrame) {
        // Nobody listening is no fault: whoever is away catches up by cursors.
        let audience = Arc::new(audience.into_iter().collect());
        drop(self.0.send(Update { audience, frame }));
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Update> {
        self.0.subscribe()
    }
}
