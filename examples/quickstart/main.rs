//! The whole story on one machine: `cargo run --example quickstart [-- --verbose]`.
//!
//! A relay on loopback with its database in a temporary folder; three participants with
//! three kinds of keys; a conversation that grows, rotates, shrinks and is recovered; at
//! the end, a search of the relay's database for everything that was said.

mod database;
mod person;
mod teller;

use std::error::Error;

use person::Person;
use privity::epoch::ConversationInfo;
use privity::format::{ConversationId, Policy};
use privity::message::{Draft, FileBody};
use privity::{History, NewConversation};
use teller::Teller;

const DAY: u64 = 24 * 60 * 60 * 1_000;
const TITLE: &str = "the lighthouse plan";
const EARLY: &str = "We meet at the lighthouse, Thursday at nine.";
const LATER: &str = "Carol is in. Bring the spare key.";
const ROTATED: &str = "A new key for a new week.";
/// A real file, and words that stand in it.
const FILE: &[u8] = include_bytes!("../../LICENSE-APACHE");
const IN_FILE: &str = "Licensed under the Apache License";
const PRIVATE: &str = "Bob is out; this is between the two of us.";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("relay.sqlite");
    let relay = privity_relay::start(privity_relay::Config::loopback(&database)).await?;
    let mut tell = Teller::new(std::env::args());
    tell.scene("A relay", &format!("listens on {}; it will read nothing", relay.origin()));

    tell.scene("Three participants", "each with another kind of key");
    let registered = include_str!("../data/registered-rsa-3072.pem");
    let mut alice =
        Person::with_phrase("Alice", privity::Suite::X25519, &relay, folder.path()).await?;
    let mut bob = Person::with_registered_key("Bob", registered, &relay, folder.path()).await?;
    let mut carol =
        Person::with_phrase("Carol", privity::Suite::XWing, &relay, folder.path()).await?;
    tell.person(&alice, "X25519, 24 words");
    tell.person(&bob, "an existing RSA-3072 key from a PEM file, wrapped to directly");
    tell.person(&carol, "X-Wing (X25519 with ML-KEM-768), 24 words");
    alice.meet(&bob).await?;
    bob.meet(&carol).await?;
    alice.meet(&carol).await?;
    tell.line(&format!("Alice and Bob compare {}", alice.safety_number(&bob)));

    let conversation = create(&mut alice, &mut tell).await?;
    grow(&conversation, &mut alice, &mut bob, &mut carol, &mut tell).await?;
    rotate(&conversation, &mut alice, &mut bob, &mut carol, &mut tell).await?;
    remove(&conversation, &mut alice, &mut bob, &mut carol, &mut tell).await?;

    tell.scene("Carol loses her device", "and has nothing but 24 words");
    let mut carol = carol.recover(&relay, folder.path()).await?;
    carol.sync().await?;
    let read = carol.archive(&conversation).await?;
    tell.line(&format!("on a new device Carol reads {} messages again:", read.len()));
    read.iter().for_each(|text| tell.line(&format!("  “{text}”")));
    expect(read.iter().any(|text| text == PRIVATE), "the archive holds the newest message")?;
    expect(!read.iter().any(|text| text == EARLY), "what was before Carol stays shut")?;

    relay.stop().await;
    tell.scene("What the relay knows", "its database, searched byte by byte");
    let searched = [TITLE, EARLY, LATER, ROTATED, PRIVATE, IN_FILE, "LICENSE-APACHE"];
    let report = database::search(&database, &searched)?;
    expect(report.found.is_empty(), "no plaintext lies in the relay's database")?;
    tell.database(&report);
    Ok(())
}

async fn create(alice: &mut Person, tell: &mut Teller) -> Result<ConversationId, Box<dyn Error>> {
    tell.scene("Alice creates a conversation", "its key is random and stays with the members");
    let new = NewConversation {
        policy: Policy::default(),
        members: Vec::new(),
        info: ConversationInfo { title: TITLE.into(), picture: Vec::new() },
        predecessor: None,
    };
    let conversation = alice.create(new, tell).await?;
    alice.say(&conversation, Draft::text(EARLY), tell).await?;
    Ok(conversation)
}

async fn grow(
    conversation: &ConversationId,
    alice: &mut Person,
    bob: &mut Person,
    carol: &mut Person,
    tell: &mut Teller,
) -> Result<(), Box<dyn Error>> {
    tell.scene("Alice adds Bob with the history", "one wrap with Bob's RSA key, no rotation");
    alice.add(conversation, &bob.account(), History::Full, tell).await?;
    let heard = bob.sync_and_accept(conversation).await?;
    expect(heard.iter().any(|text| text == EARLY), "Bob reads what was said before him")?;
    tell.line(&format!("Bob reads: “{EARLY}”"));

    tell.scene("Bob adds Carol from now on", "a new epoch behind a fence");
    bob.add(conversation, &carol.account(), History::FromNow, tell).await?;
    let heard = carol.sync_and_accept(conversation).await?;
    expect(heard.is_empty(), "Carol reads nothing from before")?;
    tell.line("Carol reads nothing from before");
    bob.say(conversation, Draft::text(LATER), tell).await?;
    let file = FileBody { name: "LICENSE-APACHE".into(), bytes: FILE.to_vec() };
    bob.say(conversation, Draft::file(&file)?, tell).await?;
    for listener in [alice, carol] {
        let heard = listener.sync().await?;
        expect(heard.iter().any(|text| text == LATER), "everyone reads what Bob says")?;
        tell.line(&format!(
            "{} reads “{LATER}” and a file of {} bytes",
            listener.name(),
            FILE.len()
        ));
    }
    Ok(())
}

async fn rotate(
    conversation: &ConversationId,
    alice: &mut Person,
    bob: &mut Person,
    carol: &mut Person,
    tell: &mut Teller,
) -> Result<(), Box<dyn Error>> {
    tell.scene("Eight days pass", "the policy replaces the key after seven");
    for person in [&mut *alice, &mut *bob, &mut *carol] {
        person.wait(8 * DAY);
    }
    expect(alice.rotation_is_due(conversation)?, "the rotation is due")?;
    alice.rotate(conversation, tell).await?;
    alice.say(conversation, Draft::text(ROTATED), tell).await?;
    for listener in [bob, carol] {
        let heard = listener.sync().await?;
        expect(heard.iter().any(|text| text == ROTATED), "members follow the rotation")?;
    }
    tell.line("Bob and Carol read on under the new key; the old ones stay, wrapped");
    Ok(())
}

async fn remove(
    conversation: &ConversationId,
    alice: &mut Person,
    bob: &mut Person,
    carol: &mut Person,
    tell: &mut Teller,
) -> Result<(), Box<dyn Error>> {
    tell.scene("Alice removes Bob", "a new epoch that Bob gets no wrap of");
    alice.sync().await?;
    alice.remove(conversation, &bob.account(), tell).await?;
    let sealed = alice.say(conversation, Draft::text(PRIVATE), tell).await?;
    carol.sync().await?;
    bob.sync().await?;
    let refusal = bob.try_to_read(conversation, &sealed);
    expect(refusal.is_err(), "Bob does not read on")?;
    let refusal = refusal.err().map(|error| error.to_string()).unwrap_or_default();
    tell.line(&format!("Bob takes the sealed message itself and gets: {refusal}"));
    Ok(())
}

/// The story must be true, or the program fails.
fn expect(holds: bool, what: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(format!("this should hold: {what}").into()) }
}
