//! `privity-relay --listen ADDRESS --database FILE [--origin URL]`

use std::ffi::OsString;
use std::net::SocketAddr;
use std::process::ExitCode;

use privity_relay::Config;

const USAGE: &str = "usage: privity-relay --listen 127.0.0.1:8080 --database relay.sqlite \
[--origin https://relay.example]";

fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
    let config = match read_arguments() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(serve(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error.as_ref()),
    }
}

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    let running = privity_relay::start(config).await?;
    println!("listening on {}", running.origin());
    tokio::signal::ctrl_c().await?;
    running.stop().await;
    Ok(())
}

fn read_arguments() -> Result<Config, lexopt::Error> {
    let mut listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
    let mut database = OsString::from("relay.sqlite");
    let mut origin = None;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("listen") => {
                listen = lexopt::ValueExt::parse(&arguments.value()?)?;
            }
            lexopt::Arg::Long("database") => database = arguments.value()?,
            lexopt::Arg::Long("origin") => {
                origin = Some(lexopt::ValueExt::string(arguments.value()?)?);
            }
            other => return Err(other.unexpected()),
        }
    }
    let mut config = Config::loopback(database);
    config.listen = listen;
    config.origin = origin;
    Ok(config)
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("the relay can't run: {error}");
    ExitCode::FAILURE
}
