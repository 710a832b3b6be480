//! What companies, gateways and scanners write into the mail of others.

use crate::conversation::quotes::phrases::Table;

/// Confidentiality notes, scanners' notes and requests not to print.
pub(in super::super) const DISCLAIMERS: Table = r#"
en: confidentiality notice|confidentiality note|legal disclaimer|email disclaimer|e-mail disclaimer|privileged and confidential|confidential and privileged|confidential and may be privileged|confidential and/or privileged|intended solely for|intended only for|solely for the use of|only for the use of the|for the sole use of|for the exclusive use of|the intended recipient|intended recipient(s)|the intended addressee|the named addressee|not the named addressee|to whom it is addressed|to whom they are addressed|to which it is addressed|received this email in error|received this e-mail in error|received this message in error|received this communication in error|received it in error|received this transmission in error|received this mail in error|contains confidential information|contain confidential information|may contain confidential|contains privileged|may contain privileged|may contain information that is confidential|is confidential and intended|are confidential and intended|is strictly confidential|this email and any attachments|this e-mail and any attachments|this email and any files|this e-mail and any files|this message and any attachments|this message and its attachments|this email message and any|this e-mail message and any|this communication and any attachments|this electronic message|this email is confidential|this e-mail is confidential|this message is confidential|the information contained in this|information contained in this e-mail|the contents of this email|the contents of this e-mail|the content of this email|unauthorized use or disclosure|unauthorised use or disclosure|any unauthorized review|any unauthorised|any disclosure, copying|any dissemination, distribution|dissemination, distribution or copying|strictly prohibited|consider the environment before printing|consider the environment before you print|think before you print|think before printing|please don't print this|do not print this email|save paper|save a tree|environment before printing|checked for viruses by|scanned for viruses|scanned by|been scanned by|no virus found in this|virus-free|www.avast.com|www.avg.com|avast antivirus|protected by avast|this email is free from viruses|this e-mail is free from viruses|free of viruses|swept for the presence of computer viruses|cannot be guaranteed to be secure or error-free|accepts no liability|accept no liability|does not accept liability|views or opinions presented in this|views expressed in this email|opinions expressed in this|viruses and malicious content by|delete it from your system|delete this message from your system|notify the sender immediately and delete|please notify the sender and delete|please notify us immediately by|this footnote confirms|this email may contain|this e-mail may contain|this message may contain confidential|this message contains confidential|this email contains confidential|this e-mail contains confidential|this email and its attachments|this e-mail and its attachments|this transmission may contain|this communication may contain|this email was sent to you by|the sender does not accept|unsubscribe from this
de: vertraulichkeitshinweis|vertraulichkeitserklärung|diese e-mail enthält vertrauliche|diese email enthält vertrauliche|diese mail enthält vertrauliche|diese e-mail kann vertrauliche|diese nachricht enthält vertrauliche|diese nachricht kann vertrauliche|diese nachricht ist vertraulich|diese e-mail ist vertraulich|dieser e-mail ist vertraulich|vertrauliche und/oder rechtlich geschützte|rechtlich geschützte informationen|vertraulich und ausschließlich|ausschließlich für den adressaten|ausschließlich für den bezeichneten|ausschließlich für den empfänger|ausschließlich für die|nicht der richtige adressat|nicht der vorgesehene|nicht der beabsichtigte|nicht der bestimmungsgemäße|nicht der angegebene empfänger|diese e-mail irrtümlich erhalten|diese e-mail irrtümlich|diese nachricht irrtümlich|irrtümlich erhalten haben|versehentlich erhalten|informieren sie bitte sofort den absender|informieren sie bitte den absender|benachrichtigen sie bitte den absender|vernichten sie diese|das unerlaubte kopieren|unbefugte weitergabe|unerlaubte weitergabe|ist nicht gestattet|denken sie an die umwelt|bevor sie diese e-mail ausdrucken|bevor sie diese mail ausdrucken|vor dem ausdrucken|bitte prüfen sie, ob diese mail|muss diese e-mail wirklich ausgedruckt|schonen sie die umwelt|der umwelt zuliebe|auf viren geprüft|von avast*|virenfrei|virengeprüft|auf viren überprüft|haftungsausschluss|rechtlicher hinweis|hinweise zum datenschutz|datenschutzhinweis*|informationen zum datenschutz|unsere datenschutz*
fr: avis de confidentialité|ce message et ses pièces jointes|ce message et toutes les pièces|ce message est confidentiel|ce courriel est confidentiel|ce courriel et|ce courrier électronique|ce message et les pièces|ce mail et ses pièces|cet e-mail et ses|cet email et ses|informations confidentielles|destinés exclusivement|destiné exclusivement|établi à l'intention exclusive|à l'intention exclusive|à l'attention exclusive|usage exclusif du destinataire|si vous n'êtes pas le destinataire|si vous avez reçu ce message par erreur|si vous recevez ce message par erreur|reçu ce message par erreur|reçu par erreur|toute utilisation non autorisée|toute diffusion|pensez à l'environnement|pensez à l'environnement avant d'imprimer|avant d'imprimer|n'imprimez ce|l'absence de virus|sans virus|garanti sans virus|a été vérifié par|décline toute responsabilité|afin de contribuer au respect de l'environnement
es: aviso de confidencialidad|aviso legal|cláusula de confidencialidad|este mensaje y sus adjuntos|este mensaje y los ficheros|este mensaje y cualquier|este correo electrónico y|este correo y sus|este mensaje contiene información confidencial|este mensaje es confidencial|información confidencial|información privilegiada|exclusivamente a su destinatario|exclusivamente al destinatario|dirigido exclusivamente|si usted no es el destinatario|si no es usted el destinatario|si ha recibido este mensaje por error|si ha recibido este correo por error|recibido por error|queda prohibida|está prohibida|antes de imprimir|piense en el medio ambiente|piensa en el medio ambiente|libre de virus|ha sido analizado|protección de datos|reglamento general de protección
pt: aviso de confidencialidade|aviso legal|esta mensagem e seus anexos|esta mensagem, incluindo|esta mensagem pode conter|esta mensagem contém informação|esta mensagem contém informações|este e-mail e|este email e|esta mensagem é confidencial|informação confidencial|informações confidenciais|destinatário pretendido|uso exclusivo do destinatário|dirigida exclusivamente|se você não é o destinatário|se não for o destinatário|se recebeu esta mensagem por engano|caso tenha recebido|recebido por engano|recebeu esta mensagem por engano|antes de imprimir|pense no meio ambiente|sem vírus|livre de vírus
it: avviso di riservatezza|informativa privacy|le informazioni contenute|il presente messaggio|questo messaggio e gli allegati|questo messaggio e i suoi allegati|questo messaggio è riservato|questa e-mail è riservata|questa e-mail e|informazioni riservate|informazioni confidenziali|esclusivamente al destinatario|destinate esclusivamente|ad uso esclusivo|se non siete il destinatario|se avete ricevuto questo messaggio per errore|qualora non foste il destinatario|ricevuto per errore|avete ricevuto questa e-mail per errore|ai sensi del|d.lgs|regolamento ue 2016/679|prima di stampare|pensa all'ambiente|rispetta l'ambiente|privo di virus|è vietata
nl: vertrouwelijkheidsverklaring|dit bericht is vertrouwelijk|deze e-mail is vertrouwelijk|dit bericht kan vertrouwelijke|dit e-mailbericht|deze e-mail en eventuele|de informatie in dit bericht|de informatie in deze e-mail|de informatie verzonden|uitsluitend bestemd voor|alleen bestemd voor|uitsluitend voor de geadresseerde|niet de beoogde ontvanger|niet de geadresseerde|ten onrechte heeft ontvangen|abusievelijk|per vergissing|denk aan het milieu|voordat u deze e-mail print|spaar het milieu|gecontroleerd op virussen|virusvrij
sv: konfidentialitetsmeddelande|detta meddelande är konfidentiellt|detta e-postmeddelande|detta meddelande kan innehålla|detta mejl och|konfidentiell information|avsett endast för|endast avsett för|enbart avsett för|om du inte är rätt mottagare|om du inte är den avsedda|fått detta meddelande av misstag|av misstag|tänk på miljön|innan du skriver ut|genomsökts efter virus|fritt från virus|virusfritt
da nb: denne e-mail er fortrolig|denne mail er fortrolig|denne e-mail kan indeholde|denne e-post er konfidensiell|denne e-posten|denne meddelelse er fortrolig|denne meddelelse kan indeholde|denne meldingen|fortrolige oplysninger|fortrolig information|konfidensiell informasjon|udelukkende beregnet|kun beregnet for|kun ment for|ikke er den rette modtager|ikke er rette mottaker|modtaget denne e-mail ved en fejl|ved en fejl|ved en feil|ved en feiltakelse|tænk på miljøet|tenk på miljøet|før du printer|før du udskriver|før du skriver ut|kontrolleret for virus|virusfri
fi: tämä viesti on luottamuksellinen|tämä sähköposti on luottamuksellinen|tämä viesti ja sen liitteet|tämä sähköpostiviesti|tämä viesti voi sisältää|luottamuksellista tietoa|luottamuksellisia tietoja|tarkoitettu vain|ainoastaan vastaanottajalle|ette ole viestin oikea vastaanottaja|jos et ole viestin|jos olet saanut tämän viestin vahingossa|vahingossa|ajattele ympäristöä|ennen kuin tulostat|tarkistettu virusten varalta
pl: klauzula poufności|niniejsza wiadomość|ta wiadomość jest poufna|ta wiadomość i wszelkie|ta wiadomość może zawierać|treść tej wiadomości|informacje poufne|informacje zawarte w|przeznaczona wyłącznie dla|przeznaczone wyłącznie|wyłącznie dla adresata|jeżeli nie są państwo adresatem|jeśli nie jesteś adresatem|jeśli otrzymałeś tę wiadomość|otrzymali państwo tę wiadomość przez pomyłkę|przez pomyłkę|omyłkowo|pomyśl o środowisku|zanim wydrukujesz|przed wydrukowaniem|wolna od wirusów|sprawdzona pod kątem wirusów|administratorem danych|administratorem państwa danych
cs sk: tato zpráva je důvěrná|tento e-mail je důvěrný|tento e-mail a|tento email a|tato zpráva a|obsah této zprávy|obsah tohoto e-mailu|táto správa je dôverná|táto správa a|tento e-mail môže|důvěrné informace|dôverné informácie|určena výhradně|určen výhradně|určená výlučne|určený výlučne|pokud nejste adresátem|pokud nejste zamýšleným|ak nie ste adresátom|ak nie ste určeným|omylem|myslete na životní prostředí|před vytištěním|než vytisknete|myslite na životné prostredie|zkontrolována na viry|neobsahuje viry|prověřeno antivirem|skontrolovaná na vírusy
hu: ez az üzenet bizalmas|jelen üzenet|ez az e-mail és|ez az e-mail bizalmas|bizalmas információkat|kizárólag a címzett|nem ön a címzett|tévedésből kapta|tévesen kapta|gondoljon a környezetre|mielőtt kinyomtatja|kíméljük a környezetet|vírusmentes|vírusellenőrzés
ro: acest mesaj este confidențial|acest e-mail și|acest email și|acest mesaj și|acest mesaj poate conține|informații confidențiale|destinat exclusiv|destinat numai|dacă nu sunteți destinatarul|ați primit acest mesaj din greșeală|din eroare|gândiți-vă la mediu|înainte de a tipări|înainte de a imprima|protejați mediul|verificat împotriva virușilor|nu conține viruși
bg: това съобщение е поверително|това електронно съобщение|този имейл и|този e-mail и|поверителна информация|предназначено само за|предназначен само за|ако не сте получателят|ако не сте адресатът|получили по погрешка|по погрешка|помислете за природата|преди да отпечатате|проверено за вируси|конфиденциална информация
ru: уведомление о конфиденциальности|данное сообщение является конфиденциальным|это сообщение является конфиденциальным|настоящее сообщение|данное электронное сообщение|данное письмо и|это сообщение и любые|это электронное письмо|данное сообщение и|конфиденциальную информацию|конфиденциальная информация|предназначено исключительно|предназначены исключительно|если вы не являетесь|вы получили это сообщение по ошибке|получили данное сообщение по ошибке|по ошибке|подумайте об окружающей среде|прежде чем распечатать|прежде чем печатать|проверено на вирусы|проверено на отсутствие вирусов|без вирусов
uk: це повідомлення є конфіденційним|цей електронний лист|це повідомлення та|цей лист та|конфіденційну інформацію|призначене виключно|призначено виключно|якщо ви не є|отримали це повідомлення помилково|помилково|подумайте про довкілля|перш ніж друкувати|перевірено на віруси
el: το παρόν μήνυμα|το μήνυμα αυτό|αυτό το μήνυμα|το παρόν ηλεκτρονικό|εμπιστευτικές πληροφορίες|είναι εμπιστευτικό|προορίζεται αποκλειστικά|προορίζονται αποκλειστικά|δεν είστε ο παραλήπτης|εκ παραδρομής|κατά λάθος|σκεφτείτε το περιβάλλον|πριν εκτυπώσετε|ελέγχθηκε για ιούς|χωρίς ιούς
tr: bu e-posta ve|bu e-posta gizli|bu mesaj ve|bu ileti ve|bu e-posta mesajı|bu elektronik posta|gizli bilgiler|gizlidir ve|yalnızca alıcısına|sadece alıcısına|yalnızca gönderildiği|mesajın alıcısı değilseniz|yanlışlıkla aldıysanız|yanlışlıkla|çevreyi düşünün|yazdırmadan önce|çevreye karşı|virüs taramasından|virüslere karşı
he: הודעה זו מיועדת|הודעה זו סודית|המידע בהודעה זו|הודעה זו וכל|דואר אלקטרוני זה|הודעה זו עשויה|מידע סודי|אם אינך הנמען|אם קיבלת הודעה זו בטעות|בטעות|חשבו על הסביבה|לפני הדפסת|נבדקה לאיתור וירוסים
ar: هذه الرسالة سرية|هذه الرسالة وأي|هذه الرسالة ومرفقاتها|هذا البريد الإلكتروني|تحتوي هذه الرسالة|معلومات سرية|مخصصة فقط|مخصص فقط|إذا لم تكن المستلم|إذا لم تكن المتلقي|عن طريق الخطأ|بطريق الخطأ|فكر في البيئة|قبل طباعة|إشعار السرية|تم فحص
fa: این ایمیل محرمانه|این پیام محرمانه|این ایمیل و|این پیام و|اطلاعات محرمانه|اگر شما گیرنده|به اشتباه|قبل از چاپ|محیط زیست
hi: यह ईमेल गोपनीय|यह संदेश गोपनीय|यह ईमेल और|यह संदेश और|गोपनीय जानकारी|केवल प्राप्तकर्ता|यदि आप इच्छित प्राप्तकर्ता|गलती से|पर्यावरण
th: ข้อความนี้เป็นความลับ|อีเมลนี้เป็นความลับ|อีเมลฉบับนี้|ข้อมูลที่เป็นความลับ|สำหรับผู้รับที่ระบุ|หากท่านไม่ใช่ผู้รับ|หากคุณไม่ใช่ผู้รับ|ได้รับอีเมลนี้โดย|โปรดคำนึงถึงสิ่งแวดล้อม|ก่อนพิมพ์
vi: email này và|thư này và|thông tin bảo mật|thông tin mật|chỉ dành cho người nhận|nếu bạn không phải là người nhận|nếu quý vị không phải|nhận được email này do nhầm|nhầm lẫn|hãy nghĩ đến môi trường|trước khi in|bảo vệ môi trường|thông báo bảo mật
id ms: email ini bersifat rahasia|pesan ini bersifat rahasia|email ini dan|e-mel ini|surel ini|informasi rahasia|maklumat sulit|hanya ditujukan|hanya untuk penerima|jika anda bukan penerima|karena kesalahan|pikirkan lingkungan|sebelum mencetak|bebas virus
ja: 本メールは機密|本メールには機密|このメールには機密|このメールは、意図した|このメールに含まれる|本電子メール|本メールおよび添付|本メール及び添付|誤って受信|誤送信|宛先に心当たり|破棄して|印刷する前に|環境に配慮|機密情報が含まれ|守秘義務|ウイルスチェック|ウイルス チェック
ko: 본 메일은|이 메일은 기밀|이 이메일은 기밀|본 메일에는|본 이메일|본 메시지는|기밀 정보|지정된 수신인|잘못 수신|잘못 전송|인쇄하기 전에|환경을 생각|기밀사항|바이러스 검사
zh: 保密声明|保密聲明|本邮件及其附件|本郵件及其附件|本邮件含有保密|本邮件可能包含|本邮件包含|此邮件及|此郵件|本电子邮件|本電子郵件|机密信息|機密資訊|保密信息|仅供收件人|仅限于发送给|僅供|如果您不是预期|如果您错误|如您误收|如果您误收|若您並非|禁止任何其他人|打印前请|列印前請|请考虑环境|免责声明|免責聲明|已通过病毒|无病毒
hr sr sl: ova poruka je povjerljiva|ova elektronička poruka|ova e-pošta i|ova poruka i|ovaj e-mail i|ova poruka može sadržavati|povjerljive informacije|poverljive informacije|namijenjena isključivo|namenjena isključivo|ako niste primatelj|ako niste primalac|greškom|ова порука је поверљива|поверљиве информације|ако нисте прималац|грешком|to sporočilo je zaupno|to elektronsko sporočilo|zaupne informacije|namenjeno izključno|če niste naslovnik|pomotoma|prije ispisa|pre štampanja|preden natisnete|mislite na okoliš|provjereno na viruse
et lv lt: see e-kiri on konfidentsiaalne|see kiri on konfidentsiaalne|käesolev e-kiri|käesolev kiri|konfidentsiaalset teavet|kui te ei ole|kogemata|enne printimist|mõelge keskkonnale|šis e-pasts ir konfidenciāls|šī vēstule ir konfidenciāla|šis e-pasta|konfidenciālu informāciju|ja jūs neesat|kļūdas pēc|pirms drukāšanas|šis laiškas yra konfidencialus|šis el. laiškas|šiame laiške|konfidenciali informacija|jei nesate|per klaidą|prieš spausdindami|tausokime gamtą
ca: avís de confidencialitat|aquest missatge i|aquest correu electrònic|aquest missatge és confidencial|informació confidencial|destinat exclusivament|si no en sou el destinatari|si heu rebut aquest missatge per error|per error|abans d'imprimir|penseu en el medi ambient
"#;

