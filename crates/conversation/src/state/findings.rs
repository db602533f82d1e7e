use crate::Error;
use crate::format::ConversationId;
use crate::log::{backoff_ms, rotation_overdue};
use crate::message::Finding;
use crate::state::Client;

impl Client {
    /// What is wrong with a conversation as it stands, beside its messages: a fork, accounts
    /// that the log lags behind, keys and a title that do not come, a key that is overdue.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn findings(
        &mut self,
        conversation: &ConversationId,
        now: u64,
    ) -> Result<Vec<Finding>, Error> {
        let own = self.own.account();
        let state = self.conversation(conversation)?;
        let view = state.fold.now();
        let fork = state.fork.map(|fork| Finding::Forked {
            position: fork.position,
            ours: fork.ours,
            theirs: fork.theirs,
        });
        let mut findings: Vec<Finding> = fork.into_iter().collect();
        let suspended = self.suspended(conversation)?;
        findings.extend(suspended.into_iter().map(|account| Finding::Suspended { account }));
        if rotation_overdue(view.policy(), &state.usage, now) {
            findings.push(Finding::RotationOverdue);
        }
        let state = self.conversation_mut(conversation)?;
        for anchor in state.granted(&own) {
            if state.epoch(anchor).is_none() {
                findings.push(Finding::EpochWithheld { anchor });
            }
        }
        if let Some(position) = state.spoiled_info() {
            findings.push(Finding::InfoRefused { position });
        }
        Ok(findings)
    }

    /// Milliseconds to wait before a change that lost its race is tried again: none if the
    /// last one stood. It doubles with each loss, and differs from device to device.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn wait_after_loss(&self, conversation: &ConversationId) -> Result<Option<u64>, Error> {
        let state = self.conversation(conversation)?;
        let wait = backoff_ms(&state.fold.head_hash(), &self.own.device(), state.lost);
        Ok((state.lost > 0).then_some(wait))
    }
}
