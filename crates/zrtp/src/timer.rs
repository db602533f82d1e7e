/// The retransmission of one message: RFC 6189, 6.
///
/// It starts anew with each new message. A packet that is not accepted never touches it.
#[derive(Clone, Debug)]
pub(crate) struct Retransmit {
    message: Vec<u8>,
    interval: u64,
    cap: u64,
    left: u32,
    deadline: u64,
}

/// What is to be done when the deadline of a [`Retransmit`] has passed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due<'a> {
    /// Not yet.
    Nothing,
    /// Send the message again.
    Repeat(&'a [u8]),
    /// The last repetition was not answered either.
    GiveUp,
}

impl Retransmit {
    /// T1, for Hello: 50 ms, doubled up to 200 ms, 20 repetitions.
    pub(crate) fn t1(message: Vec<u8>, now: u64) -> Self {
        Self::new(message, now, T1_START, T1_CAP, T1_REPETITIONS)
    }

    /// T1 where the peer is known to be there and only its HelloACK is missing: 60 repetitions.
    pub(crate) fn t1_patient(message: Vec<u8>, now: u64) -> Self {
        Self::new(message, now, T1_START, T1_CAP, T1_REPETITIONS_PATIENT)
    }

    /// T2, for all that needs an answer after Hello: 150 ms, doubled up to 1,200 ms, 10
    /// repetitions.
    pub(crate) fn t2(message: Vec<u8>, now: u64) -> Self {
        Self::new(message, now, T2_START, T2_CAP, T2_REPETITIONS)
    }

    /// When [`Retransmit::poll`] has something to do.
    pub(crate) const fn deadline(&self) -> u64 {
        self.deadline
    }

    /// The message that is repeated.
    pub(crate) fn message(&self) -> &[u8] {
        &self.message
    }

    /// True for a message of this type.
    pub(crate) fn is_of(&self, kind: &[u8; 8]) -> bool {
        self.message.get(4..12) == Some(kind)
    }

    /// What to do at `now`; the next deadline is set.
    pub(crate) fn poll(&mut self, now: u64) -> Due<'_> {
        if now < self.deadline {
            return Due::Nothing;
        }
        let Some(left) = self.left.checked_sub(1) else { return Due::GiveUp };
        self.left = left;
        self.interval = self.interval.saturating_mul(2).min(self.cap);
        self.deadline = now.saturating_add(self.interval);
        Due::Repeat(&self.message)
    }

    const fn new(message: Vec<u8>, now: u64, start: u64, cap: u64, left: u32) -> Self {
        Self { message, interval: start, cap, left, deadline: now.saturating_add(start) }
    }
}

const T1_START: u64 = 50;
const T1_CAP: u64 = 200;
const T1_REPETITIONS: u32 = 20;
const T1_REPETITIONS_PATIENT: u32 = 60;
pub(crate) const T2_START: u64 = 150;
const T2_CAP: u64 = 1_200;
const T2_REPETITIONS: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn run(mut timer: Retransmit) -> (usize, u64) {
        let mut repetitions = 0;
        loop {
            let now = timer.deadline();
            match timer.poll(now) {
                Due::Repeat(_) => repetitions += 1,
                Due::GiveUp => return (repetitions, now),
                Due::Nothing => panic!("the deadline has passed"),
            }
        }
    }

    #[test]
    fn the_spans_of_the_rfc() {
        assert_eq!(run(Retransmit::t1(vec![], 0)), (20, 3_950));
        assert_eq!(run(Retransmit::t1_patient(vec![], 0)), (60, 11_950));
        assert_eq!(run(Retransmit::t2(vec![], 0)), (10, 10_650));
    }

    #[test]
    fn nothing_is_due_before_the_deadline() {
        let mut timer = Retransmit::t2(vec![7], 1_000);
        assert_eq!(timer.poll(1_149), Due::Nothing);
        assert_eq!(timer.poll(1_150), Due::Repeat(&[7]));
        assert_eq!(timer.poll(1_150), Due::Nothing);
        assert_eq!(timer.deadline(), 1_450);
    }
}
