use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU32;

use lexopt::{Arg, Error, Parser, ValueExt};
use privity_relay::{Config, Peer};

pub(crate) const HELP: &str = "\
privity-relay: stores and forwards what it cannot read (docs/RELAY.md)

usage: privity-relay [OPTION...]

  --listen ADDRESS:PORT       where to listen; port 0 takes a free one [127.0.0.1:8080]
  --database FILE             the SQLite file, made if it is not there [relay.sqlite]
  --origin URL                what clients dial and sign for, if that is not http:// and
                              the listening address: behind a proxy that ends TLS it is
                              https://NAME
  --behind-proxy              take client addresses from X-Forwarded-For; only if a proxy
                              sets it
  --storage BYTES             largest database; more is refused [1099511627776]
  --body BYTES                largest request body [100663296]
  --requests COUNT            requests of one device a minute [6000]
  --logins COUNT              registrations and logins of one address a minute [600]
  --entries COUNT             log entries of one device a minute [600]
  --connections COUNT         HTTP connections at a time [10000]
  --live COUNT                live connections at a time [10000]
  --help, --version

It stops in good order on Ctrl-C and SIGTERM. Its log goes to standard error, one JSON
object a line. docs/OPERATE.md says what it sees, how to back it up and how large it gets.
";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Wish {
    Serve(Box<Config>),
    Help,
    Version,
}

pub(crate) fn read(mut arguments: Parser) -> Result<Wish, Error> {
    let mut config = Config::loopback(OsString::from("relay.sqlite"));
    config.listen = SocketAddr::from(([127, 0, 0, 1], 8080));
    while let Some(argument) = arguments.next()? {
        let Arg::Long(name) = argument else { return Err(argument.unexpected()) };
        let limits = &mut config.limits;
        match name {
            "help" => return Ok(Wish::Help),
            "version" => return Ok(Wish::Version),
            "listen" => config.listen = arguments.value()?.parse()?,
            "database" => config.database = arguments.value()?.into(),
            "origin" => config.origin = Some(arguments.value()?.parse_with(origin)?),
            "behind-proxy" => config.peer = Peer::Forwarded,
            "storage" => limits.storage = arguments.value()?.parse()?,
            "body" => limits.body = arguments.value()?.parse()?,
            "requests" => limits.requests_per_minute = count(&mut arguments)?,
            "logins" => limits.logins_per_minute = count(&mut arguments)?,
            "entries" => limits.entries_per_minute = count(&mut arguments)?,
            "connections" => limits.connections = arguments.value()?.parse()?,
            "live" => limits.live = arguments.value()?.parse()?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Wish::Serve(Box::new(config)))
}

fn count(arguments: &mut Parser) -> Result<NonZeroU32, Error> {
    arguments.value()?.parse()
}

/// A login signs the origin to the letter: one with a path would never match.
fn origin(text: &str) -> Result<String, &'static str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains('/') => Ok(text.to_owned()),
        _ => Err("an origin is http:// or https:// and a host, with no slash after it"),
    }
}

#[cfg(test)]
mod tests {
    use super::{HELP, Wish, read};
    use lexopt::Parser;
    use privity_relay::{Limits, Peer};

    fn wish(words: &[&str]) -> Result<Wish, lexopt::Error> {
        read(Parser::from_iter(std::iter::once("privity-relay").chain(words.iter().copied())))
    }

    #[test]
    fn options_are_taken_over() {
        let words = [
            "--listen",
            "0.0.0.0:9000",
            "--database=a.sqlite",
            "--origin",
            "https://relay.example",
            "--behind-proxy",
            "--storage=7",
            "--body=1",
            "--requests=2",
            "--logins=3",
            "--entries=4",
            "--connections=5",
            "--live=6",
        ];
        let Ok(Wish::Serve(config)) = wish(&words) else { panic!("not taken") };
        assert_eq!(config.listen.to_string(), "0.0.0.0:9000");
        assert_eq!(config.database.to_str(), Some("a.sqlite"));
        assert_eq!(config.origin.as_deref(), Some("https://relay.example"));
        assert_eq!(config.peer, Peer::Forwarded);
        let Limits { body, requests_per_minute, logins_per_minute, .. } = config.limits;
        assert_eq!((body, requests_per_minute.get(), logins_per_minute.get()), (1, 2, 3));
        let Limits { entries_per_minute, connections, live, storage, .. } = config.limits;
        assert_eq!((entries_per_minute.get(), connections, live), (4, 5, 6));
        assert_eq!(storage, 7);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for words in [
            &["--listen", "nowhere"][..],
            &["--origin", "relay.example"],
            &["--origin", "https://relay.example/"],
            &["--requests", "0"],
            &["--frobnicate"],
            &["extra"],
        ] {
            assert!(wish(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn the_help_names_the_defaults_in_force() {
        let limits = Limits::default();
        for default in [
            limits.storage,
            limits.body as u64,
            limits.requests_per_minute.get().into(),
            limits.logins_per_minute.get().into(),
            limits.entries_per_minute.get().into(),
            limits.connections as u64,
            limits.live as u64,
        ] {
            assert!(HELP.contains(&format!("[{default}]")), "{default}");
        }
        assert!(matches!(wish(&["--help"]), Ok(Wish::Help)));
        assert!(matches!(wish(&["--version"]), Ok(Wish::Version)));
    }
}
