//! What a member who breaks the rules has: her keys, the secrets that her own wraps give her,
//! and the public formats.

use privity_conversation::epoch::{EpochFacts, PositionKey, WrapTarget};
use privity_conversation::format::{
    AccountId, Action, ConversationId, Entry, EntryBody, EntryHash, MessageInside, MessageOutside,
    Recipient, WrapContext, WrappedEntry, label,
};
use privity_conversation::sign::Signature;
use privity_conversation::state::{Event, Incoming, Message};
use privity_conversation::{Error, epoch};
use privity_primitives::committing::CommittingKey;
use privity_primitives::kdf::{Prk, extract};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::WrapCiphertext;
use privity_testkit::{ChaCha20Rng, Device, Relay, SeedableRng};
use privity_wire::Codec;

use crate::people::People;

/// What a device knows of a conversation and the relay has of it: whatever is refused, all
/// of it stays as it was.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    head: u64,
    hash: Option<EntryHash>,
    members: Vec<AccountId>,
    epoch: u64,
    texts: Vec<String>,
    entries: usize,
    wraps: usize,
    messages: usize,
}

impl Seen {
    pub(crate) fn by(people: &mut People, who: usize, id: &ConversationId) -> Self {
        let texts = people.texts(who).iter().map(|text| (*text).to_owned()).collect();
        let log = people.relay.logs[id].clone();
        let client = &mut people.devices[who].client;
        let overview = client.overview(id).unwrap();
        Self {
            head: overview.head,
            hash: client.hash_at(id, overview.head).unwrap(),
            members: client.members(id).unwrap().into_iter().map(|(account, _)| account).collect(),
            epoch: overview.epoch,
            texts,
            entries: log.entries.len(),
            wraps: log.wraps.len(),
            messages: log.messages.len(),
        }
    }

    /// Where the device stands in the log.
    pub(crate) const fn place(&self) -> (u64, Option<EntryHash>, u64) {
        (self.head, self.hash, self.epoch)
    }

    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }
}

pub(crate) fn entry(relay: &Relay, id: &ConversationId, position: usize) -> Entry {
    Entry::from_bytes(&relay.logs[id].entries[position]).unwrap()
}

/// A device's entry after the relay's last one, which says nothing else yet.
pub(crate) fn next(by: &Device, relay: &Relay, id: &ConversationId, action: Action) -> EntryBody {
    let head = entry(relay, id, relay.logs[id].entries.len() - 1);
    EntryBody {
        conversation: *id,
        position: head.body().position + 1,
        prev: head.hash(),
        author: by.account(),
        device: by.client.device(),
        time: by.now,
        pins: Vec::new(),
        action,
        epoch: None,
        info: None,
        also_removed: Vec::new(),
        cuts: Vec::new(),
    }
}

/// A body signed by whoever signs it.
pub(crate) fn signed(body: EntryBody, by: &Device) -> Vec<u8> {
    Entry::sign(body, by.client.own().signing_key()).unwrap().to_bytes().unwrap()
}

/// The relay's wraps for an account and one epoch.
pub(crate) fn wraps(
    relay: &Relay,
    id: &ConversationId,
    whom: &AccountId,
    anchor: u64,
) -> Vec<WrappedEntry> {
    let wraps = relay.wraps(id, whom);
    let wraps = wraps.iter().map(|bytes| WrappedEntry::from_bytes(bytes).unwrap());
    wraps.filter(|wrap| wrap.context.anchor == anchor).collect()
}

/// Takes every wrap for an account and one epoch from the relay.
pub(crate) fn take_wraps(
    relay: &mut Relay,
    id: &ConversationId,
    whom: &AccountId,
    anchor: u64,
) -> Vec<WrappedEntry> {
    let taken = wraps(relay, id, whom, anchor);
    relay.logs.get_mut(id).unwrap().wraps.retain(|bytes| {
        let wrap = WrappedEntry::from_bytes(bytes).unwrap();
        wrap.context.recipient.account() != *whom || wrap.context.anchor != anchor
    });
    taken
}

/// The secret of an epoch, which a member unwraps by hand.
pub(crate) fn secret(of: &Device, relay: &Relay, id: &ConversationId, anchor: u64) -> Secret<32> {
    let wrap = wraps(relay, id, &of.account(), anchor).remove(0);
    let Recipient::Account { generation, .. } = wrap.context.recipient else { panic!() };
    let key = of.client.own().seeds().get(generation).unwrap().key().unwrap();
    let info = wrap_info(&wrap);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    key.unwrap(&info, &WrapCiphertext::new(&wrap.enc, &wrap.ct).unwrap(), &mut rng).unwrap()
}

