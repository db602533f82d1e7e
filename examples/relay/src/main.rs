//! `privity-relay --listen ADDRESS --database FILE [--origin URL]`

mod arguments;

use std::process::ExitCode;

use arguments::Wish;
use privity_relay::{Config, Failure};

fn main() -> ExitCode {
    let config = match arguments::read(lexopt::Parser::from_env()) {
        Ok(Wish::Serve(config)) => config,
        Ok(Wish::Help) => {
            print!("{}", arguments::HELP);
            return ExitCode::SUCCESS;
        }
        Ok(Wish::Version) => {
            println!("privity-relay {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("privity-relay: {error}; try privity-relay --help");
            return ExitCode::from(2);
        }
    };
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
    let served = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(serve(*config)));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("privity-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: Config) -> Result<(), String> {
    let running = privity_relay::start(config).await.map_err(|Failure(error)| error.detail)?;
    println!("listening on {} as {}", running.address(), running.origin());
    told_to_stop().await.map_err(|error| error.to_string())?;
    running.stop().await;
    Ok(())
}

/// Ctrl-C from a person, SIGTERM from a service manager.
#[cfg(unix)]
async fn told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
