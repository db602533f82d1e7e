use privity_conversation::format::{
    Action, AppendRequest, Blob, ConversationId, Entry, EntryBody, LiveFrame, MessageOutside, Page,
    RelayErrorCode, StoredItem, WrappedEntry, WrapsRequest,
};
use privity_conversation::log::{AppendError, Applied, Fold, Started, Step};
use privity_wire::Codec;

use crate::Failure;
use crate::service::Service;
use crate::service::chains::StoredChains;
use crate::storage::{
    Head, Membership, MembershipChange, NewEntry, PageLimit, Posted, Range, Session, Storage,
};

impl Service {
    /// Appends an entry with its wraps, after the checks that every client makes too.
    pub(crate) fn append(&self, caller: &Session, request: &AppendRequest) -> Result<(), Failure> {
        let entry = Entry::from_bytes(&request.entry.0)?;
        let body = entry.body();
        if (body.author, body.device) != (caller.account, caller.device) {
            return Err(Failure::not_entitled("an entry is appended by its author's device"));
        }
        if !is_urgent(body) {
            self.appends.take(&caller.device)?;
        }
        let conversation = entry.conversation();
        let chains = self.stored_chains();
        let missing = count_missing(body, self.storage.as_ref())?;
        if missing > 0 {
            return Err(incomplete(missing));
        }
        let Some((fold, step)) = self.folded(&conversation, &entry, &chains)? else {
            return self.repeated(&conversation, body.position, &request.entry.0);
        };
        let wraps = self.check_wraps(&fold, &chains, caller, &request.wraps)?;
        let encoded = fold.to_bytes().map_err(internal)?;
        self.storage.append(&NewEntry {
            conversation,
            position: body.position,
            prev: body.prev,
            hash: entry.hash(),
            bytes: request.entry.0.clone(),
            fold: encoded,
            wraps,
            memberships: memberships(&fold, &step),
        })?;
        let audience = fold.now().members().map(|(account, _)| account);
        let frame = LiveFrame::Entries { conversation, head: body.position };
        self.updates.tell(audience.chain(step.gone), frame);
        Ok(())
    }

    /// The folded state after `entry`; none if the entry stands already.
    fn folded(
        &self,
        conversation: &ConversationId,
        entry: &Entry,
        chains: &StoredChains<'_>,
    ) -> Result<Option<(Fold, Step)>, Failure> {
        let Some(head) = self.storage.head(conversation)? else {
            if entry.body().position != 0 {
                return Err(Failure::not_found("conversation"));
            }
            let fold = chains.settle(Fold::begin(*conversation, entry, chains))?;
            let joined = fold.now().members().map(|(account, _)| account).collect();
            let step =
                Step { position: 0, epoch: Started::Epoch, joined, gone: vec![], moved: vec![] };
            return Ok(Some((fold, step)));
        };
        let mut fold = read_fold(&head)?;
        match chains.settle(fold.append(entry, chains))? {
            Applied::Appended(step) => Ok(Some((fold, step))),
            Applied::Duplicate => Ok(None),
            _ => Err(Failure::new(
                RelayErrorCode::HeadMoved,
                format_args!("the head is at {}", head.position),
            )),
        }
    }

    /// A repeat whose answer was lost succeeds again, if it is the same to the last bit.
    fn repeated(
        &self,
        conversation: &ConversationId,
        position: u64,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        let limit = PageLimit { items: 1, bytes: usize::MAX };
        match self.storage.entries(conversation, position..=position, &limit)?.items.first() {
            Some(stored) if stored.bytes.0 == bytes => Ok(()),
            _ => Err(Failure::new(RelayErrorCode::HeadMoved, "another entry stands there")),
        }
    }

    pub(crate) fn entries(
        &self,
        caller: &Session,
        conversation: &ConversationId,
        from: u64,
    ) -> Result<Page, Failure> {
        let membership = self.member(caller, conversation)?;
        self.storage.entries(
            conversation,
            from..=membership.until.unwrap_or(u64::MAX),
            &self.page(),
        )
    }

    pub(crate) fn wraps(
        &self,
        caller: &Session,
        conversation: &ConversationId,
        after: u64,
    ) -> Result<Page, Failure> {
        self.member(caller, conversation)?;
        self.storage.wraps(conversation, &caller.account, after, &self.page())
    }

    /// Takes repairs and self-wraps of epochs that stand.
    pub(crate) fn put_wraps(
        &self,
        caller: &Session,
        conversation: &ConversationId,
        request: &WrapsRequest,
    ) -> Result<(), Failure> {
        let fold = self.fold(conversation)?;
        let chains = self.stored_chains();
        check_member(&fold, &chains, caller, "wraps are handed in by members' devices")?;
        let wraps = self.check_wraps(&fold, &chains, caller, &request.0)?;
        let audience = self.storage.put_wraps(conversation, &wraps)?;
        if !audience.is_empty() {
            self.updates.tell(audience, LiveFrame::Wraps { conversation: *conversation });
        }
        Ok(())
    }

