use axum::extract::{RawQuery, State};
use privity_conversation::format::{AppendRequest, ConversationId, WrapsRequest, limit};

use crate::http::App;
use crate::http::body::Received;
use crate::http::caller::{Caller, Id, now};
use crate::http::reply::{Body, Reply, blocking, number, number_or_zero, page, parameter};
use crate::storage::Range;

pub(super) async fn append(
    State(app): State<App>,
    caller: Caller,
    body: Received<{ usize::MAX }>,
) -> Reply {
    let request: AppendRequest = body.paid(&app, caller.pays())?.decode()?;
    blocking(move || app.service.append(&caller.session, &request)).await.map(|()| Body::empty())
}

pub(super) async fn entries(
    State(app): State<App>,
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    RawQuery(text): RawQuery,
) -> Reply {
    let from = number_or_zero(text.as_deref(), "from")?;
    let session = caller.session;
    page(&app, caller.address, move |service| service.entries(&session, &conversation, from)).await
}

pub(super) async fn wraps(
    State(app): State<App>,
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    RawQuery(text): RawQuery,
) -> Reply {
    let after = number_or_zero(text.as_deref(), "after")?;
    let session = caller.session;
    page(&app, caller.address, move |service| service.wraps(&session, &conversation, after)).await
}

pub(super) async fn put_wraps(
    State(app): State<App>,
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    body: Received<{ usize::MAX }>,
) -> Reply {
    let request: WrapsRequest = body.paid(&app, caller.pays())?.decode()?;
    blocking(move || app.service.put_wraps(&caller.session, &conversation, &request)).await?;
    Ok(Body::empty())
}

pub(super) async fn post(
    State(app): State<App>,
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    body: Received<{ limit::MESSAGE }>,
) -> Reply {
    let body = body.paid(&app, caller.pays())?;
    let post = move || app.service.post(&caller.session, &conversation, body.bytes(), now());
    let cursor = blocking(post).await?;
    Ok(Body::raw(cursor.to_be_bytes().to_vec()))
}

pub(super) async fn messages(
    State(app): State<App>,
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    RawQuery(text): RawQuery,
) -> Reply {
    let range = match parameter(text.as_deref(), &["after", "before"])? {
        Some((name @ "before", cursor)) => Range::Before(number(cursor, name)?),
        Some((name, cursor)) => Range::After(number(cursor, name)?),
        None => Range::After(0),
    };
    let session = caller.session;
    page(&app, caller.address, move |service| service.messages(&session, &conversation, range))
        .await
}
