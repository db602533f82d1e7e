//! A chat in a terminal: `cargo run --example chat -- --relay URL --home DIR COMMAND`.
//!
//! Each run opens the device that is kept in DIR, does one thing and ends.

mod command;
mod home;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use home::Home;
use privity_client::ClientError;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const HELP: &str = "\
usage: chat --relay URL --home DIR [--in CONVERSATION] COMMAND

  create TITLE          begin a conversation
  card                  show this account's card, for others to add
  add WHO [NAME]        add somebody with the history, and call them NAME
  add WHO [NAME] --from-now   without the history
  accept                take part in a conversation that somebody added you to
  send TEXT             say something
  send --file PATH      send a file of at most 64 KiB
  read                  show what is new
  history [COUNT]       show the newest messages again, 20 unless told
  members               who is in, in which role, verified or not
  verify WHO [NUMBER]   show the safety number, or compare it with what the other reads out
  name WHO NAME         call somebody NAME
  rotate                replace the conversation's key
  remove WHO            remove somebody
  recover               put this account's new device here: asks for the 24 words

WHO is a card, a name given before, or the beginning of an account. CONVERSATION may be left out if there is one.
In an empty DIR, create and card make an account and show its 24 words once.";

/// What was asked for on the command line.
struct Asked {
    relay: String,
    home: PathBuf,
    conversation: Option<String>,
    words: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let asked = match parse() {
        Ok(Some(asked)) => asked,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("chat: {error}; chat --help shows the rest");
            return ExitCode::from(2);
        }
    };
    match run(&asked).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat: {error}");
            if let Some(next) = next(error.as_ref()) {
                eprintln!("      {next}");
            }
            ExitCode::FAILURE
        }
    }
}

/// What the library says is to be done about its error.
fn next(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let own = error.downcast_ref::<privity::Error>();
    let carried = error.downcast_ref::<ClientError>().and_then(|error| match error {
        ClientError::Protocol(error) => Some(error),
        _ => None,
    });
    own.or(carried).map(privity::Error::next)
}

async fn run(asked: &Asked) -> Result<()> {
    let words: Vec<&str> = asked.words.iter().map(String::as_str).collect();
    if words == ["recover"] {
        return Home::recover(&asked.home, &asked.relay).await;
    }
    let mut home = Home::open(&asked.home, &asked.relay, words.first().unwrap_or(&"")).await?;
    command::run(&mut home, asked.conversation.as_deref(), &words).await
}

fn parse() -> Result<Option<Asked>> {
    use lexopt::prelude::*;
    let (mut relay, mut home, mut conversation, mut words) = (None, None, None, Vec::new());
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("relay") => relay = Some(parser.value()?.string()?),
            Long("home") => home = Some(parser.value()?.into()),
            Long("in") => conversation = Some(parser.value()?.string()?),
            Long(option @ ("from-now" | "file")) => words.push(format!("--{option}")),
            Short('h') | Long("help") => return Ok(None),
            Value(word) => words.push(word.string()?),
            _ => return Err(argument.unexpected().into()),
        }
    }
    let relay: String = relay.ok_or("which relay? give --relay URL")?;
    if !relay.starts_with("http://") && !relay.starts_with("https://") {
        return Err(format!("{relay} is no address: http://{relay}, or https://{relay}").into());
    }
    let home = home.ok_or("where is this device kept? give --home DIR")?;
    if words.is_empty() {
        return Err("what is to be done? give a command".into());
    }
    Ok(Some(Asked { relay, home, conversation, words }))
}
