//! Keys from a DTLS handshake (RFC 5764): OpenSSL at both ends of it, then ours at one end of the
//! media and rtc-srtp, which cuts the exported keys by itself, at the other.

mod common;

use std::io::{self, Read, Write};
use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use common::{protect_rtcp, protect_rtp, rtcp, rtp, unprotect_rtcp, unprotect_rtp};
use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslConnector, SslContext, SslMethod, SslRef, SslVerifyMode};
use openssl::x509::X509;
use privity_srtp::{DtlsKeys, Options, Profile, Receiver, Sender};
use rtc_srtp::config::Config;
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;

/// OpenSSL's name, the number, and what rtc-srtp calls it.
const PROFILES: [(&str, u16, ProtectionProfile); 4] = [
    ("SRTP_AES128_CM_SHA1_80", 1, ProtectionProfile::Aes128CmHmacSha1_80),
    ("SRTP_AES128_CM_SHA1_32", 2, ProtectionProfile::Aes128CmHmacSha1_32),
    ("SRTP_AEAD_AES_128_GCM", 7, ProtectionProfile::AeadAes128Gcm),
    ("SRTP_AEAD_AES_256_GCM", 8, ProtectionProfile::AeadAes256Gcm),
];

#[derive(Debug)]
struct Datagrams(UdpSocket);

impl Read for Datagrams {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buffer)
    }
}

impl Write for Datagrams {
    fn write(&mut self, datagram: &[u8]) -> io::Result<usize> {
        self.0.send(datagram)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn line() -> [Datagrams; 2] {
    let ends = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    let [near, far] = [&ends[0], &ends[1]].map(|end| end.local_addr().unwrap());
    ends[0].connect(far).unwrap();
    ends[1].connect(near).unwrap();
    ends.map(|end| {
        end.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Datagrams(end)
    })
}

fn certificate() -> (X509, PKey<Private>) {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (builder.build(), key)
}

/// The number of the profile that was chosen, and the exported keys.
fn exported(ssl: &SslRef) -> (u16, Vec<u8>) {
    let id = u16::try_from(ssl.selected_srtp_profile().unwrap().id().as_raw()).unwrap();
    let profile = Profile::from_dtls_id(id).unwrap();
    let mut keys = vec![0; DtlsKeys::exported_length(profile)];
    ssl.export_keying_material(&mut keys, DtlsKeys::EXPORTER_LABEL, None).unwrap();
    (id, keys)
}

/// What the client and the server export.
fn handshake(name: &'static str) -> [(u16, Vec<u8>); 2] {
    let [near, far] = line();
    let server = thread::spawn(move || {
        let (certificate, key) = certificate();
        let mut context = SslContext::builder(SslMethod::dtls()).unwrap();
        context.set_certificate(&certificate).unwrap();
        context.set_private_key(&key).unwrap();
        context.set_tlsext_use_srtp(name).unwrap();
        let ssl = openssl::ssl::Ssl::new(&context.build()).unwrap();
        exported(ssl.accept(far).unwrap().ssl())
    });
    let mut connector = SslConnector::builder(SslMethod::dtls()).unwrap();
    connector.set_verify(SslVerifyMode::NONE); // the test is about the keys
    connector.set_tlsext_use_srtp(name).unwrap();
    let stream = connector.build().connect("localhost", near).unwrap();
    let client = exported(stream.ssl());
    [client, server.join().unwrap()]
}

fn their_context(key: &[u8], salt: &[u8], profile: ProtectionProfile) -> Context {
    let provider = rtc_srtp::crypto::default_provider().unwrap();
    Context::new(key, salt, profile, None, None, provider.crypto()).unwrap()
}

#[test]
fn media_flows_under_the_keys_of_a_handshake_whichever_end_is_the_client() {
    for (name, number, named) in PROFILES {
        let [client, server] = handshake(name);
        assert_eq!(client.0, number);
        assert_eq!(client, server, "{name}");
        let profile = Profile::from_dtls_id(number).unwrap();
        for we_are_client in [true, false] {
            let keys = DtlsKeys::from_exported(profile, &client.1).unwrap();
            let (own, other) = match we_are_client {
                true => (keys.client, keys.server),
                false => (keys.server, keys.client),
            };
            let mut sender = Sender::new(own, Options::new()).unwrap();
            let mut receiver = Receiver::new(other, Options::new()).unwrap();

            let mut theirs = Config { profile: named, ..Default::default() };
            theirs.set_session_keys_from_keying_material(&server.1, !we_are_client).unwrap();
            let (local, remote) = (&theirs.keys.local_master_key, &theirs.keys.remote_master_key);
            let mut their_sender = their_context(local, &theirs.keys.local_master_salt, named);
            let mut their_receiver = their_context(remote, &theirs.keys.remote_master_salt, named);

            let ours = protect_rtp(&mut sender, &rtp(1));
            assert_eq!(their_receiver.decrypt_rtp(&ours).unwrap().as_ref(), rtp(1), "{name}");
            let packet = their_sender.encrypt_rtp(&rtp(1)).unwrap();
            assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(1)), "{name}");
            assert_ne!(ours, packet.as_ref(), "each direction has a key of its own");
            let ours = protect_rtcp(&mut sender, &rtcp());
            assert_eq!(their_receiver.decrypt_rtcp(&ours).unwrap().as_ref(), rtcp(), "{name}");
            let packet = their_sender.encrypt_rtcp(&rtcp()).unwrap();
            assert_eq!(unprotect_rtcp(&mut receiver, &packet), Ok(rtcp()), "{name}");
        }
    }
}
