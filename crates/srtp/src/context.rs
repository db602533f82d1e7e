use crate::event::{Event, Protocol, Usage};
use crate::header_protection::{ElementCipher, HeaderProtection};
use crate::kdf::{Fingerprint, Labels, Prf, Rate};
use crate::trailer::Trailer;
use crate::transform::Transform;
use crate::{Error, MasterKey, Options, Profile};

/// A master key at work: its session keys, its MKI and what is left of its life.
pub(crate) struct Context {
    master: MasterKey,
    prf: Prf,
    rate: Rate,
    rtp: Sessions,
    rtcp: Sessions,
    pub(crate) usage: Usage,
}

/// Session keys of one protocol. With a key derivation rate there are two, for even and
/// odd quotients, so that packets which cross a boundary out of order find both.
struct Sessions {
    labels: Labels,
    slots: Vec<Session>,
}

/// Session keys for one quotient of the index and the key derivation rate.
pub(crate) struct Session {
    quotient: u64,
    pub(crate) transform: Box<dyn Transform>,
    pub(crate) elements: Option<ElementCipher>,
}

impl Context {
    pub(crate) fn new(master: MasterKey, options: &Options) -> Result<Self, Error> {
        let prf = Prf::new(&master)?;
        let profile = master.profile();
        let count = if options.rate == Rate::NEVER { 1 } else { 2 };
        let no_elements = HeaderProtection::none();
        Ok(Self {
            rtp: Sessions::new(&prf, profile, Labels::RTP, count, &options.headers)?,
            rtcp: Sessions::new(&prf, profile, Labels::RTCP, count, &no_elements)?,
            rate: options.rate,
            usage: Usage::new(master.lifetime()),
            master,
            prf,
        })
    }

    /// The session keys for a packet index.
    #[inline]
    pub(crate) fn session(&mut self, protocol: Protocol, index: u64) -> Result<&Session, Error> {
        let quotient = self.rate.quotient(index);
        match protocol {
            Protocol::Rtp => self.rtp.at(quotient, &self.prf),
            Protocol::Rtcp => self.rtcp.at(quotient, &self.prf),
        }
    }

    pub(crate) const fn master(&self) -> &MasterKey {
        &self.master
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.prf.fingerprint()
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.usage.poll_event(self.master.mki())
    }

    /// What follows the payload of a protected packet.
    #[inline]
    pub(crate) fn trailer(&self, protocol: Protocol) -> Trailer {
        let profile = self.master.profile();
        let (tag, word) = match protocol {
            Protocol::Rtp => (profile.rtp_tag_length(), 0),
            Protocol::Rtcp => (profile.rtcp_tag_length(), 4),
        };
        Trailer { layout: profile.layout(), tag, word, mki: self.master.mki().len() }
    }
}

impl Sessions {
    fn new(
        prf: &Prf,
        profile: Profile,
        labels: Labels,
        count: u64,
        headers: &HeaderProtection,
    ) -> Result<Self, Error> {
        let slots = (0..count)
            .map(|quotient| {
                let transform = profile.transform(&prf.session_keys(labels, quotient))?;
                let elements = headers
                    .has_element_keys()
                    .then(|| ElementCipher::new(&prf.header_keys(quotient)))
                    .transpose()?;
                Ok(Session { quotient, transform, elements })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { labels, slots })
    }

    /// The session keys of a quotient, derived where they are not at hand. On the receiver's
    /// side that is before authentication: nothing may depend on which are at hand.
    #[inline]
    fn at(&mut self, quotient: u64, prf: &Prf) -> Result<&Session, Error> {
        let place = if quotient.is_multiple_of(2) { 0 } else { 1 };
        let slot = self.slots.get_mut(place).ok_or(Error::Misuse("no session keys"))?;
        if slot.quotient != quotient {
            slot.transform.replace(&prf.session_keys(self.labels, quotient))?;
            if let Some(elements) = &mut slot.elements {
                elements.replace(&prf.header_keys(quotient))?;
            }
            slot.quotient = quotient;
        }
        Ok(slot)
    }
}
