//! The example programs, run as a person would run them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Examples are built beside the tests.
fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().unwrap().parent().unwrap().join("examples");
    folder.join(name).with_extension(std::env::consts::EXE_EXTENSION)
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn quickstart_tells_the_whole_story() {
    let output = Command::new(program("quickstart")).arg("--verbose").output().unwrap();
    let story = text(&output);
    for scene in ["Three participants", "with the history", "from now on", "removes", "24 words"] {
        assert!(story.contains(scene), "{scene} in {story}");
    }
    assert!(story.contains("none of 7 plaintexts found"), "{story}");
    assert!(story.ends_with(" ms.\n"));
}

#[test]
fn every_short_program_ends_well() {
    let told = [
        ("create_account", "its words: "),
        ("verify_contact", "Bob is verified:"),
        ("send_and_receive", "Bob reads: at noon?"),
        ("crash", "survived and is with the relay"),
        ("recover_account", "is back on"),
        ("registered_key", "Bob reads: keys"),
        ("call", "Bob hears: a bit of voice"),
    ];
    for (name, line) in told {
        let output = text(&Command::new(program(name)).output().unwrap());
        assert!(output.contains(line), "{name}: {output}");
    }
}

#[test]
fn media_flow_over_one_port_and_through_a_change_of_keys() {
    let output = text(&Command::new(program("media")).output().unwrap());
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines.len(), 5, "{output}");
    for (line, told) in lines.iter().zip(["one", "twenty bytes", "STUN", "two", "three"]) {
        assert!(line.contains(told), "{told} in {output}");
    }
}

#[test]
fn short_programs_are_short() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("short");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        assert!(lines <= 30, "{} has {lines} lines", path.display());
    }
}

/// One person's folder and the relay's address.
struct Chat<'a> {
    origin: &'a str,
    home: PathBuf,
}

impl Chat<'_> {
    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program("chat"));
        command.args(["--relay", self.origin, "--home"]).arg(&self.home).args(words);
        command
    }

    fn says(&self, words: &[&str]) -> String {
        text(&self.run(words))
    }

    /// What a command that is refused says.
    fn fails(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    /// Gives the words on standard input.
    fn recover(&self, words: &str) -> String {
        let mut command = self.command(&["recover"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), words.as_bytes()).unwrap();
        text(&child.wait_with_output().unwrap())
    }
}

async fn with_relay(story: fn(&str, &Path)) {
    let folder = tempfile::tempdir().unwrap();
    let config = privity_relay::Config::loopback(folder.path().join("relay.sqlite"));
    let relay = privity_relay::start(config).await.unwrap();
    let origin = relay.origin().to_owned();
    let path = folder.path().to_owned();
    tokio::task::spawn_blocking(move || story(&origin, &path)).await.unwrap();
    relay.stop().await;
}

/// The words that a new account is shown with.
fn words(made: &Output) -> String {
    let shown = String::from_utf8_lossy(&made.stderr);
    let line = shown.lines().map(str::trim).find(|line| line.split(' ').count() == 24);
    line.unwrap().to_owned()
}

/// Nothing has to be sent first: recovering replaces the keys.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_recovery_what_the_lost_device_sent_is_read_at_once() {
    with_relay(|origin, folder| {
        let at = |name: &str| Chat { origin, home: folder.join(name) };
        let (alice, again) = (at("alice"), at("alice, again"));
        let made = alice.run(&["create", "the lighthouse"]);
        alice.says(&["send", "one"]);
        let back = again.recover(&words(&made));
        assert!(back.contains("its 1 earlier device is revoked"), "{back}");
        assert!(back.ends_with("  one\n"), "{back}");
        assert!(again.says(&["history"]).ends_with("  one\n"));
    })
    .await;
}

