//! Transfer encodings: what comes out in pieces is what would come out at once.

use super::*;

fn read(encoded: &[u8], encoding: Encoding) -> Vec<u8> {
    let pieces: Vec<_> = Pieces::of(encoded, encoding).collect();
    assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= PIECE_OCTETS_MAX));
    assert_eq!(decoded(encoded, encoding, usize::MAX), pieces.concat());
    pieces.concat()
}

#[test]
fn base64_is_read_whatever_stands_between_its_letters() {
    for (encoded, want) in [
        ("", ""),
        ("QUJD", "ABC"),
        ("QUJDRA==", "ABCD"),
        ("QUJDRA", "ABCD"),
        ("Q\r\nU\r\nJ D\tRA==", "ABCD"),
        ("QUJDRA==QUJD", "ABCDABC"),
        ("!Q*U(JD\u{e9}RA", "ABCD"),
        ("QUJDR", "ABC"),
        ("====", ""),
        ("PD8_Pj4-", "<?\u{3f}>>>"),
    ] {
        assert_eq!(read(encoded.as_bytes(), Encoding::Base64), want.as_bytes(), "{encoded:?}");
    }
}

#[test]
fn words_below_the_padding_of_base64_are_none_of_it() {
    for (encoded, read_as) in [
        ("SGVsbG8=\r\n\r\n_______\r\nList: https://list.example\r\n", "Hello"),
        ("SGVsbG8=\n-1\nContent-Type: text/plain\n", "Hello"),
        ("SGVsbG8=\n\nSGVsbG8=\n", "HelloHello"),
    ] {
        assert_eq!(String::from_utf8_lossy(&read(encoded.as_bytes(), Encoding::Base64)), read_as, "{encoded}");
    }
}

#[test]
fn quoted_printable_is_read_however_it_was_damaged() {
    for (encoded, want) in [
        ("a=3Db", "a=b"),
        ("a=3db", "a=b"),
        ("a=\r\nb", "ab"),
        ("a=\nb", "ab"),
        ("a= \t\r\nb", "ab"),
        ("a=", "a"),
        ("a=  ", "a"),
        ("a=4", "a=4"),
        ("=ZZ=41=", "=ZZA"),
        ("a==\r\nb", "a=b"),
        ("=\r\n=\r\n=41", "A"),
    ] {
        assert_eq!(read(encoded.as_bytes(), Encoding::QuotedPrintable), want.as_bytes(), "{encoded:?}");
    }
}

#[test]
fn uuencoded_lines_are_read_with_and_without_their_frame() {
    for encoded in [
        "begin 644 a.txt\n#0V%T\n`\nend\n",
        "begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\nand more\r\n",
        "before\nbegin 644 a.txt\n#0V%T\n \nend",
        "#0V%T",
        "#0V%T\n\u{e9}",
    ] {
        assert_eq!(read(encoded.as_bytes(), Encoding::Uuencode), b"Cat", "{encoded:?}");
    }
    let line = format!("M{}\n", "86)C".repeat(15));
    let long = format!("begin 644 a\n{}`\nend\n", line.repeat(3_000));
    assert!(read(long.as_bytes(), Encoding::Uuencode) == "abc".repeat(45_000).into_bytes());
}

#[test]
fn text_that_only_says_it_is_base64_is_told() {
    const LINE: &str = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\n";
    for is in [
        "QUJD",
        "QUJD\r\nRA==\r\n",
        "> QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\n> QQ==",
        "",
        // What a list puts under a mail.
        &format!("{}QUJD\n\n_______________\nThe list, for all\nof us here\n", LINE.repeat(20)),
        // Damage.
        &format!("QU(D REV!R0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xt\n{LINE}"),
        "QUJD?EVG",
    ] {
        assert!(is_base64(is.as_bytes()), "{is:?}");
    }
    for is_not in [
        "Dear team, where is my parcel?",
        "<html><body>hello</body></html>",
        "one word and\nanother line of it",
        "hello",
        "part 1",
        "Some removed test. ",
        "Content-Type: text/plain; charset=utf-8\n\n?garbage",
        &format!("--b\nContent-Type: text/plain\n\n{}", LINE.repeat(20)),
        &format!("--=_A_long_name_of_all_its_letters\nContent-Type: text/plain\n\n{}", LINE.repeat(20)),
        "ontent-Transfer-Encoding: base64\nZWg=",
        "1A===?=\nsuLK1A==",
        "To: undisclosed-recipients;;\nasdasdlsadklsad",
        &format!("{}one: of:1\nanother of 2\n", "--b0000000000000000000000000000000000000000\n".repeat(9)),
        &format!("-----BEGIN PGP SIGNED MESSAGE-----\n\nThank you,\nJim\n{}", LINE.repeat(20)),
        &format!("icon.png\n\tx-unix-mode=0644;\n{LINE}"),
    ] {
        assert!(!is_base64(is_not.as_bytes()), "{is_not:?}");
    }
}

#[test]
fn long_content_comes_out_the_same_wherever_it_is_cut() {
    let content: Vec<u8> = (0..200_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for line in [76, 75, 77, 5, 1] {
        let mut base64 = Vec::new();
        for three in content[..199_998].chunks(3) {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            for shift in [18, 12, 6, 0] {
                base64.push(alphabet[(bits >> shift & 63) as usize]);
                if base64.len() % line == 0 {
                    base64.extend_from_slice(b"\r\n");
                }
            }
        }
        assert!(read(&base64, Encoding::Base64) == content[..199_998], "lines of {line}");
    }
    let quoted: Vec<u8> = content.iter().flat_map(|octet| format!("={octet:02X}").into_bytes()).collect();
    assert!(read(&quoted, Encoding::QuotedPrintable) == content);
    let plain = vec![b'a'; 3 * PIECE_OCTETS_MAX + 1];
    assert!(read(&plain, Encoding::QuotedPrintable) == plain && read(&plain, Encoding::Identity) == plain);
}

#[test]
fn no_more_is_decoded_than_was_asked_for() {
    let base64 = "QUJD".repeat(50_000);
    assert_eq!(decoded(base64.as_bytes(), Encoding::Base64, 100_001).len(), 100_001);
    assert_eq!(decoded(base64.as_bytes(), Encoding::Identity, 7), &b"QUJDQUJ"[..]);
    assert_eq!(decoded(b"QUJD", Encoding::Base64, 2), &b"AB"[..]);
}
