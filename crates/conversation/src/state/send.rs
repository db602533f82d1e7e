use crate::Error;
use crate::format::{Action, ConversationId, MessageId, PostQuantumPolicy};
use crate::log::{rotation_due, rotation_overdue};
use crate::message::{Author, Draft, OutgoingChain, seal};
use crate::state::conversation::{Standing, Understood};
use crate::state::{Blocked, Changes, Client, Context, Event, Request};

impl Client {
    /// Seals a message at the head and puts it into the outbox until the relay has it.
    ///
    /// # Errors
    /// [`Error::Blocked`] says what stands in the way and what ends it.
    pub fn send(
        &mut self,
        conversation: &ConversationId,
        draft: Draft,
        context: &mut Context<'_>,
    ) -> Result<(MessageId, Changes), Error> {
        self.look_for_lagging(conversation)?;
        self.check_may_seal(conversation, context.now)?;
        let head = self.directory.head(&self.own.account()).ok_or(Error::UNKNOWN)?;
        let author = Author { head, device: self.own.device() };
        let state = self.conversations.get_mut(conversation).ok_or(Error::UNKNOWN)?;
        let position = state.fold.head();
        let seen = state.windows.seen_by(&author.device);
        let outgoing = state.outgoing.get_or_insert_with(|| {
            OutgoingChain::start(&self.local, state.last_own, context.now, context.rng)
        });
        let content = outgoing.content(author, seen, context.now, draft);
        let key = state.position_key(position).ok_or(Blocked::SecretMissing)?;
        let sealed = seal(key, &content, self.own.signing_key(), &self.local, context.rng)?;
        if let Some(outgoing) = &mut state.outgoing {
            outgoing.advance(sealed.id);
        }
        state.last_own = sealed.id;
        state.usage.messages = state.usage.messages.saturating_add(1);
        state.outbox.insert(sealed.id, sealed.bytes.clone());
        let mut changes = Changes::default();
        self.save_usage(conversation, context, &mut changes)?;
        self.save_outgoing(conversation, &sealed.id, context, &mut changes)?;
        changes.send.push(Request::Post {
            conversation: *conversation,
            id: sealed.id,
            message: sealed.bytes,
        });
        Ok((sealed.id, self.finish(changes)?))
    }

    /// The relay has stored a message of the outbox.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn handle_posted(
        &mut self,
        conversation: &ConversationId,
        id: &MessageId,
    ) -> Result<Changes, Error> {
        let place = self.sealer.place(&super::name::outbox(conversation, id));
        let state = self.conversation_mut(conversation)?;
        let mut changes = Changes::default();
        if state.outbox.remove(id).is_some() {
            changes.delete.push(place);
            changes.events.push(Event::Posted { conversation: *conversation, id: *id });
        }
        self.finish(changes)
    }

    /// Everything that was saved and may not have been sent: the same bytes again.
    ///
    /// To be sent after each start and whenever the relay was out of reach. Nothing of a
    /// conversation that has forked is among it.
    ///
    /// # Errors
    /// None in practice: what is pending was encoded before.
    pub fn unsent(&self) -> Result<Vec<Request>, Error> {
        let mut requests = Vec::new();
        if let Some(pending) = self.own.pending() {
            requests.push(self.publish_request(pending)?);
        }
        for (id, pending) in &self.creating {
            requests.push(pending.request(*id)?);
        }
        for (conversation, state) in &self.conversations {
            // After a fork nothing is sealed or wrapped, and nothing of it leaves.
            if state.fork.is_some() {
                continue;
            }
            if let Some(pending) = &state.pending {
                requests.push(pending.request(*conversation)?);
            }
            requests.extend(state.outbox.iter().map(|(id, message)| Request::Post {
                conversation: *conversation,
                id: *id,
                message: message.clone(),
            }));
        }
        Ok(requests)
    }

    /// Whether a message may be sealed now.
    ///
    /// # Errors
    /// [`Error::Blocked`] if not.
    pub fn check_may_seal(&self, conversation: &ConversationId, now: u64) -> Result<(), Error> {
        self.check_takes_part(conversation)?;
        self.check_log_met(conversation)?;
        let state = self.conversation(conversation)?;
        let view = state.fold.now();
        let stops = view.policy().overdue == crate::format::OverduePolicy::StopSealing
            && rotation_overdue(view.policy(), &state.usage, now);
        if view.rotation_due() || stops {
            return Err(Blocked::RotationDue.into());
        }
        let suspended = self.suspended(conversation)?;
        if !suspended.is_empty() {
            return Err(Blocked::Suspended(suspended).into());
        }
        if view.policy().post_quantum == PostQuantumPolicy::Required {
            let pins: Vec<_> = view.members().filter_map(|(it, _)| view.pin(&it)).collect();
            self.check_post_quantum(view.policy(), &pins)?;
        }
        Ok(())
    }

    /// Whether a change may be proposed now; whoever was invited may go without accepting.
    pub(super) fn check_may_propose(
        &self,
        conversation: &ConversationId,
        action: &Action,
    ) -> Result<(), Error> {
        match self.stands_in_the_way(conversation)? {
            Some(Blocked::NotAccepted) if matches!(action, Action::Leave { .. }) => {}
            Some(blocked) => return Err(blocked.into()),
            None => {}
        }
        match self.conversation(conversation)?.pending {
            Some(_) => Err(Blocked::ChangePending.into()),
            None => self.check_seen(conversation),
        }
    }

    pub(super) fn check_takes_part(&self, conversation: &ConversationId) -> Result<(), Error> {
        let blocked = self.stands_in_the_way(conversation)?;
        blocked.map_or(Ok(()), |blocked| Err(blocked.into()))
    }

    fn stands_in_the_way(&self, conversation: &ConversationId) -> Result<Option<Blocked>, Error> {
        if self.creating.contains_key(conversation) {
            return Ok(Some(Blocked::ChangePending));
        }
        let state = self.conversation(conversation)?;
        let chain = self.directory.chain(&self.own.account()).ok_or(Error::UNKNOWN)?;
        let active = chain.device_at(chain.head().seq, &self.own.device()).is_some();
        Ok(if !active {
            Some(Blocked::DeviceRevoked)
        } else if state.understood == Understood::UpdateNeeded {
            Some(Blocked::UpdateNeeded)
        } else if state.fork.is_some() {
            Some(Blocked::Forked)
        } else if !state.is_member(&self.own.account()) {
            Some(Blocked::NotMember)
        } else if state.standing != Standing::Accepted {
            Some(Blocked::NotAccepted)
        } else {
            None
        })
    }

    /// Whether the key should be replaced by now: somebody left, or its time or number of
    /// messages is over, after this device's own waiting time.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn rotation_due(&self, conversation: &ConversationId, now: u64) -> Result<Due, Error> {
        let state = self.conversation(conversation)?;
        let view = state.fold.now();
        if view.rotation_due() || !self.moved_pins(conversation)?.is_empty() {
            return Ok(Due::Now);
        }
        let wait = crate::log::jitter_ms(&state.fold.head_hash(), &self.own.device());
        let policy = view.policy();
        Ok(if rotation_due(policy, &state.usage, now.saturating_sub(wait)) {
            Due::Now
        } else if rotation_due(policy, &state.usage, now) {
            Due::AfterWaiting
        } else {
            Due::No
        })
    }
}

/// Whether a rotation is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The key is good.
    No,
    /// It is due; another device may be first: look again a little later.
    AfterWaiting,
    /// Rotate.
    Now,
}
