//! A device's sealed store, frozen: later releases open it, and find in it what this one put
//! there. `PRIVITY_WRITE=1` writes the file where there is none.

use std::collections::BTreeMap;

use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{ConversationId, Policy, Role};
use privity_conversation::message::{Draft, Finding};
use privity_conversation::state::{
    Changes, Client, Context, Incoming, NewConversation, RecordKey, Request,
};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::Suite;
use privity_testkit::{ChaCha20Rng, Device, Link, Plan, Relay, SeedableRng};
use serde_json::{Value, json};

use crate::samples::unhex;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/privity/store.json");
const STORAGE_KEY: [u8; 32] = [1; 32];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn begin(
    client: &mut Client,
    context: &mut Context<'_>,
    with: &Device,
) -> (ConversationId, Changes) {
    let info = ConversationInfo { title: "a title".to_owned(), picture: Vec::new() };
    let members = vec![(with.account(), Role::Member)];
    let new = NewConversation { policy: Policy::default(), members, info, predecessor: None };
    client.create_conversation(new, context).unwrap()
}

/// What a request carries, to be compared byte for byte.
fn carried(request: &Request) -> Vec<u8> {
    match request {
        Request::Publish { request, .. } => request.statement.0.clone(),
        Request::Append { entry, wraps, .. } => [&entry[..], &wraps.concat()].concat(),
        Request::Post { message, .. } => message.clone(),
        other => panic!("{other:?}"),
    }
}

fn exported(client: &mut Client, id: &ConversationId) -> Vec<u8> {
    client.export_at(id, 0, "frozen", b"", 32).unwrap().expose().to_vec()
}

/// Alice's device, which stopped with a bit of everything: a message that came and one that is
/// held, a message, a change, a conversation and a statement that were saved and not sent.
fn made() -> Value {
    let mut relay = Relay::default();
    let plan = Plan::Phrase(Suite::X25519);
    let mut alice = Device::create(1, &plan, &mut relay).unwrap();
    let mut bob = Device::create(2, &plan, &mut relay).unwrap();
    alice.meet(&bob.account(), &mut relay).unwrap();
    bob.meet(&alice.account(), &mut relay).unwrap();
    let mut id = ConversationId::ZERO;
    let create = |client: &mut Client, context: &mut Context<'_>| {
        let (created, changes) = begin(client, context, &bob);
        id = created;
        Ok(changes)
    };
    alice.act(&mut relay, create).unwrap();
    bob.sync(&mut relay, &mut Link::good()).unwrap();
    bob.act(&mut relay, |client, context| client.accept(&id, context)).unwrap();
    let say = |client: &mut Client, context: &mut Context<'_>| {
        client.send(&id, Draft::text("a text"), context).map(|(_, changes)| changes)
    };
    bob.act(&mut relay, say).unwrap();
    alice.sync(&mut relay, &mut Link::good()).unwrap();
    let came = relay.logs[&id].messages[0].clone();
    bob.act(&mut relay, |client, context| client.rotate(&id, context)).unwrap();
    bob.act(&mut relay, say).unwrap();
    let ahead = relay.logs[&id].messages[1].clone();

    let heads = bob.client.known_heads();
    type Call<'a> = &'a dyn Fn(&mut Client, &mut Context<'_>) -> Changes;
    let calls: [Call<'_>; 6] = [
        &|client, context| say(client, context).unwrap(),
        &|client, context| client.receive(&id, &ahead, context).unwrap().1,
        &|client, context| client.rotate(&id, context).unwrap(),
        &|client, context| begin(client, context, &bob).1,
        &|client, context| client.renew_keys(context).unwrap(),
        &|client, context| client.take_known_heads(heads.clone(), context).unwrap(),
    ];
    for call in calls {
        let changes = alice.call(call);
        alice.save(&changes).unwrap();
    }
    let key = Secret::copy_from(&STORAGE_KEY);
    alice.change_storage_key(key, Device::save).unwrap();
    let records: BTreeMap<String, String> =
        alice.records.iter().map(|(place, record)| (hex(&place.0), hex(record))).collect();
    let unsent: Vec<String> =
        alice.client.unsent().unwrap().iter().map(|request| hex(&carried(request))).collect();
    json!({
        "storage_key": hex(&STORAGE_KEY),
        "version": alice.version,
        "records": records,
        "account": hex(&alice.account().0),
        "conversation": hex(&id.0),
        "came": hex(&came),
        "exported": hex(&exported(&mut alice.client, &id)),
        "unsent": unsent,
    })
}

fn open(frozen: &Value) -> Client {
    let key = Secret::from_slice(&unhex(&frozen["storage_key"])).unwrap();
    let records = frozen["records"].as_object().unwrap().iter().map(|(place, record)| {
        let place = unhex(&Value::from(place.as_str()));
        (RecordKey(place.try_into().unwrap()), unhex(record))
    });
    Client::open(&key, frozen["version"].as_u64().unwrap(), records).unwrap()
}

#[test]
fn a_store_of_this_release_opens_with_all_that_was_in_it() {
    let store = made();
    if std::env::var_os("PRIVITY_WRITE").is_some() && !std::fs::exists(FILE).unwrap() {
        let text = serde_json::to_string_pretty(&store).unwrap();
        std::fs::write(FILE, text + "\n").unwrap();
    }
    opens(&store);
}

#[test]
fn a_store_of_an_earlier_release_opens_with_all_that_was_in_it() {
    opens(&serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap());
}

fn opens(frozen: &Value) {
    let mut client = open(frozen);
    let id = ConversationId(unhex(&frozen["conversation"]).try_into().unwrap());
    assert_eq!(client.account().0.to_vec(), unhex(&frozen["account"]));
    assert_eq!(client.overview(&id).unwrap().info.title, "a title");
    assert_eq!(exported(&mut client, &id), unhex(&frozen["exported"]));
    // The statement, both changes with their wraps, and the message.
    let unsent: Vec<_> = client.unsent().unwrap().iter().map(carried).collect();
    let saved: Vec<_> = frozen["unsent"].as_array().unwrap().iter().map(unhex).collect();
    assert_eq!((unsent.len(), unsent), (4, saved));
    assert_eq!(client.pending(&id).map(|(position, _)| position), Some(1));
    assert_eq!(client.held_messages(&id), Ok(1));
    let unmet = client.unmet_heads();
    assert_eq!(unmet.logs.iter().map(|head| head.position).collect::<Vec<_>>(), [1]);
    // The window knows the message that came.
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut context = Context { now: 0, rng: &mut rng };
    let (again, _) = client.receive(&id, &unhex(&frozen["came"]), &mut context).unwrap();
    let Incoming::Message(again) = again else { panic!("{again:?}") };
    assert_eq!(again.findings, [Finding::Duplicate]);
}
