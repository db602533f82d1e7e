//! HTTP by hand: what no client of ours would send.

use privity::Codec;
use privity::format::{RelayError, RelayErrorCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body: bytes[end + 4..].to_vec() }
    }

    /// The refusal, which every status but 200 carries, under its own status.
    pub(crate) fn refusal(&self) -> RelayError {
        let error = RelayError::from_bytes(&self.body).expect("a refusal in the one encoding");
        assert_eq!(error.code.status(), self.status);
        error
    }

    pub(crate) fn code(&self) -> RelayErrorCode {
        self.refusal().code
    }
}

pub(crate) async fn connect(origin: &str) -> TcpStream {
    TcpStream::connect(origin.strip_prefix("http://").unwrap()).await.unwrap()
}

pub(crate) fn head(method: &str, path: &str, token: Option<&str>, length: usize) -> String {
    let token = token.map(|it| format!("Authorization: Bearer {it}\r\n")).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: relay\r\n{token}Content-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    )
}

pub(crate) async fn call(
    origin: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &[u8],
) -> Answer {
    let mut stream = connect(origin).await;
    stream.write_all(head(method, path, token, body.len()).as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    finish(stream).await
}

/// What the relay says until it hangs up.
pub(crate) async fn finish(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    Answer::parse(&bytes)
}
