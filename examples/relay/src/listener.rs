use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1::{self, UpgradeableConnection};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::http::{self, App, network};
use crate::patient::Patient;
use crate::room::Room;
use crate::server::stopped;
use crate::{Limits, Peer};

/// Bytes of the largest request head.
const HEAD: usize = 64 << 10;

/// Takes connections, so many at a time, and ends them in good order.
pub(crate) struct Listener {
    pub(crate) listener: TcpListener,
    pub(crate) limits: Limits,
    pub(crate) app: App,
    /// Connections, counted by address.
    pub(crate) places: Arc<Room>,
}

impl Listener {
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) {
        let room = Arc::new(Semaphore::new(self.limits.connections));
        let router = http::router();
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.limits.head).max_buf_size(HEAD);
        let mut connections = JoinSet::new();
        tokio::pin!(stop);
        loop {
            let stream = tokio::select! {
                () = &mut stop => break,
                stream = accept(&self.listener) => stream,
            };
            while connections.try_join_next().is_some() {}
            let Ok(permit) = Arc::clone(&room).try_acquire_owned() else { continue };
            let Some((service, stream)) = self.welcome(&router, stream) else { continue };
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            let stop = stopped(self.app.stage.clone());
            connections.spawn(serve(connection.with_upgrades(), stop, permit));
        }
        drop(self.listener);
        let service = &self.app.service;
        let orderly = async {
            while connections.join_next().await.is_some() {}
            service.seats.all_left().await;
        };
        if tokio::time::timeout(self.limits.stop, orderly).await.is_err() {
            tracing::warn!("connections did not end in time and are cut off");
        }
        connections.shutdown().await;
    }

    /// None if the other end is gone already, or has as many connections as it may.
    fn welcome(
        &self,
        router: &Router<App>,
        stream: TcpStream,
    ) -> Option<(TowerToHyperService<Router>, Patient)> {
        let socket = stream.peer_addr().ok()?.ip();
        let place = match self.app.peer {
            Peer::Socket => {
                let mut place = self.places.share(network(socket));
                place.grow(1).ok()?;
                Some(place)
            }
            Peer::Forwarded => None,
        };
        let app = App { socket, ..self.app.clone() };
        let service = TowerToHyperService::new(router.clone().with_state(app));
        Some((service, Patient::new(stream, self.limits.body_mebibyte, place)))
    }
}

/// What ends a connection is its own business: the client sees it, or is gone.
async fn serve(
    connection: UpgradeableConnection<TokioIo<Patient>, TowerToHyperService<Router>>,
    stop: impl Future<Output = ()>,
    permit: OwnedSemaphorePermit,
) {
    tokio::pin!(connection);
    let served = tokio::select! {
        served = &mut connection => served,
        () = stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection broke");
    }
    drop(permit);
}

/// The next connection; faults of one that never came about are passed over.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!(%error, "a connection was not taken");
                // out of file descriptors, mostly: let others end first
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}
