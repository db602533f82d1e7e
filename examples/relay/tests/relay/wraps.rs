use privity::format::{Blob, PageEnd, RelayErrorCode, WrappedEntry, WrapsRequest};
use privity::{Codec, History};

use crate::person::{Person, Place, append_of, code};

/// A wrap of the own account, taken from an append that is never sent.
fn own_wrap(person: &mut Person, id: &privity::format::ConversationId) -> WrappedEntry {
    let request = append_of(&person.change(|client, context| client.rotate(id, context)));
    WrappedEntry::from_bytes(&request.wraps[0].0).unwrap()
}

fn blob(person: &Person, wrap: WrappedEntry) -> WrapsRequest {
    let wrap = wrap.sign(person.device.client.own().signing_key()).unwrap();
    WrapsRequest(vec![Blob(wrap.to_bytes().unwrap())])
}

#[tokio::test(flavor = "multi_thread")]
async fn each_account_reads_its_own_wraps_in_pages() {
    let place = Place::with(|limits| limits.page = 2).await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    for _ in 0..2 {
        let changes = alice.change(|client, context| client.rotate(&id, context));
        alice.perform(changes).await;
    }
    for person in [&alice, &bob] {
        let first = person.device.relay.wraps(&id, 0).await.unwrap();
        assert_eq!((first.items.len(), first.end), (2, PageEnd::More));
        let rest = person.device.relay.wraps(&id, first.items[1].cursor).await.unwrap();
        assert_eq!((rest.items.len(), rest.end), (1, PageEnd::Last));
        for item in first.items.iter().chain(&rest.items) {
            let wrap = WrappedEntry::from_bytes(&item.bytes.0).unwrap();
            assert_eq!(wrap.context.recipient.account(), person.account());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_wrap_is_a_members_and_for_a_standing_epoch() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let mut carol = place.person("carol").await;
    let id = alice.converse(&[&bob]).await;
    let first = alice.device.relay.wraps(&id, 0).await.unwrap().items[0].bytes.0.clone();
    let first = WrappedEntry::from_bytes(&first).unwrap();
    bob.sync().await;
    // Bob makes the wrap that Alice has, once more
    let mut again = first.clone();
    again.wrapper = bob.account();
    again.device = bob.device.client.device();
    let request = blob(&bob, again.clone());
    bob.device.relay.put_wraps(&id, &request).await.unwrap();
    assert_eq!(alice.device.relay.wraps(&id, 0).await.unwrap().items.len(), 2);
    bob.device.relay.put_wraps(&id, &request).await.unwrap();
    assert_eq!(alice.device.relay.wraps(&id, 0).await.unwrap().items.len(), 2);

    let put = async |person: &Person, request: &WrapsRequest| {
        code(person.device.relay.put_wraps(&id, request).await)
    };
    assert_eq!(put(&alice, &request).await, RelayErrorCode::NotEntitled, "Bob's, by Alice");
    let mut foreign = request.clone();
    let last = foreign.0[0].0.len() - 1;
    foreign.0[0].0[last] ^= 1;
    assert_eq!(put(&bob, &foreign).await, RelayErrorCode::Refused);
    foreign.0[0].0.truncate(last);
    assert_eq!(put(&bob, &foreign).await, RelayErrorCode::Malformed);

    let mut stranger = first.clone();
    stranger.wrapper = carol.account();
    stranger.device = carol.device.client.device();
    let request = blob(&carol, stranger.clone());
    assert_eq!(put(&carol, &request).await, RelayErrorCode::NotEntitled);
    assert_eq!(put(&carol, &WrapsRequest(Vec::new())).await, RelayErrorCode::NotEntitled);

    // in from now on: the older epoch is not hers to wrap
    alice.add(&id, &carol, History::FromNow).await;
    carol.sync().await;
    let head = alice.device.client.next_entry(&id) - 1;
    stranger.entitled = head;
    assert_eq!(put(&carol, &blob(&carol, stranger)).await, RelayErrorCode::NotEntitled);

    alice.remove(&id, &bob).await;
    assert_eq!(put(&bob, &blob(&bob, again)).await, RelayErrorCode::NotEntitled);
    let unborn = own_wrap(&mut alice, &id);
    assert_eq!(put(&alice, &blob(&alice, unborn)).await, RelayErrorCode::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn wraps_for_an_unknown_conversation_are_not_found() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    let nowhere = privity::format::ConversationId([9; 32]);
    let request = WrapsRequest(Vec::new());
    assert_eq!(
        code(alice.device.relay.put_wraps(&nowhere, &request).await),
        RelayErrorCode::NotFound
    );
}
