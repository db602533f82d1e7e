//! What clients together, and one address alone, can make a relay hold.

use std::time::Duration;

use privity::Codec;
use privity::format::{Page, RelayErrorCode};
use privity_relay::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::person::Place;
use crate::raw::{self, Answer};

/// A place, and the path of a page of 8 MiB there with the token that reads it.
async fn large_page(set: impl FnOnce(&mut Limits)) -> (Place, String, String) {
    let place = Place::with(|limits| {
        limits.requests_per_minute = std::num::NonZeroU32::MAX;
        limits.answers = 12 << 20;
        set(limits);
    })
    .await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let text = "x".repeat(90_000);
    for _ in 0..95 {
        alice.say(&id, &text).await;
    }
    let token = alice.token().await;
    (place, format!("/v1/conversations/{id}/messages"), token)
}

/// Asks for the page, takes the answer's first byte, and no more than fits a small window.
async fn take_nothing(place: &Place, path: &str, token: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(place.relay.address()).await.unwrap();
    stream.write_all(raw::head("GET", path, Some(token), 0).as_bytes()).await.unwrap();
    stream.read_exact(&mut [0]).await.unwrap();
    stream
}

async fn page(place: &Place, path: &str, token: &str) -> Answer {
    raw::call(place.relay.origin(), "GET", path, Some(token), b"").await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_nobody_takes_are_bounded_together() {
    let (place, path, token) = large_page(|_| {}).await;
    let idle = take_nothing(&place, &path, &token).await;
    let refused = page(&place, &path, &token).await.refusal();
    assert_eq!(refused.code, RelayErrorCode::Unavailable);
    assert!(refused.retry_after > 0);
    // small ones fit beside it
    assert_eq!(page(&place, "/v1/inbox", &token).await.status, 200);
    drop(idle);
    while page(&place, &path, &token).await.status != 200 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_nothing_of_its_answer_is_let_go() {
    let limit = Duration::from_millis(100);
    let (place, path, token) = large_page(|limits| limits.body_mebibyte = limit).await;
    let mut idle = take_nothing(&place, &path, &token).await;
    // its page is forgotten, though it never hung up
    let answer = loop {
        let answer = page(&place, &path, &token).await;
        if answer.status == 200 {
            break answer;
        }
        assert_eq!(answer.code(), RelayErrorCode::Unavailable);
    };
    let page = Page::from_bytes(&answer.body).unwrap();
    assert!(page.items.len() > 80, "who takes it gets the whole");
    let mut rest = Vec::new();
    drop(idle.read_to_end(&mut rest).await);
    assert!(rest.len() < answer.body.len(), "the other was cut off");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_gets_a_part_of_the_memory() {
    let place = Place::with(|limits| {
        (limits.body, limits.bodies, limits.memory_of_address) = (4_096, 100_000, 4_096);
    })
    .await;
    let mut slow = raw::connect(place.relay.origin()).await;
    let head = raw::head("POST", "/v1/accounts", None, 4_000);
    slow.write_all(head.as_bytes()).await.unwrap();
    slow.write_all(&[0; 3_900]).await.unwrap();
    let refused = loop {
        let answer =
            raw::call(place.relay.origin(), "POST", "/v1/accounts", None, &[0; 4_000]).await;
        if answer.code() != RelayErrorCode::Malformed {
            break answer.refusal();
        }
    };
    assert_eq!(refused.code, RelayErrorCode::SlowDown);
    assert!(refused.retry_after > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_gets_a_part_of_the_connections_and_live_ones_count() {
    let place = Place::with(|limits| limits.connections_of_address = 2).await;
    let mut alice = place.person("alice").await;
    // what the client kept open is gone with it
    alice.device.relay = place.client();
    let live = loop {
        if let Ok(live) = alice.device.live().await {
            break live;
        }
    };
    let mut health = loop {
        let mut stream = raw::connect(place.relay.origin()).await;
        let head = raw::head("GET", "/v1/health", None, 0).replace("Connection: close\r\n", "");
        drop(stream.write_all(head.as_bytes()).await);
        if stream.read_exact(&mut [0]).await.is_ok() {
            break stream;
        }
    };
    // both places are taken: one more is closed without a word
    let mut third = raw::connect(place.relay.origin()).await;
    assert_eq!(third.read(&mut [0]).await.unwrap_or(0), 0);
    drop(live);
    let answer = loop {
        let mut stream = raw::connect(place.relay.origin()).await;
        drop(stream.write_all(raw::head("GET", "/v1/health", None, 0).as_bytes()).await);
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes).await);
        if !bytes.is_empty() {
            break Answer::parse(&bytes);
        }
    };
    assert_eq!(answer.status, 200);
    health.shutdown().await.unwrap();
}
