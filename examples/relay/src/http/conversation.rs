use axum::extract::{RawQuery, State};
use privity_conversation::format::{AppendRequest, ConversationId, WrapsRequest, limit};

use crate::http::App;
use crate::http::body::Received;
use crate::http::caller::{Caller, Id, now};
use crate::http::reply::{Body, Reply, blocking, number, number_or_zero, parameter};
use crate::storage::Range;

pub(super) async fn append(
    State(app): State<App>,
    caller: Caller,
    body: Received<{ usize::MAX }>,
) -> Reply {
    let request: AppendRequest = body.decode()?;
    blocking(move || app.service.append(&caller.0, &request)).await.map(|()| Body::empty())
}

pub(super) async fn entries(
    State(app): State<App>,
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    RawQuery(text): RawQuery,
) -> Reply {
    let from = number_or_zero(text.as_deref(), "from")?;
    let page = blocking(move || app.service.entries(&caller.0, &conversation, from)).await?;
    Body::of(&page)
}

pub(super) async fn wraps(
    State(app): State<App>,
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    RawQuery(text): RawQuery,
) -> Reply {
    let after = number_or_zero(text.as_deref(), "after")?;
    let page = blocking(move || app.service.wraps(&caller.0, &conversation, after)).await?;
    Body::of(&page)
}

pub(super) async fn put_wraps(
    State(app): State<App>,
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    body: Received<{ usize::MAX }>,
) -> Reply {
    let request: WrapsRequest = body.decode()?;
    blocking(move || app.service.put_wraps(&caller.0, &conversation, &request)).await?;
    Ok(Body::empty())
}

pub(super) async fn post(
    State(app): State<App>,
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    body: Received<{ limit::MESSAGE }>,
) -> Reply {
    let post = move || app.service.post(&caller.0, &conversation, body.bytes(), now());
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
    let page = blocking(move || app.service.messages(&caller.0, &conversation, range)).await?;
    Body::of(&page)
}
