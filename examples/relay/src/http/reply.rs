use std::net::IpAddr;

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use privity_conversation::format::RelayErrorCode;
use privity_wire::Codec;

use crate::Failure;
use crate::http::App;
use crate::room::Share;
use crate::service::Service;

/// What a handler gives: bytes in the one encoding, or a refusal.
pub(super) type Reply = Result<Body, Failure>;

/// A successful answer: what it takes up is free again once the client has taken it.
pub(super) struct Body {
    bytes: Vec<u8>,
    _share: Option<Share>,
}

impl Body {
    pub(super) const fn raw(bytes: Vec<u8>) -> Self {
        Self { bytes, _share: None }
    }

    pub(super) const fn empty() -> Self {
        Self::raw(Vec::new())
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl IntoResponse for Body {
    fn into_response(self) -> Response {
        let bytes = Bytes::from_owner(self);
        ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = self.0.retry_after.div_ceil(1_000);
        let body = self.0.to_bytes().unwrap_or_default();
        let mut response = (status, body).into_response();
        if retry > 0 {
            response.headers_mut().insert(header::RETRY_AFTER, retry.into());
        }
        response
    }
}

/// Runs work that waits for the database where it keeps no connection waiting.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a request died");
        Failure::new(RelayErrorCode::Internal, "the request died")
    })?
}

/// Answers with what `work` finds: so many at a time, and counted in memory until the
/// client has taken it.
pub(super) async fn page<T: Codec + Send + 'static>(
    app: &App,
    address: IpAddr,
    work: impl FnOnce(&Service) -> Result<T, Failure> + Send + 'static,
) -> Reply {
    let making = app.service.pages.acquire().await.map_err(internal)?;
    let service = app.service.clone();
    let bytes = blocking(move || work(&service)?.to_bytes().map_err(internal)).await?;
    drop(making);
    let mut share = app.service.answers.share(address);
    share.grow(bytes.len())?;
    Ok(Body { bytes, _share: Some(share) })
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(RelayErrorCode::Internal, error)
}

/// An id, a key or a cursor from the path or the query.
pub(super) fn parse<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, Failure> {
    text.parse()
        .map_err(|_| Failure::new(RelayErrorCode::Malformed, format_args!("the {what} is not one")))
}

/// The one parameter of a query, if there is a query: its name is among `names`.
pub(super) fn parameter<'a>(
    query: Option<&'a str>,
    names: &[&str],
) -> Result<Option<(&'a str, &'a str)>, Failure> {
    let Some(query) = query else { return Ok(None) };
    query.split_once('=').filter(|(name, _)| names.contains(name)).map(Some).ok_or_else(|| {
        let names = names.join(" or ");
        Failure::new(RelayErrorCode::Malformed, format_args!("the query is {names} and a value"))
    })
}

/// The number that a query gives `name`, or 0.
pub(super) fn number_or_zero(query: Option<&str>, name: &str) -> Result<u64, Failure> {
    parameter(query, &[name])?.map_or(Ok(0), |(name, value)| number(value, name))
}

/// A number in its one text form.
pub(super) fn number(text: &str, what: &str) -> Result<u64, Failure> {
    let number: u64 = parse(text, what)?;
    // no sign, no zero in front
    if number.to_string() == text {
        Ok(number)
    } else {
        Err(Failure::new(RelayErrorCode::Malformed, format_args!("the {what} is not one")))
    }
}
