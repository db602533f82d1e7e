use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::listener::Listener;
use crate::room::Room;
use crate::service::Service;
use crate::storage::Sqlite;
use crate::{Config, Failure, http};

/// A relay that serves.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    origin: String,
    stop: watch::Sender<Stage>,
    task: JoinHandle<()>,
}

/// Whether the relay goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Serving,
    Stopping,
}

/// Opens the database and serves until stopped.
///
/// # Errors
/// If the database can't be opened or the address is taken.
pub async fn start(config: Config) -> Result<Running, Failure> {
    let storage = Sqlite::open(&config.database, config.limits.database, config.limits.storage)?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| taken(&config, error))?;
    let address = listener.local_addr().map_err(|error| taken(&config, error))?;
    let origin = config.origin.clone().unwrap_or_else(|| format!("http://{address}"));
    let (stop, stage) = watch::channel(Stage::Serving);
    let limits = config.limits.clone();
    let service = Arc::new(Service::new(Arc::new(storage), origin.clone(), config.limits));
    let (peer, socket) = (config.peer, address.ip());
    let app = http::App { service, peer, socket, stage: stage.clone() };
    let places = Arc::new(Room::new(usize::MAX, limits.connections_of_address.max(1)));
    let listener = Listener { listener, limits, app, places };
    let task = tokio::spawn(listener.run(stopped(stage)));
    Ok(Running { address, origin, stop, task })
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What clients dial and sign for.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Takes no new connection, ends live ones, lets requests under way finish.
    pub async fn stop(self) {
        self.stop.send_replace(Stage::Stopping);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the serving task died");
        }
    }
}

/// Resolves once the relay is told to stop.
pub(crate) async fn stopped(mut stage: watch::Receiver<Stage>) {
    // An error says that the sender is gone, which is a stop too.
    drop(stage.wait_for(|stage| *stage == Stage::Stopping).await);
}

fn taken(config: &Config, error: std::io::Error) -> Failure {
    Failure::new(
        privity_conversation::format::RelayErrorCode::Unavailable,
        format_args!("can't listen on {}: {error}; choose another with --listen", config.listen),
    )
}
