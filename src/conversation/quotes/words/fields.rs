//! Names of header fields as mail programs translate them.

use crate::conversation::quotes::phrases::Table;

/// Who wrote it.
pub(in super::super) const FROM: Table = r#"
en: from|sender
de: von|absender
fr: de|expéditeur|exp
es: de|remitente
pt: de|remetente
it: da|mittente
nl: van|afzender
sv: från|avsändare
da nb: fra|avsender|afsender
fi: lähettäjä
pl: od|nadawca
cs sk: od|odesílatel|odosielateľ
hu: feladó|küldő
ro: de la|expeditor|expeditorul|de
bg: от|подател
ru: от|от кого|отправитель
uk: від|від кого|відправник
el: από|αποστολέας
tr: kimden|gönderen
he: מאת|מ
ar: من|المرسل
fa: از|فرستنده
hi: प्रेषक|से|द्वारा
th: จาก|ผู้ส่ง
vi: từ|người gửi
id ms: dari|pengirim|daripada
ja: 差出人|送信者|送信元|from
ko: 보낸 사람|보낸사람|발신인|발신자|보낸이
zh: 发件人|寄件者|寄件人|发送人|發件人
hr sr sl: od|šalje|pošiljatelj|pošiljalac|pošiljatelj|шаље|од|пошиљалац
et: saatja|kellelt
lv: no|sūtītājs
lt: nuo|siuntėjas
ca: de|remitent
is: frá
"#;

/// When it was written.
pub(in super::super) const DATE: Table = r#"
en: date|received
de: datum|empfangen|erhalten
fr: date|reçu
es: fecha|recibido
pt ca ro it pl: data|dată|recebido|ricevuto|otrzymano
nl sv hr sl cs: datum|ontvangen|mottaget
da nb: dato|modtaget|mottatt
fi: päivämäärä|päiväys|pvm
sk hu: dátum
ru bg uk sr: дата|датум|получено
el: ημερομηνία|ημ/νία
tr: tarih
he: תאריך
ar: التاريخ|تاريخ
fa: تاریخ
hi: दिनांक|तारीख
th: วันที่
vi: ngày|thời gian
id ms: tanggal|tarikh
ja: 日付|日時
ko: 날짜|일시
zh: 日期|时间|時間
et: kuupäev
lv: datums
lt: data
is: dagsetning
"#;

/// When it was sent: a field that only mail programs write, unlike a date.
pub(in super::super) const SENT: Table = r#"
en: sent|sent on|date sent|sent at
de: gesendet|gesendet am
fr: envoyé|envoyé le|date d'envoi
es: enviado|enviado el|fecha de envío
pt: enviado|enviada|enviada em|enviado em
it: inviato|data invio|inviato il
nl: verzonden|verstuurd
sv: skickat|skickades
da nb: sendt
fi: lähetetty
pl: wysłano|wysłane|wysłany
cs: odesláno|odesláno dne
sk: odoslané|odoslaná
hu: elküldve|küldve
ro: trimis|expediat|trimis la
bg: изпратено|изпратен
ru: отправлено|дата отправки
uk: надіслано|відправлено
el: στάλθηκε|εστάλη|αποστολή
tr: gönderildi|gönderme tarihi|gönderilme
he: נשלח|נשלח בתאריך
ar: تم الإرسال|تاريخ الإرسال|أرسلت|أُرسلت|الإرسال
fa: ارسال شده|ارسال|فرستاده شده
hi: भेजा गया|भेजी गई|प्रेषित
th: ส่งเมื่อ|ส่ง
vi: đã gửi|gửi|ngày gửi
id ms: dikirim|terkirim|dihantar
ja: 送信日時|送信
ko: 보낸 날짜|보낸날짜|보낸 시간|전송
zh: 发送时间|發送時間|寄件日期|已发送|傳送時間|发送日期
hr sr: poslano|poslato|послато
sl: poslano
et: saadetud|saatmisaeg
lv: nosūtīts|sūtīts
lt: išsiųsta|siųsta
ca: enviat|enviat el
is: sent
"#;

