use privity_conversation::account::{DeviceConsent, DeviceDraft, DeviceRequest, JoiningDevice};
use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{
    AccountId, AppendRequest, Blob, ChainId, Complaint, Content, ConversationId, DeviceId, Entry,
    EntryHash, Ground, Inbox, InboxItem, KnownHeads, LiveFrame, LogHead, LoginRequest, MessageId,
    Page, PageEnd, Pin, PublishRequest, RelayError, RelayErrorCode, Statement, StatementHash,
    StoredItem, WrapsRequest,
};
use privity_conversation::log::ForkEvidence;
use privity_conversation::message::{FileBody, Report};
use privity_conversation::sign::Signature;
use privity_primitives::wrap::Suite;
use privity_wire::Codec;
use serde_json::Value;

const ACCOUNT: &str = include_str!("../data/privity/account.json");
const LOG: &str = include_str!("../data/privity/log.json");

pub(crate) const CONVERSATION: ConversationId = ConversationId([1; 32]);
pub(crate) const ALICE: AccountId = AccountId([2; 32]);

/// Valid bytes of a format, by its name.
pub(crate) type Sample = (&'static str, Vec<u8>);

pub(crate) fn unhex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

pub(crate) fn entries() -> Vec<Entry> {
    let log: Value = serde_json::from_str(LOG).unwrap();
    let entries = log["entries"].as_array().unwrap();
    entries.iter().map(|entry| Entry::from_bytes(&unhex(&entry["bytes"])).unwrap()).collect()
}

pub(crate) fn statements() -> Vec<Statement> {
    let account: Value = serde_json::from_str(ACCOUNT).unwrap();
    let statements = account["seeded"]["statements"].as_array().unwrap();
    statements.iter().map(|one| Statement::from_bytes(&unhex(&one["bytes"])).unwrap()).collect()
}

fn content() -> Content {
    Content {
        author: Pin { account: ALICE, seq: 3, hash: StatementHash([4; 32]) },
        device: DeviceId([5; 32]),
        chain: ChainId([6; 16]),
        counter: 7,
        previous: MessageId([8; 32]),
        seen: MessageId([9; 32]),
        time: 1_700_000_000_000,
        content_type: 0,
        target: MessageId([10; 32]),
        body: b"a text".to_vec(),
    }
}

fn login() -> LoginRequest {
    LoginRequest { account: ALICE, device: DeviceId([5; 32]), nonce: [7; 32], signature: [11; 64] }
}

fn item() -> StoredItem {
    StoredItem { cursor: 12, bytes: Blob(b"stored".to_vec()) }
}

fn frames() -> Vec<Sample> {
    let conversation = CONVERSATION;
    let frames = [
        ("live_frame/challenge", LiveFrame::Challenge([7; 32])),
        ("live_frame/login", LiveFrame::Login(login())),
        ("live_frame/ready", LiveFrame::Ready),
        ("live_frame/entries", LiveFrame::Entries { conversation, head: 13 }),
        ("live_frame/message", LiveFrame::Message { conversation, item: item() }),
        ("live_frame/wraps", LiveFrame::Wraps { conversation }),
        (
            "live_frame/account",
            LiveFrame::Account { account: ALICE, seq: 3, hash: StatementHash([4; 32]) },
        ),
        ("live_frame/lagged", LiveFrame::Lagged),
    ];
    frames.into_iter().map(|(name, frame)| (name, frame.to_bytes().unwrap())).collect()
}

/// What the relay's interface carries.
fn relay() -> Vec<Sample> {
    let blob = |text: &[u8]| Blob(text.to_vec());
    let wraps = vec![blob(b"one"), blob(b"two")];
    let append = AppendRequest { entry: blob(b"entry"), wraps: wraps.clone() };
    let publish = PublishRequest {
        statement: blob(b"statement"),
        generation: Some(blob(b"generation")),
        registered: None,
    };
    let page = Page { items: vec![item()], end: PageEnd::More };
    let inbox = InboxItem { conversation: CONVERSATION, head: 13, newest: 12 };
    let error = RelayError {
        code: RelayErrorCode::SlowDown,
        retry_after: 1_500,
        detail: "wait".to_owned(),
    };
    let mut samples = vec![
        ("append_request", append.to_bytes().unwrap()),
        ("wraps_request", WrapsRequest(wraps).to_bytes().unwrap()),
        ("publish_request", publish.to_bytes().unwrap()),
        ("page", page.to_bytes().unwrap()),
        ("inbox", Inbox(vec![inbox]).to_bytes().unwrap()),
        ("login_request", login().to_bytes().unwrap()),
        ("relay_error", error.to_bytes().unwrap()),
    ];
    samples.extend(frames());
    samples
}

fn evidence() -> ForkEvidence {
    let ours = entries().swap_remove(1);
    let mut body = ours.body().clone();
    body.time += 1;
    let theirs = Entry::from_parts(body, *ours.signature()).unwrap();
    ForkEvidence::new(ours, theirs).unwrap()
}

/// The formats that no other file of frozen vectors holds.
pub(crate) fn small() -> Vec<Sample> {
    let complaint = |ground| Complaint { conversation: CONVERSATION, account: ALICE, ground };
    let report = Report {
        conversation: CONVERSATION,
        position: 14,
        hash: EntryHash([15; 32]),
        salt: [16; 32],
        content: content(),
        signature: Signature([17; 64]),
        statements: statements()[..1].to_vec(),
        log: entries()[..1].to_vec(),
    };
    let update = statements()[1].clone();
    let holder = match update.body.add_devices.first() {
        Some(holder) => holder.clone(),
        None => statements()[0].body.add_devices[0].clone(),
    };
    let file = FileBody { name: "notes.txt".to_owned(), bytes: vec![18; 40] };
    let info = ConversationInfo { title: "a title".to_owned(), picture: vec![19; 9] };
    let heads = KnownHeads {
        accounts: vec![Pin { account: ALICE, seq: 3, hash: StatementHash([4; 32]) }],
        logs: vec![LogHead { conversation: CONVERSATION, position: 14, hash: EntryHash([15; 32]) }],
    };
    let wrong = complaint(Ground::WrongWrap(vec![20; 30]));
    let mut samples = vec![
        ("complaint/nothing_came", complaint(Ground::NothingCame).to_bytes().unwrap()),
        ("complaint/wrong_wrap", wrong.to_bytes().unwrap()),
        ("known_heads", heads.to_bytes().unwrap()),
        ("report", report.to_bytes().unwrap()),
        ("file_body", file.to_bytes().unwrap()),
        ("conversation_info", info.to_bytes().unwrap()),
        ("fork_evidence", evidence().to_bytes().unwrap()),
        ("device_request", DeviceRequest(holder).to_bytes().unwrap()),
        ("device_draft", DeviceDraft(update.body.clone()).to_bytes().unwrap()),
        ("device_consent", DeviceConsent(Signature([21; 64])).to_bytes().unwrap()),
    ];
    samples.extend(relay());
    samples
}

/// What a device stores of its own in plain layouts, before it is sealed.
pub(crate) fn stored() -> Vec<Sample> {
    let block: [&[u8]; 12] = [
        &[1, 0],
        &[5; 32],
        &[6; 16],
        // block 2: counters 32 and 35 came
        &2_u64.to_be_bytes(),
        &0b1001_u16.to_be_bytes(),
        &[8; 16],
        &[9; 16],
        &30_u64.to_be_bytes(),
        &14_u64.to_be_bytes(),
        &1_700_000_000_000_u64.to_be_bytes(),
        &[9; 32],
        &[0, 1],
    ];
    let position_and_time = [14_u64.to_be_bytes(), 1_700_000_000_000_u64.to_be_bytes()].concat();
    let floor = [&[1, 1][..], &[5; 32], &position_and_time].concat();
    let joining = [&[1][..], &[22; 32], &[Suite::X25519.id()], &[23; 32]].concat();
    let keys = JoiningDevice::from_bytes(&joining).unwrap();
    vec![
        ("window/block", block.concat()),
        ("window/floor", floor),
        ("joining_device", joining),
        ("joining_request", keys.request().unwrap().to_bytes().unwrap()),
    ]
}
