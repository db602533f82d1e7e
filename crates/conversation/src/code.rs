//! Every code of an error, a refusal or a finding, and what an app does next: the source of
//! `docs/ERRORS.md`.

/// A row of the table of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code: stable, for logs and for branching in other languages.
    pub code: &'static str,
    /// What it says.
    pub means: &'static str,
    /// What an app does next.
    pub next: &'static str,
}

const fn row(code: &'static str, means: &'static str, next: &'static str) -> Code {
    Code { code, means, next }
}

/// The row of a code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|row| row.code == code)
}

const CHAIN: &str =
    "Take nothing of this chain past its last good statement; ask the account's owner.";
const CONTACT: &str = "Show it to a person, who verifies again, accepts or removes the account.";
const RELAY_FAULT: &str =
    "Fetch the log from another source; the relay's copy of this entry can't be used.";
const AUTHOR_FAULT: &str =
    "Do not follow the entry; its author's device broke a rule, show whose it is.";
const IGNORE_WRAP: &str =
    "Ignore this wrap; ask another member for repair if none comes that is right.";
const NOT_HIS: &str = "Show nothing of it; count it against the member whose key sealed it.";

/// All codes, by what they are about.
pub const CODES: &[Code] = &[
    row("account/not-genesis", "it does not begin with a genesis", CHAIN),
    row("account/not-next", "a statement does not follow the head", CHAIN),
    row("account/closed", "the account is closed", CHAIN),
    row(
        "account/signer-unknown",
        "the signer is no active device and not the recovery holder",
        CHAIN,
    ),
    row("account/signature", "a signature does not verify", CHAIN),
    row("account/possession", "an introduced key does not prove its possession", CHAIN),
    row("account/signing-key", "a key is not a signing key", CHAIN),
    row("account/key-reused", "a key was in the chain before", CHAIN),
    row("account/revoke-unknown", "a device is revoked that is not active", CHAIN),
    row("account/recovery-outranks", "the recovery holder is replaced by itself alone", CHAIN),
    row("account/replace-wrap", "only a device that stays replaces its own wrap key", CHAIN),
    row("account/generation-due", "a next wrap key is due", CHAIN),
    row("account/generation", "wrap keys count up by one, each a new key", CHAIN),
    row("account/direct", "a direct wrap key is the recovery holder's own", CHAIN),
    row("account/nobody", "nobody would hold the account", CHAIN),
    row("account/empty", "a statement changes nothing", CHAIN),
    row("account/too-long", "the chain is too long", CHAIN),
    row("account/too-many-devices", "the account had too many devices", CHAIN),
    row(
        "verify/not-for-me",
        "the code was made for somebody else",
        "Scan the code that the other shows to this account.",
    ),
    row(
        "verify/other-account",
        "the code is of another account than the contact",
        "Verify nobody; ask the other in person which account is theirs.",
    ),
    row(
        "verify/missing",
        "the code speaks of statements that are not here",
        "Fetch them, then check the code again.",
    ),
    row(
        "verify/differs",
        "both know different chains of an account",
        "Verify nobody; the relay, or a copied device, told two stories.",
    ),
    row("phrase/word-count", "there are not 24 words", "Ask for all of them."),
    row(
        "phrase/unknown-word",
        "a word is not in the list",
        "Show its place; ask to look at it again.",
    ),
    row(
        "phrase/checksum",
        "a word is wrong, or two are swapped",
        "Ask to compare every word with the paper.",
    ),
    row("contact/other-account", "a label is said to stand for another account", CONTACT),
    row("contact/equivocation", "an account told two stories", CONTACT),
    row(
        "contact/recovery-reset",
        "recovery replaced every device since the account was verified",
        CONTACT,
    ),
    row(
        "contact/rolled-back",
        "an older chain is shown than the verified one",
        "Fetch the chain; until it comes, wrap nothing to the account.",
    ),
    row("log/not-canonical", "a list is out of order, repeats itself or is too long", RELAY_FAULT),
    row(
        "log/misplaced-create",
        "the log does not begin with a well-formed `create`, or has a second",
        RELAY_FAULT,
    ),
    row("log/other-conversation", "the entry belongs to another conversation", RELAY_FAULT),
    row("log/other-branch", "the entry follows an entry that is not in this log", RELAY_FAULT),
    row("log/pin-of-stranger", "a pin of an account that is no member", RELAY_FAULT),
    row("log/join-without-pin", "an account joins without a pin", RELAY_FAULT),
    row("log/pin-not-forward", "a pin does not move forward along its chain", RELAY_FAULT),
    row("log/pin-not-of-account", "a pin is not of the account's own chain", RELAY_FAULT),
    row("log/not-a-member", "the author is not a member", RELAY_FAULT),
    row("log/device-not-active", "the author's device is not active at its pin", RELAY_FAULT),
    row("log/bad-signature", "the signature is not the author device's", RELAY_FAULT),
    row("log/not-allowed", "the author's role or the policy does not allow it", AUTHOR_FAULT),
    row("log/epoch-missing", "the entry must start an epoch", AUTHOR_FAULT),
    row("log/epoch-forbidden", "a `leave` must not start an epoch", AUTHOR_FAULT),
    row("log/link-at-fence", "a link stands where a fence is due", AUTHOR_FAULT),
    row("log/info-missing", "the entry must carry the sealed info", AUTHOR_FAULT),
    row("log/nobody", "the entry names nobody", AUTHOR_FAULT),
    row("log/already-member", "an account is added that is a member already", AUTHOR_FAULT),
    row("log/no-such-member", "an account is named that is no member", AUTHOR_FAULT),
    row("log/too-many-members", "more members than a conversation may have", AUTHOR_FAULT),
    row("log/grant-not-a-segment", "a grant does not begin where a segment begins", AUTHOR_FAULT),
    row(
        "log/grant-too-wide",
        "a grant reaches further back than the policy or the author",
        AUTHOR_FAULT,
    ),
    row("log/removes-itself", "the author is among those it removes", AUTHOR_FAULT),
    row(
        "log/not-added-by-revoked",
        "an account was not added by a device revoked here",
        AUTHOR_FAULT,
    ),
    row("log/no-admin-left", "members would stay without an admin", AUTHOR_FAULT),
    row(
        "log/successor-not-due",
        "a successor is named who is no other member, or is not needed",
        AUTHOR_FAULT,
    ),
    row("log/cut-of-other", "a cut of a device that does not end here", AUTHOR_FAULT),
    row(
        "log/too-many-heads",
        "cuts name more heads of one account's devices than a log keeps",
        AUTHOR_FAULT,
    ),
    row("wrap/other-conversation", "the wrap is bound to another conversation", IGNORE_WRAP),
    row("wrap/other-anchor", "the wrap is bound to another position", IGNORE_WRAP),
    row("wrap/other-entry", "the wrap is bound to another entry", IGNORE_WRAP),
    row("wrap/other-recipient", "the wrap is bound to another recipient", IGNORE_WRAP),
    row("wrap/other-generation", "the wrap is bound to another generation", IGNORE_WRAP),
    row("wrap/other-suite", "the wrap names another suite", IGNORE_WRAP),
    row("wrap/other-key", "the wrap is bound to another public key", IGNORE_WRAP),
    row("wrap/wrapper-not-entitled", "the wrap's maker was not entitled to the epoch", IGNORE_WRAP),
    row("wrap/bad-signature", "the wrap's signature is not its maker's", IGNORE_WRAP),
    row(
        "wrap/not-opened",
        "the wrap does not open",
        "Send the complaint, and ask another member for repair.",
    ),
    row(
        "wrap/wrong-secret",
        "the wrap holds another secret than the entry commits to",
        "Send the complaint, and ask another member for repair.",
    ),
    row(
        "wrap/not-derived",
        "the wrap is not what wrapping its secret gives",
        "Send the complaint, and ask another member for repair.",
    ),
    row(
        "epoch/fence",
        "a fence stands before this epoch",
        "Nothing: history ends here for this account.",
    ),
    row(
        "epoch/link-refused",
        "the link to the epoch before is not valid",
        "Ask another member for a wrap of the epoch before.",
    ),
    row(
        "epoch/wrong-secret",
        "the secret is not the one that the entry commits to",
        "Ask another member for repair.",
    ),
    row(
        "epoch/info-refused",
        "title and picture do not open",
        "Show the last title that opened; set it again.",
    ),
    row("message/not-member", "the author is not a member at the message's position", NOT_HIS),
    row("message/head-not-on-chain", "the author's account head is not on its chain", NOT_HIS),
    row("message/head-behind-pin", "the author's account head is behind the log's pin", NOT_HIS),
    row("message/not-active", "the author's device is not active there", NOT_HIS),
    row("message/bad-signature", "the signature is not the author device's", NOT_HIS),
    row(
        "message/after-cut",
        "the message lies after the end of its device's right to speak",
        NOT_HIS,
    ),
    row(
        "message/not-granted",
        "the log does not grant what was sealed there",
        "Show nothing of it: it is not for this account.",
    ),
    row(
        "blocked/not-accepted",
        "the invitation is not accepted yet",
        "Ask the user; `accept` or `decline`.",
    ),
    row("blocked/not-member", "this account is no member", "Show the conversation as an archive."),
    row(
        "blocked/forked",
        "the conversation has two logs",
        "Let a person compare heads and begin a new conversation.",
    ),
    row(
        "blocked/update-needed",
        "the log holds something of a newer release",
        "Update; nothing is lost.",
    ),
    row(
        "blocked/rotation-due",
        "the key is due for replacement",
        "`rotate`, then repeat the call.",
    ),
    row(
        "blocked/suspended",
        "members changed their keys, and the log does not say so yet",
        "`rotate`, which pins their new heads, then repeat the call.",
    ),
    row(
        "blocked/secret-missing",
        "the key has not arrived yet",
        "Fetch wraps; ask another member for repair if none comes.",
    ),
    row(
        "blocked/post-quantum",
        "the policy asks for post-quantum keys that a member lacks",
        "Remove the member, or let it renew its keys.",
    ),
    row(
        "blocked/contact-changed",
        "an account is not what it was when it was verified",
        "Show what changed; verify again, or accept it, or remove the member.",
    ),
    row(
        "log/starved",
        "another entry was first ten times in a row",
        "Show it; the relay or a member keeps this device out.",
    ),
    row("blocked/device-revoked", "this device was revoked", "Show it; offer to wipe this device."),
    row(
        "blocked/change-pending",
        "an earlier change waits for the relay",
        "Send `unsent` again and wait for the answer.",
    ),
    row(
        "blocked/not-synced",
        "since it was opened the client has not seen how far the log has come, or a device named heads that the relay has not shown",
        "Send `catch_up` and take the answers, then repeat the call; if `unmet_heads` still names some, the relay keeps something back.",
    ),
    row(
        "not-wrapped/statements-missing",
        "a member's statements are not here, so nobody wraps to it",
        "Fetch them, then `repair`; remove the member if nobody has them.",
    ),
    row(
        "not-wrapped/closed",
        "a member's account is closed, so nobody wraps to it",
        "Remove the member.",
    ),
    row(
        "not-wrapped/key-refused",
        "a member's wrap key is none, so nobody wraps to it",
        "Ask its owner to renew the keys, then `rotate`; or remove the member.",
    ),
    row(
        "not-wrapped/contact-changed",
        "a member is not what it was when it was verified, so nothing is wrapped to it",
        "Show what changed; verify again or accept it, then `repair`; or remove the member.",
    ),
    row(
        "not-wrapped/not-post-quantum",
        "a member lacks the keys that the policy asks for, so nothing is wrapped to it",
        "Let it renew its keys, then `rotate`; or remove the member.",
    ),
    row(
        "error/malformed",
        "bytes from outside are not of their format",
        "Drop them; count it against whoever delivered them.",
    ),
    row("error/too-long", "a value is too long for its format", "Shorten it and repeat the call."),
    row("error/update-needed", "a version or kind of a newer release", "Update; nothing is lost."),
    row(
        "missing/statements",
        "statements of accounts are not here",
        "Fetch them, then repeat the call.",
    ),
    row("missing/entries", "entries of the log are not here", "Fetch them, then repeat the call."),
    row(
        "missing/epoch-secret",
        "an epoch's secret is not here",
        "Fetch wraps; ask another member for repair if the log grants it.",
    ),
    row(
        "error/decrypt",
        "a ciphertext, signature or key is not valid",
        "Drop it; fetch it again once.",
    ),
    row(
        "error/crypto",
        "a key or the generator was refused",
        "Use another key; see the error's text.",
    ),
    row(
        "error/misuse",
        "the call does not fit the state",
        "Mend the app; the error's text says what does not fit.",
    ),
    row("message/duplicate", "the message came before", "Show nothing: the message is there."),
    row(
        "message/conflict",
        "the author's device sent two different messages as one",
        "Show both, marked; ask the author about its devices.",
    ),
    row(
        "message/gap",
        "messages of the author's device have not come",
        "Fetch again; if they stay missing, show that messages are missing.",
    ),
    row(
        "message/previous-missing",
        "the author's message before has not come",
        "Fetch again; if they stay missing, show that messages are missing.",
    ),
    row(
        "message/late",
        "the message is older than the memory of its device",
        "Look for the id among the messages shown; show it if it is new.",
    ),
    row(
        "message/seen-missing",
        "a message that the author had opened has not come",
        "Fetch again; if it stays missing, show that a message is missing.",
    ),
    row(
        "message/before-cut-unproven",
        "the author's device has ended and nothing proves yet that the message was before",
        "Show it marked, or load the device's later messages first.",
    ),
    row(
        "log/forked",
        "the log is forked",
        "Stop, keep both entries, and let a person decide on a new conversation.",
    ),
    row(
        "epoch/complaint-proven",
        "a member's device wrapped garbage",
        "Show who it was; the client supplies the wrap.",
    ),
    row(
        "epoch/withheld",
        "a key that the log grants is not there",
        "Ask another member for repair.",
    ),
    row(
        "log/suspended",
        "a member's account has changed and is not pinned yet",
        "Append an entry that pins the account's newest head.",
    ),
    row("epoch/rotation-overdue", "a rotation is overdue", "Rotate now."),
];
