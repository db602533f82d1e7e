//! Both ends of an SRTP session driven by arbitrary bytes.

use privity_srtp::{
    Cryptex, Error, HeaderProtection, MasterKey, Options, Profile, Receiver, RtcpEncryption, Sender,
};

/// The first byte of an input: which profile and options. Returns the rest.
#[must_use]
pub fn session(input: &[u8]) -> Option<(Profile, Options, &[u8])> {
    let (choice, rest) = input.split_first()?;
    let profiles = Profile::ENCRYPTING;
    let profile = match usize::from(choice & 0x0f) {
        number if number < profiles.len() => profiles[number],
        _ => Profile::NULL_HMAC_SHA1_80,
    };
    let (rtcp, headers) = ways(*choice, profile);
    let options = Options::new().stream_limit(4).ok()?.header_protection(headers);
    let options = options.rtcp_encryption(rtcp);
    let options = match choice >> 7 {
        0 => options,
        _ => options.key_derivation_rate(4).ok()?,
    };
    Some((profile, options, rest))
}

/// How the first byte of an input wants RTCP and RTP headers protected.
#[must_use]
pub(crate) fn ways(choice: u8, profile: Profile) -> (RtcpEncryption, HeaderProtection) {
    let headers = match (choice >> 4 & 3, profile == Profile::NULL_HMAC_SHA1_80) {
        (1, false) => HeaderProtection::elements(&[1, 3, 4]).expect("none is padding"),
        (2, false) => HeaderProtection::cryptex(Cryptex::Optional),
        (3, false) => HeaderProtection::cryptex(Cryptex::Required),
        _ => HeaderProtection::none(),
    };
    let rtcp = match choice >> 6 & 1 {
        0 => RtcpEncryption::Required,
        _ => RtcpEncryption::Off,
    };
    (rtcp, headers)
}

/// The master key of a session: that of the published vectors where it has their length.
#[must_use]
pub fn key(profile: Profile, seed: u8) -> MasterKey {
    const KEY: [u8; 16] = [
        0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41,
        0x39,
    ];
    const SALT: [u8; 14] =
        [0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6];
    let mut key: Vec<u8> = KEY.iter().cycle().take(profile.key_length()).copied().collect();
    key[0] ^= seed;
    MasterKey::new(profile, &key, &SALT[..profile.salt_length()]).expect("the profile's lengths")
}

/// Opens arbitrary bytes as RTP and as RTCP.
pub fn receive(input: &[u8]) {
    let Some((profile, options, packet)) = session(input) else { return };
    let mut receiver = Receiver::new(key(profile, 0), options).expect("options fit");
    for _ in 0..2 {
        let mut copy = packet.to_vec();
        match receiver.unprotect_rtp(&mut copy) {
            Ok(length) => assert!(length < packet.len()),
            Err(Error::NotAuthentic | Error::Replayed) => {}
            Err(_) => assert_eq!(copy, packet, "the packet is unchanged"),
        }
        let mut copy = packet.to_vec();
        match receiver.unprotect_rtcp(&mut copy) {
            Ok(length) => assert!(length < packet.len()),
            Err(Error::NotAuthentic | Error::Replayed) => {}
            Err(_) => assert_eq!(copy, packet, "the packet is unchanged"),
        }
    }
}

/// Protects arbitrary bytes as RTP and as RTCP; what was protected must open.
pub fn send(input: &[u8]) {
    let Some((profile, options, packet)) = session(input) else { return };
    let mut sender = Sender::new(key(profile, 0), options.clone()).expect("options fit");
    let mut receiver = Receiver::new(key(profile, 0), options).expect("options fit");
    let mut buffer = vec![0; packet.len() + 64];
    match sender.protect_rtp_into(packet, &mut buffer) {
        Ok(length) => {
            let opened = receiver.unprotect_rtp(&mut buffer[..length]).expect("it opens");
            assert!(
                opened == packet.len() && buffer[..opened] == *packet || opened == packet.len() + 4
            );
        }
        Err(_) => assert_eq!(buffer[..packet.len()], *packet, "the packet is unchanged"),
    }
    let mut buffer = vec![0; packet.len() + 64];
    if let Ok(length) = sender.protect_rtcp_into(packet, &mut buffer) {
        let opened = receiver.unprotect_rtcp(&mut buffer[..length]).expect("it opens");
        assert_eq!(buffer[..opened], *packet);
    }
}
