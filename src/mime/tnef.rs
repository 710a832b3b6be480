//! TNEF, which Outlook calls `winmail.dat`: the files in it and, where the mail has no other words, its words.
//!
//! Every length is checked against what is there, nothing is opened inside one another, and no loop is driven by a number
//! that the file does not pay for with octets. MS-OXTNEF.

mod properties;
mod rtf;

use bytes::Bytes;

use super::{
    content::{content_id, kind_name},
    text,
};
use properties::Property;

/// Files that are taken; more stay in the container, which is kept too.
const FILES_MAX: usize = 200;

/// What was in it. Each text is empty when there was none.
#[derive(Debug, Default)]
pub(super) struct Tnef {
    /// Words without form.
    pub(super) text: String,
    /// A page.
    pub(super) html: String,
    /// Rich text, unpacked.
    pub(super) rtf: Vec<u8>,
    pub(super) files: Vec<File>,
}

/// A file in it.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Cleaned for display.
    pub(super) name: String,
    /// Claimed type, lower case; empty when not said.
    pub(super) kind: String,
    pub(super) content_id: String,
    pub(super) content: Bytes,
}

const SIGNATURE: &[u8] = &[0x78, 0x9f, 0x3e, 0x22];

// MS-OXTNEF §2.1.3.2: the attributes that hold what we look for.
const BODY: u16 = 0x800c;
const FILE_DATA: u16 = 0x800f;
const FILE_TITLE: u16 = 0x8010;
const MESSAGE_PROPERTIES: u16 = 0x9003;
const FILE_BEGINS: u16 = 0x9002;
const FILE_PROPERTIES: u16 = 0x9005;
const CODE_PAGE: u16 = 0x9007;

/// Reads a container; `None` when it is none. What is cut off is left out.
pub(super) fn read(container: &Bytes) -> Option<Tnef> {
    let mut rest = container.strip_prefix(SIGNATURE)?.get(2..)?;
    let mut tnef = Tnef::default();
    let mut charset = "windows-1252".to_owned();
    // MS-OXTNEF §2.1.3.1: level, identity, type, length, content, checksum.
    while let Some((head, after)) = rest.split_first_chunk::<9>() {
        let identity = u16::from_le_bytes([head[1], head[2]]);
        let length = u32::from_le_bytes([head[5], head[6], head[7], head[8]]) as usize;
        let Some(content) = after.get(..length) else { break };
        rest = after.get(length + 2..).unwrap_or_default();
        match identity {
            CODE_PAGE => charset = code_page(content).unwrap_or(charset),
            BODY if tnef.text.is_empty() => tnef.text = string(content, &charset),
            MESSAGE_PROPERTIES => {
                for property in properties::of(content) {
                    message_property(&mut tnef, &property, &charset);
                }
            }
            FILE_BEGINS if tnef.files.len() < FILES_MAX => tnef.files.push(File::default()),
            FILE_BEGINS => break,
            FILE_TITLE | FILE_DATA | FILE_PROPERTIES => {
                let Some(file) = tnef.files.last_mut() else { continue };
                match identity {
                    FILE_TITLE if file.name.is_empty() => file.name = string(content, &charset),
                    FILE_DATA => file.content = container.slice_ref(content),
                    FILE_PROPERTIES => {
                        for property in properties::of(content) {
                            file_property(file, &property, container, &charset);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    for file in &mut tnef.files {
        file.name = text::file_name(&file.name);
    }
    Some(tnef)
}

fn code_page(content: &[u8]) -> Option<String> {
    let number = u32::from_le_bytes(*content.first_chunk()?);
    (number > 0).then(|| format!("cp{number}"))
}

fn string(content: &[u8], charset: &str) -> String {
    let end = content.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1);
    text::decode(&content[..end], charset).into_owned()
}

fn message_property(tnef: &mut Tnef, property: &Property<'_>, charset: &str) {
    match property.id {
        0x1000 => tnef.text = property.text(charset),
        0x1013 => {
            // It says in its own head how it is written.
            tnef.html = if property.is_unicode { property.text(charset) } else { string(property.value, "") };
        }
        0x1009 => tnef.rtf = rtf::unpacked(property.value).unwrap_or_default(),
        _ => {}
    }
}

fn file_property(file: &mut File, property: &Property<'_>, container: &Bytes, charset: &str) {
    match property.id {
        // The long name; else the display name, where there was no other.
        0x3707 => file.name = property.text(charset),
        0x3001 if file.name.is_empty() => file.name = property.text(charset),
        0x370e => file.kind = kind_name(&property.text(charset).to_ascii_lowercase()),
        0x3712 => file.content_id = content_id(property.text(charset).as_bytes()),
        // The file itself; or, behind the identity of its interface, a message or an object.
        0x3701 if property.is_object => {
            file.content = container.slice_ref(property.value.get(16..).unwrap_or_default());
            if file.content.starts_with(SIGNATURE) {
                file.kind = "application/ms-tnef".to_owned();
            }
        }
        0x3701 => file.content = container.slice_ref(property.value),
        _ => {}
    }
}

#[cfg(test)]
#[path = "tnef/tnef_tests.rs"]
mod tests;
