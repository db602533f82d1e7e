//! What a thief of the relay's database looks for: keys. Everything that a device drew is known
//! here, and what it made of it is computed again, as PROTOCOL.md has it.

use std::collections::HashSet;
use std::path::Path;

use privity::account::{NewAccount, NewKey, NewRecovery, RecoveryPhrase};
use privity::format::{Action, ConversationId, Entry};
use privity::{Codec, Context, Secret, Suite};
use privity_client::{Recovery, RelayClient, Store};
use privity_primitives::hash::sha256;
use privity_primitives::mac::hmac_sha256;
use privity_primitives::sign::SigningKey;
use privity_primitives::{aead, kdf};

use crate::person::{NOW, Person, relay};
use crate::recorder::Recorder;

/// The files of a database, for looking up the beginnings of things.
struct Thief {
    files: Vec<u8>,
}

/// What it is, and its bytes.
type Named = (&'static str, Vec<u8>);

/// So many bytes of a key are enough to find it by.
const BEGINNING: usize = 16;

impl Thief {
    /// The write-ahead log, too.
    fn of(folder: &Path) -> Self {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let is_relays = |path: &std::path::PathBuf| {
            path.file_name().unwrap().to_string_lossy().starts_with("relay.sqlite")
        };
        let files = entries.filter(is_relays).flat_map(|path| std::fs::read(path).unwrap());
        Self { files: files.collect() }
    }

    /// Which of these are there, as bytes or in hexadecimal digits.
    fn finds<'a>(&self, wanted: &'a [Named]) -> Vec<&'a Named> {
        let there: HashSet<&[u8]> = self.files.windows(BEGINNING).collect();
        let hex = |bytes: &[u8]| -> String {
            bytes.iter().take(BEGINNING / 2).map(|byte| format!("{byte:02x}")).collect()
        };
        let holds = |bytes: &[u8]| {
            let digits = hex(bytes);
            [&bytes[..BEGINNING], digits.as_bytes(), digits.to_uppercase().as_bytes()]
                .iter()
                .any(|beginning| there.contains(beginning))
        };
        wanted.iter().filter(|(_, bytes)| holds(bytes)).collect()
    }
}

fn label(text: &str) -> Vec<u8> {
    format!("privity/v1/{text}\0").into_bytes()
}

/// The content of the record with this name in a device's store (PROTOCOL.md, section 7).
fn record(person: &Person, name: &[u8]) -> Vec<u8> {
    let record = label("record");
    let storage = kdf::extract(&record, person.storage_key().expose());
    let names = storage.expand::<32>(&[&record, b"names"]);
    let place = hmac_sha256(names.expose(), &[name]);
    let place = &place.expose()[..16];
    let (_, records) = person.device.store.load().unwrap();
    let (_, sealed) = records.iter().find(|(key, _)| key.0 == place).unwrap();
    let (salt, ciphertext) = sealed[1..].split_at(32);
    let key = storage.expand(&[&record, salt, place]);
    let plain = aead::open(&key, &[0; 12], place, ciphertext).unwrap();
    plain[2 + name.len()..].to_vec()
}

/// All that one device has to keep to itself, as far as it follows from what it drew; and the
/// nonce of its account, which is public, by itself.
fn secrets(person: &Person) -> (Vec<Named>, Vec<Vec<u8>>) {
    let local = record(person, b"client")[..32].to_vec();
    let drawn: Vec<_> = person.rng.drawn.iter().filter(|bytes| bytes.len() >= BEGINNING).collect();
    assert!(drawn.contains(&&local), "the local secret was drawn");
    let draw = |random: &[u8], context: &[u8]| -> Secret<32> {
        hmac_sha256(&local, &[&label("draw"), random, &sha256(&[context])])
    };
    let (mut secrets, mut nonces) = (Vec::new(), Vec::new());
    for random in drawn {
        secrets.push(("drawn", random.clone()));
        nonces.push(draw(random, &label("account")).expose().to_vec());
        let signing = draw(random, &label("device"));
        secrets.push(("signing seed", signing.expose().to_vec()));
        secrets.push(("wrap seed", draw(random, &label("holder")).expose().to_vec()));
        let public = *SigningKey::from_seed(&signing).verifying_key().as_bytes();
        let context = [&label("seed")[..], &public].concat();
        for random in &person.rng.drawn {
            secrets.push(("generation seed", draw(random, &context).expose().to_vec()));
        }
    }
    (secrets, nonces)
}

