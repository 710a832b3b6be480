//! How people and telephones end a mail.

use crate::conversation::quotes::phrases::Table;

/// Closing words that are nothing else.
pub(in super::super) const CLOSINGS: Table = r#"
en: best regards|kind regards|regards|warm regards|warmest regards|with kind regards|with best regards|many regards|kindest regards|best wishes|sincerely|sincerely yours|yours sincerely|yours faithfully|yours truly|respectfully|cordially|with best wishes|with warm regards|warmly|all the best|take care|br|kr|rgds|brgds|best|yours|very truly yours|with regards|cheerio|have a nice day|have a great day|have a good day|respectfully yours|best rgds|brgs|with appreciation|with gratitude|in gratitude|greetings|faithfully yours|with thanks and regards
de: mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|mit freundlichem gruss|freundliche grüße|freundliche grüsse|viele grüße|viele grüsse|liebe grüße|liebe grüsse|beste grüße|beste grüsse|schöne grüße|schöne grüsse|herzliche grüße|herzliche grüsse|mit besten grüßen|mit besten grüssen|mit herzlichen grüßen|mit lieben grüßen|mit vielen grüßen|mit schönen grüßen|hochachtungsvoll|gruß|gruss|grüße|grüsse|lg|vg|mfg|bg|mit freundl. grüßen|freundlichen gruß|freundlicher gruß|lieber gruß|lieben gruß|schönen gruß|einen schönen tag noch|schönen tag noch|beste wünsche|freundlichst|herzlichst|viele liebe grüße|ganz liebe grüße|sonnige grüße|mit freundlicher empfehlung|mit bestem gruß|mfg.
fr: cordialement|bien cordialement|très cordialement|cdt|cdlt|bien à vous|bien à toi|salutations|sincères salutations|salutations distinguées|meilleures salutations|sincèrement|respectueusement|amicalement|bonne journée|bonne soirée|bonne réception|cordiales salutations|veuillez agréer*|je vous prie d'agréer*|recevez mes salutations*|à bientôt|avec mes salutations|avec mes meilleures salutations|belle journée|très bonne journée|excellente journée|bàv|sentiments distingués|amitiés|avec mes cordiales salutations|salutations cordiales
es: saludos|un saludo|saludos cordiales|un cordial saludo|cordialmente|atentamente|muy atentamente|atte|cordial saludo|saludos atentos|un abrazo|reciba un cordial saludo|reciban un cordial saludo|saludos y gracias|mis mejores deseos|quedo atento|quedo atenta|sin otro particular*|le saluda atentamente|un saludo cordial|muchos saludos|buen día|que tenga un buen día|afectuosamente|abrazos|sinceramente|saluda atentamente|con un cordial saludo
pt: atenciosamente|att|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|cordialmente|abraços|abraço|um abraço|saudações|respeitosamente|atentamente|com os meus cumprimentos|grato pela atenção|cordiais saudações|cumps|com cumprimentos|grande abraço|sinceramente|bom dia e bom trabalho|tenha um bom dia
it: cordiali saluti|distinti saluti|saluti|cordialmente|un cordiale saluto|un saluto|tanti saluti|i migliori saluti|migliori saluti|in fede|cari saluti|porgo distinti saluti|con i migliori saluti|saluti cordiali|buona giornata|buona serata|a presto|un caro saluto|con i più cordiali saluti|sinceramente|porgiamo distinti saluti|porgo cordiali saluti|cordialità|con cordialità
nl: met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|mvg|groet|groeten|groetjes|hartelijke groet|hartelijke groeten|met hartelijke groet|hoogachtend|met groet|m.v.g|beste groet|beste groeten|vriendelijke groetjes|fijne dag|prettige dag|met beste groeten|veel groeten|liefs|gr
sv: med vänliga hälsningar|med vänlig hälsning|vänliga hälsningar|vänlig hälsning|hälsningar|mvh|bästa hälsningar|bästa hälsning|vänligen|med bästa hälsningar|med bästa hälsning|vh|hälsning|allt gott|högaktningsfullt|varma hälsningar|ha en bra dag|många hälsningar|soliga hälsningar
da: med venlig hilsen|venlig hilsen|med venlige hilsner|venlige hilsner|mange hilsner|hilsen|de bedste hilsner|bedste hilsner|mvh|kh|vh|hilsner|kærlig hilsen|god dag|bedste hilsen|de venligste hilsner|på forhånd tak og venlig hilsen|hav en god dag
nb: med vennlig hilsen|vennlig hilsen|vennlige hilsener|hilsen|beste hilsen|mvh|med vennlege helsingar|helsing|med hilsen|beste hilsener|ha en fin dag|med beste hilsen|hilsener|vennleg helsing|med vennleg helsing|varm hilsen
fi: ystävällisin terveisin|terveisin|parhain terveisin|ystävällisesti|t.|yst. terv.|kunnioittaen|terveiset|terv.|terv|yt.|mukavaa päivää|hyvää päivänjatkoa|yst terv|kaikkea hyvää|lämpimin terveisin|yst. terv|parhaat terveiset
is: bestu kveðjur|kær kveðja|með kveðju|með bestu kveðju|kveðja|með vinsemd og virðingu
pl: pozdrawiam|z poważaniem|pozdrowienia|serdecznie pozdrawiam|pozdrawiam serdecznie|z wyrazami szacunku|łączę pozdrowienia|z pozdrowieniami|pozdr|z pozdrowieniem|miłego dnia|z serdecznymi pozdrowieniami|łączę wyrazy szacunku|pozdrawiamy|najlepsze życzenia|z uszanowaniem|pozdrawiam ciepło
cs: s pozdravem|s přátelským pozdravem|s úctou|zdravím|s přáním hezkého dne|srdečně|hezký den|pěkný den|s pozdravy|srdečné pozdravy|s přáním pěkného dne|přeji hezký den|přeji pěkný den|zdraví|mějte se hezky|s díky a pozdravem
sk: s pozdravom|s úctou|s priateľským pozdravom|pozdravujem|pekný deň|s pozdravmi|so srdečným pozdravom|zdraví|prajem pekný deň|želám pekný deň
hu: üdvözlettel|tisztelettel|üdv|szívélyes üdvözlettel|köszönettel|baráti üdvözlettel|szép napot|kellemes napot|üdvözlet|maradok tisztelettel|tisztelettel üdvözlöm|szép napot kívánok|előre is köszönöm
ro: cu stimă|cu respect|cele mai bune gânduri|toate cele bune|o zi bună|cu deosebită stimă|salutări|cu bine|cu drag|numai bine|vă salut|o zi frumoasă|cu considerație|al dumneavoastră
bg: с уважение|поздрави|сърдечни поздрави|с най-добри пожелания|с поздрав|хубав ден|приятен ден|най-добри пожелания|с почит|лек ден
ru: с уважением|с наилучшими пожеланиями|всего доброго|всего хорошего|с наилучшими|с приветом|хорошего дня|удачного дня|с благодарностью|с искренним уважением|искренне ваш|искренне ваша|до свидания|с ув|с наилучшим|с добрыми пожеланиями|всего наилучшего|приятного дня|с дружеским приветом|с почтением
uk: з повагою|з найкращими побажаннями|всього найкращого|гарного дня|з вдячністю|щиро|щиро ваш|до побачення|всього доброго|найкращі побажання|з щирою повагою|хорошого дня|зі щирою повагою
el: με εκτίμηση|φιλικά|με φιλικούς χαιρετισμούς|χαιρετισμούς|χαιρετισμοί|με τιμή|ευχαριστώ εκ των προτέρων|με σεβασμό|καλή συνέχεια|θερμούς χαιρετισμούς|με τους καλύτερους χαιρετισμούς|τους χαιρετισμούς μου|καλή σας ημέρα|καλή σας μέρα
tr: saygılarımla|saygılar|iyi çalışmalar|saygılarımızla|iyi günler|sevgiler|selamlar|en iyi dileklerimle|saygı ile|saygıyla|iyi günler dilerim|iyi çalışmalar dilerim|sevgilerimle|hürmetler|kolay gelsin|saygılarımı sunarım|iyi günler diliyorum
he: בברכה|בכבוד רב|בידידות|בהוקרה|יום טוב|בברכה רבה|בכבוד|המשך יום טוב|שבוע טוב|בברכת יום טוב|בתודה ובברכה|כל טוב|בברכה חמה|ברכות
ar: مع أطيب التحيات|تحياتي|مع التحية|أطيب التحيات|مع خالص التحية|وتفضلوا بقبول فائق الاحترام*|مع فائق الاحترام|مع الاحترام|تحية طيبة|مع تحياتي|مع خالص التقدير|المخلص|المخلصة|مع أطيب الأمنيات|تقبلوا تحياتي|والسلام عليكم*|مع أحر التحيات|خالص التحيات|مع الشكر والتقدير|مع وافر الاحترام
fa: با احترام|با تشکر|ارادتمند|با تشکر و احترام|با سپاس|با آرزوی موفقیت|با بهترین آرزوها|با سپاس فراوان|دوستدار شما|با ارادت|با درود|ارادتمند شما|با تقدیم احترام
hi: सादर|शुभकामनाओं सहित|भवदीय|धन्यवाद सहित|आपका|सधन्यवाद|शुभेच्छु|भवदीया|सादर प्रणाम|आपका विश्वासी|आपकी|आदर सहित|सस्नेह|शुभकामनाएं|हार्दिक शुभकामनाएं
th: ด้วยความเคารพ|ขอแสดงความนับถือ|ด้วยความนับถือ|ด้วยความปรารถนาดี|ขอแสดงความนับถืออย่างสูง|ขอบคุณและขอแสดงความนับถือ|นับถือ
vi: trân trọng|kính thư|thân mến|thân ái|kính chào|trân trọng kính chào|xin chân thành cảm ơn|trân trọng cảm ơn|thân chào|chúc một ngày tốt lành|kính|mến chào|trân trọng kính thư|thân
id ms: salam|salam hormat|hormat saya|hormat kami|salam sejahtera|dengan hormat saya|salam hangat|yang benar|yang ikhlas|sekian|salam hangat selalu|sekian terima kasih|salam sejahtera untuk anda|dengan salam hormat
ja: よろしくお願いいたします|よろしくお願い致します|よろしくお願いします|宜しくお願いいたします|宜しくお願い致します|宜しくお願いします|敬具|以上|何卒よろしくお願いいたします|何卒よろしくお願い申し上げます|以上、よろしくお願いいたします|以上、よろしくお願いします|草々|何卒宜しくお願い致します|よろしくお願い申し上げます|かしこ|失礼いたします
ko: 안녕히 계세요|올림|드림|수고하세요|안부 전합니다|좋은 하루 되세요|수고하십시오|이만 줄입니다|좋은 하루 보내세요|안녕히 계십시오|경구
zh: 此致|敬礼|祝好|顺祝商祺|此致敬礼|此致 敬礼|祝您工作顺利|祝 好|順頌商祺|敬祝|敬上|敬啟|顺颂商祺|致敬|祝商祺|祝工作顺利|祝您愉快|商祺|順祝商祺|敬頌|敬颂|最诚挚的问候|最好的祝愿|问候|誠摯的問候|此致 敬禮|此致敬禮|順頌時祺|祝 商祺|祝生活愉快|诚挚的问候
hr: srdačan pozdrav|s poštovanjem|lijep pozdrav|pozdrav|lp|srdačno|s pozdravom|lijepi pozdrav|ugodan dan|s najboljim željama|lijep dan|veliki pozdrav
sr: срдачан поздрав|с поштовањем|поздрав|srdačan pozdrav|s poštovanjem|пуно поздрава|pozdrav|puno pozdrava|леп поздрав|lep pozdrav|све најбоље|пријатан дан
sl: lep pozdrav|s spoštovanjem|lepo pozdravljeni|prijazen pozdrav|pozdrav|lp|s prijaznimi pozdravi|lepe pozdrave|lepi pozdravi|lep dan|s prijaznim pozdravom|vse dobro|prijetno dan
et: parimate soovidega|lugupidamisega|tervitades|heade soovidega|tervitustega|parimat|kena päeva|ilusat päeva|austusega|parimate tervitustega|tervitusi|head soovides|lp
lv: ar cieņu|ar sveicieniem|cieņā|jauku dienu|ar laba vēlējumiem|sveicieni|visu labu|patiesā cieņā|ar vislabākajiem vēlējumiem|ar labākajiem vēlējumiem|lai jauka diena|sirsnīgi sveicieni
lt: pagarbiai|su pagarba|geros dienos|linkėjimai|su geriausiais linkėjimais|nuoširdžiai|geriausi linkėjimai|su linkėjimais|linkiu geros dienos|gražios dienos|jūsų
ca: salutacions|salutacions cordials|cordialment|atentament|una salutació|salutacions cordials|ben cordialment|rebeu una cordial salutació|una abraçada|bon dia|salut|que tingueu un bon dia|records|ben atentament
"#;

