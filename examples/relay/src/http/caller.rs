use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use privity_conversation::format::RelayErrorCode;

use crate::http::App;
use crate::http::reply::{blocking, parse};
use crate::service::Payer;
use crate::storage::Session;
use crate::{Failure, Peer};

/// A device that has logged in, by the token of its `Authorization: Bearer` header.
pub(super) struct Caller {
    pub(super) session: Session,
    pub(super) address: IpAddr,
}

impl Caller {
    pub(super) const fn pays(&self) -> Payer {
        Payer::Account(self.session.account)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        const NEEDED: RelayErrorCode = RelayErrorCode::LoginNeeded;
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(read_hex)
            .ok_or_else(|| Failure::new(NEEDED, "a token is needed: log in"))?;
        let service = app.service.clone();
        let session = blocking(move || service.session(&token, now())).await?;
        app.service.requests.take(&session.device)?;
        let Address(address) = Address::from_request_parts(parts, app).await?;
        Ok(Self { session, address })
    }
}

/// One who has not logged in, by network address.
pub(super) struct Address(pub(super) IpAddr);

impl FromRequestParts<App> for Address {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let address = match app.peer {
            Peer::Socket => app.socket,
            Peer::Forwarded => forwarded(&parts.headers).unwrap_or(app.socket),
        };
        Ok(Self(network(address)))
    }
}

/// What the nearest proxy says: whatever stands before it came from outside.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get_all("x-forwarded-for").iter().next_back()?;
    value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// Whoever has one address of version 6 has all of its /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

/// The id or key in the path.
pub(super) struct Id<T>(pub(super) T);

impl<T: FromStr + Send> FromRequestParts<App> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        let Path(text) = path.map_err(|error| Failure::new(RelayErrorCode::Malformed, error))?;
        parse(&text, "id in the path").map(Self)
    }
}

/// 32 bytes in lower-case hexadecimal digits.
pub(super) fn read_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

/// Unix milliseconds.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> IpAddr {
        network(address.parse().unwrap())
    }

    #[test]
    fn an_address_of_version_6_counts_as_its_64_and_one_of_version_4_as_itself() {
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn a_proxys_word_is_the_last_address_of_the_last_header() {
        let said = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            forwarded(&headers).map(|address| address.to_string())
        };
        assert_eq!(said(&["203.0.113.9"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(said(&["1.1.1.1, 203.0.113.9"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(said(&["1.1.1.1", "2001:db8::9"]).as_deref(), Some("2001:db8::9"));
        for nothing in [&[][..], &[""], &["somebody"], &["203.0.113.9, unknown"]] {
            assert_eq!(said(nothing), None, "{nothing:?}");
        }
    }
}
