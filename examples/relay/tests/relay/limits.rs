use std::num::NonZeroU32;
use std::time::Duration;

use privity::format::{RelayErrorCode, limit};
use privity_client::Window;
use tokio::io::AsyncReadExt;

use crate::person::{Place, append_of, code, refusal};
use crate::raw;

#[tokio::test(flavor = "multi_thread")]
async fn health_is_the_databases() {
    let place = Place::new().await;
    place.client().health().await.unwrap();
    place.sql().execute_batch("ALTER TABLE statement RENAME TO lost").unwrap();
    let answer = raw::call(place.relay.origin(), "GET", "/v1/health", None, b"").await;
    assert_eq!(answer.code(), RelayErrorCode::Internal);
    assert_eq!(answer.status, 500);
}

/// A client drops what a relay refuses for good: a fault of the storage is no such refusal.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_cannot_be_read_is_no_word_about_its_account() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    let message = alice.draft_message(&id, "hello");
    let rotation = append_of(&alice.change(|client, context| client.rotate(&id, context)));
    let (_, stranger) = place.stranger("carol");
    bob.sync().await;
    // the next relay remembers no chain
    let mut config = privity_relay::Config::loopback(place.database());
    config.listen = place.relay.address();
    let (folder, origin) = (place.folder, place.relay.origin().to_owned());
    place.relay.stop().await;
    let relay = privity_relay::start(config).await.unwrap();
    let sql = rusqlite::Connection::open(folder.path().join("relay.sqlite")).unwrap();
    sql.execute_batch("ALTER TABLE statement RENAME TO lost").unwrap();
    let client = privity_client::RelayClient::new(&origin);
    let nonce = client.challenge().await.unwrap();
    for (what, refused) in [
        ("login", refusal(client.clone().login(&alice.login(&origin, nonce)).await)),
        ("post", refusal(alice.device.relay.post(&id, message.clone()).await)),
        ("append", refusal(alice.device.relay.append(&rotation).await)),
        ("publish", refusal(client.publish(&crate::accounts::publication_of(&stranger)).await)),
    ] {
        assert_eq!(refused.code, RelayErrorCode::Internal, "{what}: {}", refused.detail);
        assert!(refused.retry_after > 0, "{what}");
    }
    sql.execute_batch("ALTER TABLE lost RENAME TO statement").unwrap();
    alice.device.relay.post(&id, message).await.unwrap();
    alice.device.relay.append(&rotation).await.unwrap();
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_program_holds_is_busy_for_now() {
    let place = Place::with(|limits| limits.database = Duration::ZERO).await;
    let alice = place.person("alice").await;
    let (_, changes) = place.stranger("bob");
    let other = place.sql();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let request = crate::accounts::publication_of(&changes);
    let refused = refusal(alice.device.relay.publish(&request).await);
    assert_eq!(refused.code, RelayErrorCode::Unavailable);
    assert!(refused.retry_after > 0);
    other.execute_batch("ROLLBACK").unwrap();
    alice.device.relay.publish(&request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_asks_too_much_waits() {
    let place = Place::with(|limits| limits.requests_per_minute = NonZeroU32::MIN).await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let token = alice.token().await;
    let origin = place.relay.origin();
    assert_eq!(raw::call(origin, "GET", "/v1/inbox", Some(&token), b"").await.status, 200);
    let answer = raw::call(origin, "GET", "/v1/inbox", Some(&token), b"").await;
    let refused = answer.refusal();
    assert_eq!((refused.code, answer.status), (RelayErrorCode::SlowDown, 429));
    let seconds = refused.retry_after.div_ceil(1_000);
    assert!(answer.head.contains(&format!("retry-after: {seconds}")), "{}", answer.head);
    bob.device.relay.inbox().await.unwrap();
    // reading accounts is limited by address
    place.client().statements(&alice.account(), 0).await.unwrap();
    assert_eq!(
        code(place.client().statements(&alice.account(), 0).await),
        RelayErrorCode::SlowDown
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_logs_in_too_often_waits() {
    let place = Place::with(|limits| limits.logins_per_minute = NonZeroU32::MIN).await;
    place.client().challenge().await.unwrap();
    let refused = refusal(place.client().challenge().await);
    assert_eq!(refused.code, RelayErrorCode::SlowDown);
    assert!(refused.retry_after > 0);
    assert_eq!(code(place.client().recovery(&[1; 32]).await), RelayErrorCode::SlowDown);
    let (_, changes) = place.stranger("alice");
    let request = crate::accounts::publication_of(&changes);
    assert_eq!(code(place.client().publish(&request).await), RelayErrorCode::SlowDown);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_challenges_are_bounded() {
    let place = Place::with(|limits| limits.challenges = 2).await;
    place.client().challenge().await.unwrap();
    place.client().challenge().await.unwrap();
    assert_eq!(code(place.client().challenge().await), RelayErrorCode::SlowDown);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_limited_but_not_those_that_end_a_right() {
    let place = Place::with(|limits| limits.entries_per_minute = NonZeroU32::MIN).await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    let (_, another) = alice.draft_conversation(&[]);
    let request = append_of(&another);
    assert_eq!(code(alice.device.relay.append(&request).await), RelayErrorCode::SlowDown);
    alice.remove(&id, &bob).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_bounded_for_each_request() {
    let place = Place::with(|limits| limits.body = 8_192).await;
    let mut alice = place.person("alice").await;
    let token = alice.token().await;
    let origin = place.relay.origin();
    let id = alice.converse(&[]).await;
    let messages = format!("/v1/conversations/{id}/messages");
    let generations = format!("/v1/accounts/{}/generations", alice.account());
    for (method, path, token, most) in [
        ("POST", "/v1/login", None, 160),
        ("POST", "/v1/accounts", None, 8_192),
        ("PUT", &generations, Some(&*token), 8_192),
        ("POST", "/v1/conversations", Some(&*token), 8_192),
        ("POST", &messages, Some(&*token), 8_192),
    ] {
        let answer = raw::call(origin, method, path, token, &vec![0; most + 1]).await;
        assert_eq!(answer.code(), RelayErrorCode::TooLarge, "{path}");
        let answer = raw::call(origin, method, path, token, &vec![0; most - 1]).await;
        assert_eq!(answer.code(), RelayErrorCode::Malformed, "{path}");
    }
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let large = vec![1; limit::MESSAGE + 1];
    assert_eq!(code(alice.device.relay.post(&id, large).await), RelayErrorCode::TooLarge);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_in_memory_are_bounded_together() {
    let place = Place::with(|limits| (limits.body, limits.bodies) = (4_096, 4_096)).await;
    let origin = place.relay.origin();
    // half a body of one client fills the room
    let mut slow = raw::connect(origin).await;
    let head = raw::head("POST", "/v1/accounts", None, 4_000);
    tokio::io::AsyncWriteExt::write_all(&mut slow, head.as_bytes()).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut slow, &[0; 3_900]).await.unwrap();
    let refused = loop {
        let answer = raw::call(origin, "POST", "/v1/accounts", None, &[0; 4_000]).await.refusal();
        if answer.code != RelayErrorCode::Malformed {
            break answer;
        }
    };
    assert_eq!(refused.code, RelayErrorCode::Unavailable);
    assert!(refused.retry_after > 0);
    // once it is done there is room again
    tokio::io::AsyncWriteExt::write_all(&mut slow, &[0; 100]).await.unwrap();
    assert_eq!(raw::finish(slow).await.code(), RelayErrorCode::Malformed);
    let answer = raw::call(origin, "POST", "/v1/accounts", None, &[0; 4_000]).await;
    assert_eq!(answer.code(), RelayErrorCode::Malformed);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_bounded_and_idle_ones_end() {
    let place = Place::with(|limits| {
        limits.connections = 1;
        limits.head = Duration::from_millis(50);
    })
    .await;
    let origin = place.relay.origin();
    let mut idle = raw::connect(origin).await;
    let mut second = raw::connect(origin).await;
    assert_eq!(second.read(&mut [0; 8]).await.unwrap_or(0), 0, "one too many");
    let mut rest = Vec::new();
    drop(idle.read_to_end(&mut rest).await);
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{rest:?}");
    loop {
        // its place is free once the relay has seen it go
        let mut stream = raw::connect(origin).await;
        let head = raw::head("GET", "/v1/health", None, 0);
        drop(tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await);
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes).await);
        if !bytes.is_empty() {
            assert_eq!(raw::Answer::parse(&bytes).status, 200);
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_inbox_comes_in_lists() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    let account = alice.account().0;
    let mut sql = place.sql();
    let transaction = sql.transaction().unwrap();
    let most = limit::PAGE + 5;
    for number in 0..most {
        let mut id = [1; 32];
        id[..8].copy_from_slice(&(number as u64).to_be_bytes());
        transaction.execute("INSERT INTO conversation VALUES (?1, 0, ?1, x'')", [id]).unwrap();
        transaction
            .execute("INSERT INTO membership VALUES (?1, ?2, 0, NULL, 0, NULL)", [account, id])
            .unwrap();
    }
    transaction.commit().unwrap();
    let inbox = alice.device.relay.inbox().await.unwrap().0;
    assert_eq!(inbox.len(), most);
    assert!(inbox.is_sorted_by(|a, b| a.conversation < b.conversation));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_account_hands_in_is_limited_in_bytes() {
    let place = Place::with(|limits| {
        (limits.body, limits.intake, limits.intake_per_minute) = (8_192, 100_000, 1);
    })
    .await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[]).await;
    let refused = loop {
        let message = alice.draft_message(&id, &"x".repeat(3_000));
        if let Err(error) = alice.device.relay.post(&id, message).await {
            break refusal::<()>(Err(error));
        }
    };
    assert_eq!(refused.code, RelayErrorCode::SlowDown);
    assert!(refused.retry_after > 1_000, "{refused:?}");
    let page = alice.device.relay.messages(&id, Window::After(0)).await.unwrap();
    let bytes: usize = page.items.iter().map(|item| item.bytes.0.len()).sum();
    assert!((60_000..100_000).contains(&bytes), "{bytes}");
    // another account's is its own
    bob.converse(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_database_takes_nothing_and_is_read_on() {
    let place = Place::with(|limits| limits.storage = 600_000).await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let mut said = 0;
    let refused = loop {
        let message = alice.draft_message(&id, &"x".repeat(30_000));
        match alice.device.relay.post(&id, message).await {
            Ok(_) => said += 1,
            Err(error) => break refusal::<()>(Err(error)),
        }
    };
    assert_eq!(refused.code, RelayErrorCode::Unavailable);
    assert!(refused.retry_after > 0 && refused.detail.contains("full"), "{refused:?}");
    assert!(said > 5);
    place.client().health().await.unwrap();
    let page = alice.device.relay.messages(&id, Window::After(0)).await.unwrap();
    assert_eq!(page.items.len(), said);
    // the operator gives it more room
    let (listen, database) = (place.relay.address(), place.database());
    place.relay.stop().await;
    assert!(std::fs::metadata(&database).unwrap().len() <= 600_000);
    let mut config = privity_relay::Config::loopback(database);
    config.listen = listen;
    let relay = privity_relay::start(config).await.unwrap();
    alice.say(&id, "room again").await;
    relay.stop().await;
}
