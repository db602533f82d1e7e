use crate::{Codec, DecodeError, EncodeError, Reader, Writer};

/// Appends a list: its 32-bit element count, then the elements.
///
/// # Errors
/// [`EncodeError`] past 4,294,967,295 elements, or from an element.
pub fn write_list<T: Codec>(writer: &mut Writer, items: &[T]) -> Result<(), EncodeError> {
    let count = u32::try_from(items.len())
        .map_err(|_| EncodeError { length: items.len(), limit: 0xffff_ffff })?;
    writer.u32(count);
    items.iter().try_for_each(|item| item.write(writer))
}

/// Takes a list of at most `limit` elements, in the order given.
///
/// The vector grows with the bytes that are there, never by the count alone.
///
/// # Errors
/// [`DecodeError::TooLong`] past `limit`, or what an element's reading returns.
pub fn read_list<T: Codec>(
    reader: &mut Reader<'_>,
    field: &'static str,
    limit: usize,
) -> Result<Vec<T>, DecodeError> {
    let count = usize::try_from(reader.u32(field)?).map_err(|_| DecodeError::TooLong(field))?;
    if count > limit {
        return Err(DecodeError::TooLong(field));
    }
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(T::read(reader)?);
    }
    Ok(items)
}

/// As [`read_list`], where the keys must ascend strictly: one encoding per set.
///
/// # Errors
/// As [`read_list`]; [`DecodeError::Invalid`] if two elements are out of order or equal.
pub fn read_sorted<T: Codec, K: Ord>(
    reader: &mut Reader<'_>,
    field: &'static str,
    limit: usize,
    key: impl Fn(&T) -> K,
) -> Result<Vec<T>, DecodeError> {
    let items = read_list(reader, field, limit)?;
    if items.is_sorted_by(|left, right| key(left) < key(right)) {
        Ok(items)
    } else {
        Err(DecodeError::Invalid(field))
    }
}

/// Appends an optional value: a byte 0, or a byte 1 and the value.
///
/// # Errors
/// From the value's own writing.
pub fn write_option<T: Codec>(writer: &mut Writer, value: Option<&T>) -> Result<(), EncodeError> {
    match value {
        None => writer.u8(0),
        Some(value) => return value.write(writer.u8(1)),
    };
    Ok(())
}

/// Takes an optional value.
///
/// # Errors
/// [`DecodeError::Invalid`] if the first byte is neither 0 nor 1, or from the value.
pub fn read_option<T: Codec>(
    reader: &mut Reader<'_>,
    field: &'static str,
) -> Result<Option<T>, DecodeError> {
    match reader.u8(field)? {
        0 => Ok(None),
        1 => T::read(reader).map(Some),
        _ => Err(DecodeError::Invalid(field)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Byte(u8);

    impl Codec for Byte {
        fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
            writer.u8(self.0);
            Ok(())
        }

        fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
            reader.u8("byte").map(Self)
        }
    }

    fn sorted(bytes: &[u8]) -> Result<Vec<Byte>, DecodeError> {
        read_sorted(&mut Reader::new(bytes), "set", 3, |byte: &Byte| byte.0)
    }

    #[test]
    fn a_set_has_one_order_and_no_repeats() {
        assert_eq!(sorted(&[0, 0, 0, 2, 1, 2]), Ok(vec![Byte(1), Byte(2)]));
        assert_eq!(sorted(&[0, 0, 0, 2, 2, 1]), Err(DecodeError::Invalid("set")));
        assert_eq!(sorted(&[0, 0, 0, 2, 1, 1]), Err(DecodeError::Invalid("set")));
    }

    #[test]
    fn a_count_past_the_limit_is_refused_before_any_element() {
        assert_eq!(sorted(&[0xff; 4]), Err(DecodeError::TooLong("set")));
        assert_eq!(sorted(&[0, 0, 0, 3, 1]), Err(DecodeError::Truncated("byte")));
    }

    #[test]
    fn an_option_is_zero_or_one() {
        let read = |bytes: &[u8]| read_option::<Byte>(&mut Reader::new(bytes), "maybe");
        assert_eq!(read(&[0]), Ok(None));
        assert_eq!(read(&[1, 9]), Ok(Some(Byte(9))));
        assert_eq!(read(&[2, 9]), Err(DecodeError::Invalid("maybe")));
    }
}