/// Words of thanks: a closing when a name stands below, else what somebody says.
pub(in super::super) const THANKS: Table = r#"
en: thanks|thank you|many thanks|thanks a lot|thanks again|thx|thank you very much|thanks in advance|thank you in advance|thanks so much|thank you so much|cheers|ty|tia|much appreciated|thanking you|with thanks|thanks and regards|thanks & regards|thank you and best regards|thnx|tks|tnx|thanks very much|thanks & best regards|talk soon|see you|bye|ciao|love|xo|xoxo|peace|thanks again and best|thank you again|thank you kindly|ta
de: danke|vielen dank|besten dank|herzlichen dank|danke schön|dankeschön|danke im voraus|vielen dank im voraus|vielen dank schon mal|danke vorab|danke und gruß|danke und grüße|dank im voraus|dankend|tausend dank|danke & gruß|lieben dank|vorab vielen dank|im voraus vielen dank|bis bald|bis dann|tschüss|ciao
fr: merci|merci beaucoup|merci d'avance|avec mes remerciements|merci par avance|je vous remercie|en vous remerciant|merci bien|mille mercis|avec tous mes remerciements|en vous remerciant par avance|je vous remercie par avance|merci encore|vous remerciant|merci pour votre aide|bises|bisous|biz
es: gracias|muchas gracias|mil gracias|gracias de antemano|gracias y saludos|muchísimas gracias|desde ya muchas gracias|gracias por su ayuda|muchas gracias de antemano|gracias por todo|gracias por anticipado|besos
pt: obrigado|obrigada|muito obrigado|muito obrigada|desde já obrigado|desde já obrigada|grato|grata|agradecido|agradecida|desde já agradeço|obrigado pela atenção|obg|agradeço desde já|agradeço a atenção|beijos|valeu
it: grazie|grazie mille|grazie in anticipo|mille grazie|molte grazie|la ringrazio|vi ringrazio|ringrazio|grazie ancora|tante grazie|ringraziando|ringraziando anticipatamente|grazie e saluti|ringrazio anticipatamente|grazie infinite|ciao
nl: bedankt|dank u|dank je|alvast bedankt|dank|hartelijk dank|bij voorbaat dank|dank u wel|dankjewel|heel erg bedankt|met dank|dank je wel|bvd|alvast dank|veel dank|bedankt en groet|tot ziens|doei
sv: tack|tack på förhand|tack så mycket|stort tack|tusen tack|tack för hjälpen|många tack|tackar|med tack|hej då|kram
da nb: tak|mange tak|på forhånd tak|tusind tak|takk|mange takk|tusen takk|på forhånd takk|tak for hjælpen|takk for hjelpen|takker|hjertelig takk|tak på forhånd|takk på forhånd|klem|knus
fi: kiitos|kiitoksia|kiitos etukäteen|kiittäen|paljon kiitoksia|kiitos paljon|suurkiitos|suuri kiitos|kiitän|kiitoksin|jo etukäteen kiitos
pl: dziękuję|dzięki|z góry dziękuję|bardzo dziękuję|dziękuję bardzo|dziękuję z góry|wielkie dzięki|dziękuję i pozdrawiam|dziękujemy|z podziękowaniem|z góry dzięki|stokrotne dzięki
cs sk: děkuji|díky|předem děkuji|děkuji předem|ďakujem|vďaka|vopred ďakujem|moc děkuji|mockrát děkuji|děkuju|díky moc|děkujeme|s díky|ďakujem vopred|ďakujem pekne|veľmi pekne ďakujem|dík|díky předem
hu: köszönöm|előre is köszönöm|köszi|köszönöm szépen|nagyon köszönöm|köszönöm a segítséget|kösz|köszönjük|köszönöm előre is|hálás köszönettel|előre is köszönettel
ro: mulțumesc|mersi|mulțumesc anticipat|mulțumim|vă mulțumesc|multumesc|cu mulțumiri|mulțumesc mult|vă mulțumesc anticipat|mulțumesc frumos|mulțumesc din nou|mii de mulțumiri
bg: благодаря|благодаря предварително|мерси|благодаря ви|много благодаря|предварително благодаря|благодаря много|благодарим|с благодарност
ru: спасибо|заранее спасибо|большое спасибо|благодарю|спасибо большое|заранее благодарю|спасибо заранее|спасибо вам|благодарим|огромное спасибо|благодарю вас|благодарю заранее|спасибо за помощь
uk: дякую|заздалегідь дякую|щиро дякую|дуже дякую|дякую заздалегідь|вдячний|вдячна|красно дякую|наперед дякую|велике спасибі|дякуємо|спасибі
el: ευχαριστώ|σας ευχαριστώ|ευχαριστώ πολύ|ευχαριστώ εκ των προτέρων|ευχαριστούμε|σας ευχαριστώ πολύ|με ευχαριστίες|χίλια ευχαριστώ|σε ευχαριστώ
tr: teşekkürler|teşekkür ederim|şimdiden teşekkürler|çok teşekkürler|çok teşekkür ederim|teşekkür ederiz|sağolun|şimdiden teşekkür ederim|tşk|sağ olun|teşekkürlerimle
he: תודה|תודה רבה|תודה מראש|בתודה|המון תודה|תודה רבה מראש|בתודה מראש|תודה לך|תודות
ar: شكرا|شكرا لك|شكرا جزيلا|وشكرا|شكرًا|شكراً|شكرًا لكم|شكراً جزيلاً|شكرا لكم|مع الشكر|جزيل الشكر|شكرا مقدما|شكرا مسبقا|مع جزيل الشكر|ولكم جزيل الشكر
fa: ممنون|متشکرم|سپاسگزارم|مرسی|خیلی ممنون|سپاس|تشکر|بسیار سپاسگزارم|ممنونم|با تشکر از شما|پیشاپیش متشکرم|متشکر
hi: धन्यवाद|बहुत धन्यवाद|शुक्रिया|बहुत बहुत धन्यवाद|अग्रिम धन्यवाद|आपका धन्यवाद|आभार
th: ขอบคุณ|ขอบคุณครับ|ขอบคุณค่ะ|ขอบคุณมาก|ขอบคุณมากครับ|ขอบคุณมากค่ะ|ขอบพระคุณ|ขอขอบคุณ|ขอบใจ|ขอบคุณล่วงหน้า
vi: cảm ơn|xin cảm ơn|cám ơn|chân thành cảm ơn|cảm ơn nhiều|xin chân thành cảm ơn|cảm ơn trước|cảm ơn bạn|cảm ơn rất nhiều|trân trọng cảm ơn|rất cảm ơn
id ms: terima kasih|makasih|terima kasih banyak|trims|terima kasih sebelumnya|terimakasih|tq|banyak terima kasih|terima kasih atas bantuannya|matur nuwun
ko: 감사합니다|고맙습니다|감사드립니다|감사해요|고마워요
ja: ありがとうございます|ありがとうございました|感謝いたします|お手数ですが|有難うございます|お礼申し上げます|感謝します
zh: 多谢|谢谢|謝謝|感谢|非常感谢|多謝|感謝|十分感谢|先谢谢了|谢谢您|謝謝您|万分感谢|感激不尽|非常感謝|谢谢了|谢了
hr sr sl: hvala|unaprijed hvala|puno hvala|хвала|hvala lepa|najlepša hvala|хвала унапред|hvala lijepa|zahvaljujem|hvala unaprijed|hvala vam|vnaprej hvala|hvala lijepo|хвала вам|hvala vnaprej|najljepša hvala
et: aitäh|tänan|ette tänades|suur tänu|tänades|tänud|tänan ette|suured tänud|aitäh teile|tänuga
lv: paldies|jau iepriekš paldies|liels paldies|pateicos|ar pateicību|paldies jau iepriekš|sirsnīgs paldies|paldies par palīdzību
lt: ačiū|dėkoju|iš anksto dėkoju|labai ačiū|dėkui|iš anksto ačiū|dėkojame|labai dėkoju|su padėka|dėkoju iš anksto
ca: gràcies|moltes gràcies|gràcies per endavant|moltíssimes gràcies|gràcies d'avançada|mercès|moltes mercès|mil gràcies
is: takk|takk fyrir|með þökk|kærar þakkir
"#;

