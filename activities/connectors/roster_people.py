"""The invented world of the roster generator: names, countries, interests, and what people write under posts."""

from dataclasses import dataclass

FIRST_NAMES = (
    "Amara", "Anouk", "Arlo", "Bea", "Björn", "Camille", "Cleo", "Dario", "Delphine", "Elif", "Elio", "Esmé", "Fern",
    "Finn", "Giulia", "Hana", "Hugo", "Imani", "Ines", "Jonas", "Juno", "Kai", "Kit", "Leïla", "Lena", "Lior", "Luca",
    "Maren", "Mateo", "Mila", "Nadia", "Niko", "Noor", "Oskar", "Paola", "Quinn", "Remy", "Rosa", "Sanna", "Søren",
    "Tamsin", "Théo", "Uma", "Vera", "Wren", "Yara", "Zadie", "Zoë",
)  # fmt: skip
SURNAME_STARTS = (
    "Alder", "Bram", "Cinder", "Dunmar", "Elver", "Farrow", "Gal", "Hollen", "Isk", "Jarro", "Kestrel", "Lorim", "Marl",
    "Norr", "Ostra", "Pellan", "Quill", "Rowan", "Sella", "Thorn", "Umber", "Vell", "Wester", "Yarrow",
)  # fmt: skip
SURNAME_ENDS = ("bank", "brook", "croft", "dale", "fell", "gate", "holm", "lund", "mere", "moor", "stead", "wick")

COUNTRIES = {"US": 0.55, "GB": 0.15, "DE": 0.10, "FR": 0.08, "IT": 0.06, "CA": 0.06}
LANGUAGE_OF = {"US": "en", "GB": "en", "CA": "en", "DE": "de", "FR": "fr", "IT": "it"}


@dataclass(frozen=True)
class Interest:
    """What somebody posts about. `words` are things one can ask about; hashtags are of invented brands."""

    name: str
    weight: float
    words: tuple[str, ...]
    lines: tuple[str, ...]
    hashtags: tuple[str, ...]


INTERESTS = (
    Interest(
        "coffee",
        0.22,
        ("espresso", "beans", "roast", "latte", "brew", "coffee"),
        ("Slow mornings and a hand grinder", "One espresso is never one", "Home barista, small kitchen"),
        ("coffeebyember", "tallmugcoffee", "slowpourroasters", "brewhavn", "thirdwindowespresso"),
    ),
    Interest(
        "outdoor",
        0.22,
        ("trail", "tent", "hike", "summit", "backpack", "camp"),
        ("Weekends above the tree line", "Cold lakes, warm socks", "Walking further than planned"),
        ("trailandtarp", "hikewithfjarra", "campmossback", "summitsupply", "ridgetent"),
    ),
    Interest(
        "skincare",
        0.18,
        ("serum", "sunscreen", "cleanser", "retinol", "moisturizer", "skin"),
        ("Reading labels so that you need not", "Three products, no miracles", "Sensitive skin, patient notes"),
        ("skinquiet", "dewlineskincare", "serumhaus", "softsunscreen", "plainbeauty"),
    ),
    Interest(
        "fitness",
        0.10,
        ("workout", "run", "yoga", "training", "marathon", "gym"),
        ("Slow runner, early riser", "Strength for ordinary days", "Training around two jobs"),
        ("runninggently", "workoutkindly", "yogaoverfield", "paceworkshop"),
    ),
    Interest(
        "food",
        0.10,
        ("recipe", "dinner", "bread", "kitchen", "brunch", "cook"),
        ("Cooking what the market has", "Bread on Sundays", "Plants first, butter sometimes"),
        ("cookunhurried", "kitchenoatly", "bakenorth", "tablevegan"),
    ),
    Interest(
        "travel",
        0.08,
        ("trip", "island", "train", "itinerary", "hotel", "city"),
        ("By train where trains go", "Small towns, long lunches", "Two bags, no plan"),
        ("traveltheslowway", "tripfolk", "hotelminor"),
    ),
    Interest(
        "fashion",
        0.06,
        ("outfit", "jacket", "denim", "vintage", "dress", "wardrobe"),
        ("Thirty pieces, many outfits", "Mended and worn", "Vintage with sources"),
        ("outfitagain", "denimrepairclub", "wardrobeless"),
    ),
    Interest(
        "home",
        0.04,
        ("garden", "lamp", "sofa", "plant", "ceramic", "interior"),
        ("A rented flat, improved", "Growing things on a balcony", "Second-hand rooms"),
        ("homebyhalves", "gardenonfour", "interiorkind"),
    ),
)

COMMENTS = {
    "en": (
        "Where did you find that {thing}, I have been looking for ages",
        "That {thing} looks so much better than mine ever did",
        "Would you recommend this {thing} to a complete beginner?",
        "I tried your {thing} tip last week and it really worked",
        "How long does the {thing} last you, roughly?",
        "This made me get up from the sofa, thank you",
        "Okay but the light in the second picture is unreal",
        "My sister sent me here for the {thing} and I stayed for the stories",
        "Could you do a longer video about the {thing} please?",
        "Not sure about the colour, but the {thing} itself is lovely",
        "Saved this one for the weekend, the {thing} part especially",
        "Honest question, is the expensive {thing} worth it?",
    ),
    "de": (
        "Wo hast du denn {thing} her, ich suche schon so lange",
        "Das mit {thing} habe ich gestern gleich ausprobiert",
        "Würdest du {thing} auch für den Anfang empfehlen?",
        "Das Licht auf dem zweiten Bild ist unglaublich schön",
        "Kannst du bitte einmal länger über {thing} sprechen?",
        "Ehrliche Frage, lohnt sich {thing} in der teuren Version?",
        "Meine Schwester hat mir deinen Tipp zu {thing} geschickt",
        "Genau so etwas habe ich für {thing} gesucht, danke dir",
    ),
    "fr": (
        "Tu as trouvé {thing} où, je cherche depuis des mois",
        "J'ai essayé ton conseil pour {thing} et ça marche",
        "Tu conseilles {thing} pour quelqu'un qui débute ?",
        "La lumière sur la deuxième photo est incroyable",
        "Tu pourrais faire une vidéo plus longue sur {thing} ?",
        "Franchement, la version chère de {thing} vaut le coup ?",
        "Ma sœur m'a envoyé ton avis sur {thing}",
        "Je garde ton idée de {thing} pour ce week-end",
    ),
    "it": (
        "Dove hai trovato {thing}, lo cerco da mesi ormai",
        "Ho provato il tuo consiglio su {thing} e funziona",
        "Consigli {thing} anche a chi comincia adesso?",
        "La luce nella seconda foto è davvero incredibile",
        "Puoi fare un video più lungo su {thing}?",
        "Domanda sincera, {thing} costoso vale la spesa?",
        "Mia sorella mi ha mandato il tuo post su {thing}",
        "Salvo questa idea di {thing} per il fine settimana",
    ),
}
BOUGHT_COMMENTS = ("Nice pic", "Great content!", "Love it", "So cool", "Amazing 🔥", "Wow", "Check your DM", "👏👏👏")
