//! Mails with attachments, and PDFs, written by the tests.

/// Between the parts.
const BOUNDARY: &str = "----=_made";

/// A mail with a text and these parts: what Content-Type says, and the octets.
pub(crate) fn mail(subject: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut mail = format!(
        "From: Ada <ada@customer.example>\r\nTo: support@acme.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n--{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\n\
         See what is attached: {subject}.\r\n"
    );
    for (kind, octets) in parts {
        mail += &format!("--{BOUNDARY}\r\nContent-Type: {kind}\r\nContent-Disposition: attachment\r\n");
        mail += &format!("Content-Transfer-Encoding: base64\r\n\r\n{}\r\n", base64(octets));
    }
    mail += &format!("--{BOUNDARY}--\r\n");
    mail.into_bytes()
}

/// RFC 4648 §4, in lines of 76.
fn base64(octets: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(octets.len() * 4 / 3 + octets.len() / 28);
    for line in octets.chunks(57) {
        for three in line.chunks(3) {
            let bits = three.iter().fold(0_u32, |bits, octet| bits << 8 | u32::from(*octet)) << (8 * (3 - three.len()));
            for place in 0..4 {
                let sign = SIGNS[(bits >> (18 - 6 * place) & 63) as usize];
                out.push(if place <= three.len() { char::from(sign) } else { '=' });
            }
        }
        out.push_str("\r\n");
    }
    out.truncate(out.trim_end().len());
    out
}

/// A PDF with a line of text on every page; an empty one has none.
pub(crate) fn pdf(pages: &[&str]) -> Vec<u8> {
    let line =
        |text: &&str| if text.is_empty() { "".into() } else { format!("BT /F1 12 Tf 50 700 Td ({text}) Tj ET").into() };
    pdf_of_contents(&pages.iter().map(line).collect::<Vec<Contents>>())
}

/// The drawing of a page, with the filter it needs.
pub(crate) struct Contents {
    filter: &'static str,
    octets: Vec<u8>,
}

impl From<String> for Contents {
    fn from(text: String) -> Self {
        Self { filter: "", octets: text.into_bytes() }
    }
}

impl From<&str> for Contents {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A drawing that is four octets over and over, deflated: a small file with much work in it. RFC 1950, RFC 1951.
pub(crate) fn repeated(four: [u8; 4], octets: usize) -> Contents {
    Contents { filter: "/Filter /FlateDecode", octets: deflated(four, octets) }
}

/// ISO 32000-1 §7.5: header, objects, cross-reference table, trailer.
pub(crate) fn pdf_of_contents(pages: &[Contents]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|n| format!("{} 0 R", 4 + 2 * n)).collect();
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()).into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    for (n, Contents { filter, octets }) in pages.iter().enumerate() {
        let stream = 5 + 2 * n;
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> \
                 /Contents {stream} 0 R >>"
            )
            .into_bytes(),
        );
        let head = format!("<< /Length {} {filter} >>\nstream\n", octets.len());
        objects.push([head.as_bytes(), octets, b"\nendstream"].concat());
    }
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        pdf.extend_from_slice(format!("{} 0 obj\n", n + 1).as_bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let table = pdf.len();
    pdf.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    places.iter().for_each(|place| pdf.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes()));
    let size = objects.len() + 1;
    pdf.extend_from_slice(format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").as_bytes());
    pdf
}

/// Four literals, and matches of 258 with distance 4, in the fixed code.
fn deflated(four: [u8; 4], octets: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.plain(0b1, 1);
    bits.plain(0b01, 2);
    four.iter().for_each(|octet| bits.code(0x30 + u32::from(*octet), 8));
    for _ in 0..octets / 258 {
        // Length 258 is code 285, 11000101; distance 4 is code 3, 00011.
        bits.code(0b1100_0101, 8);
        bits.code(3, 5);
    }
    bits.code(0, 7);
    // RFC 1950 §2.2. The checksum is left out: who stops before the end never sees it.
    [vec![0x78, 0x9c], bits.out, vec![0; 4]].concat()
}

#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    used: u32,
}

impl Bits {
    fn plain(&mut self, value: u32, count: u32) {
        for place in 0..count {
            self.bit(value >> place & 1);
        }
    }

    fn code(&mut self, value: u32, count: u32) {
        for place in (0..count).rev() {
            self.bit(value >> place & 1);
        }
    }

    fn bit(&mut self, bit: u32) {
        if self.used.is_multiple_of(8) {
            self.out.push(0);
        }
        if let Some(last) = self.out.last_mut() {
            *last |= (bit as u8) << (self.used % 8);
        }
        self.used += 1;
    }
}
