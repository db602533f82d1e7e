//! Domain separation: `L(x)` of PROTOCOL.md is `"privity/v1/" || x || 0x00`.
//!
//! The closing zero makes the labels prefix-free, so that no label followed by content can
//! be read as a longer label.

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &[u8] = concat!("privity/v1/", $text, "\0").as_bytes();)*

        #[cfg(test)]
        pub(crate) const ALL: &[&[u8]] = &[$($name),*];
    };
}

labels! {
    /// Hash of an account statement; of the first, the account's id.
    ACCOUNT = "account";
    /// Signature by a statement's signer, over its hash.
    STATEMENT = "statement";
    /// Signature by each key that a statement introduces, over its hash.
    POSSESSION = "possession";
    /// Device id from its signing key.
    DEVICE = "device";
    /// Hash of a log entry.
    ENTRY = "entry";
    /// Signature over a log entry's hash.
    ENTRY_SIGNATURE = "entry-signature";
    /// Salt with which an epoch's root is extracted from its secret.
    EPOCH = "epoch";
    /// Commitment of an entry to its epoch secret.
    COMMIT = "commit";
    /// Position of the first entry, before the log has a hash.
    CREATE = "create";
    /// Key that seals the epoch before.
    LINK = "link";
    /// Key that seals title and picture.
    INFO = "info";
    /// Key of one position of the log.
    POSITION = "position";
    /// Key and commitment of one message; id of a message.
    MESSAGE = "message";
    /// Signature over a message's id.
    MESSAGE_SIGNATURE = "message-signature";
    /// Key from which exports derive.
    EXPORT = "export";
    /// Exports that an app asks for.
    EXPORT_APP = "app";
    /// Exports of the library itself.
    EXPORT_INTERNAL = "int";
    /// Randomness of a wrap, from the wrapped secret.
    COINS = "coins";
    /// HPKE `info` of a wrapped epoch secret.
    WRAP = "wrap";
    /// Signature over a wrapped entry.
    WRAP_SIGNATURE = "wrap-signature";
    /// Salt of the RSA suite's inner key.
    RSA = "rsa";
    /// Salt with which a generation's root is extracted from its seed.
    SEED = "seed";
    /// Wrap key pair of an account's generation.
    WRAP_KEY = "wrap-key";
    /// Key that seals the seed before.
    OLDER = "older";
    /// HPKE `info` of a wrapped generation seed.
    HOLDER = "holder";
    /// Salt of the recovery phrase's root.
    RECOVERY = "recovery";
    /// Signing key from the recovery phrase.
    RECOVERY_SIGN = "sign";
    /// Wrap key from the recovery phrase.
    RECOVERY_WRAP = "wrap-recovery";
    /// HPKE `info` of the signing seed of an account with a registered key.
    REGISTERED = "registered";
    /// Signature over a relay's challenge.
    LOGIN = "login";
    /// Signature over a call's SAS hash.
    SAS = "sas";
    /// Digits that two people compare.
    SAFETY_NUMBER = "safety-number";
    /// Waiting time before a due rotation.
    JITTER = "jitter";
    /// Randomness mixed with a device's own secret.
    DRAW = "draw";
    /// Key of one sealed record of a store.
    RECORD = "record";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn no_label_is_the_start_of_another() {
        for (index, left) in ALL.iter().enumerate() {
            for right in &ALL[index + 1..] {
                assert!(!left.starts_with(right) && !right.starts_with(left));
            }
        }
    }
}
