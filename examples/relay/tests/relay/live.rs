use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use privity::Codec;
use privity::format::{LiveFrame, RelayErrorCode};
use privity_client::{ClientError, Live, Window};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::person::{Place, code};
use crate::raw;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn dial(place: &Place) -> Socket {
    let url = format!("{}/v1/live", place.relay.origin().replacen("http", "ws", 1));
    tokio_tungstenite::connect_async(url).await.unwrap().0
}

/// What the relay says when it ends the connection.
async fn ending(mut socket: Socket) -> Option<CloseFrame> {
    while let Some(message) = socket.next().await {
        match message {
            Ok(Message::Close(frame)) => return frame,
            Ok(_) => {}
            Err(_) => return None,
        }
    }
    None
}

fn refused(frame: Option<CloseFrame>) -> Option<RelayErrorCode> {
    frame.and_then(|frame| RelayErrorCode::from_code(u16::from(frame.code) - 4_000))
}

async fn next(live: &mut Live) -> LiveFrame {
    live.next().await.unwrap().expect("a frame")
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_of_each_kind_arrive() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let mut live = bob.device.live().await.unwrap();
    let id = alice.converse(&[&bob]).await;
    assert_eq!(next(&mut live).await, LiveFrame::Entries { conversation: id, head: 0 });

    let message = alice.draft_message(&id, "hello");
    let cursor = alice.device.relay.post(&id, message.clone()).await.unwrap();
    let LiveFrame::Message { conversation, item } = next(&mut live).await else {
        panic!("no message")
    };
    assert_eq!((conversation, item.cursor, item.bytes.0), (id, cursor, message.clone()));
    // a repeat is told to nobody: what comes next is the next update
    alice.device.relay.post(&id, message).await.unwrap();

    bob.sync().await;
    let own = bob.device.relay.wraps(&id, 0).await.unwrap().items[0].bytes.clone();
    let mut wrap = privity::format::WrappedEntry::from_bytes(&own.0).unwrap();
    (wrap.wrapper, wrap.device) = (bob.account(), bob.device.client.device());
    let wrap = wrap.sign(bob.device.client.own().signing_key()).unwrap().to_bytes().unwrap();
    let wraps = privity::format::WrapsRequest(vec![privity::format::Blob(wrap)]);
    bob.device.relay.put_wraps(&id, &wraps).await.unwrap();
    assert_eq!(next(&mut live).await, LiveFrame::Wraps { conversation: id });

    let changes = alice.change(|client, context| {
        client.change_account(
            |tools| {
                let suite = privity::Suite::X25519;
                tools.own.replace_wrap_key(tools.chain, suite, tools.local, tools.rng)
            },
            context,
        )
    });
    alice.perform(changes).await;
    let LiveFrame::Account { account, seq, .. } = next(&mut live).await else {
        panic!("no account")
    };
    assert_eq!((account, seq), (alice.account(), 1));

    // a removed member hears of the entry that ended it, and of nothing after
    let changes = alice.change(|client, context| client.rotate(&id, context));
    alice.perform(changes).await;
    assert_eq!(next(&mut live).await, LiveFrame::Entries { conversation: id, head: 1 });
    alice.remove(&id, &bob).await;
    assert_eq!(next(&mut live).await, LiveFrame::Entries { conversation: id, head: 2 });
    alice.say(&id, "without Bob").await;
    let own = bob.converse(&[]).await;
    assert_eq!(next(&mut live).await, LiveFrame::Entries { conversation: own, head: 0 });
}

