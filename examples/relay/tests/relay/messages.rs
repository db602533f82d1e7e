use privity::History;
use privity::format::{ConversationId, Page, PageEnd, RelayErrorCode};
use privity_client::Window;

use crate::person::{Person, Place, code};

fn cursors(page: &Page) -> Vec<u64> {
    page.items.iter().map(|item| item.cursor).collect()
}

async fn page(person: &Person, id: &ConversationId, window: Window) -> Page {
    person.device.relay.messages(id, window).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_stands_once_and_a_repeat_gets_its_cursor() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let message = alice.draft_message(&id, "hello");
    let cursor = alice.device.relay.post(&id, message.clone()).await.unwrap();
    assert_eq!(alice.device.relay.post(&id, message.clone()).await.unwrap(), cursor);
    let page = page(&alice, &id, Window::After(0)).await;
    assert_eq!(cursors(&page), [cursor]);
    assert_eq!(page.items[0].bytes.0, message);
    assert_eq!(alice.device.relay.inbox().await.unwrap().0[0].newest, cursor);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_paged_upwards_and_downwards() {
    let place = Place::with(|limits| limits.page = 2).await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let mut all = Vec::new();
    for text in ["one", "two", "three", "four", "five"] {
        all.push(alice.say(&id, text).await);
    }
    let mut read = Vec::new();
    let mut after = 0;
    loop {
        let page = page(&alice, &id, Window::After(after)).await;
        read.extend(cursors(&page));
        after = *read.last().unwrap();
        if page.end == PageEnd::Last {
            break;
        }
        assert_eq!(page.items.len(), 2);
    }
    assert_eq!(read, all);
    let mut read = Vec::new();
    let mut before = u64::MAX;
    loop {
        let page = page(&alice, &id, Window::Before(before)).await;
        let mut found = cursors(&page);
        assert!(found.is_sorted(), "a page is in ascending order");
        before = found[0];
        found.append(&mut read);
        read = found;
        if page.end == PageEnd::Last {
            break;
        }
    }
    assert_eq!(read, all);
    assert!(page(&alice, &id, Window::After(u64::MAX)).await.items.is_empty());
    assert!(page(&alice, &id, Window::Before(0)).await.items.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_bounded_in_bytes_and_holds_one_item_at_least() {
    let place = Place::with(|limits| limits.page_bytes = 1).await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let (first, second) = (alice.say(&id, "one").await, alice.say(&id, "two").await);
    let upwards = page(&alice, &id, Window::After(0)).await;
    assert_eq!((cursors(&upwards), upwards.end), (vec![first], PageEnd::More));
    let downwards = page(&alice, &id, Window::Before(u64::MAX)).await;
    assert_eq!((cursors(&downwards), downwards.end), (vec![second], PageEnd::More));
    let last = page(&alice, &id, Window::After(first)).await;
    assert_eq!((cursors(&last), last.end), (vec![second], PageEnd::Last));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_post_and_only_where_the_log_stands() {
    let place = Place::new().await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[]).await;
    let other = alice.converse(&[]).await;
    let message = alice.draft_message(&id, "hello");
    let post = |person: &Person, message: Vec<u8>| {
        let relay = person.device.relay.clone();
        async move { code(relay.post(&id, message).await) }
    };
    assert_eq!(post(&bob, message.clone()).await, RelayErrorCode::NotEntitled);
    let elsewhere = alice.draft_message(&other, "hello");
    assert_eq!(post(&alice, elsewhere).await, RelayErrorCode::NotEntitled);
    let mut nowhere = message.clone();
    nowhere[40] = 9;
    assert_eq!(post(&alice, nowhere).await, RelayErrorCode::Refused);
    let mut another = message.clone();
    another[41] ^= 1;
    assert_eq!(post(&alice, another).await, RelayErrorCode::Refused);
    assert_eq!(post(&alice, message[..100].to_vec()).await, RelayErrorCode::Malformed);
    assert_eq!(
        code(bob.device.relay.messages(&id, Window::After(0)).await),
        RelayErrorCode::NotFound
    );
    let nowhere = ConversationId([9; 32]);
    assert_eq!(
        code(alice.device.relay.messages(&nowhere, Window::After(0)).await),
        RelayErrorCode::NotFound
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_posts_where_a_rotation_is_due() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    bob.sync().await;
    let changes = bob.change(|client, context| client.accept(&id, context));
    bob.perform(changes).await;
    let changes = bob.change(|client, context| client.leave(&id, None, context));
    bob.perform(changes).await;
    // sealed at the entry by which Bob left
    let left = alice.device.relay.entries(&id, 1).await.unwrap().items[0].bytes.0.clone();
    let left = <privity::format::Entry as privity::Codec>::from_bytes(&left).unwrap();
    let mut message = alice.draft_message(&id, "hello");
    message[33..41].copy_from_slice(&1_u64.to_be_bytes());
    message[41..73].copy_from_slice(&left.hash().0);
    assert_eq!(code(alice.device.relay.post(&id, message).await), RelayErrorCode::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_posts_no_more_and_reads_what_it_could() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    bob.sync().await;
    let changes = bob.change(|client, context| client.accept(&id, context));
    bob.perform(changes).await;
    let before = alice.say(&id, "Bob may read this").await;
    let late = bob.draft_message(&id, "too late");
    alice.remove(&id, &bob).await;
    alice.say(&id, "Bob may not read this").await;
    assert_eq!(code(bob.device.relay.post(&id, late).await), RelayErrorCode::NotEntitled);
    assert_eq!(cursors(&page(&bob, &id, Window::After(0)).await), [before]);
    assert_eq!(cursors(&page(&bob, &id, Window::Before(u64::MAX)).await), [before]);
    assert_eq!(bob.device.relay.inbox().await.unwrap().0[0].newest, before);
    assert_eq!(page(&alice, &id, Window::After(0)).await.items.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_added_from_now_on_gets_nothing_older() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let (bob, carol) = (place.person("bob").await, place.person("carol").await);
    let id = alice.converse(&[]).await;
    let old = alice.say(&id, "old").await;
    alice.add(&id, &bob, History::FromNow).await;
    let new = alice.say(&id, "new").await;
    assert_eq!(cursors(&page(&bob, &id, Window::After(0)).await), [new]);
    alice.add(&id, &carol, History::Full).await;
    assert_eq!(cursors(&page(&carol, &id, Window::After(0)).await), [old, new]);
}

/// What one was granted before stays granted; the time between is not.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_reads_both_memberships_and_nothing_between() {
    let place = Place::new().await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    let mut granted = Vec::new();
    for _ in 0..2 {
        granted.push(alice.say(&id, "with Bob").await);
        alice.remove(&id, &bob).await;
        alice.say(&id, "without Bob").await;
        alice.add(&id, &bob, History::FromNow).await;
    }
    granted.push(alice.say(&id, "with Bob again").await);
    assert_eq!(cursors(&page(&bob, &id, Window::After(0)).await), granted);
    assert_eq!(cursors(&page(&bob, &id, Window::Before(u64::MAX)).await), granted);
    assert_eq!(cursors(&page(&bob, &id, Window::After(granted[0])).await), granted[1..]);
    assert_eq!(cursors(&page(&bob, &id, Window::Before(granted[2])).await), granted[..2]);
    alice.remove(&id, &bob).await;
    assert_eq!(cursors(&page(&bob, &id, Window::After(0)).await), granted);
    alice.add(&id, &bob, History::Full).await;
    assert_eq!(page(&bob, &id, Window::After(0)).await.items.len(), 5);
}

/// A sender who had not seen the removal may still post: not to the removed member.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_after_a_membership_ended_is_not_its_members() {
    let place = Place::new().await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    let late = alice.draft_message(&id, "sealed before, posted after");
    alice.remove(&id, &bob).await;
    let cursor = alice.device.relay.post(&id, late).await.unwrap();
    assert!(page(&bob, &id, Window::After(0)).await.items.is_empty());
    assert_eq!(bob.device.relay.inbox().await.unwrap().0[0].newest, 0);
    assert_eq!(cursors(&page(&alice, &id, Window::After(0)).await), [cursor]);
}
