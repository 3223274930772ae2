"""The words of the page of figures, German and English side by side."""

from __future__ import annotations

FIGURES: dict[str, dict[str, str]] = {
    "figures_heading": {"de": "Zahlen", "en": "Figures"},
    "span": {"de": "Zeitraum", "en": "Period"},
    "span_weeks": {"de": "{count} Wochen", "en": "{count} weeks"},
    "figures_intro": {
        "de": "Zeiten sind Mediane in Öffnungszeiten der Stelle. Gespräche zählen nur, solange sie aufbewahrt werden.",
        "en": "Times are medians in the desk's office hours. Conversations count only as long as they are kept.",
    },
    "cases_opened": {"de": "Vorgänge", "en": "Cases"},
    "to_claim": {"de": "Wartezeit bis zur Übernahme", "en": "Wait until taken"},
    "to_answer": {"de": "Zeit bis zur ersten Antwort", "en": "Time to first answer"},
    "share": {"de": "Vom Assistenten allein beantwortet", "en": "Answered by the assistant alone"},
    "talks": {"de": "Gespräche mit Frage", "en": "Conversations with a question"},
    "ratings": {"de": "Bewertungen", "en": "Ratings"},
    "ratings_cell": {
        "de": "{best} gut, {fair} mittel, {poor} schlecht",
        "en": "{best} good, {fair} fair, {poor} poor",
    },
    "week": {"de": "Woche ab", "en": "Week from"},
    "by_week": {"de": "Nach Wochen", "en": "By week"},
    "by_desk": {"de": "Nach Stellen", "en": "By desk"},
    "by_language": {"de": "Nach Sprachen", "en": "By language"},
    "plot_cases": {"de": "Vorgänge je Woche", "en": "Cases per week"},
    "plot_answer": {
        "de": "Zeit bis zur ersten Antwort je Woche (Minuten)",
        "en": "Time to first answer per week (minutes)",
    },
    "plot_share": {
        "de": "Anteil, den der Assistent allein beantwortet, je Woche",
        "en": "Share answered by the assistant alone, per week",
    },
    "no_figures": {"de": "Noch keine Zahlen in diesem Zeitraum.", "en": "No figures in this period yet."},
    "no_value": {"de": "–", "en": "–"},
    "see_table": {
        "de": "Die Werte stehen in der Tabelle „Nach Wochen“.",
        "en": "The values are in the table “By week”.",
    },
    "print": {"de": "Drucken", "en": "Print"},
}
