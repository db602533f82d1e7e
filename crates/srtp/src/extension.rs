use core::ops::Range;

use crate::Error;

/// Walks the elements of a header extension in either form of RFC 8285 (§4.2, §4.3); other
/// profiles have none.
///
/// Identifiers and lengths are never encrypted (RFC 6904 §3) and are authenticated, so
/// both ends walk the same bytes and find the same elements.
pub(crate) struct Elements {
    form: Form,
    at: usize,
    end: usize,
}

enum Form {
    OneByte,
    TwoByte,
    Unknown,
}

impl Elements {
    /// Bytes that an element has at most.
    pub(crate) const MAX_LENGTH: usize = 255;
    /// The profile of the one-byte form.
    pub(crate) const ONE_BYTE: u16 = 0xbede;
    /// The profile of the two-byte form; its last four bits are the app's.
    pub(crate) const TWO_BYTE: u16 = 0x1000;

    pub(crate) const fn new(profile: u16, length: usize) -> Self {
        let form = match (profile, profile & 0xfff0) {
            (Self::ONE_BYTE, _) => Form::OneByte,
            (_, Self::TWO_BYTE) => Form::TwoByte,
            _ => Form::Unknown,
        };
        Self { form, at: 0, end: length }
    }

    /// The next element's identifier and where its data lies in `body`.
    pub(crate) fn next(&mut self, body: &[u8]) -> Result<Option<(u8, Range<usize>)>, Error> {
        while self.at < self.end {
            let first = *body.get(self.at).ok_or(TOO_LONG)?;
            self.at += 1;
            if first == 0 {
                continue;
            }
            let (id, length) = match self.form {
                // Padding that has a length (§4.1.2) and what is reserved (§4.2) end all.
                Form::OneByte if matches!(first >> 4, 0 | 15) => break,
                Form::OneByte => (first >> 4, usize::from(first & 0x0f) + 1),
                Form::TwoByte => {
                    let length = usize::from(*body.get(self.at).ok_or(TOO_LONG)?);
                    self.at += 1;
                    (first, length)
                }
                Form::Unknown => break,
            };
            let data = self.at..self.at + length;
            if data.end > self.end {
                return Err(TOO_LONG);
            }
            self.at = data.end;
            return Ok(Some((id, data)));
        }
        self.at = self.end;
        Ok(None)
    }
}

const TOO_LONG: Error = Error::Malformed("a header extension element is longer than its header");

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(profile: u16, body: &[u8]) -> Result<Vec<(u8, Range<usize>)>, Error> {
        let mut elements = Elements::new(profile, body.len());
        let mut found = Vec::new();
        while let Some(element) = elements.next(body)? {
            found.push(element);
        }
        Ok(found)
    }

    #[test]
    fn both_forms_are_walked_past_padding() {
        let body = [0x10, 0xaa, 0, 0x21, 1, 2, 0, 0];
        assert_eq!(walk(0xbede, &body), Ok(vec![(1, 1..2), (2, 4..6)]));
        let body = [7, 0, 0, 9, 2, 1, 2, 0];
        assert_eq!(walk(0x1005, &body), Ok(vec![(7, 2..2), (9, 5..7)]));
        for other in [0xabcd, 0x0fff, 0x1010, 0x1080, 0x10ff, 0x1100, 0xbedd, 0xbedf] {
            assert_eq!(walk(other, &body), Ok(vec![]), "{other:x}");
        }
        assert_eq!(walk(0x100f, &body), walk(0x1000, &body));
    }

    #[test]
    fn identifier_15_ends_the_one_byte_form() {
        assert_eq!(walk(0xbede, &[0x10, 1, 0xf0, 2, 0x20, 3]), Ok(vec![(1, 1..2)]));
    }

    /// RFC 8285 §4.1.2: the length is not looked at, also where it lies.
    #[test]
    fn identifier_0_with_a_length_ends_the_one_byte_form() {
        assert_eq!(walk(0xbede, &[0x10, 1, 0x01, 2, 3, 0x20, 4, 0]), Ok(vec![(1, 1..2)]));
        assert_eq!(walk(0xbede, &[0x10, 1, 0x0f, 2]), Ok(vec![(1, 1..2)]));
    }

    #[test]
    fn a_length_past_the_end_is_malformed() {
        assert_eq!(walk(0xbede, &[0x13, 1, 2, 3]), Err(TOO_LONG));
        assert_eq!(walk(0x1000, &[1, 3, 1, 2]), Err(TOO_LONG));
        assert_eq!(walk(0x1000, &[0, 0, 0, 1]), Err(TOO_LONG));
    }
}
