use std::collections::{BTreeMap, BTreeSet};

use privity_primitives::secret::Secret;
use privity_wire::{Codec, DecodeError, Reader, read_list, read_option};

use crate::account::{Contacts, Directory, OwnAccount};
use crate::epoch::{Anchor, AnchoredEpoch, EpochFacts, EpochStore, Place};
use crate::format::{
    Blob, ConversationId, DeviceId, Entry, KnownHeads, Link, MessageId, SealedInfo, limit,
};
use crate::log::Fold;
use crate::message::{Reach, ReachLink, WindowRecord, Windows};
use crate::state::asked::Asked;
use crate::state::catch_up::SeenToEnd;
use crate::state::conversation::{Conversation, EPOCHS, Pending, Standing, Understood};
use crate::state::evidence::KeptEntries;
use crate::state::links::BrokenLinks;
use crate::state::record::{OpenedRecord, Sealer};
use crate::state::{Client, RecordKey, name};
use crate::{Error, LocalSecret};

/// Opens every record: logs at once, then what belongs to them.
pub(super) fn open(
    sealer: Sealer,
    version: u64,
    records: impl IntoIterator<Item = (RecordKey, Vec<u8>)>,
) -> Result<Client, Error> {
    let mut parts = BTreeMap::<(ConversationId, u8), Vec<OpenedRecord>>::new();
    let (mut client, mut contacts) = (None, None);
    let mut directory = Directory::default();
    let mut heads = KnownHeads::default();
    let mut conversations = BTreeMap::new();
    for (place, record) in records {
        let opened = sealer.open(place, &record)?;
        match opened.name.as_slice() {
            name::CLIENT => client = Some(opened.content),
            account if name::is_account(account) => {
                directory.absorb(Directory::from_bytes(opened.content.expose())?);
            }
            name::HEADS => heads = KnownHeads::from_bytes(opened.content.expose())?,
            name::CONTACTS => contacts = Some(Contacts::from_bytes(opened.content.expose())?),
            other => {
                let (kind, id, _) = name::parse(other).ok_or(DAMAGED)?;
                // Logs are what is large: none waits for the others.
                if kind == name::LOG {
                    conversations.insert(id, read_conversation(opened.content.expose())?);
                } else {
                    parts.entry((id, kind)).or_default().push(opened);
                }
            }
        }
    }
    let content = client.ok_or(Error::Misuse("the store holds no client: create one"))?;
    let mut reader = Reader::new(content.expose());
    let local = Secret::try_fill(|secret| {
        reader.array("local secret").map(|bytes: [u8; 32]| secret.copy_from_slice(&bytes))
    })?;
    let own = OwnAccount::from_bytes(reader.bytes32("own account", content.expose().len())?)?;
    reader.finish()?;
    let mut client = Client {
        sealer,
        version,
        own,
        local: LocalSecret::from_secret(local),
        directory,
        contacts: contacts.unwrap_or_default(),
        changed: BTreeSet::new(),
        conversations,
        creating: BTreeMap::new(),
        private_keys: BTreeMap::new(),
        registered: None,
        asked: Asked::default(),
        expected: heads,
        chain_seen: SeenToEnd::NotYet,
        waiting: BTreeSet::new(),
    };
    client.weigh_contacts();
    for ((id, kind), records) in &parts {
        // A part without its log says nothing, and must not keep the rest from being opened.
        if *kind != name::CREATING && !client.conversations.contains_key(id) {
            continue;
        }
        for record in records {
            client.take_part(id, *kind, record)?;
        }
        if *kind == name::WINDOW {
            let windows = records
                .iter()
                .map(|record| WindowRecord::from_bytes(record.content.expose()))
                .collect::<Result<Vec<_>, _>>()?;
            client.conversation_mut(id)?.windows = Windows::restore(windows);
        }
        if *kind == name::REACH {
            let state = client.conversation_mut(id)?;
            state.reaches = read_reaches(&state.fold, records)?;
        }
    }
    Ok(client)
}

