//! Compressed rich text. MS-OXRTFCP.

/// What the dictionary begins with. MS-OXRTFCP §2.1.2.1.
const BEGINNING: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

const DICTIONARY: usize = 4096;

/// Two octets stand for seventeen at most; nothing else grows.
const UNPACKED_TIMES_MAX: usize = 9;
const UNPACKED_OCTETS_MAX: usize = 8 * 1024 * 1024;

/// Unpacks it; `None` when it is none.
pub(super) fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let (head, content) = packed.split_first_chunk::<16>()?;
    let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let size = size.min(content.len().saturating_mul(UNPACKED_TIMES_MAX)).min(UNPACKED_OCTETS_MAX);
    match &head[8..12] {
        b"MELA" => Some(content[..size.min(content.len())].to_vec()),
        b"LZFu" => Some(lzfu(content, size)),
        _ => None,
    }
}

fn lzfu(content: &[u8], size: usize) -> Vec<u8> {
    let mut dictionary = [0_u8; DICTIONARY];
    dictionary[..BEGINNING.len()].copy_from_slice(BEGINNING);
    let mut write = BEGINNING.len();
    let mut out = Vec::with_capacity(size);
    let mut octets = content.iter().copied();
    let mut put = |out: &mut Vec<u8>, dictionary: &mut [u8; DICTIONARY], octet: u8| {
        out.push(octet);
        dictionary[write] = octet;
        write = (write + 1) % DICTIONARY;
        write
    };
    let mut at = BEGINNING.len();
    'all: while let Some(control) = octets.next() {
        for bit in 0..8 {
            if out.len() >= size {
                break 'all;
            }
            let Some(first) = octets.next() else { break 'all };
            if control >> bit & 1 == 0 {
                at = put(&mut out, &mut dictionary, first);
                continue;
            }
            let Some(second) = octets.next() else { break 'all };
            let from = usize::from(first) << 4 | usize::from(second) >> 4;
            // MS-OXRTFCP §2.2.1.3: what points at the place to be written is the end.
            if from == at {
                break 'all;
            }
            for step in 0..usize::from(second & 0xf) + 2 {
                let octet = dictionary[(from + step) % DICTIONARY];
                at = put(&mut out, &mut dictionary, octet);
            }
        }
    }
    out.truncate(size);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of MS-OXRTFCP §3.1 and §3.2.
    #[test]
    fn the_examples_of_the_standard_are_unpacked() {
        let simple = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x42\x32\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        assert_eq!(unpacked(simple).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        let crossing = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4KQA\0\x04 WXYZ\x0d\x6e\x7d\x01\x0e\xb0";
        assert_eq!(unpacked(crossing).unwrap(), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    }

    #[test]
    fn what_is_cut_off_or_lies_about_its_length_is_read_as_far_as_it_goes() {
        assert_eq!(unpacked(b"\0\0\0\0\x05\0\0\0MELA\0\0\0\0words"), Some(b"words".to_vec()));
        assert_eq!(unpacked(b"\0\0\0\0\xff\xff\xff\xffMELA\0\0\0\0words"), Some(b"words".to_vec()));
        assert_eq!(unpacked(b"\0\0\0\0\xff\xff\xff\xffLZFu\0\0\0\0\0ab"), Some(b"ab".to_vec()));
        assert_eq!(unpacked(b"\0\0\0\0\xff\xff\xff\xffLZFu\0\0\0\0"), Some(vec![]));
        assert_eq!((unpacked(b"LZFu"), unpacked(&[0; 40])), (None, None));
    }
}
