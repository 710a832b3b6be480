//! Lists of words that say little about what a question is about.

/// English stop words: the list that comes with the search library is too short for letters.
#[rustfmt::skip]
pub(super) const ENGLISH_STOP: &[&str] = &[
    "a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "are", "aren", "as", "at",
    "be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could", "couldn",
    "d", "did", "didn", "do", "does", "doesn", "doing", "don", "down", "during", "each", "few", "for", "from",
    "further", "had", "hadn", "has", "hasn", "have", "haven", "having", "he", "her", "here", "hers", "him", "his",
    "how", "i", "if", "in", "into", "is", "isn", "it", "its", "itself", "just", "ll", "m", "may", "me", "might",
    "more", "most", "my", "myself", "no", "nor", "not", "now", "of", "off", "on", "once", "only", "or", "other",
    "our", "ours", "out", "over", "own", "re", "s", "same", "shall", "she", "should", "shouldn", "so", "some",
    "such", "t", "than", "that", "the", "their", "theirs", "them", "then", "there", "these", "they", "this",
    "those", "through", "to", "too", "under", "until", "up", "us", "ve", "very", "was", "wasn", "we", "were",
    "weren", "what", "when", "where", "which", "while", "who", "whom", "why", "will", "with", "won", "would",
    "wouldn", "you", "your", "yours", "yourself",
];

/// Words of asking and of courtesy in the languages we stem, sorted by their octets. They weigh a fifth of a word of
/// substance: `How long does … take?` is asked of every subject.
#[rustfmt::skip]
pub(super) const LIGHT: &[&str] = &[
    "able", "afternoon", "aide", "aider", "aiutare", "aiuto", "ajuda", "ajudar", "alstublieft", "anyone",
    "anything", "ask", "asking", "avez", "ayuda", "ayudar", "bedankt", "behöver", "bekomme", "bekommen", "besoin",
    "best", "big", "bisogno", "bitte", "bom", "bonjour", "brauche", "brauchen", "buenos", "buongiorno", "ciao",
    "combien", "come", "comment", "como", "cordialement", "cost", "costa", "costano", "costs", "coûte", "coûter",
    "cuanto", "cuesta", "cuestan", "currently", "custa", "cuál", "cuándo", "cuánta", "cuánto", "cómo", "damen",
    "dank", "danke", "dauern", "dauert", "dear", "demora", "details", "dia", "dire", "doen", "does", "dove",
    "duurt", "días", "dónde", "encontrar", "evening", "explain", "faire", "far", "fare", "faut", "favor", "fazer",
    "find", "finde", "finden", "finne", "frage", "fragen", "freundlichen", "funktioniert", "geben", "geehrte",
    "geehrter", "geht", "gern", "gerne", "get", "getting", "gibt", "give", "gjøre", "go", "going", "gostaria",
    "got", "graag", "gracias", "grazie", "greetings", "groeten", "gruss", "gruß", "grüße", "grüßen", "guten",
    "göra", "hacer", "hallo", "happen", "happened", "happens", "hei", "hej", "helfen", "hello", "help", "helpen",
    "herren", "hey", "hi", "hilfe", "hitta", "hjelp", "hjälp", "hjælp", "hoe", "hoeveel", "hola", "hulp", "hur",
    "hvor", "hvordan", "hälsningar", "idea", "info", "information", "kan", "kind", "kindly", "know", "kommen",
    "kommt", "kost", "kostar", "kosten", "koster", "kostet", "kunt", "lang", "lange", "lenge", "let", "liebe",
    "lieber", "like", "long", "länge", "længe", "mache", "machen", "madam", "madame", "make", "makes", "many",
    "meget", "merci", "mich", "mir", "mogelijk", "moin", "monsieur", "morning", "much", "mulig", "muligt", "mycket",
    "mye", "möchte", "möchten", "möglich", "möjligt", "necesito", "need", "needs", "nodig", "när", "når",
    "obrigada", "obrigado", "often", "olá", "onde", "perché", "peut", "peux", "please", "pode", "por", "posible",
    "possibile", "possible", "posso", "possível", "pourquoi", "pouvez", "preciso", "prend", "puede", "pueden",
    "puedo", "puis", "può", "qual", "quale", "quand", "quando", "quanta", "quanto", "quel", "quelle", "quelles",
    "quels", "quero", "question", "questions", "quickly", "quiero", "quisiera", "qué", "regards", "saber", "sagen",
    "saludos", "saluti", "salve", "sapere", "savoir", "say", "see", "sehr", "show", "sir", "someone", "something",
    "soon", "sure", "tack", "tag", "tak", "take", "takes", "taking", "takk", "tar", "tarda", "tardan", "team",
    "tell", "tempo", "temps", "thank", "thanks", "tiempo", "today", "took", "trenger", "trouver", "trovare",
    "understand", "use", "using", "var", "ved", "veta", "veux", "viel", "viele", "vielen", "vill", "vinden", "vite",
    "voglio", "vorrei", "voudrais", "waar", "waarom", "wann", "wanneer", "want", "wanted", "warum", "way", "ways",
    "welche", "welcher", "welches", "welke", "wer", "weten", "wieviel", "wil", "wish", "wissen", "wo", "wohin",
    "wonder", "wondering", "work", "works", "zeigen", "времени", "где", "занимает", "здравствуйте", "как", "когда",
    "можно", "найти", "нужно", "пожалуйста", "помочь", "помощь", "почему", "сделать", "сколько", "спасибо", "стоит",
    "узнать", "хочу",
];
