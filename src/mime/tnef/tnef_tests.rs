//! Containers of Outlook, written here attribute by attribute.

use super::*;

fn attribute(identity: u16, content: &[u8]) -> Vec<u8> {
    let sum: u16 = content.iter().map(|b| u16::from(*b)).fold(0, u16::wrapping_add);
    let length = (content.len() as u32).to_le_bytes();
    [&[1][..], &identity.to_le_bytes(), &[0, 0], &length, content, &sum.to_le_bytes()].concat()
}

fn counted(kind: u16, id: u16, value: &[u8]) -> Vec<u8> {
    let mut property = [&kind.to_le_bytes()[..], &id.to_le_bytes(), &1_u32.to_le_bytes()].concat();
    property.extend((value.len() as u32).to_le_bytes());
    property.extend(value);
    property.resize(property.len().next_multiple_of(4), 0);
    property
}

fn list(properties: &[Vec<u8>]) -> Vec<u8> {
    [&(properties.len() as u32).to_le_bytes()[..], &properties.concat()].concat()
}

fn container(attributes: &[Vec<u8>]) -> Bytes {
    [SIGNATURE, &[1, 0], &attributes.concat()].concat().into()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn words_and_files_of_a_container_are_found() {
    let number = [&[3, 0, 0x17, 0][..], &1_u32.to_le_bytes()].concat();
    let named =
        [&[3, 0, 1, 0x80][..], &[7; 16], &1_u32.to_le_bytes(), &6_u32.to_le_bytes(), b"a\0b\0\0\0\0\0", &[9, 0, 0, 0]];
    let message = list(&[
        number,
        named.concat(),
        counted(UNICODE, 0x1000, &utf16("Grüße\r\n\0")),
        counted(BINARY, 0x1013, b"<meta charset=utf-8><p>hi</p>"),
    ]);
    let file = list(&[
        counted(UNICODE, 0x3707, &utf16("Rechnung für Ada.pdf\0")),
        counted(STRING, 0x370e, b"application/PDF\0"),
        counted(STRING, 0x3712, b"1@x\0"),
    ]);
    let read = read(&container(&[
        attribute(CODE_PAGE, &[0xe4, 4, 0, 0]),
        attribute(MESSAGE_PROPERTIES, &message),
        attribute(FILE_BEGINS, &[0; 14]),
        attribute(FILE_TITLE, b"RECHNU~1.PDF\0"),
        attribute(FILE_DATA, b"%PDF-1.7"),
        attribute(FILE_PROPERTIES, &file),
        attribute(FILE_BEGINS, &[0; 14]),
        attribute(FILE_TITLE, b"../../x\0"),
        attribute(FILE_PROPERTIES, &list(&[counted(OBJECT, 0x3701, &[&[0; 16], SIGNATURE, b"inner"].concat())])),
    ]))
    .unwrap();
    assert_eq!((read.text.as_str(), read.html.as_str()), ("Grüße\r\n", "<meta charset=utf-8><p>hi</p>"));
    let [pdf, inner] = read.files.as_slice() else { panic!("{:?}", read.files) };
    assert_eq!(
        (pdf.name.as_str(), pdf.kind.as_str(), pdf.content_id.as_str()),
        ("Rechnung für Ada.pdf", "application/pdf", "1@x")
    );
    assert_eq!(&pdf.content[..], b"%PDF-1.7");
    assert_eq!((inner.name.as_str(), inner.kind.as_str()), (".._.._x", "application/ms-tnef"));
    assert!(inner.content.ends_with(b"inner"));
}

const UNICODE: u16 = 0x001f;
const STRING: u16 = 0x001e;
const BINARY: u16 = 0x0102;
const OBJECT: u16 = 0x000d;

#[test]
fn a_plain_body_is_read_in_the_code_page_it_names() {
    let read =
        read(&container(&[attribute(CODE_PAGE, &[0xe3, 4, 0, 0]), attribute(BODY, b"\xcf\xf0\xe8\xe2\xe5\xf2\0")]));
    assert_eq!(read.unwrap().text, "Привет");
}

#[test]
fn s15_no_number_in_a_container_costs_more_than_its_octets() {
    let lying = |number: u32| number.to_le_bytes();
    let endless = [&lying(u32::MAX)[..], &[0x0b, 0x10, 0, 0], &lying(u32::MAX)].concat();
    for content in [
        endless,
        [&lying(u32::MAX)[..], &[0x1e, 0, 0, 0x10], &lying(u32::MAX), &lying(u32::MAX), b"x"].concat(),
        [&lying(u32::MAX)[..], &[0x99, 0x10, 0, 0]].concat(),
        vec![0xff; 1000],
        vec![],
    ] {
        let whole = container(&[
            attribute(FILE_BEGINS, &[]),
            attribute(FILE_PROPERTIES, &content),
            attribute(MESSAGE_PROPERTIES, &content),
        ]);
        for end in 0..whole.len() {
            if let Some(read) = read(&whole.slice(..end)) {
                assert!(read.files.len() <= 1 && read.text.len() <= whole.len());
            }
        }
    }
    let many = container(&vec![attribute(FILE_BEGINS, &[]); 10_000]);
    assert_eq!(read(&many).unwrap().files.len(), FILES_MAX);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_octets_in_a_container_make_it_panic(octets in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let _ = rtf::unpacked(&[&b"\0\0\0\0\xff\xff\0\0LZFu\0\0\0\0"[..], &octets].concat());
        let _ = properties::of(&octets).count();
        let _ = read(&container(&[attribute(FILE_BEGINS, &[]), attribute(FILE_PROPERTIES, &octets)]));
        let _ = read(&[SIGNATURE, &octets].concat().into());
    }
}