/// What a gateway writes on top of a mail that came from outside.
pub(in super::super) const BANNERS: Table = r#"
en: originated from outside|originates from outside|came from outside|comes from outside|sent from outside|originated outside|from outside of the organization|from outside the organization|from outside of your organization|from outside your organization|external email|external sender|external message|this is an external email|this email is from an external|this message is from an external|this is an external message|do not click links|do not click on links|don't click links|do not click any links|do not open attachments|unless you recognize the sender|unless you recognise the sender|unless you know the content is safe|you don't often get email from|you do not often get email from|you don't often receive email from|some people who received this message don't often|learn why this is important|this sender is not from|exercise caution when|use caution when opening|be cautious with links|please be careful with links|this message was sent from outside|think before you click|be careful with this message|suspicious sender|first time sender
de: externe e-mail|externer absender|externe mail|diese e-mail kommt von außerhalb|diese e-mail stammt von außerhalb|diese e-mail wurde von außerhalb|diese nachricht kommt von außerhalb|von außerhalb der organisation|von außerhalb ihrer organisation|von außerhalb unserer organisation|von außerhalb des unternehmens|klicken sie nicht auf links|klicken sie auf keine links|öffnen sie keine anhänge|von einem externen absender|sie erhalten nicht oft eine e-mail von|sie erhalten nicht häufig e-mails von|weitere informationen, warum dies wichtig ist|erfahren sie, warum dies wichtig ist
fr: expéditeur externe|courriel externe|e-mail externe|message externe|en provenance de l'extérieur|provient de l'extérieur|externe à l'organisation|de l'extérieur de l'organisation|ne cliquez pas sur les liens|ne cliquez sur aucun lien|n'ouvrez pas les pièces jointes|vous n'obtenez pas souvent d'e-mail|vous ne recevez pas souvent|découvrez pourquoi cela est important|découvrir pourquoi cela est important|pourquoi c'est important
es: correo externo|remitente externo|mensaje externo|procede de fuera de|proviene de fuera de|se originó fuera de|desde fuera de la organización|no haga clic en|no abra archivos adjuntos|no suele recibir correos|no suele recibir correo electrónico|descubra por qué esto es importante|por qué es importante
pt: e-mail externo|email externo|remetente externo|mensagem externa|de fora da organização|originou-se fora|originado fora|não clique em links|não clique em|não abra anexos|você não costuma receber|não recebe emails frequentemente|saiba por que isso é importante
it: mittente esterno|email esterna|e-mail esterna|messaggio esterno|proviene dall'esterno|dall'esterno dell'organizzazione|non fare clic su|non cliccare su|non aprire allegati|non si ricevono spesso messaggi|informazioni sul perché è importante|scopri perché è importante
nl: externe afzender|externe e-mail|afkomstig van buiten|van buiten de organisatie|van buiten uw organisatie|klik niet op links|open geen bijlagen|u ontvangt niet vaak|meer informatie over waarom dit belangrijk is
sv: extern avsändare|externt e-postmeddelande|externt mejl|utanför organisationen|klicka inte på länkar|öppna inte bilagor|du får inte ofta e-post|läs om varför det här är viktigt
da nb: ekstern afsender|ekstern avsender|ekstern e-mail|ekstern e-post|ekstern mail|uden for organisationen|utenfor organisasjonen|klik ikke på links|ikke klikk på|åbn ikke vedhæftede|åpne ikke vedlegg|du får ikke ofte mails|du får ikke ofte e-post
fi: ulkoinen lähettäjä|organisaation ulkopuolelta|ulkopuolinen lähettäjä|ulkoinen sähköposti|älä napsauta linkkejä|älä avaa liitteitä|et saa usein sähköpostia
pl: nadawca zewnętrzny|wiadomość zewnętrzna|zewnętrzny nadawca|spoza organizacji|nie klikaj|nie otwieraj załączników|nie często otrzymujesz wiadomości
cs sk: externí odesílatel|externí e-mail|mimo organizaci|neklikejte na odkazy|neotvírejte přílohy|externý odosielateľ|mimo organizácie|neklikajte na odkazy|neotvárajte prílohy|nedostáváte často
hu ro: külső feladó|külső e-mail|szervezeten kívülről|ne kattintson|ne nyissa meg|expeditor extern|din afara organizației|nu faceți clic|nu deschideți
ru uk bg: внешний отправитель|внешняя почта|внешнее письмо|из-за пределов организации|извне организации|отправлено извне|не переходите по ссылкам|не нажимайте на ссылки|не открывайте вложения|вы нечасто получаете|зовнішній відправник|з-поза меж організації|не відкривайте вкладення|външен подател|външен имейл|извън организацията|не отваряйте прикачени
tr el: harici gönderen|dış kaynaklı e-posta|kuruluş dışından|bağlantılara tıklamayın|ekleri açmayın|εξωτερικός αποστολέας|εκτός του οργανισμού|μην κάνετε κλικ
he ar fa: שולח חיצוני|מחוץ לארגון|אל תלחץ על קישורים|مرسل خارجي|من خارج المؤسسة|من خارج المنظمة|لا تنقر على الروابط|بريد خارجي|فرستنده خارجی|خارج از سازمان
hi th vi id: बाहरी प्रेषक|संगठन के बाहर|ผู้ส่งภายนอก|จากภายนอกองค์กร|người gửi bên ngoài|từ bên ngoài tổ chức|pengirim eksternal|dari luar organisasi|jangan klik tautan
ja ko zh: 社外からのメール|外部からのメール|組織外から|外部送信者|リンクをクリックしないで|외부 메일|외부에서 발송|조직 외부에서|링크를 클릭하지|외부 발신자|外部邮件|外部郵件|来自外部|來自外部|组织外部|組織外部|请勿点击链接|請勿點擊|外部寄件者|外部发件人
hr sr sl et lv lt: vanjski pošiljatelj|izvan organizacije|спољни пошиљалац|ван организације|zunanji pošiljatelj|izven organizacije|väline saatja|väljastpoolt organisatsiooni|ārējs sūtītājs|ārpus organizācijas|išorinis siuntėjas|už organizacijos ribų
"#;

