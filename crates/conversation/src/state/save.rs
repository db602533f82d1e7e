use privity_primitives::secret::SecretVec;
use privity_wire::{Codec, Writer, write_list, write_option};

use crate::Error;
use crate::format::{AccountId, Blob, ConversationId, MessageId};
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
        let mut writer = Writer::new();
        writer.raw(self.local.secret().expose());
        writer.bytes32(self.own.to_bytes()?.expose())?;
        self.put_secret(name::CLIENT, writer, context, changes)
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
        let mut writer = Writer::new();
        writer.bytes32(&state.fold.to_bytes()?)?;
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
        self.put(&name::of(name::LOG, id, &[]), &writer, context, changes)
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
        let writer = pending.to_record()?;
        self.put_secret(&name::pending(id), writer, context, changes)
    }

    pub(super) fn save_creating(
        &self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let Some(pending) = self.creating.get(id) else { return Ok(()) };
        let writer = pending.to_record()?;
        self.put_secret(&name::creating(id), writer, context, changes)
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
        &self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let mut writer = Writer::new();
        self.conversation(id)?.held.write(&mut writer)?;
        self.put(&name::of(name::HELD, id, &[]), &writer, context, changes)
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
    fn to_record(&self) -> Result<Writer, Error> {
        let mut writer = Writer::new();
        writer.bytes32(&self.entry.to_bytes()?)?;
        let wraps: Vec<Blob> = self.wraps.iter().cloned().map(Blob).collect();
        write_list(&mut writer, &wraps)?;
        match &self.epoch {
            None => writer.u8(0),
            Some(epoch) => writer.u8(1).raw(epoch.secret().expose()),
        };
        Ok(writer)
    }
}
