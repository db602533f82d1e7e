use privity_wire::Codec;

use crate::epoch::{Verdict, WrapFault, WrapTarget, judge_complaint};
use crate::format::{AccountId, ConversationId, Pin, Recipient, WrappedEntry};
use crate::log::AppendError;
use crate::state::{Blocked, Changes, Client, Request};
use crate::{Error, Missing};

impl Client {
    /// Wraps again for a member whose wraps are missing or wrong: the newest epoch of each
    /// segment that the log grants it and that this client can open, and what broken links
    /// hide from it.
    ///
    /// The bytes come from the secrets alone, so a repair is no new randomness and shows
    /// nothing that the first wrap did not.
    ///
    /// # Errors
    /// [`Error::Blocked`] where nothing may be wrapped: after a fork, on a revoked device or
    /// one that the log does not pin yet, where the log needs an update, while a member's new
    /// head is not pinned, or to a member whose keys the policy keeps out. [`Error::Missing`]
    /// if the member's statements are not here.
    pub fn repair(
        &mut self,
        conversation: &ConversationId,
        account: &AccountId,
    ) -> Result<Changes, Error> {
        let request = self.repair_wraps(conversation, account)?;
        self.finish(Changes { send: vec![request], ..Changes::default() })
    }

    pub(super) fn repair_wraps(
        &mut self,
        conversation: &ConversationId,
        account: &AccountId,
    ) -> Result<Request, Error> {
        self.check_takes_part(conversation)?;
        self.check_seen(conversation)?;
        let suspended = self.suspended(conversation)?;
        if !suspended.is_empty() {
            return Err(Blocked::Suspended(suspended).into());
        }
        self.check_device_pinned(conversation)?;
        let target = self.target_or_refuse(&self.conversation(conversation)?.fold, account)?;
        let state = self.conversations.get_mut(conversation).ok_or(Error::UNKNOWN)?;
        let head = state.fold.head();
        let granted = state.granted_and_walked(account);
        let opened: Vec<_> = granted.into_iter().filter_map(|anchor| state.epoch(anchor)).collect();
        if opened.is_empty() {
            return Err(Blocked::SecretMissing.into());
        }
        let wrapper = self.wrapper(head);
        let wraps = opened
            .iter()
            .map(|epoch| Ok(epoch.wrap(&target, &wrapper)?.to_bytes()?))
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Request::PutWraps { conversation: *conversation, wraps })
    }

    /// Judges a complaint: a whole wrap record that its recipient says is wrong.
    ///
    /// # Errors
    /// [`Error::Malformed`] for bytes that are no wrap, [`Error::Missing`] for what is
    /// needed to judge: statements of the recipient or of the wrapper, up to what the log pins,
    /// or the epoch's secret.
    pub fn judge(
        &mut self,
        conversation: &ConversationId,
        record: &[u8],
    ) -> Result<Verdict, Error> {
        let record = WrappedEntry::from_bytes(record)?;
        let anchor = record.context.anchor;
        let wrapper = match self.wrapper_key(conversation, &record) {
            Err(AppendError::Missing(pins)) => {
                return Err(Error::Missing(Missing::Statements(pins)));
            }
            wrapper => wrapper.ok(),
        };
        let Recipient::Account { account, generation } = record.context.recipient else {
            return Err(Error::UpdateNeeded("recipient kind"));
        };
        let pin = self.conversation(conversation)?.fold.now().pin(&account);
        let pin = pin.unwrap_or(Pin::first(account));
        let chain = self.directory.chain(&account);
        let key = match chain.and_then(|chain| chain.key_of_generation(generation)) {
            Some(key) => key.key.parse()?,
            None if self.directory.lacks(&pin) => {
                return Err(Error::Missing(Missing::Statements(vec![pin])));
            }
            // The log pins no such key, so nobody owed the recipient this wrap.
            None => return Ok(Verdict::NoEvidence(WrapFault::OtherGeneration)),
        };
        let target = WrapTarget { account, generation, key };
        let state = self.conversation_mut(conversation)?;
        let secret = || Error::Missing(Missing::EpochSecret(anchor));
        let epoch = state.epoch(anchor).ok_or_else(secret)?;
        Ok(judge_complaint(&record, &target, wrapper.as_ref(), &epoch))
    }
}
