use axum::extract::{RawQuery, State};
use privity_conversation::format::{
    AccountId, ConversationId, Inbox, LoginRequest, PublishRequest,
};

use crate::Failure;
use crate::http::App;
use crate::http::body::Received;
use crate::http::caller::{Address, Caller, Id, now, read_hex};
use crate::http::reply::{Body, Reply, blocking, number_or_zero, page, parameter, parse};
use crate::service::Payer;

/// Bytes of a login: account, device, challenge, signature.
const LOGIN: usize = 160;
/// Bytes of a statement with a generation record of every holder and a registered seed.
const PUBLISH: usize = 1 << 20;
/// Bytes of a generation record of every holder.
const RECORD: usize = 512 << 10;

pub(super) async fn health(State(app): State<App>) -> Reply {
    blocking(move || app.service.storage.check()).await.map(|()| Body::empty())
}

pub(super) async fn register(
    State(app): State<App>,
    Address(address): Address,
    body: Received<PUBLISH>,
) -> Reply {
    app.service.logins.take(&address)?;
    let request: PublishRequest = body.paid(&app, Payer::Address(address))?.decode()?;
    blocking(move || app.service.publish(&request)).await.map(|()| Body::empty())
}

pub(super) async fn statements(
    State(app): State<App>,
    Address(address): Address,
    Id(account): Id<AccountId>,
    RawQuery(text): RawQuery,
) -> Reply {
    app.service.readers.take(&address)?;
    let from = number_or_zero(text.as_deref(), "from")?;
    page(&app, address, move |service| service.statements(&account, from)).await
}

pub(super) async fn generations(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
    RawQuery(text): RawQuery,
) -> Reply {
    let from = number_or_zero(text.as_deref(), "from")?;
    let session = caller.session;
    page(&app, caller.address, move |service| service.generations(&session, &account, from)).await
}

pub(super) async fn put_generation(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
    body: Received<RECORD>,
) -> Reply {
    let body = body.paid(&app, caller.pays())?;
    blocking(move || app.service.put_generation(&caller.session, &account, body.bytes())).await?;
    Ok(Body::empty())
}

pub(super) async fn registered(
    State(app): State<App>,
    Address(address): Address,
    Id(account): Id<AccountId>,
) -> Reply {
    app.service.readers.take(&address)?;
    let seed = blocking(move || app.service.storage.registered(&account)).await?;
    seed.map(Body::raw).ok_or_else(|| Failure::not_found("registered key"))
}

pub(super) async fn recovery(
    State(app): State<App>,
    Address(address): Address,
    Id(sign): Id<String>,
) -> Reply {
    app.service.logins.take(&address)?;
    let sign = read_hex(&sign).ok_or_else(|| Failure::not_found("recovery key"))?;
    let account = blocking(move || app.service.storage.account_of_recovery(&sign)).await?;
    account.map(|id| Body::raw(id.0.to_vec())).ok_or_else(|| Failure::not_found("recovery key"))
}

pub(super) async fn challenge(State(app): State<App>, Address(address): Address) -> Reply {
    app.service.logins.take(&address)?;
    app.service.challenges.make(now()).map(|nonce| Body::raw(nonce.to_vec()))
}

pub(super) async fn login(State(app): State<App>, body: Received<LOGIN>) -> Reply {
    let request: LoginRequest = body.decode()?;
    let token = blocking(move || app.service.login(&request, now())).await?;
    Ok(Body::raw(token.to_vec()))
}

pub(super) async fn inbox(
    State(app): State<App>,
    caller: Caller,
    RawQuery(text): RawQuery,
) -> Reply {
    let after = parameter(text.as_deref(), &["after"])?
        .map_or(Ok(ConversationId::ZERO), |(name, id)| parse(id, name))?;
    let account = caller.session.account;
    page(&app, caller.address, move |service| service.storage.inbox(&account, &after).map(Inbox))
        .await
}
