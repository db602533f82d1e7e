use axum::extract::{FromRequest, FromRequestParts, Request};
use futures_util::StreamExt;
use privity_conversation::format::RelayErrorCode;
use privity_wire::Codec;
use tokio::time::Instant;

use crate::http::App;
use crate::http::caller::Address;
use crate::room::Share;
use crate::service::Payer;
use crate::{Failure, Limits};

const MEBIBYTE: usize = 1 << 20;

/// A request's body: at most `MOST` bytes, read in time, counted while it is in memory.
pub(super) struct Received<const MOST: usize> {
    bytes: Vec<u8>,
    _share: Share,
}

impl<const MOST: usize> Received<MOST> {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Counts it to whoever hands it in.
    pub(super) fn paid(self, app: &App, payer: Payer) -> Result<Self, Failure> {
        app.service.take_in(payer, self.bytes.len()).map(|()| self)
    }

    /// A value in the one encoding.
    pub(super) fn decode<T: Codec>(&self) -> Result<T, Failure> {
        Ok(T::from_bytes(&self.bytes)?)
    }
}

impl<const MOST: usize> FromRequest<App> for Received<MOST> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let limits = &app.service.limits;
        let most = MOST.min(limits.body);
        let start = Instant::now();
        let (mut parts, body) = request.into_parts();
        let Address(address) = Address::from_request_parts(&mut parts, app).await?;
        let (mut bytes, mut share) = (Vec::new(), app.service.bodies.share(address));
        let mut chunks = body.into_data_stream();
        loop {
            let deadline = start + time_for(limits, bytes.len());
            let chunk = match tokio::time::timeout_at(deadline, chunks.next()).await {
                Ok(None) => return Ok(Self { bytes, _share: share }),
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(error))) => {
                    return Err(Failure::new(RelayErrorCode::Malformed, error));
                }
                Err(_) => {
                    return Err(Failure::new(
                        RelayErrorCode::Malformed,
                        "the body came too slowly",
                    ));
                }
            };
            let length = bytes.len().saturating_add(chunk.len());
            if length > most {
                return Err(Failure::new(
                    RelayErrorCode::TooLarge,
                    format_args!("the body is larger than {most} bytes"),
                ));
            }
            share.grow(length)?;
            bytes.extend_from_slice(&chunk);
        }
    }
}

/// Each mebibyte begun has its time.
fn time_for(limits: &Limits, length: usize) -> std::time::Duration {
    let begun = u32::try_from(length / MEBIBYTE + 1).unwrap_or(u32::MAX);
    limits.body_mebibyte.saturating_mul(begun)
}
