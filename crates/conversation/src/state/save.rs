use privity_primitives::secret::SecretVec;
use privity_wire::{Codec, Writer, write_option};

use crate::Error;
use crate::format::{AccountId, ConversationId, MessageId, VERSION};
use crate::message::{WindowChange, WindowKey};
use crate::state::conversation::{Pending, Standing, Understood};
use crate::state::{Changes, Client, Context, name};

impl Client {
    /// The device's own secrets and its contacts.
    pub(super) fn save_client(
        &self,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        self.put_secret(name::CLIENT, self.client_record()?, context, changes)
    }

    /// In room that is known in front: a buffer that grows leaves copies of secrets behind.
    fn client_record(&self) -> Result<Writer, Error> {
        let own = self.own.to_bytes()?;
        let mut writer = Writer::with_capacity(32 + 4 + own.expose().len());
        writer.raw(self.local.secret().expose());
        writer.bytes32(own.expose())?;
        Ok(writer)
    }

    /// What is known of one account.
    pub(super) fn save_account(
        &self,
        account: &AccountId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let mut writer = Writer::new();
        writer.raw(&self.directory.only(account).to_bytes()?);
        self.put(&name::account(account), &writer, context, changes)
    }

    /// The folded log and what goes with it; not what changes with every message.
    pub(super) fn save_conversation(
        &self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let state = self.conversation(id)?;
        let mut content = Writer::new();
        content.part32(|writer| state.fold.write(writer))?;
        let mut writer = Writer::new();
        state.first.anchor.write(&mut writer)?;
        state.first.place.write(&mut writer)?;
        writer.raw(&state.first.commitment);
        writer.u8(match state.standing {
            Standing::Invited => 0,
            Standing::Accepted => 1,
            Standing::Declined => 2,
        });
        writer.u8(match state.understood {
            Understood::All => 0,
            Understood::UpdateNeeded => 1,
        });
        match &state.info {
            None => {
                writer.u8(0);
            }
            Some((position, info)) => info.write(writer.u8(1).u64(*position))?,
        }
        write_option(&mut writer, state.fork.as_ref())?;
        writer.u64(state.usage.first_seen);
        content.raw(writer.as_slice());
        // The head's hash stands for all entries before it, and these for the whole fold.
        let mut mark = Writer::new();
        mark.u8(VERSION).raw(&state.fold.head_hash().0).raw(writer.as_slice());
        let (name, content) = (name::of(name::LOG, id, &[]), content.as_slice());
        let record = self.sealer.seal_marked(&name, content, mark.as_slice(), context.rng)?;
        changes.put.push(record);
        Ok(())
    }

    pub(super) fn save_epochs(
        &self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let Some(state) = self.conversations.get(id) else { return Ok(()) };
        let content = state.epochs.to_record();
        let record =
            self.sealer.seal(&name::of(name::EPOCHS, id, &[]), content.expose(), context.rng)?;
        changes.put.push(record);
        Ok(())
    }

    pub(super) fn save_pending(
        &self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let Some(pending) = &self.conversation(id)?.pending else { return Ok(()) };
        self.put_secret(&name::pending(id), pending.to_record()?, context, changes)
    }

    pub(super) fn save_creating(
        &self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let Some(pending) = self.creating.get(id) else { return Ok(()) };
        self.put_secret(&name::creating(id), pending.to_record()?, context, changes)
    }

    /// What one message of another device changes: a window, and the count of the epoch.
    pub(super) fn save_windows(
        &self,
        id: &ConversationId,
        windows: Vec<WindowChange>,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        for change in windows {
            match change {
                WindowChange::Put(record) => {
                    let mut writer = Writer::new();
                    record.write(&mut writer)?;
                    let key = window_name(&record.key());
                    self.put(&name::of(name::WINDOW, id, &key), &writer, context, changes)?;
                }
                WindowChange::Delete(key) => {
                    let name = name::of(name::WINDOW, id, &window_name(&key));
                    changes.delete.push(self.sealer.place(&name));
                }
            }
        }
        self.save_usage(id, context, changes)
    }

    pub(super) fn save_usage(
        &self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let state = self.conversation(id)?;
        let mut writer = Writer::new();
        writer.u32(state.usage.messages).raw(state.last_own.as_bytes());
        self.put(&name::of(name::USAGE, id, &[]), &writer, context, changes)
    }

    pub(super) fn save_outgoing(
        &self,
        id: &ConversationId,
        message: &MessageId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let state = self.conversation(id)?;
        let Some(bytes) = state.outbox.get(message) else { return Ok(()) };
        let mut writer = Writer::new();
        writer.raw(bytes);
        self.put(&name::outbox(id, message), &writer, context, changes)
    }

