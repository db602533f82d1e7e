//! RELAY.md against the code: its tables, its byte layouts, its requests.

use privity::Codec;
use privity::account::{NewRecovery, RecoveryAuthority, RecoveryPhrase};
use privity::format::{
    AccountId, AppendRequest, Blob, ConversationId, DeviceId, Inbox, InboxItem, LiveFrame,
    LoginRequest, Page, PageEnd, PublishRequest, RelayError, RelayErrorCode, StatementHash,
    StoredItem, WrapsRequest,
};
use privity_relay::Limits;

use crate::accounts::publication_of;
use crate::person::{Place, code};
use crate::raw;

const PAGE: &str = include_str!("../../../../docs/RELAY.md");

/// The cells of a table's rows that stand between two headings.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let start = PAGE.find(heading).expect("the heading");
    let section = &PAGE[start + heading.len()..];
    let section = &section[..section.find("\n## ").unwrap_or(section.len())];
    let cells = |line: &'static str| {
        let line = line.strip_prefix("| ")?.strip_suffix(" |")?;
        Some(line.split(" | ").map(str::trim).collect())
    };
    section.lines().filter_map(cells).collect()
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|it| std::str::from_utf8(it).unwrap()).collect();
    groups.join(",")
}

fn size(bytes: u64) -> String {
    match bytes.trailing_zeros() {
        40.. => format!("{} TiB", bytes >> 40),
        20.. => format!("{} MiB", bytes >> 20),
        10.. => format!("{} KiB", bytes >> 10),
        _ => format!("{} bytes", thousands(bytes)),
    }
}

#[test]
fn the_table_of_limits_holds_the_defaults() {
    let limits = Limits::default();
    let count = |number: usize| thousands(number as u64);
    let rate =
        |number: std::num::NonZeroU32| format!("{} a minute", thousands(number.get().into()));
    let seconds = |time: std::time::Duration| format!("{} s", time.as_secs());
    let bytes = |number: usize| size(number as u64);
    let mebibyte = format!("{} for each MiB begun", seconds(limits.body_mebibyte));
    let intake = format!(
        "{} at once, {} a minute after",
        bytes(limits.intake),
        bytes(limits.intake_per_minute)
    );
    let expected = [
        ("request body", bytes(limits.body)),
        ("request bodies in memory", format!("{} each", bytes(limits.bodies))),
        ("... of one address", format!("{} each", bytes(limits.memory_of_address))),
        ("time for a body", mebibyte.clone()),
        ("time for an answer", mebibyte),
        ("time for a request's head", seconds(limits.head)),
        ("HTTP connections", count(limits.connections)),
        ("connections of one address", count(limits.connections_of_address)),
        ("requests of one device", rate(limits.requests_per_minute)),
        ("unauthenticated reads", rate(limits.requests_per_minute)),
        ("entries of one device", rate(limits.entries_per_minute)),
        ("publications, challenges", rate(limits.logins_per_minute)),
        ("bodies of one account", intake),
        ("database", size(limits.storage)),
        ("challenges waiting", count(limits.challenges)),
        (
            "life of a challenge",
            format!("{}, {} h", seconds(limits.challenge), limits.token.as_secs() / 3_600),
        ),
        ("tokens of one device", count(limits.tokens)),
        ("live connections", count(limits.live)),
        ("live connections of one device", count(limits.live_of_device)),
        ("updates that a slow", count(limits.live_backlog)),
        (
            "items of a page",
            format!("{}, and {} of items", count(limits.page), bytes(limits.page_bytes)),
        ),
        ("wait for a database", seconds(limits.database)),
        ("time for requests under way", seconds(limits.stop)),
    ];
    let table = rows("## 6. Limits");
    for (what, default) in expected {
        let row = table.iter().find(|row| row[0].starts_with(what));
        let row = row.unwrap_or_else(|| panic!("no row for {what}"));
        assert!(row[1].starts_with(&default), "{what}: {} is not {default}", row[1]);
    }
    assert_eq!(limits.answers, limits.bodies, "one row says both");
}

#[test]
fn the_table_of_errors_holds_every_code_with_its_status() {
    let table = rows("## 5. Errors");
    let codes: Vec<_> = (0..=u16::MAX).filter_map(RelayErrorCode::from_code).collect();
    assert_eq!(table.len(), codes.len() + 1, "a heading, and a row for each code");
    for (code, row) in codes.iter().zip(&table[1..]) {
        let number = (*code as u16).to_string();
        let expected = [number, format!("`{code:?}`"), code.status().to_string()];
        assert_eq!(row[..3], expected.each_ref().map(String::as_str));
    }
}

/// Every request of the page is answered, and by no other method.
#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_the_page_is_there() {
    let place = Place::new().await;
    let origin = place.relay.origin();
    let is_there = async |method: &str, path: &str| {
        let answer = raw::call(origin, method, path, None, b"").await;
        answer.status != 404 || !answer.refusal().detail.contains("no such request")
    };
    let mut known = 0;
    for row in rows("## 2. Requests") {
        for request in row[0].split(" or ") {
            let request = request.trim_matches('`');
            let Some((method, path)) = request.split_once(' ') else { continue };
            let path = path.split('?').next().unwrap();
            let id = if path.contains("accounts") {
                AccountId([7; 32]).to_string()
            } else {
                ConversationId([7; 32]).to_string()
            };
            let path = path.replace("/ID/", &format!("/{id}/")).replace("KEY", &"07".repeat(32));
            assert!(is_there(method, &path).await, "{method} {path}");
            assert!(!is_there("PATCH", &path).await, "PATCH {path}");
            known += 1;
        }
    }
    assert_eq!(known, 17);
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_get_without_the_body() {
    let place = Place::new().await;
    let origin = place.relay.origin();
    let answer = raw::call(origin, "HEAD", "/v1/health", None, b"").await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let answer = raw::call(origin, "HEAD", "/v1/inbox", None, b"").await;
    assert_eq!((answer.status, answer.body.len()), (401, 0));
}

