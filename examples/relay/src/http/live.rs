use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use privity_conversation::format::{LiveFrame, LoginRequest, RelayErrorCode};
use privity_wire::Codec;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, interval, timeout};

use crate::Failure;
use crate::audience::Update;
use crate::http::App;
use crate::http::caller::{Address, now};
use crate::http::reply::blocking;
use crate::seats::Seat;
use crate::server::stopped;
use crate::storage::Session;

/// A login is the largest frame that a device sends.
const FRAME: usize = 1_024;
/// Pulses without a sign of life after which a connection is dead.
const SILENCE: u32 = 3;
/// Close code of a relay that stops (RFC 6455, section 7.4.1).
const GOING_AWAY: u16 = 1001;
/// Close code of a refusal: this and the error's code.
const REFUSED: u16 = 4000;

pub(super) async fn live(
    State(app): State<App>,
    Address(address): Address,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    let upgrade = upgrade.map_err(|error| Failure::new(RelayErrorCode::Malformed, error))?;
    app.service.logins.take(&address)?;
    let seat = app.service.seats.take()?;
    Ok(upgrade
        .max_message_size(FRAME)
        .max_frame_size(FRAME)
        .read_buffer_size(FRAME)
        .write_buffer_size(0)
        .on_upgrade(move |socket| serve(app, socket, seat)))
}

/// Why a live connection ends.
enum End {
    /// The device hung up, or the network did.
    Gone,
    /// The relay stops.
    Stopping,
    /// The relay refuses.
    Refused(Failure),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

async fn serve(app: App, mut socket: WebSocket, mut seat: Seat) {
    // Listen first: what happens between login and listening would be lost.
    let updates = app.service.updates.listen();
    let served = async {
        let session = enter(&app, &mut socket, &mut seat).await?;
        forward(&app, &mut socket, session, updates).await
    };
    let end = tokio::select! {
        () = stopped(app.stage.clone()) => End::Stopping,
        end = served => match end { Ok(()) => End::Gone, Err(end) => end },
    };
    let (code, reason) = match end {
        End::Gone => return,
        End::Stopping => (GOING_AWAY, "the relay stops".to_owned()),
        End::Refused(failure) => (REFUSED + failure.0.code as u16, brief(failure.0.detail)),
    };
    let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    // The connection ends either way.
    drop(timeout(app.service.limits.live_pulse, socket.send(close)).await);
}

async fn enter(app: &App, socket: &mut WebSocket, seat: &mut Seat) -> Result<Session, End> {
    let nonce = app.service.challenges.make(now())?;
    tell(app, socket, &LiveFrame::Challenge(nonce)).await?;
    let late = |_| Failure::new(RelayErrorCode::LoginNeeded, "the login took too long");
    let heard = timeout(app.service.limits.live_pulse, socket.recv()).await.map_err(late)?;
    let login: LoginRequest = match heard {
        Some(Ok(Message::Binary(bytes))) => {
            match LiveFrame::from_bytes(&bytes).map_err(Failure::from)? {
                LiveFrame::Login(login) => login,
                _ => return Err(Failure::new(RelayErrorCode::LoginNeeded, "log in first").into()),
            }
        }
        Some(Ok(_)) => {
            return Err(Failure::new(RelayErrorCode::LoginNeeded, "log in first").into());
        }
        Some(Err(error)) => return Err(Failure::new(RelayErrorCode::Malformed, error).into()),
        None => return Err(End::Gone),
    };
    if login.nonce != nonce {
        return Err(
            Failure::new(RelayErrorCode::LoginNeeded, "sign this connection's challenge").into()
        );
    }
    let service = app.service.clone();
    let (session, _) = blocking(move || service.check_login(&login, now())).await?;
    seat.belong(session.device)?;
    tell(app, socket, &LiveFrame::Ready).await?;
    Ok(session)
}

/// Tells a device what happens, until one of both ends it.
async fn forward(
    app: &App,
    socket: &mut WebSocket,
    session: Session,
    mut updates: Receiver<Update>,
) -> Result<(), End> {
    let mut pulse = interval(app.service.limits.live_pulse);
    let silence = app.service.limits.live_pulse.saturating_mul(SILENCE);
    let mut heard_at = Instant::now();
    loop {
        tokio::select! {
            heard = socket.recv() => match heard {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => heard_at = Instant::now(),
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(Ok(_)) => {
                    let why = "a device says nothing after its login";
                    return Err(Failure::new(RelayErrorCode::Malformed, why).into());
                }
                Some(Err(error)) => {
                    return Err(Failure::new(RelayErrorCode::Malformed, error).into());
                }
            },
            update = updates.recv() => match update {
                Ok(update) if update.audience.contains(&session.account) => {
                    check_account(app, session, &update.frame).await?;
                    tell(app, socket, &update.frame).await?;
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    check(app, session).await?;
                    tell(app, socket, &LiveFrame::Lagged).await?;
                }
                Err(RecvError::Closed) => return Err(End::Stopping),
            },
            _ = pulse.tick() => {
                if heard_at.elapsed() > silence {
                    return Err(End::Gone);
                }
                send(app, socket, Message::Ping(Vec::new().into())).await?;
            }
        }
    }
}

/// A device that its account has revoked hears nothing more.
async fn check_account(app: &App, session: Session, frame: &LiveFrame) -> Result<(), Failure> {
    match frame {
        LiveFrame::Account { account, .. } if *account == session.account => {
            check(app, session).await
        }
        _ => Ok(()),
    }
}

async fn check(app: &App, session: Session) -> Result<(), Failure> {
    let service = app.service.clone();
    blocking(move || service.check_active(&session)).await
}

async fn tell(app: &App, socket: &mut WebSocket, frame: &LiveFrame) -> Result<(), End> {
    let bytes = frame.to_bytes().map_err(|error| Failure::new(RelayErrorCode::Internal, error))?;
    send(app, socket, Message::Binary(bytes.into())).await
}

/// A device that takes no frame for a whole pulse is gone.
async fn send(app: &App, socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(app.service.limits.live_pulse, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(End::Gone),
    }
}

/// A close frame's reason holds 123 bytes (RFC 6455, section 5.5).
fn brief(mut detail: String) -> String {
    detail.truncate(detail.floor_char_boundary(123));
    detail
}
