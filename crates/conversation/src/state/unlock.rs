use std::collections::BTreeSet;

use privity_primitives::hash::sha256;
use privity_primitives::sign::VerifyingKey;
use privity_primitives::wrap::WrapPrivateKey;

use crate::Error;
use crate::epoch::{Epoch, ReceivedWrap, WrapFault, WrapTarget};
use crate::format::{ConversationId, Recipient, Seeding, WrappedEntry};
use crate::log::{AppendError, Refused};
use crate::state::asked::AskedKey;
use crate::state::conversation::Standing;
use crate::state::{Changes, Client, Context, Event, Request};

impl Client {
    /// Takes wraps for this account, as the relay handed them on.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known; a wrap that is wrong is an
    /// event and stops nothing.
    pub fn handle_wraps(
        &mut self,
        conversation: &ConversationId,
        wraps: &[Vec<u8>],
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let mut changes = Changes::default();
        self.conversation(conversation)?;
        for bytes in self.asked.in_order(wraps) {
            self.take_wrap(conversation, bytes, context, &mut changes)?;
        }
        self.tell_links(conversation, context, &mut changes)?;
        self.save_epochs(conversation, context, &mut changes)?;
        let unlocked = changes.events.iter().any(|event| matches!(event, Event::Unlocked { .. }));
        if unlocked && self.conversation(conversation)?.held.len() > 0 {
            changes.events.push(Event::HeldReady { conversation: *conversation });
        }
        self.finish(changes)
    }

    fn take_wrap(
        &mut self,
        id: &ConversationId,
        bytes: &[u8],
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let Ok(received) = ReceivedWrap::read(bytes) else {
            let anchor = self.conversation(id)?.fold.now().epoch().anchor;
            changes.events.push(refused(id, anchor, WrapFault::BadSignature));
            return Ok(());
        };
        let record = received.record().clone();
        let anchor = record.context.anchor;
        let state = self.conversation_mut(id)?;
        let Some(facts) = state.facts(anchor) else {
            // Beyond the head it may come true; in the log that is here it can't any more.
            if anchor <= state.fold.head() {
                changes.events.push(refused(id, anchor, WrapFault::OtherAnchor));
            }
            return Ok(());
        };
        if state.epoch(facts.anchor.position).is_some() {
            return Ok(());
        }
        let me = match self.me_at(&record) {
            Ok(me) => me,
            Err(fault) => {
                changes.events.push(refused(id, anchor, fault));
                return Ok(());
            }
        };
        let key = self.wrapper_key(id, &record).ok();
        let verified = match received.verify(&facts, &me, key.as_ref()) {
            Ok(verified) => verified,
            Err(fault) => {
                changes.events.push(refused(id, anchor, fault));
                return Ok(());
            }
        };
        let here = self.private_key(me.generation).is_some();
        let wrap = sha256(&[bytes]);
        if !here && !self.may_ask(id, anchor, &wrap)? {
            return Ok(());
        }
        let opened = match self.private_key(me.generation) {
            Some(private) => verified.open(private, context.rng),
            None => match verified.ask() {
                Ok(epoch) => {
                    let conversation = *id;
                    let asked = AskedKey { conversation, anchor, epoch, wrap, others: false };
                    self.asked.waiting.push(asked);
                    changes.events.push(Event::PrivateKeyNeeded);
                    return Ok(());
                }
                Err(fault) => Err(fault),
            },
        };
        if let Err(fault) = &opened {
            self.complain_of(id, bytes, (anchor, *fault), changes)?;
        }
        self.take_opened(id, anchor, opened, changes)
    }

    pub(super) fn take_opened(
        &mut self,
        id: &ConversationId,
        anchor: u64,
        opened: Result<Epoch, WrapFault>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let epoch = match opened {
            Ok(epoch) => epoch,
            Err(fault) => {
                changes.events.push(refused(id, anchor, fault));
                return Ok(());
            }
        };
        self.conversation_mut(id)?.keep_epoch(&epoch);
        changes.events.push(Event::Unlocked { conversation: *id, anchor });
        Ok(())
    }

