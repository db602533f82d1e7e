use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

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
    let storage = Sqlite::open(&config.database)?;
    let listener = TcpListener::bind(config.listen).await.map_err(unavailable)?;
    let address = listener.local_addr().map_err(unavailable)?;
    let origin = config.origin.clone().unwrap_or_else(|| format!("http://{address}"));
    let (stop, stage) = watch::channel(Stage::Serving);
    let service = Arc::new(Service::new(Arc::new(storage), origin.clone(), config.limits));
    let app =
        http::router(service, stage.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let task = tokio::spawn(async move {
        let served = axum::serve(listener, app).with_graceful_shutdown(stopped(stage)).await;
        if let Err(error) = served {
            tracing::error!(%error, "the relay stopped serving");
        }
    });
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

fn unavailable(error: std::io::Error) -> Failure {
    Failure::new(privity_conversation::format::RelayErrorCode::Unavailable, error)
}
