//! The words by which machines give themselves away. All lower case but the header names.

/// Header fields that forwarders leave.
pub(super) const FORWARDER_HEADERS: [&str; 10] = [
    "X-Forwarded-To",
    "X-Forwarded-For",
    "X-MS-Exchange-ForwardingLoop",
    "X-MS-Exchange-Inbox-Rules-Loop",
    "Resent-From",
    "X-Gm-Original-To",
    "X-Pm-Forwarded-From",
    "X-Yandex-Forward",
    "X-MailRu-Forward",
    "X-Resolved-To",
];

/// Local parts of mail systems.
pub(super) const DAEMONS: [&str; 7] =
    ["mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon", "mailsystem", "mail-delivery-system"];

/// Display names of mail systems.
pub(super) const DAEMON_NAMES: [&str; 6] =
    ["mail delivery system", "mail delivery subsystem", "mailer-daemon", "mail administrator", "postmaster", "jetmail"];

/// What a filter writes into the fields of a report when it only asks the sender to be approved.
pub(super) const CHALLENGES: [&str; 4] = ["not pre-approved", "awaiting approval", "confirm your address", "challenge"];

/// How letters of people begin.
pub(super) const GREETINGS: [&str; 20] = [
    "hi",
    "hello",
    "hallo",
    "hey",
    "dear",
    "liebe",
    "lieber",
    "sehr",
    "guten",
    "bonjour",
    "cher",
    "chère",
    "hola",
    "estimado",
    "estimada",
    "ciao",
    "buongiorno",
    "olá",
    "здравствуйте",
    "你好",
];

/// What subjects of failed or late deliveries hold.
pub(super) const FAILURE_SUBJECTS: [&str; 43] = [
    "undeliver",
    "delivery status notification",
    "delivery failure",
    "delivery has failed",
    "delivery failed",
    "failure notice",
    "delivery notification",
    "returned mail",
    "returned to sender",
    "mail delivery failed",
    "mail delivery fail",
    "could not be delivered",
    "delivery problem",
    "delivery report",
    "nondeliverable",
    "non-deliverable",
    "warning: message",
    "delayed mail",
    "delivery delayed",
    "message delayed",
    "mail system error",
    "unzustellbar",
    "zustellung",
    "nicht zugestellt",
    "non remis",
    "non distribuable",
    "échec de",
    "no se puede entregar",
    "no se pudo entregar",
    "impossibile recapitare",
    "не доставлено",
    "недоставленное",
    "not delivered",
    "not be delivered",
    "delivery warning",
    "failure delivery",
    "mail failed",
    "failed mail",
    "non-delivery",
    "mail failure",
    "delivery error",
    "mail error",
    "user unknown",
];

/// Header fields that only responders write.
pub(super) const RESPONDER_HEADERS: [&str; 11] = [
    "X-Autoreply",
    "X-Autoreply-From",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply",
    "X-Mail-Autoreply",
    "Auto-Reply",
    "X-Vacation",
    "X-Out-Of-Office",
    "X-AutoReply-Type",
    "X-FC-MachineGenerated",
];

/// How subjects of automatic replies begin, behind brackets and `Re:`.
pub(super) const AUTOMATIC_SUBJECTS: [&str; 85] = [
    "thank you for contacting",
    "thanks for contacting",
    "we have received your",
    "we've received your",
    "your request has been received",
    "ihre anfrage ist eingegangen",
    "eingangsbestätigung",
    "accusé de réception",
    "acuse de recibo",
    "ontvangstbevestiging",
    "automatic reply",
    "automatic response",
    "automated reply",
    "automated response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "auto:",
    "out of office",
    "out of the office",
    "out-of-office",
    "away from my",
    "away from the",
    "vacation reply",
    "vacation response",
    "vacation:",
    "automatische antwort",
    "automatische rückantwort",
    "abwesend",
    "abwesenheit",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "risposta automatica",
    "fuori ufficio",
    "automatisch antwoord",
    "automatische reactie",
    "afwezig",
    "resposta automática",
    "resposta automatica",
    "fora do escritório",
    "ausência",
    "autosvar",
    "automatisk svar",
    "automatiskt svar",
    "frånvaro",
    "fravær",
    "fraværende",
    "automaattinen vastaus",
    "poissaoloviesti",
    "odpowiedź automatyczna",
    "automatyczna odpowiedź",
    "autoodpowiedź",
    "nieobecność",
    "automatická odpověď",
    "automatická odpoveď",
    "mimo kancelář",
    "automatikus válasz",
    "házon kívül",
    "răspuns automat",
    "otomatik yanıt",
    "otomatik cevap",
    "ofis dışında",
    "автоответ",
    "автоматический ответ",
    "автоматична відповідь",
    "αυτόματη απάντηση",
    "εκτός γραφείου",
    "自動応答",
    "自動返信",
    "自动答复",
    "自动回复",
    "自動回覆",
    "자동 회신",
    "자동 응답",
    "부재중",
    "رد تلقائي",
    "תשובה אוטומטית",
    "trả lời tự động",
    "balasan otomatis",
];

/// Header fields of programs that send to many.
pub(super) const CAMPAIGN_HEADERS: [&str; 6] =
    ["Feedback-ID", "X-Mailman-Version", "X-Campaign", "X-CampaignID", "X-Mailer-RecptId", "X-BeenThere"];

/// Local parts that web servers send forms from.
pub(super) const FORM_ROBOTS: [&str; 7] =
    ["wordpress", "www-data", "apache", "forms", "webform", "contactform", "mailer"];

/// How subjects of forwarded mail begin.
pub(super) const FORWARD_SUBJECTS: [&str; 10] =
    ["fw:", "fwd:", "wg:", "tr:", "rv:", "i:", "enc:", "vs:", "pd:", "doorst:"];

/// Local parts that take no replies, between hyphens.
pub(super) const NO_REPLY: [&str; 8] = [
    "-noreply-",
    "-no-reply-",
    "-donotreply-",
    "-do-not-reply-",
    "-noreplies-",
    "-nicht-antworten-",
    "-ne-pas-repondre-",
    "-nepasrepondre-",
];

/// What subjects hold by which a provider asks to confirm forwarding.
pub(super) const FORWARDING_SUBJECTS: [&str; 34] = [
    "forwarding confirmation",
    "confirm forwarding",
    "confirm email forwarding",
    "confirm mail forwarding",
    "forwarding verification",
    "verify forwarding",
    "verify your forwarding",
    "confirm your forwarding",
    "forwarding address verification",
    "forwarding request",
    "confirm auto-forward",
    "bestätigung der weiterleitung",
    "weiterleitung bestätigen",
    "weiterleitungsbestätigung",
    "confirmation de transfert",
    "confirmer le transfert",
    "confirmación de reenvío",
    "confirmar el reenvío",
    "conferma di inoltro",
    "conferma inoltro",
    "confirmação de encaminhamento",
    "confirmar encaminhamento",
    "doorsturen bevestigen",
    "bevestig doorsturen",
    "potwierdzenie przekazywania",
    "подтверждение пересылки",
    "подтвердите пересылку",
    "yönlendirme onayı",
    "転送の確認",
    "転送確認",
    "转发确认",
    "确认转发",
    "자동 전달 확인",
    "전달 확인",
];
