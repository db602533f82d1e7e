use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use privity_conversation::format::{LiveFrame, LoginRequest, RelayErrorCode};
use privity_wire::Codec;
use tokio::sync::broadcast::error::RecvError;

use crate::Failure;
use crate::http::App;
use crate::http::caller::{Address, now};
use crate::http::reply::blocking;
use crate::server::stopped;
use crate::storage::Session;

/// How long a connection may take to log in.
const LOGIN: Duration = Duration::from_secs(10);
/// A login is the largest frame that a device sends.
const FRAME: usize = 1_024;

pub(super) async fn live(
    State(app): State<App>,
    Address(address): Address,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Failure> {
    app.service.logins.take(&address)?;
    Ok(upgrade.max_message_size(FRAME).on_upgrade(move |socket| serve(app, socket)))
}

async fn serve(app: App, mut socket: WebSocket) {
    // Listen first: what happens between login and listening would be lost.
    let updates = app.service.updates.listen();
    match tokio::time::timeout(LOGIN, enter(&app, &mut socket)).await {
        Ok(Ok(session)) => forward(&app, socket, session, updates).await,
        Ok(Err(_)) | Err(_) => drop(socket),
    }
}

async fn enter(app: &App, socket: &mut WebSocket) -> Result<Session, Failure> {
    let nonce = app.service.challenges.make(now())?;
    tell(socket, &LiveFrame::Challenge(nonce)).await?;
    let login: LoginRequest = match socket.recv().await {
        Some(Ok(Message::Binary(bytes))) => match LiveFrame::from_bytes(&bytes)? {
            LiveFrame::Login(login) => login,
            _ => return Err(Failure::new(RelayErrorCode::LoginNeeded, "log in first")),
        },
        _ => return Err(Failure::new(RelayErrorCode::LoginNeeded, "log in first")),
    };
    let service = app.service.clone();
    let session = blocking(move || service.check_login(&login, now())).await?;
    tell(socket, &LiveFrame::Ready).await?;
    Ok(session)
}

async fn forward(
    app: &App,
    mut socket: WebSocket,
    session: Session,
    mut updates: tokio::sync::broadcast::Receiver<crate::audience::Update>,
) {
    let stop = stopped(app.stage.clone());
    tokio::pin!(stop);
    loop {
        let sent = tokio::select! {
            () = &mut stop => return,
            heard = socket.recv() => match heard {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                _ => return,
            },
            update = updates.recv() => match update {
                Ok(update) if update.audience.contains(&session.account) => {
                    tell(&mut socket, &update.frame).await
                }
                Ok(_) => Ok(()),
                Err(RecvError::Lagged(_)) => tell(&mut socket, &LiveFrame::Lagged).await,
                Err(RecvError::Closed) => return,
            },
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn tell(socket: &mut WebSocket, frame: &LiveFrame) -> Result<(), Failure> {
    let bytes = frame.to_bytes().map_err(|error| Failure::new(RelayErrorCode::Internal, error))?;
    socket
        .send(Message::Binary(bytes.into()))
        .await
        .map_err(|error| Failure::new(RelayErrorCode::Unavailable, error))
}