/// Statements are public, and wraps their wrapper's: saying one again stirs nobody up.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_of_a_statement_or_wrap_is_told_to_nobody() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    let statement = place.client().statements(&alice.account(), 0).await.unwrap().items[0].clone();
    let wrap = bob.device.relay.wraps(&id, 0).await.unwrap().items[0].bytes.clone();
    let mut live = bob.device.live().await.unwrap();
    let again = privity::format::PublishRequest {
        statement: statement.bytes,
        generation: None,
        registered: None,
    };
    place.client().publish(&again).await.unwrap();
    let wraps = privity::format::WrapsRequest(vec![wrap]);
    alice.device.relay.put_wraps(&id, &wraps).await.unwrap();
    let own = bob.converse(&[]).await;
    assert_eq!(next(&mut live).await, LiveFrame::Entries { conversation: own, head: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_hear_nothing() {
    let place = Place::new().await;
    let (mut alice, mut eve) = (place.person("alice").await, place.person("eve").await);
    let mut live = eve.device.live().await.unwrap();
    let id = alice.converse(&[]).await;
    alice.say(&id, "hello").await;
    let own = eve.converse(&[]).await;
    assert_eq!(next(&mut live).await, LiveFrame::Entries { conversation: own, head: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_login_in_the_first_frame_it_ends() {
    let place = Place::with(|limits| limits.live_pulse = Duration::from_millis(200)).await;
    let alice = place.person("alice").await;
    for first in [
        Message::Text("hello".into()),
        Message::Binary(LiveFrame::Ready.to_bytes().unwrap().into()),
    ] {
        let mut socket = dial(&place).await;
        socket.send(first).await.unwrap();
        assert_eq!(refused(ending(socket).await), Some(RelayErrorCode::LoginNeeded));
    }
    let mut socket = dial(&place).await;
    socket.send(Message::Binary(vec![99].into())).await.unwrap();
    assert_eq!(refused(ending(socket).await), Some(RelayErrorCode::Malformed));
    // silence
    let socket = dial(&place).await;
    assert_eq!(refused(ending(socket).await), Some(RelayErrorCode::LoginNeeded));
    // another signature
    let origin = place.relay.origin().to_owned();
    let failed = Live::connect(&origin, |nonce| {
        let mut login = alice.login(&origin, nonce);
        login.signature[0] ^= 1;
        login
    });
    assert_eq!(code(failed.await), RelayErrorCode::LoginNeeded);
    // another challenge than this connection's: one that waits still, and one that was used
    let nonce = place.client().challenge().await.unwrap();
    let other = alice.login(&origin, nonce);
    assert_eq!(code(Live::connect(&origin, |_| other).await), RelayErrorCode::LoginNeeded);
    place.client().login(&other).await.unwrap();
    assert_eq!(code(Live::connect(&origin, |_| other).await), RelayErrorCode::LoginNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_larger_than_a_login_and_chatter_end_it() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    let mut socket = dial(&place).await;
    socket.send(Message::Binary(vec![1; 100_000].into())).await.unwrap();
    assert_ne!(refused(ending(socket).await), Some(RelayErrorCode::LoginNeeded));

    let mut socket = dial(&place).await;
    let Some(Ok(Message::Binary(bytes))) = socket.next().await else { panic!("no challenge") };
    let LiveFrame::Challenge(nonce) = LiveFrame::from_bytes(&bytes).unwrap() else {
        panic!("no challenge")
    };
    let login = LiveFrame::Login(alice.login(place.relay.origin(), nonce)).to_bytes().unwrap();
    socket.send(Message::Binary(login.clone().into())).await.unwrap();
    socket.send(Message::Binary(login.into())).await.unwrap();
    assert_eq!(refused(ending(socket).await), Some(RelayErrorCode::Malformed));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_websocket_is_refused() {
    let place = Place::new().await;
    let answer = raw::call(place.relay.origin(), "GET", "/v1/live", None, b"").await;
    assert_eq!(answer.code(), RelayErrorCode::Malformed);
}

#[tokio::test(flavor = "multi_thread")]
async fn live_connections_are_bounded_of_a_device_and_in_total() {
    let place = Place::with(|limits| (limits.live, limits.live_of_device) = (2, 1)).await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let first = alice.device.live().await.unwrap();
    assert_eq!(code(alice.device.live().await), RelayErrorCode::SlowDown);
    let second = loop {
        // the refused one leaves its place when the relay has closed it
        if let Ok(live) = bob.device.live().await {
            break live;
        }
    };
    let Err(ClientError::Refused(full)) = bob.device.live().await else { panic!("a third") };
    assert_eq!(full.code, RelayErrorCode::Unavailable);
    assert!(full.retry_after > 0);
    drop((first, second));
    while alice.device.live().await.is_err() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_shows_no_sign_of_life_is_let_go() {
    let place = Place::with(|limits| {
        limits.live_pulse = Duration::from_millis(100);
        limits.live = 1;
    })
    .await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    // nobody reads here, so no ping is answered
    let silent = alice.device.live().await.unwrap();
    let mut awake = loop {
        if let Ok(live) = bob.device.live().await {
            break live;
        }
    };
    drop(silent);
    // who answers stays
    let told = tokio::spawn(async move { awake.next().await.unwrap() });
    let mut bob = bob;
    let id = bob.converse(&[]).await;
    assert_eq!(told.await.unwrap(), Some(LiveFrame::Entries { conversation: id, head: 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_connection_lags_and_is_told() {
    let place = Place::with(|limits| limits.live_backlog = 1).await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let mut live = alice.device.live().await.unwrap();
    // more than the sockets of both sides hold, while nobody reads
    let text = "x".repeat(90_000);
    for _ in 0..150 {
        alice.say(&id, &text).await;
    }
    while next(&mut live).await != LiveFrame::Lagged {}
    assert!(!alice.device.relay.messages(&id, Window::After(0)).await.unwrap().items.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_hears_nothing_more() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let mut live = alice.device.live().await.unwrap();
    let chain = alice.device.client.directory().chain(&alice.account()).unwrap().clone();
    let (relay, lost) = (alice.device.relay.clone(), alice.device.client.device());
    let revoked =
        crate::accounts::revocation(&alice.phrase, &chain, &relay, lost, &mut alice.rng).await;
    relay.publish(&revoked).await.unwrap();
    assert_eq!(code(live.next().await), RelayErrorCode::LoginNeeded);
}

/// A ping of the device is answered, and is no chatter.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_may_ping() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let mut socket = dial(&place).await;
    let Some(Ok(Message::Binary(bytes))) = socket.next().await else { panic!("no challenge") };
    let LiveFrame::Challenge(nonce) = LiveFrame::from_bytes(&bytes).unwrap() else {
        panic!("no challenge")
    };
    let login = LiveFrame::Login(alice.login(place.relay.origin(), nonce)).to_bytes().unwrap();
    socket.send(Message::Binary(login.into())).await.unwrap();
    socket.send(Message::Ping(b"there?".to_vec().into())).await.unwrap();
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Pong(bytes) => break assert_eq!(&bytes[..], b"there?"),
            Message::Close(frame) => panic!("{frame:?}"),
            _ => {}
        }
    }
    let id = alice.converse(&[]).await;
    let entries = LiveFrame::Entries { conversation: id, head: 0 }.to_bytes().unwrap();
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Binary(bytes) if bytes[..] == entries[..] => break,
            Message::Close(frame) => panic!("{frame:?}"),
            _ => {}
        }
    }
}
