use std::time::Duration;

use privity::Codec;
use privity::format::{RelayError, RelayErrorCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::accounts::publication_of;
use crate::person::{Person, Place, append_of};
use crate::raw::{self, Answer};

/// One connection that is kept open: every refusal leaves it usable.
struct Attacker {
    stream: TcpStream,
    method: &'static str,
    path: String,
    token: String,
}

impl Attacker {
    async fn new(place: &Place, alice: &Person, method: &'static str, path: String) -> Self {
        let token = alice.token().await;
        Self { stream: raw::connect(place.relay.origin()).await, method, path, token }
    }

    async fn send(&mut self, body: &[u8]) -> Answer {
        let head = raw::head(self.method, &self.path, Some(&self.token), body.len());
        let head = head.replace("Connection: close\r\n", "");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        self.stream.write_all(&bytes).await.unwrap();
        let mut answer = Vec::new();
        loop {
            let mut chunk = [0; 4_096];
            let count = self.stream.read(&mut chunk).await.unwrap();
            assert_ne!(count, 0, "the relay hung up: {}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&chunk[..count]);
            let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |it| it.parse().unwrap());
            if answer.len() == end + 4 + length {
                return Answer::parse(&answer);
            }
        }
    }

    /// Every truncation and bit flip is refused, and by none the relay fails.
    async fn garble(&mut self, valid: &[u8]) {
        for length in 0..valid.len() {
            let code = self.send(&valid[..length]).await.code();
            assert_eq!(code, RelayErrorCode::Malformed, "{} cut at {length}", self.path);
        }
        for bit in 0..valid.len() * 8 {
            let mut body = valid.to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            let answer = self.send(&body).await;
            assert_ne!(answer.status, 200, "{} at bit {bit}", self.path);
            let code = answer.code();
            assert_ne!(code, RelayErrorCode::Internal, "{} at bit {bit}", self.path);
        }
        let mut longer = valid.to_vec();
        longer.push(0);
        let code = self.send(&longer).await.code();
        assert!(matches!(code, RelayErrorCode::Malformed | RelayErrorCode::TooLarge));
    }
}

async fn open() -> Place {
    Place::with(|limits| {
        let many = std::num::NonZeroU32::MAX;
        limits.requests_per_minute = many;
        limits.logins_per_minute = many;
        limits.entries_per_minute = many;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_garbled_anywhere_is_refused() {
    let place = open().await;
    let alice = place.person("alice").await;
    let nonce = alice.device.relay.challenge().await.unwrap();
    let valid = alice.login(place.relay.origin(), nonce).to_bytes().unwrap();
    let mut attacker = Attacker::new(&place, &alice, "POST", "/v1/login".into()).await;
    attacker.garble(&valid).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_garbled_anywhere_is_refused() {
    let place = open().await;
    let alice = place.person("alice").await;
    let (_, changes) = place.stranger("bob");
    let mut request = publication_of(&changes);
    // a generation record is not signed: what is garbled there is its account's own affair
    request.generation = None;
    let mut attacker = Attacker::new(&place, &alice, "POST", "/v1/accounts".into()).await;
    attacker.garble(&request.to_bytes().unwrap()).await;
    assert_eq!(attacker.send(&request.to_bytes().unwrap()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_garbled_anywhere_is_refused() {
    let place = open().await;
    let mut alice = place.person("alice").await;
    let (_, changes) = alice.draft_conversation(&[]);
    let valid = append_of(&changes).to_bytes().unwrap();
    let mut attacker = Attacker::new(&place, &alice, "POST", "/v1/conversations".into()).await;
    attacker.garble(&valid).await;
    assert!(alice.device.relay.inbox().await.unwrap().0.is_empty());
    assert_eq!(attacker.send(&valid).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wraps_garbled_anywhere_are_refused() {
    let place = open().await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let wrap = alice.device.relay.wraps(&id, 0).await.unwrap().items[0].bytes.clone();
    let valid = privity::format::WrapsRequest(vec![wrap]).to_bytes().unwrap();
    let path = format!("/v1/conversations/{id}/wraps");
    let mut attacker = Attacker::new(&place, &alice, "POST", path).await;
    attacker.garble(&valid).await;
    assert_eq!(alice.device.relay.wraps(&id, 0).await.unwrap().items.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_garbled_in_its_outside_is_refused_and_nowhere_an_error_of_the_relay() {
    let place = open().await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let valid = alice.draft_message(&id, "hello");
    let path = format!("/v1/conversations/{id}/messages");
    let mut attacker = Attacker::new(&place, &alice, "POST", path).await;
    // behind conversation, position and hash everything is sealed: only members see it
    for bit in 0..73 * 8 {
        let mut body = valid.clone();
        body[bit / 8] ^= 1 << (bit % 8);
        let code = attacker.send(&body).await.code();
        assert_ne!(code, RelayErrorCode::Internal, "at bit {bit}");
    }
    for length in 0..137 {
        let code = attacker.send(&valid[..length]).await.code();
        assert_eq!(code, RelayErrorCode::Malformed, "cut at {length}");
    }
    for length in 137..valid.len() {
        let answer = attacker.send(&valid[..length]).await;
        assert!(answer.status == 200 || answer.code() == RelayErrorCode::Malformed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_record_garbled_is_never_an_error_of_the_relay() {
    let place = open().await;
    let alice = place.person("alice").await;
    let account = alice.account();
    let record = alice.device.relay.generations(&account).await.unwrap().items[0].bytes.0.clone();
    let path = format!("/v1/accounts/{account}/generations");
    let mut attacker = Attacker::new(&place, &alice, "PUT", path).await;
    for length in 0..record.len() {
        assert_eq!(attacker.send(&record[..length]).await.code(), RelayErrorCode::Malformed);
    }
    for bit in 0..record.len() * 8 {
        let mut body = record.clone();
        body[bit / 8] ^= 1 << (bit % 8);
        let answer = attacker.send(&body).await;
        assert!(answer.status == 200 || answer.code() != RelayErrorCode::Internal, "bit {bit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_that_lie_cost_nothing() {
    let place = open().await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let path = format!("/v1/conversations/{id}/wraps");
    let mut attacker = Attacker::new(&place, &alice, "POST", path).await;
    for count in [u32::MAX, 65_537, 65_536, 1] {
        let code = attacker.send(&count.to_be_bytes()).await.code();
        assert_eq!(code, RelayErrorCode::Malformed, "{count} wraps that are not there");
    }
    // many wraps that are there, and empty
    let mut body = 65_536_u32.to_be_bytes().to_vec();
    body.resize(4 + 65_536 * 4, 0);
    assert_eq!(attacker.send(&body).await.code(), RelayErrorCode::Malformed);
    for (start, length) in [(0_u32, u32::MAX), (0, 4 << 20), (1, u32::MAX)] {
        attacker.path = "/v1/accounts".into();
        let body = [start.to_be_bytes(), length.to_be_bytes()].concat();
        assert_eq!(attacker.send(&body).await.code(), RelayErrorCode::Malformed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_too_slowly_is_refused() {
    let place = Place::with(|limits| limits.body_mebibyte = Duration::from_millis(50)).await;
    let mut stream = raw::connect(place.relay.origin()).await;
    let head = raw::head("POST", "/v1/accounts", None, 1_000);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&[0; 10]).await.unwrap();
    let refused = raw::finish(stream).await.refusal();
    assert_eq!(refused.code, RelayErrorCode::Malformed);
    assert!(refused.detail.contains("slowly"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_never_ends_is_cut_off() {
    let place = Place::with(|limits| limits.head = Duration::from_millis(50)).await;
    let mut stream = raw::connect(place.relay.origin()).await;
    stream.write_all(b"GET /v1/health HTTP/1.1\r\nX: ").await.unwrap();
    let mut bytes = Vec::new();
    drop(stream.read_to_end(&mut bytes).await);
    assert!(!bytes.starts_with(b"HTTP/1.1 200"));
    let mut stream = raw::connect(place.relay.origin()).await;
    let mut head = b"GET /v1/health HTTP/1.1\r\nX: ".to_vec();
    head.resize(200_000, b'x');
    drop(stream.write_all(&head).await);
    let mut bytes = Vec::new();
    drop(stream.read_to_end(&mut bytes).await);
    assert!(!bytes.starts_with(b"HTTP/1.1 200"));
    place.client().health().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_hexadecimal_and_nothing_else() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    let token = alice.token().await;
    let origin = place.relay.origin();
    let upper = token.to_uppercase();
    let short = &token[..62];
    for wrong in ["", "x", short, &upper, &token.replace('a', "g")[..], &"0".repeat(64)] {
        let answer = raw::call(origin, "GET", "/v1/inbox", Some(wrong), b"").await;
        if wrong == token {
            continue;
        }
        assert_eq!(answer.code(), RelayErrorCode::LoginNeeded, "{wrong}");
    }
    let RelayError { detail, .. } =
        raw::call(origin, "GET", "/v1/inbox", None, b"").await.refusal();
    assert!(detail.contains("log in"));
}

/// A number has one text form, a request takes one parameter, and nothing is guessed.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_one_name_and_one_number() {
    let place = open().await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let token = alice.token().await;
    let account = alice.account();
    let get =
        async |path: String| raw::call(place.relay.origin(), "GET", &path, Some(&token), b"").await;
    let paths = [
        (format!("/v1/accounts/{account}/statements"), "from"),
        (format!("/v1/accounts/{account}/generations"), "from"),
        (format!("/v1/conversations/{id}/entries"), "from"),
        (format!("/v1/conversations/{id}/wraps"), "after"),
        (format!("/v1/conversations/{id}/messages"), "after"),
        (format!("/v1/conversations/{id}/messages"), "before"),
    ];
    for (path, name) in &paths {
        for good in ["0", "1", "18446744073709551615"] {
            assert_eq!(get(format!("{path}?{name}={good}")).await.status, 200, "{path} {good}");
        }
        for bad in ["", "-1", "+1", "01", "1 ", "%31", "0x1", "1.0", "1e3", "18446744073709551616"]
        {
            let answer = get(format!("{path}?{name}={}", bad.replace(' ', "%20"))).await;
            assert_eq!(answer.code(), RelayErrorCode::Malformed, "{path} {name} {bad:?}");
        }
        for query in ["", name, "limit=5", &format!("{name}=1&{name}=2"), &format!("{name}=1&x=2")]
        {
            let answer = get(format!("{path}?{query}")).await;
            assert_eq!(answer.code(), RelayErrorCode::Malformed, "{path}?{query}");
        }
    }
    let both = get(format!("/v1/conversations/{id}/messages?after=1&before=2")).await;
    assert_eq!(both.code(), RelayErrorCode::Malformed);
    assert_eq!(get(format!("/v1/inbox?after={id}")).await.status, 200);
    for bad in ["1".to_owned(), account.to_string(), id.to_string().to_uppercase(), String::new()] {
        assert_eq!(get(format!("/v1/inbox?after={bad}")).await.code(), RelayErrorCode::Malformed);
    }
}
