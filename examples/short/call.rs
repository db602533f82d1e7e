//! A call: two phones agree on keys by ZRTP, their users compare the SAS, and SRTP protects
//! what they say.

use privity_examples::{Phone, Result, master_key};
use privity_srtp::{Options, Receiver, Sender};

fn main() -> Result<()> {
    let (mut alice, mut bob) = (Phone::new(1)?, Phone::new(2)?);
    while alice.sas.is_none() || bob.sas.is_none() {
        bob.receive(alice.datagrams());
        alice.receive(bob.datagrams());
    }
    let [of_alice, of_bob] = [alice.sas, bob.sas].map(Option::unwrap_or_default);
    println!("Alice reads {of_alice}, Bob reads {of_bob}: the same if nobody stands between them");
    let (alice, bob) = (alice.keys.ok_or("no keys")?, bob.keys.ok_or("no keys")?);
    let mut sender = Sender::new(master_key(&alice, &alice.send)?, Options::new())?;
    let mut receiver = Receiver::new(master_key(&bob, &bob.receive)?, Options::new())?;

    let mut packet = [&[0x80, 0, 0, 1, 0, 0, 0, 160, 0, 0, 0, 1][..], b"a bit of voice"].concat();
    let length = packet.len();
    packet.resize(length + sender.rtp_overhead(), 0);
    let sealed = sender.protect_rtp(&mut packet, length)?;
    packet.truncate(sealed);
    let opened = receiver.unprotect_rtp(&mut packet)?;
    println!("Bob hears: {}", String::from_utf8_lossy(packet.get(12..opened).unwrap_or_default()));
    Ok(())
}