    /// Stores a message of a current member, sealed at a position that stands; also of a device
    /// that is newer than the member's pin, since a message names its author's newest head.
    pub(crate) fn post(
        &self,
        caller: &Session,
        conversation: &ConversationId,
        bytes: &[u8],
        now: u64,
    ) -> Result<u64, Failure> {
        let message = MessageOutside::from_bytes(bytes)?;
        if message.conversation != *conversation {
            return Err(Failure::not_entitled("the message is of another conversation"));
        }
        let fold = self.fold(conversation)?;
        let view = fold
            .at(message.position)
            .filter(|view| view.hash() == message.hash)
            .ok_or_else(|| Failure::new(RelayErrorCode::Refused, "no such position stands here"))?;
        if view.rotation_due() {
            return Err(Failure::new(RelayErrorCode::Refused, "a rotation is due there first"));
        }
        let why = "messages are posted by members' devices";
        if !fold.now().is_member(&caller.account) || !self.is_device_now(caller)? {
            return Err(Failure::not_entitled(why));
        }
        let posted = self.storage.post(conversation, message.position, now, bytes)?;
        let Posted::New(cursor) = posted else { return Ok(posted.cursor()) };
        let audience = fold.now().members().map(|(account, _)| account);
        let item = StoredItem { cursor, bytes: Blob(bytes.to_vec()) };
        let frame = LiveFrame::Message { conversation: *conversation, item };
        self.updates.tell(audience, frame);
        Ok(cursor)
    }

    pub(crate) fn messages(
        &self,
        caller: &Session,
        conversation: &ConversationId,
        range: Range,
    ) -> Result<Page, Failure> {
        self.member(caller, conversation)?;
        self.storage.messages(conversation, &caller.account, range, &self.page())
    }

    fn member(
        &self,
        caller: &Session,
        conversation: &ConversationId,
    ) -> Result<Membership, Failure> {
        self.storage
            .membership(conversation, &caller.account)?
            .ok_or_else(|| Failure::not_found("conversation"))
    }

    pub(super) fn fold(&self, conversation: &ConversationId) -> Result<Fold, Failure> {
        let head = self.storage.head(conversation)?;
        read_fold(&head.ok_or_else(|| Failure::not_found("conversation"))?)
    }
}

/// Refuses a device that is not active in a current member's pinned account.
fn check_member(
    fold: &Fold,
    chains: &StoredChains<'_>,
    caller: &Session,
    why: &str,
) -> Result<(), Failure> {
    let key = fold.now().device_key(chains, &caller.account, &caller.device);
    match chains.settle(Ok(key))? {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::not_entitled(why)),
    }
}

/// Entries that no flood may hold up: they end a right or follow an account.
const fn is_urgent(body: &EntryBody) -> bool {
    match body.action {
        Action::Remove { .. } | Action::Leave { .. } => true,
        Action::Rotate => !body.pins.is_empty(),
        _ => false,
    }
}

fn memberships(fold: &Fold, step: &Step) -> Vec<MembershipChange> {
    let view = fold.now();
    let begun = step.joined.iter().map(|account| MembershipChange::Begins {
        account: *account,
        floor: view.granted_from(account).unwrap_or(step.position),
    });
    let ended = step.gone.iter().map(|account| MembershipChange::Ends { account: *account });
    ended.chain(begun).collect()
}

fn read_fold(head: &Head) -> Result<Fold, Failure> {
    Fold::from_bytes(&head.fold).map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> Failure {
    tracing::error!(%error, "the stored state does not read back");
    Failure::new(RelayErrorCode::Internal, "the relay's stored state is damaged")
}

/// How the fold's refusals read from outside.
pub(super) fn refused(error: AppendError) -> Failure {
    match error {
        AppendError::Malformed(error) => error.into(),
        AppendError::UpdateNeeded(what) => {
            Failure::new(RelayErrorCode::Refused, format_args!("this relay does not know {what}"))
        }
        AppendError::Missing(pins) => incomplete(pins.len()),
        AppendError::Refused(rule) => {
            Failure::new(RelayErrorCode::Refused, format_args!("refused: {rule:?}"))
        }
        other => Failure::new(RelayErrorCode::Refused, format_args!("refused: {other:?}")),
    }
}

/// Members of a conversation whose statements nobody can fetch could not be verified.
fn count_missing(body: &EntryBody, storage: &dyn Storage) -> Result<usize, Failure> {
    let mut missing = 0;
    for pin in &body.pins {
        missing += usize::from(!storage.stands(pin)?);
    }
    Ok(missing)
}

fn incomplete(accounts: usize) -> Failure {
    Failure::new(
        RelayErrorCode::Incomplete,
        format_args!("statements of {accounts} accounts are missing here"),
    )
}

impl Service {
    /// Checks wraps that `caller` hands in against the log as it stands after the append.
    fn check_wraps(
        &self,
        fold: &Fold,
        chains: &StoredChains<'_>,
        caller: &Session,
        wraps: &[Blob],
    ) -> Result<Vec<crate::storage::NewWrap>, Failure> {
        wraps
            .iter()
            .map(|blob| {
                let wrap = WrappedEntry::from_bytes(&blob.0)?;
                crate::service::wrap::check(fold, chains, caller, &wrap)?;
                Ok(crate::storage::NewWrap {
                    anchor: wrap.context.anchor,
                    recipient: wrap.context.recipient,
                    wrapper: wrap.device,
                    bytes: blob.0.clone(),
                })
            })
            .collect()
    }
}