/// The epoch secrets that a device keeps of a conversation, each with its root and the key of
/// its first position.
fn epochs(person: &Person, conversation: &[u8; 32]) -> Vec<Named> {
    let content = record(person, &[&b"e"[..], conversation].concat());
    let mut secrets = Vec::new();
    for kept in content[1..].chunks(32 + 8 + 32 + 32) {
        assert_eq!(&kept[..32], conversation);
        let secret = &kept[72..];
        secrets.push(("epoch secret", secret.to_vec()));
        let root = hmac_sha256(&label("epoch"), &[secret]);
        secrets.push(("epoch root", root.expose().to_vec()));
        let place = [&label("position"), &kept[..72]].concat();
        let position = kdf::extract(&label("epoch"), secret).expand::<32>(&[&place]);
        secrets.push(("key of a position", position.expose().to_vec()));
    }
    secrets
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_lies_in_the_relays_database() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), |_| {}).await;
    let mut rng = Recorder::new();
    let phrase = RecoveryPhrase::generate(&mut rng);
    let plan = NewAccount {
        device: Suite::XWing,
        key: NewKey::Seeded(Suite::XWing),
        recovery: NewRecovery::Phrase(&phrase, Suite::XWing),
    };
    let mut alice = Person::with("alice", relay.origin(), folder.path(), (&plan, rng)).await;
    let mut bob = Person::new("bob", relay.origin(), folder.path()).await;
    let id = alice.converse(&mut bob).await;
    let mut found = epochs(&alice, &id.0);
    for text in ["one", "two", "three"] {
        alice.say(&id, text).await.unwrap();
        bob.sync().await.unwrap();
        bob.say(&id, text).await.unwrap();
        alice.sync().await.unwrap();
        let changes = alice.draft(|client, context| client.rotate(&id, context));
        alice.perform(changes).await.unwrap();
        found.extend(epochs(&alice, &id.0));
    }
    let recovery = Recovery::find(phrase, RelayClient::new(relay.origin())).await.unwrap();
    let lost = recovery.devices();
    let mut rng = Recorder::new();
    let (key, path) = (Secret::generate(&mut rng), folder.path().join("new.sqlite"));
    let mut context = Context { now: NOW, rng: &mut rng };
    let store = Store::open(&path).unwrap();
    let mut device = recovery.device(&lost, store, &key, &mut context).await.unwrap();
    device.replace_keys(&mut context).await.unwrap();
    let again = Person::of(device, rng, key, path);
    found.extend(epochs(&again, &id.0));
    let nonce = nonce_of(&bob, &id).await;
    relay.stop().await;

    let thief = Thief::of(folder.path());
    let mut public = Vec::new();
    for person in [&alice, &bob, &again] {
        let (secrets, nonces) = secrets(person);
        found.extend(secrets);
        public.extend(nonces.into_iter().map(|nonce| ("nonce", nonce)));
    }
    // The nonces show that what was computed is what was made, and that it would be found.
    assert_eq!(thief.finds(&public).len(), 2);
    let epochs = found.iter().filter(|(name, _)| *name == "epoch secret");
    assert!(epochs.map(|(_, secret)| secret).collect::<HashSet<_>>().len() >= 5);
    let there = thief.finds(&found);
    assert!(there.iter().all(|(_, bytes)| *bytes == nonce), "{there:?}");
}

/// The conversation's nonce, which is public as it was drawn.
async fn nonce_of(person: &Person, id: &ConversationId) -> Vec<u8> {
    let page = person.device.relay.entries(id, 0).await.unwrap();
    let entry = Entry::from_bytes(&page.items[0].bytes.0).unwrap();
    let Action::Create { nonce, .. } = entry.body().action else { panic!("not a create") };
    nonce.to_vec()
}
