//! What the lines say that introduce a quote.

use crate::conversation::quotes::phrases::Table;

/// What somebody did.
pub(in super::super) const VERBS: Table = r#"
en: wrote|writes|quoting|said on
de: schrieb|schrieben|schreibt|geschrieben|zitat von
fr: a écrit|ecrit|à écrit|écrivait|citation de|selon
es: escribió|ha escrito|escribe|escribía|citando a
pt: escreveu|escreve|citando
it: ha scritto|scrive|scriveva|scrisse|citando
nl: schreef|geschreven|citeren
sv: skrev|skriver|skrivit|citerar
da nb: skrev|skriver|skreiv|sitat
is: skrifaði
fi: kirjoitti|kirjoittaa|lainaus
pl: napisał*|cytat|napisal*|pisze|pisał*|cytowanie|nadesłał*
cs: napsal*|cituji|píše|psal*|citace|odesílatel
sk: napísal*|píše|písal*
hu: írta|idézem|írt|ezt írta|írja|idézet
ro: a scris|scrie|au scris
bg: написа|написал*|пише|писа
ru: написал*|цитирую|вы писали|цитата|пишет|писал*|сообщил*
uk: пише|написав|написала|писав|писала|написано
el: έγραψε|γράφει|έγραψαν
tr: yazdı|yazmış|yazıyor|şunu yazdı|şunları yazdı
he: כתב|כתבה|כתב/ה|מאת|כתבת
ar: كتب|كتبت|كتب/ت|تمت كتابة|بواسطة|أرسل
fa: نوشت|نوشته|نوشته‌است|نوشته است
hi: लिखा|ने लिखा|लिखते
th: เขียนว่า|เขียน|ได้เขียน
vi: đã viết|viết|đã ghi
id ms: menulis|menulis:|tulis|telah menulis
ja: 書きました|のメール|書き込みました|さんは書きました|からのメッセージ|が書いた
ko: 작성|님이 작성|씀|님의 말|썼습니다|작성함
zh: 写道|寫道|写到|寫到|写了|编写|撰寫|来信
hr: napisao|napisala|piše|je napisao|pisao
sr: написао|написала|је написао|пише|napisao/la
sl: napisal*|je oseba|piše|pisal*
et: kirjutas|kirjutasid
lv: rakstīja|raksta|lietotājs
lt: rašė|parašė|rašo
ca: va escriure|ha escrit|escrigué|missatge de|escriu
"#;

/// A verb that introduces other things as well.
pub(in super::super) const WEAK_VERBS: Table = r#"
en: sent
ru: отправил*
fr: a envoyé
de: gesendet
"#;

/// How such lines begin.
pub(in super::super) const STARTS: Table = r#"
en: on|at|from|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|quoting
de: am|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|zitat von|um
fr: le|en date|lun|mar|mer|jeu|ven|sam|dim|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche
es: el|lun|mar|mié|jue|vie|sáb|dom|lunes|martes|miércoles|jueves|viernes|sábado|domingo|a las|con fecha
pt: em|no dia|a|às|na|seg|ter|qua|qui|sex|segunda*|terça*|quarta*|quinta*|sexta*|domingo
it: il|in data|alle|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|gio
nl: op|ma|di|wo|do|vr|za|zo|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag
sv: den|på|mån|tis|ons|tors|fre|lör|sön|måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag
da nb: den|d|på|man|tir|ons|tor|fre|lør|søn|mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|kl
fi: ma|ti|ke|to|pe|la|su|maanantai*|tiistai*|keskiviikko*|torstai*|perjantai*|lauantai*|sunnuntai*
pl: w dniu|dnia|pon|wt|śr|czw|pt|sob|niedz|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela
cs: dne|po|út|st|čt|pá|so|ne|v|pondělí|úterý|středa|čtvrtek|pátek|sobota|neděle
sk: dňa|ut|št|pi|v dni|pondelok|utorok|streda|štvrtok|piatok|nedeľa
hu: dátum|hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap
ro: pe|în|la|lun|mie|joi|vin|sâm|dum|luni|marți|miercuri|vineri|duminică
ru bg uk sr: в|на|пн|вт|ср|чт|пт|сб|вс|нд|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|від|у|уто|пон
el: στις|την|τη|στισ|δευ|τρι|τετ|πεμ|παρ|σαβ|κυρ
tr: tarihinde|pzt|sal|çar|per|cum|cmt|paz
he: בתאריך|ב|ביום|יום|מאת|ב-*
ar: في|بتاريخ|يوم|كتب|وكتب
fa: در|روز|در تاریخ
hi: सोम|मंगल|बुध|गुरु|शुक्र|शनि|रवि|दिनांक
th: ในวันที่|เมื่อ|วันที่|เมื่อวันที่
vi: vào|lúc|ngày
id ms: pada|tanggal|sen|sel|rab|kam|jum|sab|min|pada tanggal
zh: 在|于|於
hr sl: uto|pon|sri|čet|pet|sub|ned|dana|tor|u|ob
et: kuupäev|kirjutas
lv: otrd|pirmd|trešd|ceturtd|piektd|sestd|svētd
lt: an|pr|tr|kt|pn|št|sk
ca: missatge de|dt|dl|dc|dj|dv|ds|dg|el dia|en
"#;

/// Whoever speaks of themselves or to somebody writes a sentence. Not among them: what is a day of the week or a name in
/// another language, as `mon`, `ons` and `Mia`.
pub(in super::super) const PRONOUNS: Table = r#"
en: i|we|my|our|me|us|i've|i'm
de: ich|wir|mir|mich|uns|mein|meine|meiner|unser|unsere|sie|ihnen
fr: je|j'ai|nous|mes|vous
es: yo|me|nos|mis|nosotros|usted|ustedes
it: io|ci|noi|mio
pt: eu|nós|meu|minha|você|vocês
nl: ik|wij|we|mij|mijn|onze|jullie
sv da nb: jag|jeg|vi|mig|mitt|oss
pl cs: ja|mnie|mój|moja|nám|jsem|mně
ru: я|мы|мне|нам|меня|вы|вам
fi: minä|minun|me|meidän
tr: biz|bana
"#;

/// Whoever says so speaks of themselves.
pub(in super::super) const SELF: Table = r#"
en: i|i've|i'm|my|me
de fr nl: ich|mir|mich|je|j'ai|moi|ik|mijn
es pt it: yo|me|eu|io|mi
sv da nb fi: jag|jeg|mig|minä
pl cs ru: ja|mnie|mně|я|мне|меня
"#;
