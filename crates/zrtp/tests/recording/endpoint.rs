//! What one end of a recorded handshake wrote down, held against what we compute.

use privity_zrtp::message::DhPart;
use privity_zrtp::trace::{Derived, Shared, Trace};
use privity_zrtp::{AuthTag, KeyAgreement, Role};
use serde_json::Value;

use super::agreement::dh_result;
use super::unhex;

pub(crate) struct Endpoint {
    pub(crate) role: Role,
    json: Value,
    secrets: Vec<(String, Vec<u8>)>,
    master: Option<Vec<u8>>,
}

impl Endpoint {
    pub(crate) fn read(json: &Value, master: Option<Vec<u8>>) -> Self {
        let secrets = json["secrets"].as_array().unwrap().iter().map(|secret| {
            (secret["name"].as_str().unwrap().to_owned(), unhex(secret["hex"].as_str().unwrap()))
        });
        let role = match json["role"].as_str().unwrap() {
            "initiator" => Role::Initiator,
            "responder" => Role::Responder,
            other => panic!("role {other}"),
        };
        Self { role, secrets: secrets.collect(), master, json: json.clone() }
    }

    pub(crate) fn check(
        &self,
        name: &str,
        trace: &Trace,
        parts: Option<(&[u8], &[u8])>,
    ) -> Derived {
        let derived = match parts {
            Some(parts) => trace.keyed(&self.agree(name, trace, parts), self.shared()),
            None if trace.suite().agreement == KeyAgreement::Preshared => {
                trace.preshared(self.shared())
            }
            None => trace.multistream(&self.session_key()),
        };
        let derived = derived.unwrap_or_else(|error| panic!("{name}: {error}"));
        let compared = self.compare_secrets(name, trace, &derived);
        assert!(compared >= 8, "{name}: only {compared} secrets to compare with");
        self.compare_results(name, trace, &derived);
        derived
    }

    /// Every recorded value of a known name; returns how many there are.
    fn compare_secrets(&self, name: &str, trace: &Trace, derived: &Derived) -> usize {
        let named = self.secrets.iter().filter_map(|(secret, recorded)| {
            Some((secret, recorded, computed(secret, recorded.len(), trace, derived)?))
        });
        named
            .map(|(secret, recorded, computed)| {
                assert_eq!(recorded, &computed, "{name}: {secret}");
            })
            .count()
    }

    fn compare_results(&self, name: &str, trace: &Trace, derived: &Derived) {
        let text = |key: &str| self.json[key].as_str();
        assert_eq!(text("sas"), Some(derived.sas().unwrap_or_default().as_str()), "{name}");
        let (own, initiator) = (derived.srtp_keys(self.role), derived.srtp_keys(Role::Initiator));
        let mut keys = 0;
        for (key, computed) in [
            ("selfSrtpKey", &own.send.key),
            ("selfSrtpSalt", &own.send.salt),
            ("peerSrtpKey", &own.receive.key),
            ("peerSrtpSalt", &own.receive.salt),
            ("srtp_keyInitiator", &initiator.send.key),
            ("srtp_saltInitiator", &initiator.send.salt),
            ("srtp_keyResponder", &initiator.receive.key),
            ("srtp_saltResponder", &initiator.receive.salt),
        ] {
            if let Some(recorded) = text(key) {
                assert_eq!(unhex(recorded), computed.expose(), "{name}: {key}");
                keys += 1;
            }
        }
        assert!(keys >= 4, "{name}: only {keys} SRTP keys and salts");
        if let Some(bits) = text("srtp_authTagBits") {
            let tag = if bits == "32" { AuthTag::Hs32 } else { AuthTag::Hs80 };
            assert_eq!(trace.suite().auth_tag, tag, "{name}");
        }
    }

