use futures_util::{SinkExt, StreamExt};
use privity::format::{LiveFrame, LoginRequest, RelayError, RelayErrorCode};
use privity_wire::{Codec, DecodeError};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::ClientError;

/// A live connection: updates as they happen, until it breaks.
///
/// What was missed before or between is fetched by cursors; a connection that was too slow
/// says [`LiveFrame::Lagged`].
#[derive(Debug)]
pub struct Live(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Live {
    /// Dials the relay at `origin` and logs in with what `answer` makes of its challenge.
    ///
    /// # Errors
    /// [`ClientError`] if the relay is not reached or does not take the login.
    pub async fn connect(
        origin: &str,
        answer: impl FnOnce([u8; 32]) -> LoginRequest,
    ) -> Result<Self, ClientError> {
        let url = format!("{}/v1/live", origin.replacen("http", "ws", 1));
        let (socket, _) = connect_async(url).await?;
        let mut live = Self(socket);
        let LiveFrame::Challenge(nonce) = live.expect().await? else {
            return Err(DecodeError::Invalid("challenge").into());
        };
        let login = LiveFrame::Login(answer(nonce)).to_bytes()?;
        live.0.send(Message::Binary(login.into())).await?;
        match live.expect().await? {
            LiveFrame::Ready => Ok(live),
            _ => Err(DecodeError::Invalid("login answer").into()),
        }
    }

    /// The next update; none once the connection has ended.
    ///
    /// # Errors
    /// [`ClientError::Refused`] if the relay ended it and says why, else [`ClientError`] if the connection broke or the relay sent something else.
    pub async fn next(&mut self) -> Result<Option<LiveFrame>, ClientError> {
        while let Some(message) = self.0.next().await {
            match message? {
                Message::Binary(bytes) => return Ok(Some(LiveFrame::from_bytes(&bytes)?)),
                Message::Close(frame) => return closed(frame),
                _ => {}
            }
        }
        Ok(None)
    }

    async fn expect(&mut self) -> Result<LiveFrame, ClientError> {
        self.next().await?.ok_or_else(|| ClientError::Network("the relay hung up".into()))
    }
}

/// Close codes above this are the relay's refusals (RELAY.md, "Live updates").
const REFUSED: u16 = 4000;

fn closed(frame: Option<CloseFrame>) -> Result<Option<LiveFrame>, ClientError> {
    let Some(frame) = frame else { return Ok(None) };
    let code = u16::from(frame.code).checked_sub(REFUSED);
    match code.and_then(RelayErrorCode::from_code) {
        Some(code) => {
            let detail = frame.reason.to_string();
            Err(ClientError::Refused(RelayError { code, retry_after: 0, detail }))
        }
        None => Ok(None),
    }
}
