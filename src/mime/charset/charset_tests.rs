//! Charsets: sixty names, wrong names, broken names, and octets that fit none.

use encoding_rs::BIG5;

use super::*;

#[test]
fn text_is_read_in_the_charset_it_names() {
    for (label, bytes, want) in [
        ("koi8-r", &b"\xf0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xcb \xc4\xc5\xcc\xc1?"[..], "Привет, как дела?"),
        ("koi8-u", &b"\xf0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xcb \xc4\xc5\xcc\xc1?"[..], "Привет, как дела?"),
        ("windows-1251", &b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?"[..], "Привет, как дела?"),
        ("iso-8859-5", &b"\xbf\xe0\xd8\xd2\xd5\xe2, \xda\xd0\xda \xd4\xd5\xdb\xd0?"[..], "Привет, как дела?"),
        ("cp866", &b"\x8f\xe0\xa8\xa2\xa5\xe2, \xaa\xa0\xaa \xa4\xa5\xab\xa0?"[..], "Привет, как дела?"),
        ("x-mac-cyrillic", &b"\x8f\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?"[..], "Привет, как дела?"),
        ("cp855", &b"\xdd\xe1\xb7\xeb\xa8\xe5, \xc6\xa0\xc6 \xa6\xa8\xd0\xa0?"[..], "Привет, как дела?"),
        ("utf-8", &b"\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82, \xd0\xba\xd0\xb0\xd0\xba \xd0\xb4\xd0\xb5\xd0\xbb\xd0\xb0?"[..], "Привет, как дела?"),
        ("utf-16le", &b"\x1f\x04@\x048\x042\x045\x04B\x04,\x00 \x00:\x040\x04:\x04 \x004\x045\x04;\x040\x04?\x00"[..], "Привет, как дела?"),
        ("utf-16be", &b"\x04\x1f\x04@\x048\x042\x045\x04B\x00,\x00 \x04:\x040\x04:\x00 \x044\x045\x04;\x040\x00?"[..], "Привет, как дела?"),
        ("cp1251", &b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?"[..], "Привет, как дела?"),
        ("win-1251", &b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?"[..], "Привет, как дела?"),
        ("KOI8_R", &b"\xf0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xcb \xc4\xc5\xcc\xc1?"[..], "Привет, как дела?"),
        ("IBM866", &b"\x8f\xe0\xa8\xa2\xa5\xe2, \xaa\xa0\xaa \xa4\xa5\xab\xa0?"[..], "Привет, как дела?"),
        ("iso-8859-1", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("windows-1252", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("iso-8859-15", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("macintosh", &b"Sch\x9ane Gr\x9f\xa7e \x9fber die Stra\xa7e"[..], "Schöne Grüße über die Straße"),
        ("x-macroman", &b"Sch\x9ane Gr\x9f\xa7e \x9fber die Stra\xa7e"[..], "Schöne Grüße über die Straße"),
        ("cp437", &b"Sch\x94ne Gr\x81\xe1e \x81ber die Stra\xe1e"[..], "Schöne Grüße über die Straße"),
        ("IBM850", &b"Sch\x94ne Gr\x81\xe1e \x81ber die Stra\xe1e"[..], "Schöne Grüße über die Straße"),
        ("cp858", &b"Sch\x94ne Gr\x81\xe1e \x81ber die Stra\xe1e"[..], "Schöne Grüße über die Straße"),
        ("iso-8859-9", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("windows-1254", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("utf-32", &b"\xff\xfe\x00\x00S\x00\x00\x00c\x00\x00\x00h\x00\x00\x00\xf6\x00\x00\x00n\x00\x00\x00e\x00\x00\x00 \x00\x00\x00G\x00\x00\x00r\x00\x00\x00\xfc\x00\x00\x00\xdf\x00\x00\x00e\x00\x00\x00 \x00\x00\x00\xfc\x00\x00\x00b\x00\x00\x00e\x00\x00\x00r\x00\x00\x00 \x00\x00\x00d\x00\x00\x00i\x00\x00\x00e\x00\x00\x00 \x00\x00\x00S\x00\x00\x00t\x00\x00\x00r\x00\x00\x00a\x00\x00\x00\xdf\x00\x00\x00e\x00\x00\x00"[..], "Schöne Grüße über die Straße"),
        ("UTF-16", &b"S\x00c\x00h\x00\xf6\x00n\x00e\x00 \x00G\x00r\x00\xfc\x00\xdf\x00e\x00 \x00\xfc\x00b\x00e\x00r\x00 \x00d\x00i\x00e\x00 \x00S\x00t\x00r\x00a\x00\xdf\x00e\x00"[..], "Schöne Grüße über die Straße"),
        ("latin1", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("iso8859_1", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("8859-1", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("cp-1252", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("windows1252", &b"Sch\xf6ne Gr\xfc\xdfe \xfcber die Stra\xdfe"[..], "Schöne Grüße über die Straße"),
        ("iso-8859-2", &b"Za\xbf\xf3\xb3\xe6 g\xea\xb6l\xb1 ja\xbc\xf1"[..], "Zażółć gęślą jaźń"),
        ("windows-1250", &b"Za\xbf\xf3\xb3\xe6 g\xea\x9cl\xb9 ja\x9f\xf1"[..], "Zażółć gęślą jaźń"),
        ("cp852", &b"Za\xbe\xa2\x88\x86 g\xa9\x98l\xa5 ja\xab\xe4"[..], "Zażółć gęślą jaźń"),
        ("iso-8859-16", &b"Za\xbf\xf3\xb3\xe5 g\xfd\xf7l\xa2 ja\xae\xf1"[..], "Zażółć gęślą jaźń"),
        ("latin2", &b"Za\xbf\xf3\xb3\xe6 g\xea\xb6l\xb1 ja\xbc\xf1"[..], "Zażółć gęślą jaźń"),
        ("iso-8859-9", &b"\xddstanbul \xfd\xf0d\xfdr \xfe\xf6yle"[..], "İstanbul ığdır şöyle"),
        ("windows-1254", &b"\xddstanbul \xfd\xf0d\xfdr \xfe\xf6yle"[..], "İstanbul ığdır şöyle"),
        ("latin5", &b"\xddstanbul \xfd\xf0d\xfdr \xfe\xf6yle"[..], "İstanbul ığdır şöyle"),
        ("iso-8859-7", &b"\xca\xe1\xeb\xe7\xec\xdd\xf1\xe1 \xea\xfc\xf3\xec\xe5"[..], "Καλημέρα κόσμε"),
        ("windows-1253", &b"\xca\xe1\xeb\xe7\xec\xdd\xf1\xe1 \xea\xfc\xf3\xec\xe5"[..], "Καλημέρα κόσμε"),
        ("cp737", &b"\x89\x98\xa2\x9e\xa3\xe2\xa8\x98 \xa1\xe6\xa9\xa3\x9c"[..], "Καλημέρα κόσμε"),
        ("iso-8859-8", &b"\xf9\xec\xe5\xed \xf2\xe5\xec\xed"[..], "שלום עולם"),
        ("windows-1255", &b"\xf9\xec\xe5\xed \xf2\xe5\xec\xed"[..], "שלום עולם"),
        ("iso-8859-8-i", &b"\xf9\xec\xe5\xed \xf2\xe5\xec\xed"[..], "שלום עולם"),
        ("cp862", &b"\x99\x8c\x85\x8d \x92\x85\x8c\x8d"[..], "שלום עולם"),
        ("iso-8859-6", &b"\xe5\xd1\xcd\xc8\xc7 \xc8\xc7\xe4\xd9\xc7\xe4\xe5"[..], "مرحبا بالعالم"),
        ("windows-1256", &b"\xe3\xd1\xcd\xc8\xc7 \xc8\xc7\xe1\xda\xc7\xe1\xe3"[..], "مرحبا بالعالم"),
        ("iso-8859-4", &b"R\xefga ir skaista pils\xbata"[..], "Rīga ir skaista pilsēta"),
        ("iso-8859-13", &b"R\xeega ir skaista pils\xe7ta"[..], "Rīga ir skaista pilsēta"),
        ("windows-1257", &b"R\xeega ir skaista pils\xe7ta"[..], "Rīga ir skaista pilsēta"),
        ("cp775", &b"R\x8cga ir skaista pils\x89ta"[..], "Rīga ir skaista pilsēta"),
        ("iso-8859-14", &b"\xd0yl \xfed \xb8"[..], "Ŵyl ŷd ẁ"),
        ("iso-8859-3", &b"\xe6iuj \xf8ojas \xfd"[..], "ĉiuj ĝojas ŭ"),
        ("iso-8859-10", &b"\xfei\xf0 eru\xf0 g\xf3\xf0"[..], "þið eruð góð"),
        ("cp861", &b"\x95i\x8c eru\x8c g\xa2\x8c"[..], "þið eruð góð"),
        ("tis-620", &b"\xca\xc7\xd1\xca\xb4\xd5\xa4\xc3\xd1\xba"[..], "สวัสดีครับ"),
        ("iso-8859-11", &b"\xca\xc7\xd1\xca\xb4\xd5\xa4\xc3\xd1\xba"[..], "สวัสดีครับ"),
        ("windows-874", &b"\xca\xc7\xd1\xca\xb4\xd5\xa4\xc3\xd1\xba"[..], "สวัสดีครับ"),
        ("cp874", &b"\xca\xc7\xd1\xca\xb4\xd5\xa4\xc3\xd1\xba"[..], "สวัสดีครับ"),
        ("windows-1258", &b"Xin ch\xe0o"[..], "Xin chào"),
        ("cp860", &b"cora\x87\x84o n\x84o"[..], "coração não"),
        ("cp863", &b"fran\x87ais d\x82j\x85"[..], "français déjà"),
        ("cp865", &b"r\x9bdgr\x9bd p\x86 \x9b"[..], "rødgrød på ø"),
        ("shift_jis", &b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x81B\xc3\xbd\xc4"[..], "こんにちは、世界。ﾃｽﾄ"),
        ("sjis", &b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x81B\xc3\xbd\xc4"[..], "こんにちは、世界。ﾃｽﾄ"),
        ("windows-31j", &b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x81B\xc3\xbd\xc4"[..], "こんにちは、世界。ﾃｽﾄ"),
        ("cp932", &b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x81B\xc3\xbd\xc4"[..], "こんにちは、世界。ﾃｽﾄ"),
        ("euc-jp", &b"\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf\xa1\xa2\xc0\xa4\xb3\xa6\xa1\xa3\x8e\xc3\x8e\xbd\x8e\xc4"[..], "こんにちは、世界。ﾃｽﾄ"),
        ("x-sjis", &b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x81B\xc3\xbd\xc4"[..], "こんにちは、世界。ﾃｽﾄ"),
        ("ISO-2022-JP", &b"\x1b$B$3$s$K$A$O!\"@$3&!#\x1b(IC=D\x1b(B"[..], "こんにちは、世界。ﾃｽﾄ"),
        ("iso-2022-jp", &b"\x1b$B$3$s$K$A$O!\"@$3&!#\x1b(B"[..], "こんにちは、世界。"),
        ("ISO-2022-JP-1", &b"\x1b$B$3$s$K$A$O!\"@$3&!#\x1b(B"[..], "こんにちは、世界。"),
        ("iso-2022-jp-2", &b"\x1b$B$3$s$K$A$O!\"@$3&!#\x1b(B"[..], "こんにちは、世界。"),
        ("iso-2022-jp-3", &b"\x1b$B$3$s$K$A$O!\"@$3&!#\x1b(B"[..], "こんにちは、世界。"),
        ("csISO2022JP", &b"\x1b$B$3$s$K$A$O!\"@$3&!#\x1b(B"[..], "こんにちは、世界。"),
        ("x-euc-jp", &b"\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf\xa1\xa2\xc0\xa4\xb3\xa6\xa1\xa3"[..], "こんにちは、世界。"),
        ("iso-2022-jp-ms", &b"\x1b$B$3$s$K$A$O!\"@$3&!#\x1b(B"[..], "こんにちは、世界。"),
        ("gb2312", &b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\xa1\xa3\xd0\xbb\xd0\xbb"[..], "你好，世界。谢谢"),
        ("gbk", &b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\xa1\xa3\xd0\xbb\xd0\xbb"[..], "你好，世界。谢谢"),
        ("gb18030", &b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\xa1\xa3\xd0\xbb\xd0\xbb"[..], "你好，世界。谢谢"),
        ("x-gbk", &b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\xa1\xa3\xd0\xbb\xd0\xbb"[..], "你好，世界。谢谢"),
        ("GB_2312-80", &b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\xa1\xa3\xd0\xbb\xd0\xbb"[..], "你好，世界。谢谢"),
        ("cp936", &b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\xa1\xa3\xd0\xbb\xd0\xbb"[..], "你好，世界。谢谢"),
        ("hz-gb-2312", &b"~{Dc:C#,J@=g!#P;P;~}"[..], "你好，世界。谢谢"),
        ("euc-cn", &b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\xa1\xa3\xd0\xbb\xd0\xbb"[..], "你好，世界。谢谢"),
        ("big5", &b"\xb1z\xa6n\xa1A\xc1\xc2\xc1\xc2\xb1z"[..], "您好，謝謝您"),
        ("cp950", &b"\xb1z\xa6n\xa1A\xc1\xc2\xc1\xc2\xb1z"[..], "您好，謝謝您"),
        ("big5-hkscs", &b"\xb1z\xa6n\xa1A\xc1\xc2\xc1\xc2\xb1z"[..], "您好，謝謝您"),
        ("x-x-big5", &b"\xb1z\xa6n\xa1A\xc1\xc2\xc1\xc2\xb1z"[..], "您好，謝謝您"),
        ("euc-kr", &b"\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4, \xb9\xdd\xb0\xa9\xbd\xc0\xb4\xcf\xb4\xd9"[..], "안녕하세요, 반갑습니다"),
        ("ks_c_5601-1987", &b"\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4, \xb9\xdd\xb0\xa9\xbd\xc0\xb4\xcf\xb4\xd9"[..], "안녕하세요, 반갑습니다"),
        ("cp949", &b"\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4, \xb9\xdd\xb0\xa9\xbd\xc0\xb4\xcf\xb4\xd9"[..], "안녕하세요, 반갑습니다"),
        ("iso-2022-kr", &b"\x1b$)C\x0e>H3gGO<<?d\x0f, \x0e9]0)=@4O4Y\x0f"[..], "안녕하세요, 반갑습니다"),
        ("uhc", &b"\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4, \xb9\xdd\xb0\xa9\xbd\xc0\xb4\xcf\xb4\xd9"[..], "안녕하세요, 반갑습니다"),
        ("ksc5601", &b"\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4, \xb9\xdd\xb0\xa9\xbd\xc0\xb4\xcf\xb4\xd9"[..], "안녕하세요, 반갑습니다"),
        ("viscii", b"Ti\xaang Vi\xaet r\xa4t \xf0\xa9p", "Tiếng Việt rất đẹp"),
        ("tcvn-5712", b"Ti\xd5ng Vi\xd6t r\xcat \xae\xd1p", "Tiếng Việt rất đẹp"),
    ] {
        assert_eq!(decode(bytes, label), want, "{label}");
    }
}

#[test]
fn labels_are_understood_however_they_are_written() {
    let cyrillic = b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?";
    for label in [
        "windows-1251",
        " Windows-1251 ",
        "\"windows-1251\"",
        "windows-1251;",
        "'cp1251'",
        "CP-1251",
        "win1251",
        "x-cp1251",
        "windows1251http-equiv",
    ] {
        assert_eq!(decode(cyrillic, label), "Привет, как дела?", "{label}");
    }
    for label in [
        "utf8",
        "UTF-8;",
        "utf_8",
        "uft-8",
        "\"utf-8\"",
        "UTF-8 ",
        "utf-8\"; format=flowed",
        "unicode-1-1-utf-8",
        "x-utf-8",
        "cp65001",
    ] {
        assert_eq!(decode("Привет".as_bytes(), label), "Привет", "{label}");
    }
    for label in ["ks_c_5601-1987", "\"ks_c_5601-1987\"", "KS_C_5601", "ksc5601", "euc_kr", "x-windows-949"] {
        assert_eq!(decode(b"\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4", label), "안녕하세요", "{label}");
    }
    let long = "x".repeat(100_000);
    for label in ["", ";", "-", "1", "iso-8859-", "iso-8859-99", "cp", "cp99999999999999999999", "é", long.as_str()] {
        assert_eq!(decode(b"plain", label), "plain", "{label}");
    }
}

#[test]
fn octets_that_do_not_fit_their_label_are_read_as_what_they_are() {
    for (label, bytes, want) in [
        ("us-ascii", "Grüße".as_bytes(), "Grüße"),
        ("iso-8859-1", "Grüße".as_bytes(), "Grüße"),
        ("windows-1251", "Привет".as_bytes(), "Привет"),
        ("cp437", "Grüße".as_bytes(), "Grüße"),
        ("big5", "你好，世界，谢谢".as_bytes(), "你好，世界，谢谢"),
        ("utf-8", b"Gr\xfc\xdfe", "Grüße"),
        ("us-ascii", b"Gr\xfc\xdfe", "Grüße"),
        (
            "utf-8",
            b"\xd0\xcf\xd2\xd4\xc6\xc5\xcc\xd8, \xd0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xcb \xc4\xc5\xcc\xc1?",
            "портфель, привет, как дела?",
        ),
        ("utf-8", b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\xa1\xa3\xd0\xbb\xd0\xbb", "你好，世界。谢谢"),
        ("utf-8", b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x81B", "こんにちは、世界。"),
        ("iso-2022-jp", b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x81B", "こんにちは、世界。"),
        ("shift_jis", b"\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"),
        ("utf-8", b"\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"),
        ("", b"\xff\xfeh\0i\0", "hi"),
        ("utf-8", b"\xfe\xff\0h\0i", "hi"),
        ("utf-16", b"\0h\0i", "hi"),
        ("utf-16", b"h\0i\0", "hi"),
        ("utf-16le", b"<p>hi</p>", "<p>hi</p>"),
        ("utf-32", b"h\0\0\0i\0\0\0", "hi"),
        ("utf-8", b"\xef\xbb\xbfhi", "hi"),
    ] {
        assert_eq!(decode(bytes, label), want, "{label} {bytes:x?}");
    }
}

#[test]
fn a_text_cut_in_the_middle_of_its_last_character_is_read_as_the_rest_of_it() {
    let utf8 = "你好，世界，谢谢".as_bytes();
    assert_eq!(decode(&utf8[..utf8.len() - 2], "gb2312"), "你好，世界，谢è");
    let big5 = BIG5.encode(&"凡人之情，莫不愛其子，而子亦愛其親。\n".repeat(50)).0.into_owned();
    let end = big5.len() - 4;
    assert!(decode(&big5[..end], "us-ascii").starts_with("凡人之情，莫不愛其子"));
    // We look at the beginning of it alone.
    let long = [&b"a"[..], &BIG5.encode(&"凡人之情莫不愛其子而子亦愛其親".repeat(5_000)).0].concat();
    for from in [0, 1] {
        assert!(decode(&long[from..], "").contains("凡人之情莫不愛其子"));
    }
}

#[test]
fn an_octet_that_fits_nowhere_is_shown_and_what_is_around_it_stays() {
    for (label, bytes, want) in [
        ("utf-8", &b"Gr\xc3\xbc\xc3\x9fe \xfc"[..], "Grüße ü"),
        ("utf-8", b"Gr\xc3\xbc\xc3\x9fe \xc3", "Grüße Ã"),
        ("gb2312", b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7 \xff \xa1\xa3\xd0\xbb\xd0\xbb", "你好，世界 ÿ 。谢谢"),
        ("euc-kr", b"\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4\xbe", "안녕하세요¾"),
    ] {
        assert_eq!(decode(bytes, label), want, "{label}");
    }
    let all: Vec<u8> = (0..=255).collect();
    for label in [
        "utf-8",
        "gb18030",
        "shift_jis",
        "big5",
        "euc-kr",
        "euc-jp",
        "utf-16le",
        "iso-8859-6",
        "windows-1255",
        "iso-8859-7",
        "",
        "nonsense",
    ] {
        assert!(!decode(&all, label).contains('\u{fffd}'), "{label}");
    }
}

#[test]
fn japanese_without_its_way_back_costs_one_line_at_most() {
    for (bytes, want) in [
        (&b"\x1b$B$3$s\nplain"[..], "こん\nplain"),
        (b"\x1b$B$3$s\x1b(Bplain", "こんplain"),
        (b"\x1b$@$3$s\x1b(Jplain", "こんplain"),
        (b"\x1b(I1\x1b(B1", "\u{ff71}1"),
        (b"\x0e1\x0f1", "\u{ff71}1"),
        (b"\x1b$B$3$s\x1b(B \xb1", "こん \u{ff71}"),
        (b"\x1b$(D\x30\x21\x1b(B", "丂"),
        (b"\x1b$A<:\x1b(B", "己"),
        (b"\x1b$(C0!\x1b(B", "가"),
        (b"\x1b$B$", "$"),
        (b"\x1b", ""),
        (b"\x1b$B-!\x1b(B", "①"),
    ] {
        assert_eq!(decode(bytes, "iso-2022-jp"), want, "{bytes:x?}");
    }
    assert_eq!(decode(b"~{<:Ky2;S{~} ~~ ~{\nplain", "hz-gb-2312"), "己所不欲 ~ \nplain");
}

/// S-19: `+ADw-script+AD4-` is a script to whoever decodes it.
#[test]
fn s19_utf_7_is_shown_as_it_stands_and_never_decoded() {
    for label in
        ["utf-7", "UTF7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "csUTF7", "cp65000", "\"utf-7\"", "utf-7-imap"]
    {
        assert!(is_refused(label), "{label}");
        assert_eq!(decode(b"+ADw-script+AD4-", label), "+ADw-script+AD4-", "{label}");
    }
    assert!(!is_refused("utf-8") && !is_refused(""));
}