impl Client {
    fn take_part(
        &mut self,
        id: &ConversationId,
        kind: u8,
        record: &OpenedRecord,
    ) -> Result<(), Error> {
        let content = record.content.expose();
        if kind == name::CREATING {
            self.creating.insert(*id, read_pending(content)?);
            return Ok(());
        }
        let state = self.conversations.get_mut(id).ok_or(DAMAGED)?;
        match kind {
            name::EPOCHS => state.epochs = EpochStore::from_record(&record.content, EPOCHS)?,
            name::PENDING => state.pending = Some(read_pending(content)?),
            name::EVIDENCE => state.evidence = KeptEntries::from_bytes(content)?,
            name::HELD => {
                let (_, _, number) = name::parse(&record.name).ok_or(DAMAGED)?;
                state.held.restore(number, content)?;
            }
            name::LINKS => state.broken = BrokenLinks::from_bytes(content)?,
            // All of a conversation go in at once.
            name::WINDOW | name::REACH => {}
            name::USAGE => {
                let mut reader = Reader::new(content);
                state.usage.messages = reader.u32("messages")?;
                state.last_own = MessageId::read(&mut reader)?;
                reader.finish()?;
            }
            name::OUTBOX => {
                let (_, _, rest) = name::parse(&record.name).ok_or(DAMAGED)?;
                state.outbox.insert(MessageId::from_bytes(rest)?, content.to_vec());
            }
            _ => return Err(DAMAGED.into()),
        }
        Ok(())
    }
}

fn read_conversation(content: &[u8]) -> Result<Conversation, Error> {
    let mut reader = Reader::new(content);
    let fold = Fold::from_bytes(reader.bytes32("fold", content.len())?)?;
    let first = EpochFacts {
        anchor: Anchor::read(&mut reader)?,
        place: Place::read(&mut reader)?,
        commitment: reader.array("commitment")?,
        link: Link::Fence,
    };
    let standing = match reader.u8("standing")? {
        0 => Standing::Invited,
        1 => Standing::Accepted,
        2 => Standing::Declined,
        _ => return Err(DAMAGED.into()),
    };
    let mut state = Conversation::begin(fold, first, standing, 0);
    state.understood = match reader.u8("understood")? {
        0 => Understood::All,
        _ => Understood::UpdateNeeded,
    };
    if reader.u8("info")? == 1 {
        let position = reader.u64("info position")?;
        state.info = Some((position, SealedInfo::read(&mut reader)?));
    }
    state.fork = read_option(&mut reader, "fork")?;
    state.usage.first_seen = reader.u64("first seen")?;
    reader.finish()?;
    state.windows = Windows::new();
    state.seen = SeenToEnd::NotYet;
    Ok(state)
}

fn read_reaches(
    fold: &Fold,
    records: &[OpenedRecord],
) -> Result<BTreeMap<(DeviceId, u64), Reach>, Error> {
    let mut links = BTreeMap::<(DeviceId, u64), Vec<ReachLink>>::new();
    for record in records {
        let (_, _, rest) = name::parse(&record.name).ok_or(DAMAGED)?;
        let (end, id) = name::parse_reach(rest).ok_or(DAMAGED)?;
        let previous = MessageId::from_bytes(record.content.expose())?;
        links.entry(end).or_default().push(ReachLink { id, previous });
    }
    let restore = |((device, position), links): ((DeviceId, u64), Vec<ReachLink>)| {
        let reach = Reach::restore(fold.heads_of_cut(&device, position), links);
        ((device, position), reach)
    };
    Ok(links.into_iter().map(restore).collect())
}

fn read_pending(content: &[u8]) -> Result<Pending, Error> {
    let mut reader = Reader::new(content);
    let entry = Entry::from_bytes(reader.bytes32("entry", limit::ENTRY)?)?;
    let wraps = read_list::<Blob>(&mut reader, "wraps", limit::WRAPS)?;
    let epoch = match reader.u8("epoch")? {
        0 => None,
        _ => {
            let secret = Secret::try_fill(|secret| {
                reader.array("epoch").map(|bytes: [u8; 32]| secret.copy_from_slice(&bytes))
            })?;
            let facts = EpochFacts::of(&entry)?.ok_or(DAMAGED)?;
            Some(AnchoredEpoch::restore(secret, facts)?)
        }
    };
    reader.finish()?;
    let wraps = wraps.into_iter().map(|wrap| wrap.0).collect();
    Ok(Pending { entry, wraps, epoch, after: None })
}

const DAMAGED: DecodeError = DecodeError::Invalid("stored record");
