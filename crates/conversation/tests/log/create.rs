use privity_conversation::format::{Action, ConversationId, EntryBody, EntryHash, Link, Role};
use privity_conversation::format::{Member, Policy};
use privity_conversation::log::{AppendError, Fold, Refused};

use crate::world::{Book, Parts, create};

fn attempt(book: &Book, body: &EntryBody) -> Result<Fold, AppendError> {
    let entry = book.sign(body);
    Fold::begin(entry.conversation(), &entry, book)
}

fn refused(book: &Book, body: &EntryBody) -> Refused {
    match attempt(book, body) {
        Err(AppendError::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

fn scene() -> (Book, EntryBody) {
    let mut book = Book::default();
    let founders = ["alice", "bob", "carol"].map(|name| book.account(name));
    let body = create(&book, &founders, Policy::default());
    (book, body)
}

fn members(body: &mut EntryBody) -> &mut Vec<Member> {
    match &mut body.action {
        Action::Create { members, .. } => members,
        _ => panic!(),
    }
}

#[test]
fn a_create_founds_the_conversation_that_its_hash_names() {
    let (book, body) = scene();
    let fold = attempt(&book, &body).unwrap();
    assert_eq!(fold.conversation().0, body.hash().unwrap().0);
    assert_eq!(fold.now().member_count(), 3);
    assert_eq!(fold.now().role(&body.author), Some(Role::Admin));
    let entry = book.sign(&body);
    assert_eq!(
        Fold::begin(ConversationId([1; 32]), &entry, &book),
        Err(Refused::OtherConversation.into())
    );
}

#[test]
fn a_create_names_nothing_before_it() {
    let (book, body) = scene();
    for spoil in [
        |body: &mut EntryBody| body.conversation = ConversationId([1; 32]),
        |body: &mut EntryBody| body.position = 1,
        |body: &mut EntryBody| body.prev = EntryHash([1; 32]),
        |body: &mut EntryBody| body.also_removed = vec![body.author],
        |body: &mut EntryBody| *body = body.clone().with_cut(body.device, &[1]),
    ] {
        let mut wrong = body.clone();
        spoil(&mut wrong);
        assert_eq!(refused(&book, &wrong), Refused::MisplacedCreate);
    }
    let mut rotate = body;
    rotate.action = Action::Rotate;
    assert!(attempt(&book, &rotate).is_err());
}

#[test]
fn a_create_pins_every_member_and_nobody_else() {
    let (mut book, body) = scene();
    for index in 0..3 {
        let mut wrong = body.clone();
        wrong.pins.remove(index);
        assert_eq!(refused(&book, &wrong), Refused::JoinWithoutPin);
    }
    let stranger = book.account("mallory");
    let wrong = body.with_pins(&[book.head(stranger)]);
    assert!(matches!(refused(&book, &wrong), Refused::PinOfStranger | Refused::JoinWithoutPin));
}

#[test]
fn the_author_of_a_create_is_in_its_list() {
    let (book, mut body) = scene();
    let author = body.author;
    members(&mut body).retain(|member| member.account != author);
    for member in members(&mut body) {
        member.role = Role::Admin;
    }
    body.pins.retain(|pin| pin.account != author);
    assert_eq!(refused(&book, &body), Refused::NotAMember);
}

#[test]
fn a_create_needs_an_admin() {
    let (book, mut body) = scene();
    for member in members(&mut body) {
        member.role = Role::Member;
    }
    assert_eq!(refused(&book, &body), Refused::NoAdminLeft);
}

#[test]
fn a_create_starts_an_epoch_behind_a_fence_with_info() {
    let (book, body) = scene();
    let mut none = body.clone();
    none.epoch = None;
    assert_eq!(refused(&book, &none), Refused::EpochMissing);
    let mut linked = body.clone();
    linked.epoch.as_mut().unwrap().link = Link::Sealed([1; 48]);
    assert_eq!(refused(&book, &linked), Refused::LinkAtFence);
    let mut bare = body;
    bare.info = None;
    assert_eq!(refused(&book, &bare), Refused::InfoMissing);
}

#[test]
fn lists_out_of_order_are_refused_even_when_they_never_were_bytes() {
    let (book, body) = scene();
    let mut unsorted = body.clone();
    unsorted.pins.reverse();
    assert_eq!(refused(&book, &unsorted), Refused::NotCanonical);
    let mut unsorted = body;
    members(&mut unsorted).reverse();
    assert_eq!(refused(&book, &unsorted), Refused::NotCanonical);
}

#[test]
fn a_create_is_signed_by_an_active_device_whose_statements_are_here() {
    let (mut book, body) = scene();
    let other = book.account("bob");
    let other = book.device(other);
    let forged = book.sign_as(&body, other);
    assert_eq!(
        Fold::begin(forged.conversation(), &forged, &book),
        Err(Refused::BadSignature.into())
    );
    let mut foreign = body.clone();
    foreign.device = other;
    assert_eq!(refused(&book, &foreign), Refused::DeviceNotActive);
    book.missing.insert(body.author);
    let needed = book.head(body.author);
    assert_eq!(attempt(&book, &body), Err(AppendError::Missing(vec![needed])));
}

#[test]
fn founders_statements_are_not_needed_but_the_authors() {
    let (mut book, body) = scene();
    for pin in &body.pins {
        if pin.account != body.author {
            book.missing.insert(pin.account);
        }
    }
    assert!(attempt(&book, &body).is_ok());
}