    /// DHResult from the private value of this end and the public value of the other.
    fn agree(&self, name: &str, trace: &Trace, (part1, part2): (&[u8], &[u8])) -> Vec<u8> {
        let (part1, part2) = (DhPart::read(part1).unwrap(), DhPart::read(part2).unwrap());
        let (own, peer) = match self.role {
            Role::Initiator => (part2.pv, part1.pv),
            Role::Responder => (part1.pv, part2.pv),
        };
        let recorded = self.one("dhresult");
        if trace.suite().agreement == KeyAgreement::XM76 {
            return recorded.to_vec();
        }
        let private = ["dh_private_be", "dh_private_rfc7748", "rng"];
        let candidates: Vec<_> = private.into_iter().flat_map(|name| self.all(name)).collect();
        let result = dh_result(trace.suite().agreement, &candidates, &own, &peer)
            .unwrap_or_else(|| panic!("{name}: no private value fits the public one"));
        assert_eq!(recorded, result.expose(), "{name}: dhresult");
        result.expose().to_vec()
    }

    fn shared(&self) -> Shared<'_> {
        Shared { s1: self.one("s1"), s2: self.one("s2_aux"), s3: self.one("s3_pbx") }
    }

    fn session_key(&self) -> Vec<u8> {
        self.master.clone().unwrap_or_else(|| self.one("zrtp_session_key").to_vec())
    }

    fn one(&self, name: &str) -> &[u8] {
        let found = self.secrets.iter().find(|(secret, _)| secret == name);
        found.map_or(&[], |(_, bytes)| bytes)
    }

    fn all(&self, name: &str) -> impl Iterator<Item = Vec<u8>> {
        self.secrets.iter().filter(move |(secret, _)| secret == name).map(|(_, hex)| hex.clone())
    }
}

/// The value of a recorded name: GNU ZRTP's names, then bzrtp's, which are the labels. None
/// for what goes in and is not derived.
fn computed(name: &str, length: usize, trace: &Trace, derived: &Derived) -> Option<Vec<u8>> {
    let is_further = trace.suite().agreement == KeyAgreement::Multistream;
    let keys = derived.srtp_keys(Role::Initiator);
    let vec = |bytes: &[u8]| Some(bytes.to_vec());
    match name {
        "rng" | "dh_private_be" | "dh_private_rfc7748" | "dhresult" | "s1" | "s2_aux"
        | "s3_pbx" => None,
        // A further stream takes the key of the first.
        "zrtp_session_key" if is_further => None,
        "s0" | "kdf:ZRTP MSK" | "kdf:ZRTP PSK" => vec(derived.s0()),
        "total_hash" => vec(trace.total_hash()),
        "kdf_context" => vec(&trace.kdf_context()),
        "srtpkeyi" | "kdf:Initiator SRTP master key" => vec(keys.send.key.expose()),
        "srtpkeyr" | "kdf:Responder SRTP master key" => vec(keys.receive.key.expose()),
        "srtpsalti" | "kdf:Initiator SRTP master salt" => vec(keys.send.salt.expose()),
        "srtpsaltr" | "kdf:Responder SRTP master salt" => vec(keys.receive.salt.expose()),
        "mackeyi" | "kdf:Initiator HMAC key" => vec(derived.mac_key(Role::Initiator).expose()),
        "mackeyr" | "kdf:Responder HMAC key" => vec(derived.mac_key(Role::Responder).expose()),
        "zrtpkeyi" | "kdf:Initiator ZRTP key" => vec(derived.zrtp_key(Role::Initiator).expose()),
        "zrtpkeyr" | "kdf:Responder ZRTP key" => vec(derived.zrtp_key(Role::Responder).expose()),
        "sashash" | "kdf:SAS" => vec(&derived.sashash()),
        "new_rs1" | "kdf:retained secret" => vec(derived.retained_secret().expose()),
        "zrtp_session_key" | "kdf:ZRTP Session Key" => vec(derived.session_key().expose()),
        "exported_key" | "kdf:Exported key" => vec(derived.exported().expose()),
        "kdf:New ZRTP Session" => vec(derived.session_key().renewed().expose()),
        "kdf:Trusted MiTM key" => vec(derived.session_key().pbx_secret().expose()),
        exported => {
            let label = exported.strip_prefix("exported:").or(exported.strip_prefix("kdf:"))?;
            Some(derived.exported().derive(label.as_bytes(), length).unwrap().expose().to_vec())
        }
    }
}
