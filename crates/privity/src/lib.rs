//! End-to-end encrypted conversations: the crate that apps link.
//!
//! ```text
//!   your app ──> Client ──> Changes ──> your store, then your relay
//!      ▲                                        │
//!      └────────── Event, Message <─────────────┘
//! ```
//!
//! A [`Client`] is one device of one account. It does no input or output: each call gives
//! [`Changes`], to be saved before anything in them is sent. The `privity-client` example
//! package does both for a Rust program; other stores and carriers fit in the same way.
//!
//! ```
//! use privity::account::{NewAccount, NewKey, NewRecovery, RecoveryPhrase};
//! use privity::{Client, Context, Secret, Suite, System};
//!
//! let mut rng = System::new()?;
//! let storage_key = Secret::generate(&mut rng);
//! let phrase = RecoveryPhrase::generate(&mut rng);
//! let plan = NewAccount {
//!     device: Suite::XWing,
//!     key: NewKey::Seeded(Suite::XWing),
//!     recovery: NewRecovery::Phrase(&phrase, Suite::XWing),
//! };
//! let mut context = Context { now: 1_790_000_000_000, rng: &mut rng };
//! let (client, changes) = Client::create(&storage_key, &plan, &mut context)?;
//! assert_eq!(changes.send.len(), 1);
//! println!("this account is {}", client.account());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | noun | where |
//! |---|---|
//! | account, devices, recovery, cards, verification | [`account`] |
//! | conversation, message, policy | [`Client`], [`NewConversation`], [`mod@format`] |
//! | store | [`Changes`], [`RecordKey`] |
//! | error codes | [`code`] |
//! | relay | [`Request`], [`AppendAnswer`], [`PublishAnswer`] |

pub use privity_conversation::state::{
    AccountTools, AppendAnswer, Blocked, Changes, Client, Context, Due, Event, History, Incoming,
    Message, NewConversation, Overview, PublishAnswer, RecordKey, Request, Standing,
};
pub use privity_conversation::{Error, LocalSecret, Missing};
pub use privity_conversation::{account, code, epoch, format, log, message};
pub use privity_primitives::random::{CryptoRng, System};
pub use privity_primitives::secret::{Secret, SecretVec};
pub use privity_primitives::wrap::{NeedsPrivateKey, Suite, WrapPrivateKey, WrapPublicKey};
pub use privity_wire::Codec;
