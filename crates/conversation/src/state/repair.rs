use privity_wire::Codec;

use crate::Error;
use crate::epoch::{Verdict, judge_complaint};
use crate::format::{AccountId, ConversationId, Recipient, WrappedEntry};
use crate::state::{Blocked, Changes, Client, Request};

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
    /// needed to judge.
    pub fn judge(
        &mut self,
        conversation: &ConversationId,
        record: &[u8],
    ) -> Result<Verdict, Error> {
        let record = WrappedEntry::from_bytes(record)?;
        let anchor = record.context.anchor;
        let wrapper = self.wrapper_key(conversation, &record);
        let Recipient::Account { account, generation } = record.context.recipient else {
            return Err(Error::UpdateNeeded("recipient kind"));
        };
        let missing = || Error::Missing(crate::Missing::Statements(Vec::new()));
        let chain = self.directory.chain(&account).ok_or_else(missing)?;
        let key = chain.key_of_generation(generation).ok_or_else(missing)?;
        let key = key.key.parse()?;
        let target = crate::epoch::WrapTarget { account, generation, key };
        let state = self.conversation_mut(conversation)?;
        let secret = || Error::Missing(crate::Missing::EpochSecret(anchor));
        let epoch = state.epoch(anchor).ok_or_else(secret)?;
        Ok(judge_complaint(&record, &target, wrapper.as_ref(), &epoch))
    }
}
