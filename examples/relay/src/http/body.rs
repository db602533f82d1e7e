use axum::extract::{FromRequest, Request};
use futures_util::StreamExt;
use privity_conversation::format::RelayErrorCode;
use privity_wire::Codec;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::http::App;
use crate::{Failure, Limits};

const KIBIBYTE: usize = 1 << 10;
const MEBIBYTE: usize = 1 << 20;

/// A request's body: at most `MOST` bytes, read in time, counted while it is in memory.
pub(super) struct Received<const MOST: usize> {
    bytes: Vec<u8>,
    room: Option<OwnedSemaphorePermit>,
}

impl<const MOST: usize> Received<MOST> {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
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
        let mut received = Self { bytes: Vec::new(), room: None };
        let mut chunks = request.into_body().into_data_stream();
        loop {
            let deadline = start + time_for(limits, received.bytes.len());
            let chunk = match tokio::time::timeout_at(deadline, chunks.next()).await {
                Ok(None) => return Ok(received),
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
            let length = received.bytes.len().saturating_add(chunk.len());
            if length > most {
                return Err(Failure::new(
                    RelayErrorCode::TooLarge,
                    format_args!("the body is larger than {most} bytes"),
                ));
            }
            received.takeroom(app, length)?;
            received.bytes.extend_from_slice(&chunk);
        }
    }
}

impl<const MOST: usize> Received<MOST> {
    fn takeroom(&mut self, app: &App, length: usize) -> Result<(), Failure> {
        let full = |_| {
            Failure::later(RelayErrorCode::Unavailable, 1_000, "too many requests are under way")
        };
        let held = self.room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = length.div_ceil(KIBIBYTE).saturating_sub(held);
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        let permit = app.service.bodies.clone().try_acquire_many_owned(more).map_err(full)?;
        match &mut self.room {
            Some(room) => room.merge(permit),
            none => *none = Some(permit),
        }
        Ok(())
    }
}

/// Each mebibyte begun has its time.
fn time_for(limits: &Limits, length: usize) -> std::time::Duration {
    let begun = u32::try_from(length / MEBIBYTE + 1).unwrap_or(u32::MAX);
    limits.body_mebibyte.saturating_mul(begun)
}