/// How the line of a mail program begins that names the telephone or the program.
pub(in super::super) const SENT_FROM: Table = r#"
en: sent from my|sent from mailspring|sent from a|sent from an|sent from mail|sent from yahoo|sent from outlook|sent from proton|sent from samsung|sent from gmail|sent from iphone|sent from ipad|sent from the|sent from mobile|sent from android|sent from windows|sent from huawei|sent from xiaomi|sent from spark|sent from nine|sent from blue|sent from galaxy|sent from workspace|sent from k-9|sent from fairemail|sent from tutanota|sent from zoho|sent from superhuman|sent from front|sent from missive|sent from hey|sent from smartphone|sent from phone|sent from thunderbird|sent from edison|sent from airmail|sent from canary|sent from mailbird|sent from aol|sent from surface|sent from att|sent from at&t|sent from verizon|sent from t-mobile|sent from oneplus|sent from myMail|sent from mymail|sent from polymail|sent from newton|sent from cloudmagic|sent from boxer|sent from vmware|sent from gmx|sent from web.de|sent from pixel|sent from oppo|sent from vivo|sent via|sent with|sent using|sent by|sent on the go|sent securely|get outlook for|get bluemail for|get the outlook app|via mobile|via iphone|via ipad|via blackberry|composed on|typed on|written on my|from my iphone|from my ipad|from my phone|from my mobile|from my android|please excuse typos|please excuse brevity|excuse my brevity|please excuse my brevity|this message was sent from|download outlook|yahoo mail: search|secured by|secure email|powered by|get yahoo mail|try outlook|sent out from my
de: gesendet von|gesendet mit|gesendet aus|gesendet über|gesendet per|von meinem|von meiner|diese nachricht wurde von meinem|diese nachricht wurde mit|holen sie sich outlook|outlook für ios beziehen|outlook für android beziehen|hole dir outlook|versendet von|verschickt von|unterwegs gesendet|mobil gesendet|sicher versendet|diese e-mail wurde von meinem|mit meinem|am iphone geschrieben|outlook für|laden sie outlook|sicher verschickt|via smartphone|vom iphone|vom handy|vom smartphone|von unterwegs
fr: envoyé de mon|envoyé depuis|envoyé à partir de|envoyé d'un|envoyé avec|envoyé via|envoyé de|télécharger outlook|obtenir outlook|obtenez outlook|envoyée de|envoyé par|envoyé avec la messagerie|provenance : courrier|téléchargez outlook
es: enviado desde|obtener outlook|obtén outlook|enviado con|enviado a través de|enviado mediante|enviado por|descargar outlook|enviado de|consigue outlook|obtenga outlook|mensaje enviado desde|descarga outlook
pt: enviado do meu|enviado de meu|enviado a partir|enviado do|enviado da|enviado com|enviado pelo|enviado via|obter o outlook|obtenha o outlook|enviado por|baixe o outlook|enviado através|baixar o outlook|obter outlook|enviada do meu
it: inviato da|inviato dal|inviato dall*|inviato con|inviato tramite|ottieni outlook|scarica outlook|scaricare outlook|inviata da|inviato via|mandato da
nl: verstuurd vanaf|verzonden vanaf|verzonden met|verstuurd met|verzonden via|verstuurd via|verstuurd door|outlook voor|download outlook|verzonden vanuit|verstuurd vanuit|verstuurd van|verzonden van|verkrijg outlook|haal outlook
sv: skickat från|skickat med|skickat via|hämta outlook|sänt från|skickades från|skaffa outlook|ladda ned outlook|ladda ner outlook|skickat av
da: sendt fra|sendt med|sendt via|hent outlook|få outlook|sendt af|afsendt fra
nb: sendt fra|skaff deg outlook|last ned outlook|få outlook|sendt med|hent outlook|sendt via|sendt frå
is: sent úr|sent með
fi: lähetetty|hanki outlook|lataa outlook
pl: wysłane z|wysłano z|pobierz program outlook|pobierz outlook|wysłane za|wysłane przez|wysłano za|wysłane przy|uzyskaj outlook|wysłane ze|wysłano przez|pobierz aplikację outlook|wiadomość wysłana z
cs: odesláno z|odesláno ze|odesláno pomocí|získat outlook|posláno z|stáhnout outlook|odesláno přes|odesláno prostřednictvím|získejte outlook|posláno ze
sk: odoslané z|odoslané zo|odoslané pomocou|získať outlook|poslané z|stiahnuť outlook|získajte outlook|odoslané cez|odoslané prostredníctvom
hu: az iphone-omról|az én|küldve a|elküldve a|iphone-omról küldve|az outlook letöltése|outlook beszerzése|küldve az|küldve:|elküldve az|szerezze be az outlook*|töltse le az outlook*|az outlook beszerzése
ro: trimis de pe|trimis din|trimis cu|obțineți outlook|descărcați outlook|expediat de pe|trimis prin|trimis de la
bg: изпратено от|изпратено с|вземете outlook|изтеглете outlook|изпратено чрез|изтегляне на outlook
ru: отправлено с|отправлено из|отправлено через|скачать outlook|получить outlook|послано с|отправлено от|отправлено при помощи|загрузить outlook|получите outlook|скачайте outlook|написано с|отправлено со
uk: надіслано з|відправлено з|отримати outlook|надіслано через|отримайте outlook|надіслано зі|відправлено за допомогою|надіслано за допомогою|завантажити outlook|надіслано із
el: στάλθηκε από|εστάλη από|αποστολή από|λήψη του outlook|απόκτηση του outlook|στάλθηκε με|στάλθηκε μέσω|αποκτήστε το outlook|λήψη outlook
tr: iphone'umdan gönderildi|iphone'dan gönderildi|outlook'u edinin|ipad'imden gönderildi|samsung cihazımdan|android için outlook*|ios için outlook*|outlook for|outlook'u indirin
he: נשלח מה*|נשלח מ*|הורד את outlook*|קבל את outlook*|קבל outlook*|נשלח באמצעות|נשלח על ידי|נשלח דרך
ar: أرسلت من|أُرسلت من|مرسل من|تم الإرسال من|الحصول على outlook|تم إرساله من|أرسل من|مُرسل من|أُرسل من|احصل على outlook|تنزيل outlook|أرسلت بواسطة|تم الإرسال بواسطة|أُرسلت باستخدام
fa: ارسال شده از|فرستاده شده از|ارسال از|دریافت outlook|ارسال‌شده از|از طرف|ارسال شده با
hi: मेरे iphone से|मेरे आईफोन से|मेरे फ़ोन से|मेरे फोन से|मेरे android|मेरे ipad|मेरे|outlook प्राप्त करें
th: ส่งจาก|ส่งด้วย|รับ outlook|ดาวน์โหลด outlook|ส่งโดยใช้|ส่งผ่าน
vi: gửi từ|được gửi từ|đã gửi từ|tải outlook|nhận outlook|gửi bằng|tải xuống outlook|đã gửi bằng|được gửi bằng|gửi qua
id ms: dikirim dari|terkirim dari|dapatkan outlook|dihantar dari|dihantar daripada|dikirim melalui|dikirim menggunakan|dikirim dengan|unduh outlook|muat turun outlook|dikirim lewat
ja: 私のiphoneから送信|iphoneから送信|ipadから送信|androidから送信|outlook for ios を入手|ios版outlookを入手|ios 版 outlook|ios 用 outlook|android 版 outlook|outlook for|スマートフォンから送信|android 用 outlook|yahoo!メール|gmailから送信|私の
ko: 나의|내 iphone|iphone에서 보냄|ipad에서 보냄|내 갤럭시|갤럭시에서 보냄|outlook 다운로드|ios용 outlook|android용 outlook|iphone에서|outlook for|samsung galaxy 스마트폰에서|내 android|휴대전화에서|내 휴대폰에서
zh: 发自我的|发自|發自我的|發自|从我的|從我的|通過我的|来自|获取 outlook|获取outlook|取得 outlook|取得 ios|取得 android|发送自|下载 outlook|取得outlook|从 windows 版邮件发送|从 windows 版|從 windows 的|通过 outlook|由我的|我的iphone|由 outlook|寄自|通过我的|從我的 iphone 傳送|傳送自|来自我的|發送自|通过网易
hr sr: poslano s|poslano iz|poslano pomoću|poslato sa|poslato iz|nabavite outlook|preuzmite outlook|послато са|послато из|послато преко|nabavi outlook|poslano putem|poslato preko|poslano sa|преузмите outlook|набавите outlook
sl: poslano z|poslano iz|poslano s|prenesite outlook|pridobite outlook|poslano prek|pridobi outlook|prenesi outlook
et: saadetud minu|saadetud|hangi outlook|hankige outlook|laadi alla outlook|laadige alla outlook
lv: sūtīts no|nosūtīts no|iegūt outlook|iegūstiet outlook|lejupielādēt outlook|nosūtīts ar|nosūtīts, izmantojot|sūtīts, izmantojot|lejupielādējiet outlook
lt: išsiųsta iš|siųsta iš|gauti outlook|gaukite outlook|atsisiųsti outlook|išsiųsta naudojant|atsisiųskite outlook|išsiųsta su|siųsta naudojant
ca: enviat des|enviat amb|obtenir l'outlook|obteniu l'outlook|enviat des de|enviat mitjançant|obteniu outlook|baixa l'outlook|obtén l'outlook|aconsegueix l'outlook|obtenir outlook
"#;

