use std::time::Duration;

use futures_util::StreamExt;
use privity::format::RelayErrorCode;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::person::Place;
use crate::raw;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_finishes() {
    let place = Place::new().await;
    let origin = place.relay.origin().to_owned();
    let address = place.relay.address();
    // the head and a part of the body; the relay reads them when it says "continue"
    let mut stream = raw::connect(&origin).await;
    let head = raw::head("POST", "/v1/login", None, 160);
    let head = head.replace("Connection: close", "Expect: 100-continue");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut line = [0; 25];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut line).await.unwrap();
    assert!(line.starts_with(b"HTTP/1.1 100 Continue"));
    let stopping = tokio::spawn(place.relay.stop());
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(&[0; 160]).await.unwrap();
    let answer = raw::finish(stream).await;
    assert_eq!(answer.code(), RelayErrorCode::LoginNeeded);
    stopping.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn live_connections_are_closed_with_the_reason() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    let mut live = alice.device.live().await.unwrap();
    let url = format!("{}/v1/live", place.relay.origin().replacen("http", "ws", 1));
    let (mut waiting, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    place.relay.stop().await;
    assert_eq!(live.next().await.unwrap(), None);
    let close = loop {
        if let Message::Close(frame) = waiting.next().await.unwrap().unwrap() {
            break frame.unwrap();
        }
    };
    assert_eq!(u16::from(close.code), 1001);
    assert!(close.reason.contains("stops"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_ends_does_not_hold_the_relay_up() {
    let place = Place::with(|limits| limits.stop = Duration::from_millis(50)).await;
    let mut stream = raw::connect(place.relay.origin()).await;
    let head = raw::head("POST", "/v1/login", None, 160);
    let head = head.replace("Connection: close", "Expect: 100-continue");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut line = [0; 25];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut line).await.unwrap();
    place.relay.stop().await;
    drop(stream);
}
