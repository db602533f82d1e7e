//! Requests of RELAY.md: parse, hand to the service, answer in the one encoding.

mod account;
mod body;
mod caller;
mod conversation;
mod live;
mod reply;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tokio::sync::watch;

use crate::server::Stage;
use crate::service::Service;
use crate::{Failure, Peer};

pub(crate) use caller::network;

/// What every handler has at hand.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) service: Arc<Service>,
    pub(crate) peer: Peer,
    /// The other end of this connection.
    pub(crate) socket: IpAddr,
    pub(crate) stage: watch::Receiver<Stage>,
}

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/v1/health", get(account::health))
        .route("/v1/accounts", post(account::register))
        .route("/v1/accounts/{account}/statements", get(account::statements))
        .route(
            "/v1/accounts/{account}/generations",
            get(account::generations).put(account::put_generation),
        )
        .route("/v1/accounts/{account}/registered", get(account::registered))
        .route("/v1/recovery/{sign}", get(account::recovery))
        .route("/v1/login", get(account::challenge).post(account::login))
        .route("/v1/inbox", get(account::inbox))
        .route("/v1/conversations", post(conversation::append))
        .route("/v1/conversations/{conversation}/entries", get(conversation::entries))
        .route(
            "/v1/conversations/{conversation}/wraps",
            get(conversation::wraps).post(conversation::put_wraps),
        )
        .route(
            "/v1/conversations/{conversation}/messages",
            get(conversation::messages).post(conversation::post),
        )
        .route("/v1/live", get(live::live))
        .fallback(nothing)
        .method_not_allowed_fallback(nothing)
}

async fn nothing() -> Failure {
    Failure::not_found("request")
}