fn encoded(value: &impl Codec) -> Vec<u8> {
    value.to_bytes().unwrap()
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn bodies_are_laid_out_as_the_page_says() {
    let (blob, one) = (|bytes: &[u8]| Blob(bytes.to_vec()), [0, 0, 0, 1]);
    let publish =
        PublishRequest { statement: blob(b"st"), generation: None, registered: Some(blob(b"r")) };
    assert_eq!(encoded(&publish), joined(&[&[0, 0, 0, 2], b"st", &[0, 1], &one, b"r"]));
    let append = AppendRequest { entry: blob(b"e"), wraps: vec![blob(b"w")] };
    assert_eq!(encoded(&append), joined(&[&one, b"e", &one, &one, b"w"]));
    assert_eq!(encoded(&WrapsRequest(vec![blob(b"w")])), joined(&[&one, &one, b"w"]));
    let login = LoginRequest {
        account: AccountId([1; 32]),
        device: DeviceId([2; 32]),
        nonce: [3; 32],
        signature: [4; 64],
    };
    let login_bytes = joined(&[&[1; 32], &[2; 32], &[3; 32], &[4; 64]]);
    assert_eq!(encoded(&login), login_bytes);
    let item = StoredItem { cursor: 0x0102, bytes: blob(b"i") };
    let item_bytes = joined(&[&[0, 0, 0, 0, 0, 0, 1, 2], &one, b"i"]);
    let page = Page { items: vec![item.clone()], end: PageEnd::More };
    assert_eq!(encoded(&page), joined(&[&one, &item_bytes, &[1]]));
    let page = Page { items: Vec::new(), end: PageEnd::Last };
    assert_eq!(encoded(&page), [0; 5]);
    let inbox = InboxItem { conversation: ConversationId([5; 32]), head: 6, newest: 7 };
    let number = |last: u8| [0, 0, 0, 0, 0, 0, 0, last];
    assert_eq!(encoded(&Inbox(vec![inbox])), joined(&[&one, &[5; 32], &number(6), &number(7)]));
    let refusal =
        RelayError { code: RelayErrorCode::SlowDown, retry_after: 258, detail: "wait".into() };
    assert_eq!(encoded(&refusal), joined(&[&[0, 9], &[0, 0, 1, 2], &[0, 4], b"wait"]));

    let conversation = ConversationId([5; 32]);
    let account = AccountId([1; 32]);
    for (frame, bytes) in [
        (LiveFrame::Challenge([3; 32]), joined(&[&[0], &[3; 32]])),
        (LiveFrame::Login(login), joined(&[&[1], &login_bytes])),
        (LiveFrame::Ready, vec![2]),
        (LiveFrame::Entries { conversation, head: 6 }, joined(&[&[3], &[5; 32], &number(6)])),
        (LiveFrame::Message { conversation, item }, joined(&[&[4], &[5; 32], &item_bytes])),
        (LiveFrame::Wraps { conversation }, joined(&[&[5], &[5; 32]])),
        (
            LiveFrame::Account { account, seq: 8, hash: StatementHash([9; 32]) },
            joined(&[&[6], &[1; 32], &number(8), &[9; 32]]),
        ),
        (LiveFrame::Lagged, vec![7]),
    ] {
        assert_eq!(encoded(&frame), bytes, "{frame:?}");
    }
}

/// What the old phrase opened is over with the statement that replaces it.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_holder_that_is_replaced_is_logged_out() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let chain = alice.device.client.directory().chain(&alice.account()).unwrap().clone();
    let holder = RecoveryAuthority::from_phrase(&alice.phrase, &chain).unwrap();
    let mut client = place.client();
    let nonce = client.challenge().await.unwrap();
    client.login(&holder.login(place.relay.origin(), nonce).unwrap()).await.unwrap();
    client.inbox().await.unwrap();
    let next = RecoveryPhrase::generate(&mut alice.rng);
    let to = NewRecovery::Phrase(&next, privity::Suite::X25519);
    let changes = alice.change(|client, context| {
        client.change_account(
            |tools| tools.own.replace_recovery(tools.chain, &holder, &to, (tools.local, tools.rng)),
            context,
        )
    });
    place.client().publish(&publication_of(&changes)).await.unwrap();
    assert_eq!(code(client.inbox().await), RelayErrorCode::LoginNeeded);
    alice.device.relay.inbox().await.unwrap();
    let nonce = client.challenge().await.unwrap();
    let again = holder.login(place.relay.origin(), nonce).unwrap();
    assert_eq!(code(client.login(&again).await), RelayErrorCode::LoginNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_and_a_generation_record_have_bounds_of_their_own() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    let token = alice.token().await;
    let generations = format!("/v1/accounts/{}/generations", alice.account());
    for (method, path, most) in
        [("POST", "/v1/accounts", 1 << 20), ("PUT", &*generations, 512 << 10)]
    {
        let send = async |length: usize| {
            let body = vec![0xff; length];
            raw::call(place.relay.origin(), method, path, Some(&token), &body).await.code()
        };
        assert_eq!(send(most).await, RelayErrorCode::Malformed, "{path}");
        assert_eq!(send(most + 1).await, RelayErrorCode::TooLarge, "{path}");
    }
}
