use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use privity_conversation::format::{AccountId, Inbox, LoginRequest, PublishRequest};

use crate::Failure;
use crate::http::App;
use crate::http::caller::{Address, Caller, now, read_hex};
use crate::http::reply::{Body, Reply, blocking, decode, parse, query};

pub(super) async fn health(State(app): State<App>) -> Reply {
    blocking(move || app.service.storage.check()).await.map(|()| Body::empty())
}

pub(super) async fn register(
    State(app): State<App>,
    Address(address): Address,
    body: Bytes,
) -> Reply {
    app.service.logins.take(&address)?;
    let request: PublishRequest = decode(&body)?;
    blocking(move || app.service.publish(&request)).await.map(|()| Body::empty())
}

pub(super) async fn statements(
    State(app): State<App>,
    Address(address): Address,
    Path(account): Path<String>,
    RawQuery(text): RawQuery,
) -> Reply {
    app.service.readers.take(&address)?;
    let account: AccountId = parse(&account, "account id")?;
    let from = query(text.as_deref(), "from")?.unwrap_or(0);
    let page = blocking(move || app.service.statements(&account, from)).await?;
    Body::of(&page)
}

pub(super) async fn generations(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<String>,
) -> Reply {
    let account: AccountId = parse(&account, "account id")?;
    let page = blocking(move || app.service.generations(&caller.0, &account)).await?;
    Body::of(&page)
}

pub(super) async fn put_generation(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<String>,
    body: Bytes,
) -> Reply {
    let account: AccountId = parse(&account, "account id")?;
    blocking(move || app.service.put_generation(&caller.0, &account, &body)).await?;
    Ok(Body::empty())
}

pub(super) async fn registered(
    State(app): State<App>,
    Address(address): Address,
    Path(account): Path<String>,
) -> Reply {
    app.service.readers.take(&address)?;
    let account: AccountId = parse(&account, "account id")?;
    let seed = blocking(move || app.service.storage.registered(&account)).await?;
    seed.map(Body::raw).ok_or_else(|| Failure::not_found("registered key"))
}

pub(super) async fn recovery(
    State(app): State<App>,
    Address(address): Address,
    Path(sign): Path<String>,
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

pub(super) async fn login(State(app): State<App>, body: Bytes) -> Reply {
    let request: LoginRequest = decode(&body)?;
    let token = blocking(move || app.service.login(&request, now())).await?;
    Ok(Body::raw(token.to_vec()))
}

pub(super) async fn inbox(State(app): State<App>, caller: Caller) -> Reply {
    let items = blocking(move || app.service.storage.inbox(&caller.0.account)).await?;
    Body::of(&Inbox(items))
}