/// To whom.
pub(in super::super) const TO: Table = r#"
en: to|recipient
de: an|empfänger
fr: à|a|destinataire|pour
es pt: para|destinatario|destinatário
it: a|per|destinatario
nl: aan
sv: till|mottagare
da nb is: til|modtager|mottaker
fi: vastaanottaja|saaja
pl: do|adresat|dla|odbiorca
cs sk: komu|pro|příjemce|adresát
hu: címzett|címzettek
ro: către|destinatar|destinatarul|la|catre
bg: до|получател
ru: кому|получатель|для
uk: кому|до
el: προς|παραλήπτης|προσ
tr: kime|alıcı|alıcılar
he: אל|ל
ar: إلى|الى
fa: به|گیرنده
hi: प्रति|को|प्राप्तकर्ता
th: ถึง
vi: đến|tới|người nhận
id ms: kepada|untuk|ke
ja: 宛先|送信先
ko: 받는 사람|받는사람|수신인|수신자|받는이
zh: 收件人|收件者
hr sl: za|prima
sr: за|за|прима
et: saaja|adressaat|kellele
lv: kam|adresāts
lt: kam|gavėjas|iki
ca: a|per a
"#;

/// To whom else.
pub(in super::super) const COPY: Table = r#"
en: cc|bcc|copies to
de: kopie|kopie an|bcc
fr: copie|copie à|cci
es pt it ca: copia|cópia|cco|ccn|còpia
nl sv da nb: kopie|kopia|kopi
fi: kopio
pl: dw|kopia|udw|do wiadomości
cs sk: kopie|kópia
hu: másolat|másolatot kap
ro: cc
ru bg sr: копия|копие|копија
uk: копія
el: κοιν|κοινοποίηση
tr: bilgi
he: עותק
ar: نسخة|نسخة إلى
fa: رونوشت
hi: प्रतिलिपि
th: สำเนา|สำเนาถึง
vi: đồng gửi|sao gửi
id: tembusan|salinan
ja: 写し|同報
ko: 참조|숨은 참조
zh: 抄送|副本|密送|密件副本
hr sl: kopija|kp
et: koopia
lv lt: kopija
"#;

/// About what.
pub(in super::super) const SUBJECT: Table = r#"
en: subject
de: betreff|betrifft|thema
fr: objet|sujet
es: asunto
pt: assunto
it: oggetto
nl: onderwerp
sv: ämne
da nb: emne
fi: aihe|otsikko
pl: temat
cs: předmět
sk: predmet
hu: tárgy
ro: subiect|subiectul
bg uk ru sr: тема|относно|наслов|предмет
el: θέμα
tr: konu
he: נושא|הנדון
ar: الموضوع|موضوع
fa: موضوع
hi: विषय
th: เรื่อง|หัวเรื่อง|ชื่อเรื่อง
vi: chủ đề|tiêu đề
id ms: subjek|perihal|judul|subyek
ja: 件名|題名
ko: 제목
zh: 主题|主旨|主題|标题|標題
hr: predmet|naslov|tema
sl: zadeva
et: teema
lv: tēma|temats
lt: tema
ca: assumpte|tema
is: efni
"#;

/// What else stands in such a block.
pub(in super::super) const OTHER: Table = r#"
en: reply-to|reply to|importance|priority|attachments|attachment|organization|sensitivity|message-id
de: antwort an|antworten an|wichtigkeit|priorität|anlagen|anlage|anhänge
fr: répondre à|importance|pièces jointes|priorité
es pt: responder a|importancia|importância|prioridade|prioridad|anexos|archivos adjuntos|datos adjuntos
it: rispondi a|priorità|allegati|importanza
nl: beantwoorden|urgentie|bijlagen|antwoord aan|prioriteit
sv da nb: svara till|svar til|prioritet|vedhæftede filer|vedlegg|bifogade filer|vigtighed|viktighet
fi: vastausosoite|tärkeys|liitteet
pl: odpowiedz do|ważność|załączniki|priorytet
cs sk: odpovědět|důležitost|přílohy|dôležitosť|prílohy
hu: válaszcím|fontosság|mellékletek
ru uk bg: важность|вложения|важливість|вкладення|приложения
tr: önem derecesi|ekler|yanıt
ja ko zh: 返信先|重要度|添付ファイル|회신 대상|중요도|첨부|重要性|附件|回复
"#;
