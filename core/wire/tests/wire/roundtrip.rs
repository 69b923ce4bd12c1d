//! What was written is read back.

use proptest::prelude::*;
use wire::codec::{
    decode, decode_part, decode_record, decode_request, encode, encode_part, encode_record,
    encode_request, weight_of_item, weight_of_record, weight_of_small,
};
use wire::{Message, Part, Update};

use crate::values;

proptest! {
    #[test]
    fn every_message_is_read_back_as_it_was_written(message in values::message()) {
        prop_assert_eq!(decode(&encode(&message)), Ok(Some(message)));
    }

    #[test]
    fn every_request_is_read_back_as_it_was_written(request in values::request()) {
        prop_assert_eq!(decode_request(&encode_request(&request)), Ok(request));
    }

    #[test]
    fn every_record_is_read_back_as_it_was_written(record in values::record()) {
        prop_assert_eq!(decode_record(&encode_record(&record)), Ok(record));
    }

    #[test]
    fn every_part_is_read_back_as_it_was_written(length in 0u32..1 << 26, size in 0u32..1 << 26) {
        for part in [Part::Plain(length), Part::Packed { length, size }, Part::Missing] {
            prop_assert_eq!(decode_part(encode_part(part)), Ok(part));
        }
    }

    #[test]
    fn weights_are_upper_bounds(message in values::message()) {
        // Noise is never packed, so the frame shows its unpacked length.
        let weight: usize = match &message {
            Message::Update(Update { items, small, same, .. }) => {
                items.iter().map(weight_of_item).sum::<usize>()
                    + small.iter().map(weight_of_small).sum::<usize>()
                    + same.len() * 11
            }
            Message::Home(records) => records.iter().map(weight_of_record).sum(),
            Message::PromiseAsked { files, .. } | Message::Promised { files, .. } => {
                files.iter().map(|(path, _)| path.as_str().len() + 50).sum()
            }
            Message::Open(_)
            | Message::Refused { .. }
            | Message::HistoryAsked { .. }
            | Message::HistoryTold { .. }
            | Message::Offer(_)
            | Message::Disks(_) => return Ok(()),
        };
        prop_assert!(encode(&message).len() <= weight + 100);
    }
}
