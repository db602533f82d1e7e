//! The commands, one function each.

use std::path::Path;

use privity::account::{Chain, Contacts, Directory, SafetyNumber, safety_number};
use privity::epoch::ConversationInfo;
use privity::format::{AccountId, ContactCard, ConversationId, Policy};
use privity::message::{Draft, FileBody};
use privity::{Client, Due, Event, History, Incoming, NewConversation, Request, Standing};
use privity_client::Synced;

use crate::home::Home;
use crate::{HELP, Result};

const DIFFERENT: &str = "\
the numbers differ: read them to each other once more, all 60 digits
      If they differ again, somebody may stand between you and them: send nothing that
      matters, and exchange cards anew when you meet, or over a way that you trust.";

pub(crate) async fn run(home: &mut Home, wanted: Option<&str>, words: &[&str]) -> Result<()> {
    match words {
        ["create", title] => return create(home, title).await,
        ["card"] => return card(home),
        _ => {}
    }
    sync(home).await?;
    if words == ["read"] {
        return Ok(());
    }
    let id = choose(home, wanted)?;
    match words {
        ["accept"] => accept(home, &id).await,
        ["add", who] => add(home, &id, who, None, History::Full).await,
        ["add", who, "--from-now"] => add(home, &id, who, None, History::FromNow).await,
        ["add", who, name] => add(home, &id, who, Some(name), History::Full).await,
        ["add", who, name, "--from-now"] => add(home, &id, who, Some(name), History::FromNow).await,
        ["send", "--file", path] => send_file(home, &id, Path::new(path)).await,
        ["send", text] => send(home, &id, Draft::text(text)).await,
        ["history"] => history(home, &id, 20),
        ["history", count] => {
            let count = count.parse().map_err(|_| format!("{count} is no number of messages"))?;
            history(home, &id, count)
        }
        ["members"] => members(home, &id),
        ["verify", who] => verify(home, who, None).await,
        ["verify", who, number @ ..] => verify(home, who, Some(number.concat())).await,
        ["name", who, name] => call(home, who, name).await,
        ["rotate"] => rotate(home, &id).await,
        ["remove", who] => remove(home, &id, who).await,
        _ => Err(not_understood(words).into()),
    }
}

/// How the command that was meant is called.
fn not_understood(words: &[&str]) -> String {
    let meant = words.first().copied().unwrap_or_default();
    let lines = HELP.lines().map(str::trim_start);
    let usage: Vec<_> = lines.filter(|line| line.split(' ').next() == Some(meant)).collect();
    match usage.as_slice() {
        [] => format!("no such command: {meant} (see --help)"),
        lines => format!("{meant} is called so:\n      {}", lines.join("\n      ")),
    }
}

async fn create(home: &mut Home, title: &str) -> Result<()> {
    let new = NewConversation {
        policy: Policy::default(),
        members: Vec::new(),
        info: ConversationInfo { title: title.into(), picture: Vec::new() },
        predecessor: None,
    };
    let (device, mut context) = home.parts();
    let (id, changes) = device.client.create_conversation(new, &mut context)?;
    device.perform(changes, &mut context).await?;
    println!("“{title}” is {id}");
    Ok(())
}

fn card(home: &Home) -> Result<()> {
    println!("{}", home.device.client.card(home.device.relay.origin())?);
    Ok(())
}

async fn accept(home: &mut Home, id: &ConversationId) -> Result<()> {
    let (device, mut context) = home.parts();
    let changes = device.client.accept(id, &mut context)?;
    device.perform(changes, &mut context).await?;
    println!("you take part");
    if device.client.rotation_due(id, context.now)? == Due::Now {
        // after a recovery: what the lost device sent can be read once it is cut
        let synced = device.replace_keys(&mut context).await?;
        tell(&device.client, &synced);
    }
    Ok(())
}

async fn add(
    home: &mut Home,
    id: &ConversationId,
    who: &str,
    name: Option<&str>,
    history: History,
) -> Result<()> {
    let account = find(home, who)?;
    let (device, mut context) = home.parts();
    device.fetch_account(&account, &mut context).await?;
    if let Some(name) = name {
        call(home, who, name).await?;
    }
    let (device, mut context) = home.parts();
    let changes = device.client.add(id, &[account], history, &mut context)?;
    settle(device.perform(changes, &mut context).await?)?;
    println!("added {}", called(&device.client, &account));
    Ok(())
}

