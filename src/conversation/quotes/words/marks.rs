//! What stands alone on a line above an older mail.

use crate::conversation::quotes::phrases::Table;

/// Above a mail passed on.
pub(in super::super) const FORWARDS: Table = r#"
en: forwarded message|this is a forwarded message|begin forwarded message|forwarded by*|forwarded mail|forwarded email|forwarded message from*|start of forwarded message|start of forwarded e-mail|forwarded e-mail
de: weitergeleitete nachricht|weitergeleitete e-mail|weitergeleitete mail|anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|weitergeleitet von*|beginn der weitergeleiteten nachricht|weitergeleitete nachricht von*
fr: message transféré|message transmis|début du message transféré|début du message réexpédié|message réexpédié|transféré par*|courriel transféré|e-mail transféré
es: mensaje reenviado|inicio del mensaje reenviado|reenviado por*|comienzo del mensaje reenviado|correo reenviado
pt: mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada|início da mensagem reencaminhada|começo da mensagem encaminhada|encaminhado por*|e-mail encaminhado
it: messaggio inoltrato|inizio messaggio inoltrato|inizio del messaggio inoltrato|inoltrato da*|e-mail inoltrata
nl: doorgestuurd bericht|begin doorgestuurd bericht|doorgezonden bericht|begin van doorgestuurd bericht|doorgestuurde e-mail
sv: vidarebefordrat meddelande|vidarebefordrat mejl|vidarebefordrat brev|början på vidarebefordrat brev|påbörjat vidarebefordrat meddelande|början av vidarebefordrat meddelande|vidarebefordrat mejl
da: videresendt meddelelse|videresendt besked|start på videresendt besked|begynd videresendt besked|begyndelse på videresendt besked|videresendt mail
nb: videresendt melding|begynnelse på videresendt melding|videresendt e-post|begynn videresendt melding|start på videresendt melding
fi: välitetty viesti|välitetty viesti / fwd.msg|välitetty viesti alkaa|edelleenlähetetty viesti|alkaa välitetty viesti
pl: przekazana wiadomość|początek przekazywanej wiadomości|przesłana wiadomość|wiadomość przekazana|wiadomość przekazana dalej|treść przekazanej wiadomości|początek przekazanej wiadomości|przekazane przez*
cs: přeposlaná zpráva|začátek přeposílané zprávy|přeposlaný e-mail|předaná zpráva|začátek přeposlané zprávy
sk: preposlaná správa|začiatok preposlanej správy|preposlaný e-mail|začiatok preposlaného e-mailu
hu: továbbított üzenet|továbbított levél kezdete|továbbított levél|kezdődik a továbbított üzenet|továbbított üzenet kezdete|továbbított e-mail
ro: mesaj redirecționat|începe mesajul redirecționat|mesaj transmis|început mesaj redirecționat|începutul mesajului redirecționat|mesaj retrimis|început mesaj transmis
bg: препратено съобщение|препратено писмо|начало на препратеното съобщение|начало на препратеното писмо
ru: пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения|начало пересылаемого сообщения|переадресованное сообщение|перенаправленное сообщение|конец пересылаемого сообщения|пересылаемое письмо|пересланное письмо
uk: пересилане повідомлення|переслане повідомлення|початок переадресованого повідомлення|початок листа, що пересилається|перенаправлене повідомлення|переадресоване повідомлення
el: προωθημένο μήνυμα|αρχή προωθημένου μηνύματος|προωθούμενο μήνυμα|έναρξη προωθημένου μηνύματος
tr: iletilen mesaj|ileti başlangıcı|yönlendirilmiş ileti|iletilen ileti|iletilmiş mesaj başlangıcı|iletilmiş ileti|yönlendirilen mesaj|iletilen e-posta|yönlendirilen ileti başlangıcı
he: הודעה שהועברה|תחילת ההודעה שהועברה|הודעה מועברת|התחל הודעה שהועברה
ar: رسالة معاد توجيهها|رسالة ممرّرة|رسالة مُعاد توجيهها|بداية الرسالة المعاد توجيهها|الرسالة المعاد توجيهها|رسالة محولة|بدء الرسالة المُعاد توجيهها|بداية الرسالة المُحالة|رسالة تمت إعادة توجيهها
fa: پیام هدایت شده|پیام بازارسال شده|پیام هدایت‌شده|شروع پیام هدایت‌شده|پیام ارجاع شده
hi: अग्रेषित संदेश|अग्रेषित किया गया संदेश|फ़ॉरवर्ड किया गया संदेश|अग्रेषित संदेश प्रारंभ
th: ข้อความที่ส่งต่อ|เริ่มต้นข้อความที่ส่งต่อ|ข้อความส่งต่อ|เริ่มข้อความที่ส่งต่อ
vi: tin nhắn được chuyển tiếp|thư được chuyển tiếp|thư đã chuyển tiếp|bắt đầu thư được chuyển tiếp|thư chuyển tiếp|tin nhắn đã chuyển tiếp|bắt đầu tin nhắn được chuyển tiếp
id ms: pesan terusan|pesan yang diteruskan|mulai pesan terusan|pesan diteruskan|mulai pesan yang diteruskan|mesej yang dimajukan
ja: 転送メッセージ|転送されたメッセージ|転送されたメール|以下、転送されたメッセージ|転送メール|以下転送メール|転送
ko: 전달된 메시지|전달된 메일|전달한 메시지|원본 메시지 전달|아래는 전달된 메시지입니다|전달된 이메일|전달된 메시지 시작
zh: 转发的邮件|转发邮件|轉寄的郵件|轉寄郵件|已转发邮件|下面是被转发的邮件|以下是转发的邮件|转发邮件信息|开始转发的邮件|轉寄的訊息|开始转发邮件|開始轉寄郵件|已轉寄的郵件|轉寄信件|转发的消息|被转发的邮件|開始轉寄訊息|转发信息
hr: proslijeđena poruka|početak proslijeđene poruke|prosljeđena poruka|prosljeđuje se poruka
sr: прослеђена порука|прослеђена порука почиње|почетак прослеђене поруке|prosleđena poruka|početak prosleđene poruke
sl: posredovano sporočilo|začetek posredovanega sporočila
et: edastatud kiri|edastatud sõnum|algus edastatud kiri|edastatud sõnumi algus|edastatud kirja algus|edasisaadetud kiri
lv: pārsūtīta vēstule|pārsūtīts ziņojums|pārsūtītais ziņojums|pārsūtītā ziņojuma sākums|pārsūtītās vēstules sākums
lt: persiųstas laiškas|persiunčiamas laiškas|persiųstas pranešimas|persiųsto laiško pradžia|persiųsta žinutė|peradresuotas laiškas
ca: missatge reenviat|inici del missatge reenviat|missatge tramès|comença el missatge reenviat
is: áframsend skilaboð
"#;