    /// This account as the recipient of a wrap, by the generation that the wrap names.
    fn me_at(&self, record: &WrappedEntry) -> Result<WrapTarget, WrapFault> {
        let own = self.own.account();
        let generation = match record.context.recipient {
            Recipient::Account { account, generation } if account == own => generation,
            _ => return Err(WrapFault::OtherRecipient),
        };
        let chain = self.directory.chain(&own);
        let key = chain.and_then(|chain| chain.key_of_generation(generation));
        let key = key.ok_or(WrapFault::OtherGeneration)?;
        let key = key.key.parse().map_err(|_| WrapFault::OtherKey)?;
        Ok(WrapTarget { account: own, generation, key })
    }

    /// The wrapper's key, if the log lets it wrap this epoch where it says so.
    pub(super) fn wrapper_key(
        &self,
        id: &ConversationId,
        record: &WrappedEntry,
    ) -> Result<VerifyingKey, AppendError> {
        let view = self.conversations.get(id).and_then(|state| state.fold.at(record.entitled));
        let entitled = view.filter(|view| view.entitled(&record.wrapper, record.context.anchor));
        let view = entitled.ok_or(Refused::NotAMember)?;
        view.device_key(&self.directory, &record.wrapper, &record.device)
    }

    /// The private key of one of this account's generations, if it is in this process.
    pub(super) fn private_key(&mut self, generation: u32) -> Option<&WrapPrivateKey> {
        let chain = self.directory.chain(&self.own.account())?;
        let seeding = chain.key_of_generation(generation)?.seeding;
        match seeding {
            Seeding::Direct => self.registered.as_ref(),
            Seeding::Seeded => {
                if !self.private_keys.contains_key(&generation) {
                    let key = self.own.seeds().get(generation)?.key().ok()?;
                    self.private_keys.insert(generation, key);
                }
                self.private_keys.get(&generation)
            }
        }
    }

    /// Whether one more private operation may be asked for. Anybody can invite: until the user
    /// has accepted, the newest epoch alone is asked for.
    fn may_ask(
        &mut self,
        id: &ConversationId,
        anchor: u64,
        wrap: &[u8; 32],
    ) -> Result<bool, Error> {
        let state = self.conversation(id)?;
        let newest = state.fold.now().epoch().anchor == anchor;
        if state.standing != Standing::Accepted && !newest {
            return Ok(false);
        }
        Ok(!self.asked.waits(id, anchor, wrap) && !self.asked.is_full(id))
    }

    /// Private-key operations that wait for an answer, by their number: 64 at most, the
    /// others come when these are answered.
    pub fn private_key_requests(
        &self,
    ) -> impl Iterator<Item = (usize, privity_primitives::wrap::NeedsPrivateKey<'_>)> {
        self.asked.waiting.iter().enumerate().map(|(number, asked)| (number, asked.epoch.request()))
    }

    /// Answers the private-key operation of that number; `None` says that it failed.
    ///
    /// # Errors
    /// [`Error::Misuse`] if no operation of that number waits.
    pub fn answer_private_key(
        &mut self,
        number: usize,
        decrypted: Option<&[u8]>,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        if number >= self.asked.waiting.len() {
            return Err(Error::Misuse("no such private-key operation waits"));
        }
        let asked = self.asked.waiting.remove(number);
        let mut changes = Changes::default();
        let opened = asked.epoch.resume(decrypted);
        let has_failed = opened.is_err() && self.asked.has_failed(asked.wrap);
        let mut again = BTreeSet::new();
        if has_failed || opened.is_ok() {
            again = self.asked.next();
        }
        if has_failed && asked.others {
            again.insert(asked.conversation);
        }
        let fetch = again.into_iter().map(|conversation| Request::FetchWraps { conversation });
        changes.send.extend(fetch);
        self.take_opened(&asked.conversation, asked.anchor, opened, &mut changes)?;
        self.tell_links(&asked.conversation, context, &mut changes)?;
        self.save_epochs(&asked.conversation, context, &mut changes)?;
        self.finish(changes)
    }
}

fn refused(conversation: &ConversationId, anchor: u64, fault: WrapFault) -> Event {
    Event::WrapRefused { conversation: *conversation, anchor, fault }
}