/// That a mail is confidential, in the word of every language. With two of [`NOTIONS`] beside it makes a note.
pub(in super::super) const SECRETS: Table = r#"
en: confidential|confidentiality|privileged
de: vertraulich*
fr: confidentiel*
es: confidencial*
pt: confidencia*
it: confidenzial*|riservat*
nl: vertrouwelijk*
sv: konfidentiell*
da nb: fortrolig*|konfidensiel*
fi: luottamuksell*
pl: pouf*|poufn*
cs sk: důvěrn*|dôvern*
hu: bizalmas*
ro: confidenți*
bg: поверител*|конфиденциал*
ru: конфиденциал*
uk: конфіденцій*
el: εμπιστευτικ*
tr: gizli*
he: חסוי|חסויים|סודי|סודיים
ar: سرية|سري
fa: محرمانه
hi: गोपनीय
th: ความลับ
vi: bảo mật|bí mật
id ms: rahasia|sulit
ja: 機密
ko: 기밀
zh: 保密|机密|機密
sr: поверљив*
hr sr sl: povjerljiv*|poverljiv*|zaupn*
et: konfidentsiaal*
lv: konfidenciāl*
lt: konfidenciali*
ca: confidencial*
"#;

/// Of what such notes speak besides: for whom the mail is, the mistake, whom to tell, to delete it.
pub(in super::super) const NOTIONS: Table = r#"
en: intended|recipient|addressee|in error|by mistake|notify the sender|inform the sender|delete|destroy|disclosure|unauthorized|unauthorised|attachments|prohibited
de: bestimmt|adressat*|empfänger*|irrtümlich|versehentlich|absender|vernichten|löschen|unbefugt*|anhänge|anlagen|untersagt|weitergabe
fr: destinataire*|destiné*|par erreur|expéditeur|détruire|supprimer|pièces jointes|interdit*|diffusion
es: destinatario*|dirigid*|por error|remitente|destrucción|eliminar|bórrelo|adjuntos|anexos|prohibid*
pt: destinatário*|destina*|por engano|por erro|remetente|apagu*|elimin*|anexos|proibid*
it: destinatari*|destinat*|per errore|mittente|cancellar*|distrugger*|allegati|vietat*
nl: bestemd|geadresseerde*|ontvanger|per vergissing|onterecht|afzender|verwijderen|vernietigen|bijlagen|verboden
sv: avsed*|mottagare*|av misstag|avsändare*|radera*|bilagor|förbjud*
da nb: beregnet|modtager*|mottaker*|ved en fejl|ved en feil|afsender*|avsender*|slet|slette*|vedhæftede|vedlegg|forbudt
fi: tarkoitet*|vastaanottaj*|vahingossa|erehdyk*|lähettäj*|poista*|liitteet|kiellet*
pl: przeznaczon*|adresat*|omyłkow*|pomyłk*|nadawc*|usunię*|załącznik*|zabronion*
cs sk: určen*|adresát*|příjemc*|omylem|odesílatel*|odosielateľ*|smažte|vymažte|příloh*|príloh*|zakázán*
hu: kizárólag|címzett*|tévedés*|téves*|feladó*|töröl*|mellékle*|tilos
ro: destinat*|destinatar*|din greșeală|din eroare|expeditor*|șterg*|fișierele|atașat*|interzis*
bg: предназнач*|получател*|адресат*|по погрешка|подател*|изтри*|прикачен*|забранен*
ru: предназнач*|адресат*|получател*|по ошибке|ошибочно|отправител*|удал*|уничтож*|вложени*|запрещ*
uk: признач*|адресат*|отримувач*|помилково|відправник*|видал*|вкладен*|заборон*
el: προορίζ*|παραλήπτ*|κατά λάθος|από λάθος|εκ παραδρομής|αποστολέα*|διαγράψ*|συνημμέν*|απαγορεύ*
tr: yalnızca|alıcı*|gönderildiği|yanlışlıkla|göndereni*|gönderen*|siliniz|silin|ekleri|yasak*
he: מיועדת|ומיועדים|מיועד|לנמען|הנמען|בטעות|לשולח|השולח|ומחק|למחוק|מצורפים|המצורפים
ar: مخصصة|ومخصصة|مخصص|للمرسل إليه|المستلم|المتلقي|عن طريق الخطأ|بطريق الخطأ|المرسل|بحذف|وحذفها|حذف|ومرفقاتها|مرفقات|محظور
fa: گیرنده|مخاطب|به اشتباه|فرستنده|حذف|پیوست*|ممنوع
hi: प्राप्तकर्ता|गलती से|प्रेषक|हटा|संलग्नक|निषिद्ध|अभिप्रेत
th: ผู้รับ|โดยผิดพลาด|ผู้ส่ง|ลบ|เอกสารแนบ|ห้าม
vi: người nhận|nhầm|người gửi|xóa|tệp đính kèm|nghiêm cấm|dành cho
id ms: penerima|ditujukan|karena kesalahan|tersilap|pengirim|hapus|lampiran|dilarang
ja: 宛先|誤って|送信者|削除|破棄|添付ファイル|禁止|意図した受信者
ko: 수신인|수신자|잘못 수신|발신자|송신자|삭제|첨부|금지|지정된
zh: 收件人|误收|誤收|错误地收到|发件人|寄件人|删除|刪除|附件|禁止
hr sr sl: namijenj*|namenj*|primatelj*|primalac|naslovnik*|greškom|pomotoma|pošiljatelj*|pošiljaoc*|izbriši*|obriši*|privit*|priponk*|zabranjen*|примала*|грешком|пошиља*|обриш*
et: mõeldud|saaja*|adressaa*|kogemata|ekslikult|saatja*|kustuta*|manus*|keelatud
lv: paredzēt*|adresāt*|saņēmēj*|kļūdas pēc|sūtītāj*|izdzēs*|dzēs*|pielikum*|aizliegt*
lt: skirt*|adresat*|gavėj*|per klaidą|siuntėj*|ištrin*|pried*|draudžiam*
ca: destinatari*|adreç*|per error|remitent|eliminar*|esborr*|adjunts|prohibi*
"#;