/// Between dashes above an older mail.
pub(in super::super) const SEPARATORS: Table = r#"
en: original message|original appointment|reply message|original e-mail|original email|original mail|original|replied message|message from*|original message from*|message history|previous message|end of original message
de: ursprüngliche nachricht|originalnachricht|originalmeldung|antwort nachricht|original nachricht|originaltermin|ursprüngliche mail|ursprüngliche e-mail|original-nachricht|ursprüngliche mitteilung|original-mail|originalmail
fr: message d'origine|message original|message initial|courriel original|message de réponse|e-mail d'origine|message précédent|mail original|e-mail original|rendez-vous d'origine
es: mensaje original|correo original|mensaje de respuesta|mensaje anterior|cita original
pt: mensagem original|e-mail original|mensagem de resposta|mensagem anterior|compromisso original
it: messaggio originale|messaggio di risposta|e-mail originale|messaggio precedente|appuntamento originale|messaggio originario
nl: oorspronkelijk bericht|origineel bericht|oorspronkelijke e-mail|origineel e-mailbericht|antwoordbericht|oorspronkelijke bericht
sv: ursprungligt meddelande|originalmeddelande|ursprungligt brev|ursprungligt mejl|svarsmeddelande|originalbrev
da: oprindelig meddelelse|original meddelelse|oprindelig besked|original besked|oprindelig mail|original e-mail|svarbesked
nb: opprinnelig melding|original melding|opprinnelig e-post|original e-post|originalmelding|svarmelding
fi: alkuperäinen viesti|alkuperäinen sähköposti|alkup. viesti|alkuperäinen tapaaminen|vastausviesti
pl: wiadomość oryginalna|oryginalna wiadomość|wiadomość pierwotna|pierwotna wiadomość|oryginał wiadomości|treść oryginalnej wiadomości|poprzednia wiadomość
cs: původní zpráva|původní e-mail|původní email|originální zpráva|původní mail
sk: pôvodná správa|pôvodný e-mail|originálna správa|pôvodný email
hu: eredeti üzenet|eredeti levél|eredeti e-mail|válasz üzenet
ro: mesaj original|mesajul original|mesaj inițial|mesajul inițial|e-mail original
bg: оригинално съобщение|първоначално съобщение|оригинално писмо|изходно съобщение
ru: исходное сообщение|исходное письмо|оригинальное сообщение|оригинал сообщения|первоначальное сообщение|оригинальное письмо|сообщение
uk: оригінальне повідомлення|вихідне повідомлення|початкове повідомлення|оригінальний лист|оригінал повідомлення
el: αρχικό μήνυμα|πρωτότυπο μήνυμα|αυθεντικό μήνυμα|πρωτοτυπο μηνυμα
tr: özgün ileti|orijinal mesaj|asıl mesaj|orijinal ileti|orjinal mesaj|özgün mesaj|yanıt iletisi
he: הודעה מקורית|ההודעה המקורית|הודעת המקור|הודעה מקור
ar: الرسالة الأصلية|رسالة أصلية|الرسالة الاصلية|النص الأصلي
fa: پیام اصلی|پیغام اصلی|متن اصلی پیام
hi: मूल संदेश|मौलिक संदेश|मूल मैसेज
th: ข้อความต้นฉบับ|ข้อความดั้งเดิม|ข้อความเดิม|ข้อความเริ่มแรก
vi: tin nhắn gốc|thư gốc|thông điệp gốc|thư ban đầu|tin nhắn ban đầu|email gốc
id ms: pesan asli|pesan asal|mesej asal|pesan awal|email asli
ja: 元のメッセージ|元のメール|オリジナルメッセージ|original message|返信元メッセージ|元メッセージ
ko: 원본 메시지|원본메시지|원본 메일|원본메일|원래 메시지|원본 이메일|원문
zh: 原始邮件|原始郵件|原邮件|原始信件|原始消息|原始信息|原始訊息|原信|回复的原邮件|回复的邮件|邮件原件|邮件原文|原郵件
hr: izvorna poruka|originalna poruka|izvorni e-mail
sr: оригинална порука|изворна порука|originalna poruka|izvorna poruka
sl: izvirno sporočilo|originalno sporočilo|prvotno sporočilo
et: algne kiri|algsõnum|algne sõnum|originaalsõnum|algkiri|originaalkiri
lv: sākotnējais ziņojums|oriģinālais ziņojums|sākotnējā vēstule|oriģinālā vēstule|sākotnējā ziņa
lt: pradinis laiškas|originalus laiškas|pirminis laiškas|pirminė žinutė|originali žinutė|pradinis pranešimas|originalus pranešimas|pirminis pranešimas
ca: missatge original|missatge d'origen
is: upprunaleg skilaboð
"#;

