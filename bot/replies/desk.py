"""The words of the desk, German and English side by side; parts that belong together stand in files of their own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bot.replies.desk_case import CASE
from bot.replies.desk_figures import FIGURES

DESK: dict[str, dict[str, str]] = {
    "organisation": {
        "de": "China-Kompetenz-Zentrum Mittleres Ruhrgebiet",
        "en": "China Competence Centre Middle Ruhr Area",
    },
    "title": {"de": "Anfragen", "en": "Enquiries"},
    "skip": {"de": "Zum Inhalt", "en": "Skip to content"},
    "navigation": {"de": "Bereiche", "en": "Sections"},
    "cases": {"de": "Vorgänge", "en": "Cases"},
    "figures": {"de": "Zahlen", "en": "Figures"},
    "language": {"de": "Sprache", "en": "Language"},
    "shown_de": {"de": "Deutsch", "en": "Deutsch"},
    "shown_en": {"de": "English", "en": "English"},
    "log_out": {"de": "Abmelden", "en": "Log out"},
    "role_staff": {"de": "Bearbeitung", "en": "Staff"},
    "role_lead": {"de": "Leitung", "en": "Lead"},
    "role_admin": {"de": "Verwaltung", "en": "Administrator"},
    # logging in
    "log_in": {"de": "Anmelden", "en": "Log in"},
    "log_in_heading": {"de": "Anmeldung für Mitarbeitende", "en": "Staff login"},
    "login": {"de": "Benutzername", "en": "User name"},
    "password": {"de": "Passwort", "en": "Password"},
    "log_in_hint": {
        "de": "Zugänge richtet die Verwaltung ein. Nach 30 Minuten ohne Eingabe werden Sie abgemeldet.",
        "en": "Accounts are set up by your administrator. You are logged out after 30 minutes without input.",
    },
    "wrong_login": {
        "de": "Die Anmeldung war nicht möglich. Prüfen Sie Benutzername und Passwort; nach mehreren Fehlversuchen hilft "
        "nur, eine Viertelstunde zu warten.",
        "en": "You could not be logged in. Check user name and password; after several wrong tries, wait a quarter of an "
        "hour.",
    },
    "form_expired": {
        "de": "Das Formular war abgelaufen. Bitte melden Sie sich noch einmal an.",
        "en": "The form had expired. Please log in again.",
    },
    # refusals
    "refusal_heading": {"de": "Das ging nicht", "en": "That did not work"},
    "to_cases": {"de": "Zur Liste der Vorgänge", "en": "To the list of cases"},
    "not_found": {"de": "Diese Seite gibt es nicht.", "en": "There is no such page."},
    "no_case": {
        "de": "Diesen Vorgang gibt es nicht, oder Ihre Stelle ist nicht für ihn zuständig.",
        "en": "There is no such case, or it is not with your desk.",
    },
    "form_refused": {
        "de": "Das Formular passt nicht zu Ihrer Anmeldung. Laden Sie die Seite neu und senden Sie es noch einmal.",
        "en": "The form does not belong to your login. Reload the page and send it again.",
    },
    "signed_out": {
        "de": "Sie sind nicht mehr angemeldet. Ihr Text bleibt hier stehen; melden Sie sich in einem neuen Fenster an.",
        "en": "You are no longer logged in. Your text stays here; log in again in a new window.",
    },
    "offline": {
        "de": "Keine Verbindung. Diese Seite versucht es weiter.",
        "en": "No connection. This page keeps trying.",
    },
    "choose_colleague": {"de": "Diese Person kann keinen Vorgang übernehmen.", "en": "This person cannot take a case."},
    "choose_desk": {"de": "Diese Stelle gibt es nicht.", "en": "There is no such desk."},
    "choose_reason": {"de": "Bitte wählen Sie einen Grund.", "en": "Please choose a reason."},
    # the list
    "view_desks": {"de": "Meine Stellen", "en": "My desks"},
    "view_mine": {"de": "Meine Vorgänge", "en": "My cases"},
    "view_all": {"de": "Alle", "en": "All"},
    "views": {"de": "Ausschnitt", "en": "View"},
    "filters": {"de": "Filter", "en": "Filters"},
    "state": {"de": "Stand", "en": "State"},
    "state_open": {"de": "Offen", "en": "Open"},
    "state_waiting": {"de": "Wartet", "en": "Waiting"},
    "state_human": {"de": "In Bearbeitung", "en": "In progress"},
    "state_closed": {"de": "Abgeschlossen", "en": "Closed"},
    "visitor_language": {"de": "Sprache der Anfrage", "en": "Language of the visitor"},
    "spoken": {"de": "Sprache", "en": "Language"},
    "desk": {"de": "Stelle", "en": "Desk"},
    "any": {"de": "alle", "en": "any"},
    "search": {"de": "Vorgangsnummer oder Wörter aus Notizen", "en": "Case number or words in notes"},
    "show": {"de": "Anzeigen", "en": "Show"},
    "reset": {"de": "Zurücksetzen", "en": "Reset"},
    "order": {"de": "Reihenfolge", "en": "Order"},
    "order_newest": {"de": "Neueste zuerst", "en": "Newest first"},
    "order_longest": {"de": "Längste Wartezeit zuerst", "en": "Longest wait first"},
    "number": {"de": "Vorgang", "en": "Case"},
    "topic": {"de": "Thema", "en": "Topic"},
    "waits": {"de": "Wartezeit", "en": "Waiting time"},
    "waits_hint": {"de": "gezählt in Öffnungszeiten", "en": "counted in office hours"},
    "holder": {"de": "Bearbeitet von", "en": "Handled by"},
    "nobody": {"de": "niemand", "en": "nobody"},
    "me": {"de": "Sie", "en": "you"},
    "since": {"de": "seit {when}", "en": "since {when}"},
    "nobody_waits": {"de": "niemand wartet", "en": "nobody waits"},
    "late": {"de": "überfällig", "en": "overdue"},
    "closed_at": {"de": "geschlossen {when}", "en": "closed {when}"},
    "no_cases": {"de": "Keine Vorgänge in diesem Ausschnitt.", "en": "No cases in this view."},
    "no_matches": {"de": "Nichts gefunden.", "en": "Nothing found."},
    "more": {"de": "Es gibt mehr, als hier steht: bitte filtern.", "en": "There are more than shown: please filter."},
    "waiting_one": {"de": "1 Vorgang wartet", "en": "1 case is waiting"},
    "waiting_many": {"de": "{count} Vorgänge warten", "en": "{count} cases are waiting"},
    "waiting_none": {"de": "Kein Vorgang wartet", "en": "No case is waiting"},
    "new_case": {"de": "Ein neuer Vorgang wartet.", "en": "A new case is waiting."},
    "language_de": {"de": "Deutsch", "en": "German"},
    "language_en": {"de": "Englisch", "en": "English"},
    "language_zh": {"de": "Chinesisch", "en": "Chinese"},
    "colon": {"de": ":", "en": ":"},
}


@cache
def words(language: str) -> Mapping[str, str]:
    """All words of the desk in one language, by key."""
    return {key: texts[language] for part in (DESK, CASE, FIGURES) for key, texts in part.items()}
