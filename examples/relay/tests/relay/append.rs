use privity::format::{Blob, Entry, PageEnd, RelayErrorCode, WrappedEntry};
use privity::{Codec, History};

use crate::person::{Place, append_of, code, refusal};

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_stands_once_and_a_repeat_succeeds() {
    let place = Place::new().await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    alice.meet(&bob).await;
    let (id, changes) = alice.draft_conversation(&[&bob]);
    let request = append_of(&changes);
    alice.device.relay.append(&request).await.unwrap();
    alice.device.relay.append(&request).await.unwrap();
    let entries = bob.device.relay.entries(&id, 0).await.unwrap();
    assert_eq!((entries.items.len(), entries.end), (1, PageEnd::Last));
    assert_eq!(entries.items[0].bytes, request.entry);
    for person in [&alice, &bob] {
        assert_eq!(person.device.relay.wraps(&id, 0).await.unwrap().items.len(), 1);
        let inbox = person.device.relay.inbox().await.unwrap().0;
        assert_eq!((inbox[0].conversation, inbox[0].head, inbox[0].newest), (id, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_appends_at_one_head_one_is_stored() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    bob.sync().await;
    let changes = bob.change(|client, context| client.accept(&id, context));
    bob.perform(changes).await;
    let ours = append_of(&alice.change(|client, context| client.rotate(&id, context)));
    let theirs = append_of(&bob.change(|client, context| client.leave(&id, None, context)));
    let (first, second) =
        tokio::join!(alice.device.relay.append(&ours), bob.device.relay.append(&theirs));
    let (winner, loser) = match (first, second) {
        (Ok(()), loser) => (ours, code(loser)),
        (loser, Ok(())) => (theirs, code(loser)),
        both => panic!("nobody won: {both:?}"),
    };
    assert_eq!(loser, RelayErrorCode::HeadMoved);
    let entries = alice.device.relay.entries(&id, 1).await.unwrap();
    assert_eq!(entries.items.len(), 1);
    assert_eq!(entries.items[0].bytes, winner.entry);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_appends_at_one_head_store_one() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let (id, changes) = alice.draft_conversation(&[]);
    let request = append_of(&changes);
    let tries = (0..8).map(|_| {
        let (relay, request) = (alice.device.relay.clone(), request.clone());
        tokio::spawn(async move { relay.append(&request).await })
    });
    for tried in tries.collect::<Vec<_>>() {
        tried.await.unwrap().unwrap();
    }
    assert_eq!(alice.device.relay.entries(&id, 0).await.unwrap().items.len(), 1);
    assert_eq!(alice.device.relay.wraps(&id, 0).await.unwrap().items.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn entry_and_wraps_stand_together_or_not_at_all() {
    let place = Place::new().await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    alice.meet(&bob).await;
    let (id, changes) = alice.draft_conversation(&[&bob]);
    let good = append_of(&changes);
    let mut broken = good.clone();
    let last = broken.wraps[1].0.len() - 1;
    broken.wraps[1].0[last] ^= 1;
    assert_eq!(code(alice.device.relay.append(&broken).await), RelayErrorCode::Refused);
    broken.wraps[1].0.truncate(last);
    assert_eq!(code(alice.device.relay.append(&broken).await), RelayErrorCode::Malformed);
    assert_eq!(code(alice.device.relay.entries(&id, 0).await), RelayErrorCode::NotFound);
    assert!(bob.device.relay.inbox().await.unwrap().0.is_empty());
    alice.device.relay.append(&good).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_its_authors_devices_and_follows_the_rules() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let carol = place.person("carol").await;
    let (_, changes) = alice.draft_conversation(&[]);
    let request = append_of(&changes);
    assert_eq!(code(bob.device.relay.append(&request).await), RelayErrorCode::NotEntitled);

    let mut forged = request.clone();
    let last = forged.entry.0.len() - 1;
    forged.entry.0[last] ^= 1;
    assert_eq!(code(alice.device.relay.append(&forged).await), RelayErrorCode::Refused);
    forged.entry.0.truncate(last);
    assert_eq!(code(alice.device.relay.append(&forged).await), RelayErrorCode::Malformed);

    // a member who is no admin removes nobody
    let id = alice.converse(&[&bob, &carol]).await;
    bob.sync().await;
    let account = carol.account();
    let mut entry = Entry::from_bytes(&append_of(&changes).entry.0).unwrap().body().clone();
    let rotation = append_of(&alice.change(|client, context| client.rotate(&id, context)));
    let like = Entry::from_bytes(&rotation.entry.0).unwrap().body().clone();
    entry.clone_from(&like);
    entry.author = bob.account();
    entry.device = bob.device.client.device();
    entry.action = privity::format::Action::Remove { accounts: vec![account] };
    let entry = Entry::sign(entry, bob.device.client.own().signing_key()).unwrap();
    let request = privity::format::AppendRequest {
        entry: Blob(entry.to_bytes().unwrap()),
        wraps: Vec::new(),
    };
    assert_eq!(code(bob.device.relay.append(&request).await), RelayErrorCode::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_whose_pins_are_unknown_here_is_incomplete() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    alice.meet(&bob).await;
    // Bob's chain goes on at another relay only
    let changes = bob.change(|client, context| {
        client.change_account(
            |tools| {
                tools.own.replace_wrap_key(
                    tools.chain,
                    privity::Suite::X25519,
                    tools.local,
                    tools.rng,
                )
            },
            context,
        )
    });
    let statement = crate::accounts::publication_of(&changes).statement.0;
    let account = bob.account();
    let _ =
        alice.change(|client, context| client.handle_statements(&account, &[statement], context));
    let (_, changes) = alice.draft_conversation(&[&bob]);
    let request = append_of(&changes);
    assert_eq!(code(alice.device.relay.append(&request).await), RelayErrorCode::Incomplete);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_nowhere_is_not_found() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let request = append_of(&alice.change(|client, context| client.rotate(&id, context)));
    place.sql().execute("DELETE FROM conversation", []).unwrap();
    assert_eq!(code(alice.device.relay.append(&request).await), RelayErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn wraps_of_an_append_are_the_ones_that_the_log_grants() {
    let place = Place::new().await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    let (_, elsewhere) = alice.draft_conversation(&[&bob]);
    let mut request =
        append_of(&alice.change(|client, context| client.remove(&id, &[bob.account()], context)));
    assert_eq!(request.wraps.len(), 1, "who is removed gets none");
    let own = WrappedEntry::from_bytes(&request.wraps[0].0).unwrap();
    let resign = |mut wrap: WrappedEntry, change: &dyn Fn(&mut WrappedEntry)| {
        change(&mut wrap);
        let wrap = wrap.sign(alice.device.client.own().signing_key()).unwrap();
        Blob(wrap.to_bytes().unwrap())
    };
    let for_bob = resign(own.clone(), &|wrap| {
        let privity::format::Recipient::Account { account, .. } = &mut wrap.context.recipient
        else {
            panic!("another mode");
        };
        *account = bob.account();
    });
    let no_epoch = resign(own.clone(), &|wrap| wrap.context.anchor = 9);
    let no_right = resign(own.clone(), &|wrap| wrap.entitled = 9);
    let foreign = append_of(&elsewhere).wraps[0].clone();
    let of_bob = resign(own, &|wrap| wrap.wrapper = bob.account());
    for (wrap, expected) in [
        (for_bob, RelayErrorCode::Refused),
        (no_epoch, RelayErrorCode::Refused),
        (no_right, RelayErrorCode::Refused),
        (foreign, RelayErrorCode::Refused),
        (of_bob, RelayErrorCode::NotEntitled),
    ] {
        request.wraps.push(wrap);
        let refused = refusal(alice.device.relay.append(&request).await);
        assert_eq!(refused.code, expected, "{}", refused.detail);
        request.wraps.pop();
    }
    alice.device.relay.append(&request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_in_reads_nothing_and_who_was_reads_up_to_the_end() {
    let place = Place::with(|limits| limits.page = 2).await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let eve = place.person("eve").await;
    let id = alice.converse(&[]).await;
    assert_eq!(code(eve.device.relay.entries(&id, 0).await), RelayErrorCode::NotFound);
    assert_eq!(code(eve.device.relay.wraps(&id, 0).await), RelayErrorCode::NotFound);
    alice.add(&id, &bob, History::Full).await;
    alice.remove(&id, &bob).await;
    let changes = alice.change(|client, context| client.rotate(&id, context));
    alice.perform(changes).await;
    let page = bob.device.relay.entries(&id, 0).await.unwrap();
    assert_eq!((page.items.len(), page.end), (2, PageEnd::More));
    let page = bob.device.relay.entries(&id, 2).await.unwrap();
    assert_eq!((page.items.len(), page.end), (1, PageEnd::Last));
    assert_eq!(page.items[0].cursor, 2, "the entry that ended it is the last");
    assert!(bob.device.relay.entries(&id, 3).await.unwrap().items.is_empty());
    assert_eq!(alice.device.relay.entries(&id, 3).await.unwrap().items.len(), 1);
    assert_eq!(bob.device.relay.inbox().await.unwrap().0[0].head, 2);
}