/// No mistake leaves a half-made account, and each error says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn who_errs_is_told_what_to_do() {
    with_relay(|origin, folder| {
        let home = folder.join("alice");
        let alice = Chat { origin, home: home.clone() };
        assert!(alice.fails(&["read"]).contains("no account in"));
        assert!(!home.exists());
        let astray = Chat { origin: "http://127.0.0.1:1", home: home.clone() };
        assert!(!astray.fails(&["create", "x"]).contains("24 words"));
        let bare = Chat { origin: "127.0.0.1:1", home: home.clone() };
        assert!(bare.fails(&["card"]).contains("http://127.0.0.1:1"));
        let words = words(&alice.run(&["create", "the lighthouse"]));
        assert!(alice.fails(&["send"]).contains("send TEXT"));
        assert!(alice.fails(&["history", "x"]).contains("no number"));
        assert!(alice.fails(&["--in", "x", "send", "y"]).contains("the lighthouse"));
        assert!(alice.fails(&["add", "pvcard1abc"]).contains("paste it whole"));
        assert_eq!(alice.says(&["send", "y"]), "sent\n");
        Chat { origin, home: folder.join("again") }.recover(&words);
        assert!(alice.fails(&["read"]).contains("probably revoked"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_chat_from_two_folders() {
    with_relay(chat).await;
}

fn chat(origin: &str, folder: &Path) {
    let at = |name: &str| Chat { origin, home: folder.join(name) };
    let (alice, bob) = (at("alice"), at("bob"));
    assert!(alice.says(&["create", "the lighthouse"]).contains("“the lighthouse” is pvc1"));
    let made = bob.run(&["card"]);
    let card = text(&made).trim().to_owned();
    let words = words(&made);

    alice.says(&["send", "before Bob"]);
    alice.says(&["add", &card, "bob"]);
    assert!(bob.says(&["read"]).contains("accept?"));
    assert!(!bob.run(&["send", "too early"]).status.success());
    bob.says(&["accept"]);
    assert!(bob.says(&["history"]).contains("before Bob"));
    let own = alice.says(&["card"]);
    bob.says(&["name", own.trim(), "alice"]);
    assert!(bob.says(&["members"]).contains("alice, unverified"), "the inviter has a name, too");
    bob.says(&["send", "hello \u{1b}[31mAlice"]);
    let read = alice.says(&["read"]);
    assert!(read.contains("hello  [31mAlice"), "no escape sequence reaches a terminal: {read}");
    assert!(alice.says(&["members"]).contains("bob, unverified"));
    let number = alice.says(&["verify", "bob"]);
    assert_eq!(number.split_whitespace().count(), 12);
    let mut wrong = number.trim().replace('1', "2");
    wrong.replace_range(0..1, if wrong.starts_with('3') { "4" } else { "3" });
    let differ = alice.fails(&["verify", "bob", &wrong]);
    assert!(differ.starts_with("chat: the numbers differ: read them"), "{differ}");
    assert!(alice.says(&["verify", "bob", number.trim()]).contains("bob is verified"));
    assert!(alice.says(&["members"]).contains("bob, verified"));
    let own = text(&alice.run(&["card"]));
    assert!(alice.fails(&["verify", own.trim()]).contains("your own account"));
    assert!(alice.says(&["rotate"]).contains("epoch 2"));

    let again = at("bob, again");
    let read = again.recover(&words);
    assert!(read.contains("is back") && read.contains("before Bob"), "{read}");
    let read = again.says(&["accept"]);
    assert!(read.contains("hello"), "what the lost device sent: {read}");
    assert!(!bob.run(&["read"]).status.success(), "the lost device is out");
    again.says(&["send", "back"]);
    assert!(alice.says(&["read"]).contains("bob  back"));
    assert!(alice.says(&["members"]).contains("bob, changed"), "a lost phone, or a stolen phrase");
    alice.says(&["remove", "bob"]);
    assert!(!alice.says(&["members"]).contains("bob"));
    assert!(!again.run(&["send", "still here?"]).status.success());
}