    pub(super) fn save_held(
        &mut self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let (unsaved, items) = self.conversation_mut(id)?.held.take_unsaved();
        let mut records = Vec::new();
        for item in items {
            let mut writer = Writer::new();
            item.write(&mut writer)?;
            records.push((name::held(id, item.number), writer));
        }
        for (name, writer) in records {
            self.put(&name, &writer, context, changes)?;
        }
        let gone = unsaved.gone().map(|number| name::held(id, number));
        let list = unsaved.list.then(|| name::of(name::HELD, id, &[]));
        changes.delete.extend(gone.chain(list).map(|name| self.sealer.place(&name)));
        Ok(())
    }

    /// Where messages stand to the cuts of their devices: a record for each, written once.
    pub(super) fn save_reaches(
        &mut self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let reaches = &mut self.conversation_mut(id)?.reaches;
        let fresh: Vec<_> =
            reaches.iter_mut().map(|(end, reach)| (*end, reach.take_unsaved())).collect();
        for (end, links) in fresh {
            for link in links {
                let mut writer = Writer::new();
                writer.raw(&link.previous.0);
                self.put(&name::reach(id, &end, &link.id), &writer, context, changes)?;
            }
        }
        Ok(())
    }

    /// Links that were found broken.
    pub(super) fn save_links(
        &self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let broken = &self.conversation(id)?.broken;
        self.put_part(name::LINKS, id, broken, context, changes)
    }

    /// A conversation's only record of its kind.
    pub(super) fn put_part(
        &self,
        kind: u8,
        id: &ConversationId,
        part: &impl Codec,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let mut writer = Writer::new();
        part.write(&mut writer)?;
        self.put(&name::of(kind, id, &[]), &writer, context, changes)
    }

    /// A record that holds secrets: what it was written in is wiped.
    fn put_secret(
        &self,
        name: &[u8],
        content: Writer,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let content = SecretVec::new(content.into_vec());
        changes.put.push(self.sealer.seal(name, content.expose(), context.rng)?);
        Ok(())
    }

    /// A record of what the relay knows too, or holds sealed.
    fn put(
        &self,
        name: &[u8],
        content: &Writer,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        changes.put.push(self.sealer.seal(name, content.as_slice(), context.rng)?);
        Ok(())
    }
}

fn window_name(key: &WindowKey) -> Vec<u8> {
    match key {
        WindowKey::Block { device, chain, block } => {
            [&[0][..], &device.0, &chain.0, &block.to_be_bytes()].concat()
        }
        WindowKey::Floor { device } => [&[1][..], &device.0].concat(),
    }
}

impl Pending {
    /// `entry: bytes32 | wraps: list of bytes32 | [S_e 32]`, in room that is known in front.
    fn to_record(&self) -> Result<Writer, Error> {
        let entry = self.entry.to_bytes()?;
        let wraps: usize = self.wraps.iter().map(|wrap| 4 + wrap.len()).sum();
        let secret = self.epoch.as_ref().map(|epoch| epoch.secret().expose());
        let room = 4 + entry.len() + 4 + wraps + 1 + secret.map_or(0, |secret| secret.len());
        let mut writer = Writer::with_capacity(room);
        writer.bytes32(&entry)?;
        let count = u32::try_from(self.wraps.len()).map_err(|_| Error::Misuse("too many wraps"))?;
        writer.u32(count);
        for wrap in &self.wraps {
            writer.bytes32(wrap)?;
        }
        match secret {
            None => writer.u8(0),
            Some(secret) => writer.u8(1).raw(secret),
        };
        Ok(writer)
    }
}

#[cfg(test)]
mod tests {
    use privity_primitives::secret::Secret;
    use privity_primitives::wrap::Suite;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use crate::account::{NewAccount, NewKey, NewRecovery};
    use crate::epoch::ConversationInfo;
    use crate::format::Policy;
    use crate::state::NewConversation;

    use super::*;

    #[test]
    fn what_secrets_are_written_in_never_grows() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let mut context = Context { now: 1, rng: &mut rng };
        let plan = NewAccount {
            device: Suite::X25519,
            key: NewKey::Seeded(Suite::X25519),
            recovery: NewRecovery::Nobody,
        };
        let (mut client, _) =
            Client::create(&Secret::copy_from(&[1; 32]), &plan, &mut context).unwrap();
        let info = ConversationInfo::default();
        let (policy, members) = (Policy::default(), Vec::new());
        let new = NewConversation { policy, members, info, predecessor: None };
        let (id, _) = client.create_conversation(new, &mut context).unwrap();
        for record in [client.client_record(), client.creating[&id].to_record()] {
            let record = record.unwrap().into_vec();
            assert_eq!(record.capacity(), record.len());
        }
    }
}