/// Lines of ticket systems: what stands below came before.
pub(in super::super) const MARKERS: Table = r#"
en: reply above this line|all text above this line is|text above this line is added|your reply above this line|type your reply above this line|write your reply above this line|reply above this email|reply directly above this line|enter your reply above this line|please reply above this line|add your comment above this line|write above this line|please type your reply above|to reply above this line|respond above this line|answer above this line|please do not write below this line|do not write below this line|do not type below this line|please do not modify below this line|reply above this text|reply above here|insert your reply above this line|please leave this line|type your response above this line|your response above this line|post your reply above this line|put your reply above this line
de: oberhalb dieser zeile|über dieser zeile|über diese zeile|oberhalb dieser linie|über dieser linie|unterhalb dieser zeile nichts|nur oberhalb dieser|über dieser markierung
fr: au-dessus de cette ligne|au dessus de cette ligne|en haut de cette ligne|avant cette ligne|en dessous de cette ligne
es: por encima de esta línea|encima de esta línea|arriba de esta línea|sobre esta línea|antes de esta línea|debajo de esta línea
pt: acima desta linha|acima dessa linha|acima da linha|abaixo desta linha
it: sopra questa riga|sopra questa linea|al di sopra di questa riga|al di sopra di questa linea|sopra a questa riga|sopra la riga
nl: boven deze regel|boven deze lijn|boven de regel|boven deze streep
sv: ovanför denna rad|ovanför den här raden|ovanför denna linje|över denna rad|ovan denna rad|över den här raden
da: over denne linje|oven over denne linje|ovenfor denne linje|over denne linie
nb: over denne linjen|ovenfor denne linjen|over denne linja
fi: tämän rivin yläpuolelle|tämän viivan yläpuolelle|rivin yläpuolelle
pl: powyżej tej linii|nad tą linią|powyżej tego wiersza|ponad tą linią|nad tym wierszem|powyżej tej linijki
cs: nad tento řádek|nad tímto řádkem|nad tuto čáru|nad tuto linku|nad tímto řadkem
sk: nad tento riadok|nad týmto riadkom|nad túto čiaru
hu: e sor fölé|ezen sor fölé|a sor fölé|e fölé a sor fölé|ez fölé a sor fölé|sor felett
ro: deasupra acestei linii|deasupra acestui rând|mai sus de această linie
bg: над този ред|над тази линия
ru: выше этой строки|над этой строкой|выше этой линии|над этой линией|выше данной строки|над данной строкой
uk: вище цього рядка|над цим рядком|над цією лінією|вище цієї лінії
el: πάνω από αυτή τη γραμμή|πάνω από αυτήν τη γραμμή|πάνω από αυτή την γραμμή|πάνω από τη γραμμή|πάνω από αυτήν την γραμμή
tr: bu satırın üstüne|bu satırın üzerine|bu çizginin üstüne|bu çizginin üzerine|bu satırın yukarısına
he: מעל שורה זו|מעל לשורה זו|מעל השורה הזו|מעל לקו זה|מעל קו זה
ar: فوق هذا السطر|أعلى هذا السطر|فوق هذا الخط|أعلى هذا الخط
fa: بالای این خط|بالای این سطر
hi: इस पंक्ति के ऊपर|इस लाइन के ऊपर|इस रेखा के ऊपर
th: เหนือบรรทัดนี้|ด้านบนบรรทัดนี้|เหนือเส้นนี้
vi: phía trên dòng này|trên dòng này|bên trên dòng này
id ms: di atas baris ini|di atas garis ini|di atas baris
ja: この行より上|この線より上|この行の上|この行より上部|この線の上|より上に返信
ko: 이 줄 위에|이 선 위에|이 라인 위에|이 줄 위쪽에|줄 위에
zh: 在此行上方|此行以上|在此线上方|在此行之上|在這行上方|此線以上|这一行的上方|请在此行|請在此行|本行以上|此行上面|這條線上方|在這行以上|在这行上方|在此线以上
hr: iznad ove linije|iznad ovog retka|iznad ove crte
sr: изнад ове линије|iznad ove linije|изнад овог реда
sl: nad to vrstico|nad to črto|nad tem besedilom
et: selle rea kohale|sellest reast ülespoole|selle joone kohale
lv: virs šīs rindas|virs šīs līnijas
lt: virš šios eilutės|virš šios linijos|aukščiau šios eilutės
ca: per sobre d'aquesta línia|damunt d'aquesta línia|per damunt d'aquesta línia|sobre aquesta línia
"#;

/// With which subjects begin that say a mail is passed on.
pub(in super::super) const FORWARD_SUBJECTS: Table = r#"
en: fw|fwd|forward|forwarded
de: wg|weitergeleitet
fr: tr|transf|transféré
es: rv|reenv|reenviado
pt: enc|res enc
it: i|inoltra|inoltro
nl: doorst|doorgestuurd
sv: vb
da nb: vs|videresendt
fi: vl
pl: pd|pdw
cs sk: pře|prepos
hu: továbbítás|tov
ro: redir|redirecționat|trim
el: πρθ
tr: ilt|i̇lt|ynt ilt
he: הועבר|העברה|הע
ar: إعادة توجيه
vi: chuyển tiếp
id: teruskan
zh: 转发|轉寄|转|轉發
ja: 転送
ko: 전달
ru uk: пересл|пересылка|перес
hr sl sr: proslijeđeno|posr
et lv lt: edasi|pārs|pers
ca: rv
"#;