/// A wrap of any secret under the context that is due for an epoch and a recipient, with the
/// coins that this secret gives there, signed by whoever makes it.
pub(crate) fn wrap_by_hand(
    by: &Device,
    anchor: &Entry,
    to: &WrapTarget,
    secret: &Secret<32>,
) -> WrappedEntry {
    let context = EpochFacts::of(anchor).unwrap().unwrap().wrap_context(to);
    let root = extract(label::EPOCH, secret.expose());
    let coins = root.expand(&[label::COINS, &context.to_bytes().unwrap()]);
    wrap_with(by, context, to, secret, &coins)
}

pub(crate) fn wrap_with(
    by: &Device,
    context: WrapContext,
    to: &WrapTarget,
    secret: &Secret<32>,
    coins: &Secret<64>,
) -> WrappedEntry {
    let info = [label::WRAP, &context.to_bytes().unwrap()].concat();
    let made = to.key.wrap(&info, secret, coins).unwrap();
    let unsigned = WrappedEntry {
        context,
        enc: made.enc,
        ct: made.ct.to_vec(),
        wrapper: by.account(),
        device: by.client.device(),
        entitled: context.anchor,
        signature: Signature([0; 64]),
    };
    unsigned.sign(by.client.own().signing_key()).unwrap()
}

pub(crate) fn wrap_info(wrap: &WrappedEntry) -> Vec<u8> {
    [label::WRAP, &wrap.context.to_bytes().unwrap()].concat()
}

/// Where an account's wraps go, as anybody reads it in its chain.
pub(crate) fn target(of: &Device) -> WrapTarget {
    let account = of.account();
    let chain = of.client.directory().chain(&account).unwrap();
    let key = chain.key_at(chain.head().seq).unwrap();
    WrapTarget { account, generation: key.generation, key: key.key.parse().unwrap() }
}

/// The key of a position, derived by hand from the epoch's secret: what seals messages there.
pub(crate) fn position_key(secret: &Secret<32>, at: &Entry) -> Prk {
    let root = extract(label::EPOCH, secret.expose());
    let position = at.body().position.to_be_bytes();
    let conversation = at.conversation();
    Prk::from_uniform(root.expand(&[label::POSITION, &conversation.0, &position, &at.hash().0]))
}

/// The library's own key of a position, for who has the secret.
pub(crate) fn opened_key(secret: Secret<32>, anchor: &Entry, at: &Entry) -> PositionKey {
    let facts = EpochFacts::of(anchor).unwrap().unwrap();
    let opened = epoch::Epoch::open(secret, facts).unwrap();
    opened.position_key(at.body().position, &at.hash())
}

pub(crate) fn message_key(position: &Prk, salt: &[u8; 32]) -> CommittingKey {
    CommittingKey::derive(position, &[label::MESSAGE, salt])
}

/// What is inside a message, for who has the position's key.
pub(crate) fn unseal(position: &Prk, message: &[u8]) -> MessageInside {
    let outside = MessageOutside::from_bytes(message).unwrap();
    let key = message_key(position, &outside.salt);
    let inside = key.open(&outside.commitment, &outside.header(), &outside.sealed).unwrap();
    MessageInside::from_padded(&inside).unwrap()
}

/// Seals an inside as it is, signature included, at a position.
pub(crate) fn reseal(
    position: &Prk,
    at: &Entry,
    salt: [u8; 32],
    inside: &MessageInside,
) -> Vec<u8> {
    let key = message_key(position, &salt);
    let mut outside = MessageOutside {
        conversation: at.conversation(),
        position: at.body().position,
        hash: at.hash(),
        salt,
        commitment: *key.commitment(),
        sealed: Vec::new(),
    };
    outside.sealed = key.seal(&outside.header(), &inside.to_padded().unwrap()).unwrap();
    outside.to_bytes().unwrap()
}

/// Gives a device a message, first live and then as of the archive: both must refuse it.
pub(crate) fn refused(device: &mut Device, id: &ConversationId, message: &[u8]) -> Error {
    let (incoming, changes) =
        device.call(|client, context| client.receive(id, message, context).unwrap());
    assert!(changes.put.is_empty(), "what is refused saves nothing");
    let Incoming::Refused(live) = incoming else { panic!("not refused: {incoming:?}") };
    let archived: Result<Message, Error> = device.client.read(id, message);
    assert_eq!(archived.err(), Some(live.clone()));
    live
}

/// Events that came since the last call of it.
pub(crate) fn news(device: &mut Device) -> Vec<Event> {
    std::mem::take(&mut device.events)
}