/// How such a line ends in languages that put the telephone first.
pub(in super::super) const SENT_BY: [&str; 18] = [
    "から送信",
    "から送信されました",
    "에서 보냄",
    "에서 전송",
    "에서 보냈습니다",
    "gesendet",
    "gönderildi",
    "से भेजा गया",
    "lähetetty",
    "küldve",
    "küldtem",
    "傳送",
    "发送",
    "を入手",
    "edinin",
    "beziehen",
    "letöltése",
    "से भेजा",
];

/// Names that stand before a telephone, an address or a page.
pub(in super::super) const CONTACTS: Table = r#"
en: tel|telephone|phone|mobile|cell|fax|office|direct|email|e-mail|mail|web|website|skype|linkedin|twitter|facebook|instagram|whatsapp|telegram|signal|address|mob|ph|www|http|https|direct line|dir|ext|cellphone|main|toll free|desk|home|work|hotline|p.o. box|po box|vat|registered office|registered in|company no|reg. no|registration no|registration number|company registration|d-u-n-s
de: telefon|mobil|handy|durchwahl|telefax|büro|internet|geschäftsführer*|geschäftsführung|sitz der gesellschaft|sitz|registergericht|amtsgericht|handelsregister|hrb|ust-id*|ust.-id*|steuernummer|vorstand|vorsitzender*|aufsichtsrat*|hra|postfach|fon|tel.|bankverbindung|iban
fr: tél|téléphone|portable|télécopie|site|courriel|adresse|siège social|rcs|siret|siren|standard|mél|gsm|ligne directe|capital
es pt ca: teléfono|telefono|móvil|celular|correo|telefone|telemóvel|página web|dirección|endereço|cif|nif|cnpj|tlf|telf|telm|cel|ramal|fijo|mòbil|telèfon
it: cellulare|cell|telefono|indirizzo|p.iva|p. iva|partita iva|c.f|sede legale|cod. fisc|pec|sito|codice fiscale|reg. imp
nl sv da nb fi: telefoon|mobiel|mobil|telefon|mobiltelefon|puh|puhelin|gsm|kvk|btw|tlf|mobilnr|org.nr|org. nr|cvr|adres|adress|hemsida|y-tunnus|besöksadress|bezoekadres|postadres|växel|telefonnummer|bankgiro|matkapuhelin
pl cs sk hu ro: telefon|kom|komórka|adres|nip|krs|regon|mobil|ič|dič|ičo|cím|honlap|adószám|cégjegyzékszám|telefonszám|tel. kom|web|www|cui|sediu
ru uk bg sr: тел|телефон|моб|мобильный|факс|адрес|сайт|почта|мобільний|адреса|еик|инн|огрн|мобилен|скайп|эл. почта|ватсап|телеграм|єдрпоу
el tr he ar fa: τηλ|τηλέφωνο|κιν|κινητό|φαξ|telefon|cep|faks|gsm|טל|טלפון|נייד|פקס|דוא"ל|هاتف|جوال|فاكس|تلفن|موبایل|همراه|بريد|ت|adres|διεύθυνση|הנייד|ایمیل|موبايل
hi th vi id: फ़ोन|फोन|मोबाइल|ईमेल|पता|โทร|โทรศัพท์|มือถือ|อีเมล|แฟกซ์|điện thoại|đt|di động|sđt|địa chỉ|telepon|hp|no. hp|alamat|ponsel|telp
ja ko zh: 電話|携帯|住所|〒|メール|전화|휴대폰|팩스|이메일|주소|电话|手机|传真|邮箱|地址|電話|手機|傳真|微信|qq|직통|郵箱|網址|网址|내선|電郵
hr sl et lv lt: mobitel|mob|tel|oib|tālrunis|mobilais|telefonas|mob. tel|faks|veebileht|mobiiltelefon|adrese|adresas|įmonės kodas|reģ. nr
"#;
