use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use privity_conversation::format::{AppendRequest, ConversationId, WrapsRequest};

use crate::http::App;
use crate::http::caller::{Caller, now};
use crate::http::reply::{Body, Reply, blocking, decode, parse, query};
use crate::storage::Range;

pub(super) async fn append(State(app): State<App>, caller: Caller, body: Bytes) -> Reply {
    let request: AppendRequest = decode(&body)?;
    blocking(move || app.service.append(&caller.0, &request)).await.map(|()| Body::empty())
}

pub(super) async fn entries(
    State(app): State<App>,
    caller: Caller,
    Path(conversation): Path<String>,
    RawQuery(text): RawQuery,
) -> Reply {
    let conversation: ConversationId = parse(&conversation, "conversation id")?;
    let from = query(text.as_deref(), "from")?.unwrap_or(0);
    let page = blocking(move || app.service.entries(&caller.0, &conversation, from)).await?;
    Body::of(&page)
}

pub(super) async fn wraps(
    State(app): State<App>,
    caller: Caller,
    Path(conversation): Path<String>,
    RawQuery(text): RawQuery,
) -> Reply {
    let conversation: ConversationId = parse(&conversation, "conversation id")?;
    let after = query(text.as_deref(), "after")?.unwrap_or(0);
    let page = blocking(move || app.service.wraps(&caller.0, &conversation, after)).await?;
    Body::of(&page)
}

pub(super) async fn put_wraps(
    State(app): State<App>,
    caller: Caller,
    Path(conversation): Path<String>,
    body: Bytes,
) -> Reply {
    let conversation: ConversationId = parse(&conversation, "conversation id")?;
    let request: WrapsRequest = decode(&body)?;
    blocking(move || app.service.put_wraps(&caller.0, &conversation, &request)).await?;
    Ok(Body::empty())
}

pub(super) async fn post(
    State(app): State<App>,
    caller: Caller,
    Path(conversation): Path<String>,
    body: Bytes,
) -> Reply {
    let conversation: ConversationId = parse(&conversation, "conversation id")?;
    let cursor = blocking(move || app.service.post(&caller.0, &conversation, &body, now())).await?;
    Ok(Body::raw(cursor.to_be_bytes().to_vec()))
}

pub(super) async fn messages(
    State(app): State<App>,
    caller: Caller,
    Path(conversation): Path<String>,
    RawQuery(text): RawQuery,
) -> Reply {
    let conversation: ConversationId = parse(&conversation, "conversation id")?;
    let range = match query(text.as_deref(), "before")? {
        Some(cursor) => Range::Before(cursor),
        None => Range::After(query(text.as_deref(), "after")?.unwrap_or(0)),
    };
    let page = blocking(move || app.service.messages(&caller.0, &conversation, range)).await?;
    Body::of(&page)
}
