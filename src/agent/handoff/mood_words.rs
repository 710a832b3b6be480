//! Words of anger and of praise. In lower case, without marks.

/// One language.
pub(super) struct Words {
    /// Only who is angry writes it.
    pub(super) strong: &'static [&'static str],
    /// Two of these are anger.
    pub(super) mild: &'static [&'static str],
    /// Praise and relief. A mere thank you is courtesy.
    pub(super) happy: &'static [&'static str],
}

/// What turns the words behind it.
#[rustfmt::skip]
pub(super) const NEGATIONS: &[&str] = &[
    "not", "never", "no", "without", "nicht", "kein", "keine", "nie", "ohne", "ne", "pas", "jamais", "sans", "nunca", "sin",
    "non", "mai", "senza", "não", "nem", "sem", "niet", "geen", "nooit", "zonder", "inte", "ingen", "aldrig", "utan", "ikke",
    "uden", "uten", "ei", "eivät", "nincs", "не", "нет", "без", "nie", "bez", "değil",
];

#[rustfmt::skip]
pub(super) const MOODS: &[Words] = &[
    // en
    Words {
        strong: &["this is ridiculous", "this is unacceptable", "totally unacceptable", "completely unacceptable",
            "worst service", "worst company", "worst support", "i am furious", "i'm furious", "i am angry", "i'm angry",
            "i am fed up", "i'm fed up", "sick of this", "sick and tired", "what a joke", "rip off", "ripped off",
            "absolutely useless", "you are useless", "complete waste of time", "this is outrageous", "shame on you",
            "for the third time", "this is the third time", "nobody answers", "never again", "wtf", "bullshit"],
        mild: &["ridiculous", "unacceptable", "useless", "outrageous", "terrible", "awful", "disgusting", "pathetic",
            "still waiting", "disappointed", "frustrated", "frustrating", "annoyed", "annoying", "incompetent", "scam"],
        happy: &["thank you so much", "thanks a lot", "that helped", "works now", "it works perfectly", "problem solved",
            "you are great", "great service", "excellent service", "i love it", "very happy", "much appreciated"],
    },
    // de
    Words {
        strong: &["das ist eine frechheit", "eine frechheit", "eine unverschämtheit", "das ist unverschämt", "das ist inakzeptabel",
            "völlig inakzeptabel", "ich bin stinksauer", "ich bin sauer", "ich bin wütend", "ich habe die nase voll", "mir reicht es",
            "mir reicht's", "das ist ein witz", "schlechtester service", "saftladen", "sauerei", "zum dritten mal", "nie wieder",
            "so eine schweinerei", "das kann doch nicht wahr sein", "ihr könnt mich mal", "verarschen"],
        mild: &["frechheit", "inakzeptabel", "unverschämt", "enttäuscht", "verärgert", "genervt", "ärgerlich", "lächerlich",
            "katastrophe", "unfähig", "warte immer noch", "zumutung"],
        happy: &["vielen lieben dank", "tausend dank", "das hat geholfen", "jetzt funktioniert es", "funktioniert wieder", "super service",
            "toller service", "ich bin begeistert", "sehr zufrieden", "problem gelöst", "perfekt danke"],
    },
    // fr
    Words {
        strong: &["c'est inadmissible", "c'est inacceptable", "c'est scandaleux", "c'est une honte", "je suis furieux", "je suis furieuse",
            "je suis en colère", "j'en ai marre", "ras le bol", "vous vous moquez de moi", "pire service", "c'est du vol",
            "pour la troisième fois", "plus jamais", "c'est n'importe quoi"],
        mild: &["inadmissible", "inacceptable", "scandaleux", "ridicule", "lamentable", "honteux", "déçu", "déçue", "énervé", "agacé",
            "j'attends toujours"],
        happy: &["merci infiniment", "mille mercis", "ça marche maintenant", "problème résolu", "excellent service", "je suis ravi",
            "je suis ravie", "très satisfait", "très satisfaite"],
    },
    // es
    Words {
        strong: &["es inaceptable", "es una vergüenza", "qué vergüenza", "estoy furioso", "estoy furiosa", "estoy harto", "estoy harta",
            "estoy enfadado", "estoy enfadada", "es una estafa", "peor servicio", "por tercera vez", "nunca más", "es indignante",
            "se están burlando"],
        mild: &["inaceptable", "indignante", "ridículo", "lamentable", "decepcionado", "decepcionada", "molesto", "molesta", "pésimo",
            "pésima", "sigo esperando", "vergonzoso"],
        happy: &["muchísimas gracias", "ya funciona", "problema resuelto", "excelente servicio", "estoy encantado", "estoy encantada",
            "muy contento", "muy contenta"],
    },
    // it
    Words {
        strong: &["è inaccettabile", "è una vergogna", "che vergogna", "sono furioso", "sono furiosa", "sono stufo", "sono stufa",
            "sono arrabbiato", "sono arrabbiata", "è una truffa", "peggior servizio", "per la terza volta", "mai più", "è scandaloso",
            "mi state prendendo in giro"],
        mild: &["inaccettabile", "scandaloso", "ridicolo", "vergognoso", "deluso", "delusa", "pessimo", "pessima", "irritato",
            "sto ancora aspettando", "assurdo"],
        happy: &["grazie mille", "ora funziona", "problema risolto", "ottimo servizio", "servizio eccellente", "molto contento",
            "molto contenta", "molto soddisfatto"],
    },
    // pt
    Words {
        strong: &["é inaceitável", "isto é inaceitável", "é uma vergonha", "que vergonha", "estou furioso", "estou furiosa", "estou farto",
            "estou farta", "é um absurdo", "pior serviço", "pela terceira vez", "nunca mais", "é uma fraude", "estão a gozar comigo"],
        mild: &["inaceitável", "absurdo", "ridículo", "vergonhoso", "decepcionado", "decepcionada", "desiludido", "péssimo", "péssima",
            "irritado", "ainda estou à espera"],
        happy: &["muito obrigado mesmo", "muitíssimo obrigado", "já funciona", "problema resolvido", "excelente serviço", "muito satisfeito",
            "muito satisfeita", "estou muito feliz"],
    },
    // nl
    Words {
        strong: &["dit is onacceptabel", "dit is belachelijk", "dit is schandalig", "ik ben woedend", "ik ben boos", "ik ben het zat",
            "slechtste service", "voor de derde keer", "nooit meer", "wat een schande", "dit is oplichting", "ik word gek van jullie"],
        mild: &["onacceptabel", "belachelijk", "schandalig", "teleurgesteld", "geïrriteerd", "waardeloos", "ik wacht nog steeds",
            "frustrerend", "oplichters"],
        happy: &["heel erg bedankt", "super bedankt", "het werkt nu", "het werkt weer", "probleem opgelost", "geweldige service",
            "heel blij", "zeer tevreden"],
    },
    // sv
    Words {
        strong: &["det är oacceptabelt", "helt oacceptabelt", "det är löjligt", "jag är arg", "jag är rasande", "jag är förbannad",
            "jag har fått nog", "sämsta service", "för tredje gången", "aldrig mer", "vilket skämt", "det är en skandal"],
        mild: &["oacceptabelt", "löjligt", "besviken", "irriterad", "värdelös", "värdelöst", "väntar fortfarande", "frustrerande", "bedrägeri"],
        happy: &["tusen tack", "nu fungerar det", "problemet är löst", "fantastisk service", "jättenöjd", "mycket nöjd", "jätteglad"],
    },
    // da
    Words {
        strong: &["det er uacceptabelt", "helt uacceptabelt", "det er latterligt", "jeg er vred", "jeg er rasende", "jeg har fået nok",
            "dårligste service", "for tredje gang", "aldrig mere", "det er en skandale", "sikke en skandale"],
        mild: &["uacceptabelt", "latterligt", "skuffet", "irriteret", "ubrugeligt", "venter stadig", "frustrerende", "svindel"],
        happy: &["mange mange tak", "nu virker det", "problemet er løst", "fantastisk service", "meget tilfreds", "super glad"],
    },
    // no
    Words {
        strong: &["dette er uakseptabelt", "helt uakseptabelt", "dette er latterlig", "jeg er sint", "jeg er rasende", "jeg har fått nok",
            "dårligste service", "for tredje gang", "aldri mer", "dette er en skandale"],
        mild: &["uakseptabelt", "latterlig", "skuffet", "irritert", "ubrukelig", "venter fortsatt", "venter fremdeles", "frustrerende"],
        happy: &["tusen takk", "nå fungerer det", "problemet er løst", "fantastisk service", "veldig fornøyd", "kjempefornøyd"],
    },
    // fi
    Words {
        strong: &["tämä on naurettavaa", "täysin naurettavaa", "olen raivoissani", "olen vihainen", "sain tarpeekseni", "huonoin palvelu",
            "jo kolmannen kerran", "häpeäisitte", "tämä on skandaali", "täyttä paskaa"],
        mild: &["naurettavaa", "törkeää", "pettynyt", "ärsyttävää", "turhautunut", "hyödytön", "odotan edelleen", "odotan yhä", "huijaus"],
        happy: &["kiitos paljon avusta", "tuhannet kiitokset", "nyt toimii", "nyt se toimii", "ongelma ratkesi", "loistava palvelu",
            "todella tyytyväinen"],
    },
    // hu
    Words {
        strong: &["ez elfogadhatatlan", "ez felháborító", "ez nevetséges", "dühös vagyok", "elegem van", "legrosszabb szolgáltatás",
            "már harmadszor írok", "soha többet", "szégyelljék magukat", "ez egy vicc"],
        mild: &["elfogadhatatlan", "felháborító", "nevetséges", "csalódott", "bosszantó", "használhatatlan", "még mindig várok", "átverés"],
        happy: &["nagyon szépen köszönöm", "ezer köszönet", "most már működik", "megoldódott", "kiváló szolgáltatás", "nagyon elégedett"],
    },
    // ru
    Words {
        strong: &["это безобразие", "это возмутительно", "это неприемлемо", "я в ярости", "я в бешенстве", "мне надоело", "сколько можно",
            "худший сервис", "в третий раз", "это издевательство", "вы издеваетесь", "это обман", "больше никогда"],
        mild: &["безобразие", "возмутительно", "неприемлемо", "отвратительно", "ужасно", "разочарован", "разочарована", "раздражает",
            "до сих пор жду", "мошенники"],
        happy: &["огромное спасибо", "большое вам спасибо", "всё заработало", "теперь работает", "проблема решена", "отличный сервис",
            "очень доволен", "очень довольна"],
    },
    // pl
    Words {
        strong: &["to jest niedopuszczalne", "to skandal", "to jest skandal", "to jest śmieszne", "jestem wściekły", "jestem wściekła",
            "mam dość", "najgorsza obsługa", "po raz trzeci", "nigdy więcej", "to jest oszustwo", "kpina"],
        mild: &["niedopuszczalne", "skandaliczne", "śmieszne", "rozczarowany", "rozczarowana", "beznadziejna", "beznadziejne", "żenada",
            "wciąż czekam", "oszuści"],
        happy: &["bardzo dziękuję za pomoc", "teraz działa", "już działa", "problem rozwiązany", "świetna obsługa", "jestem zachwycony",
            "bardzo zadowolony"],
    },
];