/// Gives somebody a name, whoever added whom.
async fn call(home: &mut Home, who: &str, name: &str) -> Result<()> {
    let account = find(home, who)?;
    let (device, mut context) = home.parts();
    let resolve = |contacts: &mut Contacts, _: &Directory| contacts.resolve(name, &account);
    let changes = device.client.change_contacts(resolve, &mut context)?;
    device.perform(changes, &mut context).await?;
    Ok(())
}

async fn remove(home: &mut Home, id: &ConversationId, who: &str) -> Result<()> {
    let account = find(home, who)?;
    let (device, mut context) = home.parts();
    let changes = device.client.remove(id, &[account], &mut context)?;
    settle(device.perform(changes, &mut context).await?)?;
    println!("removed {}; a new key is in force", called(&device.client, &account));
    Ok(())
}

async fn rotate(home: &mut Home, id: &ConversationId) -> Result<()> {
    let (device, mut context) = home.parts();
    let changes = device.client.rotate(id, &mut context)?;
    settle(device.perform(changes, &mut context).await?)?;
    println!("epoch {} is in force", device.client.overview(id)?.epochs);
    Ok(())
}

async fn send(home: &mut Home, id: &ConversationId, draft: Draft) -> Result<()> {
    let (device, mut context) = home.parts();
    if device.client.rotation_due(id, context.now)? == Due::Now {
        let changes = device.client.rotate(id, &mut context)?;
        settle(device.perform(changes, &mut context).await?)?;
        println!("the key was due for replacement");
    }
    let (_, changes) = device.client.send(id, draft, &mut context)?;
    device.perform(changes, &mut context).await?;
    println!("sent");
    Ok(())
}

async fn send_file(home: &mut Home, id: &ConversationId, path: &Path) -> Result<()> {
    let name = path.file_name().ok_or("which file?")?.to_string_lossy().into_owned();
    let file = FileBody { name, bytes: std::fs::read(path)? };
    send(home, id, Draft::file(&file)?).await
}

fn history(home: &Home, id: &ConversationId, count: u32) -> Result<()> {
    for message in home.device.store.messages(id, count)? {
        let author = message.author.parse().map(|id| called(&home.device.client, &id));
        println!("{}  {}", author.unwrap_or_default(), message.text);
    }
    Ok(())
}

fn members(home: &Home, id: &ConversationId) -> Result<()> {
    let client = &home.device.client;
    for (account, role) in client.members(id)? {
        let standing = match client.contacts().labels(&account).next() {
            _ if account == client.account() => "you".to_owned(),
            Some(label) => client
                .contacts()
                .state(label, client.directory())
                .map_or_else(String::new, |state| format!("{label}, {state}")),
            None => "unverified".to_owned(),
        };
        println!("{account}  {role:?}, {standing}");
    }
    Ok(())
}

/// Shows the number to read to each other, or holds what the other read out against it.
async fn verify(home: &mut Home, who: &str, heard: Option<String>) -> Result<()> {
    let account = find(home, who)?;
    let (device, mut context) = home.parts();
    if account == device.client.account() {
        return Err("this is your own account: verify the others, with each of them".into());
    }
    device.fetch_account(&account, &mut context).await?;
    let number = safety_number(&device.client.account(), &account);
    let Some(heard) = heard else {
        println!("{number}");
        return Ok(());
    };
    if heard.parse::<SafetyNumber>()? != number {
        return Err(DIFFERENT.into());
    }
    let label = device.client.contacts().labels(&account).next().unwrap_or(who).to_owned();
    let verify = |contacts: &mut Contacts, directory: &Directory| {
        contacts.resolve(&label, &account)?;
        let head = directory.head(&account).ok_or(privity::Error::Misuse("no such account"))?;
        contacts.verify(&label, &head, directory)
    };
    let changes = device.client.change_contacts(verify, &mut context)?;
    device.perform(changes, &mut context).await?;
    println!("{label} is verified");
    Ok(())
}

