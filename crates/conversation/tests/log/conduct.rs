use privity_conversation::format::{DeviceId, EntryHash, Policy};
use privity_conversation::log::{
    EpochUse, JITTER_RANGE, backoff_ms, jitter_ms, rotation_due, rotation_overdue,
};

#[test]
fn a_rotation_is_due_by_age_or_by_messages() {
    let policy = Policy { rotation_interval: 1_000, rotation_messages: 10, ..Policy::default() };
    let due = |age: u64, messages| {
        let used = EpochUse { first_seen: 5_000, messages };
        (rotation_due(&policy, &used, 5_000 + age), rotation_overdue(&policy, &used, 5_000 + age))
    };
    assert_eq!(due(999, 9), (false, false));
    assert_eq!(due(1_000, 0), (true, false));
    assert_eq!(due(0, 10), (true, false));
    assert_eq!(due(1_999, 0), (true, false));
    assert_eq!(due(2_000, 0), (true, true));
    // A clock that went back, and an interval without end.
    let used = EpochUse { first_seen: 5_000, messages: 0 };
    assert!(!rotation_due(&policy, &used, 0));
    let never = Policy { rotation_interval: u64::MAX, ..policy };
    assert!(!rotation_overdue(&never, &used, u64::MAX));
}

#[test]
fn waiting_times_spread_and_stay_in_range() {
    let wait = |device: u8| jitter_ms(&EntryHash([1; 32]), &DeviceId([device; 32]));
    let mut tenths = [0; 10];
    for device in 0..=255 {
        assert_eq!(wait(device), wait(device));
        tenths[usize::try_from(wait(device) * 10 / JITTER_RANGE).unwrap()] += 1;
    }
    assert!(tenths.iter().all(|count| *count > 5), "{tenths:?}");
    assert_ne!(wait(1), jitter_ms(&EntryHash([2; 32]), &DeviceId([1; 32])));
}

#[test]
fn backing_off_doubles_up_to_a_bound() {
    let wait = |attempt| backoff_ms(&EntryHash([1; 32]), &DeviceId([1; 32]), attempt);
    for attempt in 0..9 {
        let base = 1_000 << attempt;
        assert!((base..2 * base).contains(&wait(attempt)), "attempt {attempt}");
    }
    for attempt in [10, 63, 64, u32::MAX] {
        assert!((JITTER_RANGE..2 * JITTER_RANGE).contains(&wait(attempt)));
    }
}