/// Catches up and shows what is new.
async fn sync(home: &mut Home) -> Result<()> {
    let (device, mut context) = home.parts();
    let synced = device.sync(&mut context).await?;
    tell(&device.client, &synced);
    Ok(())
}

/// Shows what is new, a line each.
pub(crate) fn tell(client: &Client, synced: &Synced) {
    for event in &synced.events {
        match event {
            Event::Invited { conversation, by } => {
                println!("{} added you to {conversation}: accept?", called(client, by));
            }
            Event::Membership { joined, gone, .. } => {
                joined.iter().for_each(|who| println!("{} joined", called(client, who)));
                gone.iter().for_each(|who| println!("{} is gone", called(client, who)));
            }
            Event::Forked { .. } => println!("THE RELAY SHOWS TWO HISTORIES"),
            _ => {}
        }
    }
    for refusal in &synced.refused {
        let what = match refusal.request {
            Request::Post { .. } => "A message of yours reached nobody",
            _ => "The relay did not take what was sent",
        };
        println!("{what}: {}", refusal.error.detail);
    }
    for delivery in &synced.deliveries {
        match &delivery.incoming {
            // one's own come back by the relay, and are shown to other devices only
            Incoming::Message(message) if message.opened.content.device == client.device() => {}
            Incoming::Message(message) => {
                let content = &message.opened.content;
                let text = privity_client::shown(content);
                println!("{}  {text}", called(client, &content.author.account));
            }
            Incoming::Refused(error) => println!("a message was refused: {error}"),
            _ => {}
        }
    }
}

/// The conversation named, or the only one.
fn choose(home: &mut Home, wanted: Option<&str>) -> Result<ConversationId> {
    let all: Vec<ConversationId> = home.device.client.conversations().collect();
    let fits = |id: &&ConversationId| wanted.is_none_or(|name| id.to_string().starts_with(name));
    let mut chosen: Vec<&ConversationId> = all.iter().collect();
    if all.iter().any(|id| fits(&id)) {
        chosen.retain(fits);
    }
    match chosen.as_slice() {
        [id] if fits(id) => Ok(**id),
        [] => Err("no such conversation: create one, or let somebody add you".into()),
        _ => {
            let mut text = String::from("which conversation? give --in with one of");
            for id in chosen {
                let info = home.device.client.overview(id)?;
                let invited = if info.standing == Standing::Invited { ", invited" } else { "" };
                text.push_str(&format!("\n  {id}  “{}”{invited}", info.info.title));
            }
            Err(text.into())
        }
    }
}

/// An account by its card, by a label, or by its name or the beginning of it.
fn find(home: &Home, who: &str) -> Result<AccountId> {
    if let Ok(card) = who.parse::<ContactCard>() {
        return Ok(card.head.account);
    }
    if let Some(account) = home.device.client.contacts().account(who) {
        return Ok(account);
    }
    if let Ok(account) = who.parse() {
        return Ok(account);
    }
    let known = home.device.client.directory().chains().map(Chain::id);
    let fits: Vec<AccountId> = known.filter(|id| id.to_string().starts_with(who)).collect();
    match fits.as_slice() {
        [account] => Ok(*account),
        [] if who.starts_with("pvcard") => Err("this card is damaged: paste it whole".into()),
        [] => Err(format!(
            "nobody here is called {who}: give a card (pvcard1…) whole, or the start of an account"
        )
        .into()),
        _ => Err(format!("more than one account begins with {who}: give more of it").into()),
    }
}

/// A change that lost its race is an error to whoever asked for it.
fn settle(events: Vec<Event>) -> Result<()> {
    if events.iter().any(|event| matches!(event, Event::Lost { .. })) {
        return Err("somebody else changed the conversation first: read, then try again".into());
    }
    Ok(())
}

/// What to call an account: its label, or the beginning of its name.
fn called(client: &Client, account: &AccountId) -> String {
    let label = client.contacts().labels(account).next().map(str::to_owned);
    label.unwrap_or_else(|| start(&account.to_string()).to_owned())
}

fn start(name: &str) -> &str {
    name.get(..14).unwrap_or(name)
}
