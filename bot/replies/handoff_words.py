"""The form's words, three languages side by side: what it asks, how it takes an answer, and its choices."""

from __future__ import annotations

# Which text was consented to; count it up whenever `consent_ask` changes in any language.
CONSENT_VERSION = "2026-11"

WORDS: dict[str, dict[str, str]] = {
    # the beginning
    "start": {
        "en": "I can pass this on to our staff. It would go to: {desk}.",
        "de": "Gern gebe ich das an unsere Mitarbeiterinnen und Mitarbeiter weiter, und zwar an: {desk}.",
        "zh": "我可以为您转给工作人员，由以下部门处理：{desk}。",
    },
    "closed": {
        "en": "Nobody is there right now; people are back: {back}.",
        "de": "Gerade ist dort niemand zu erreichen; wieder da sind wir: {back}.",
        "zh": "目前无人值班，恢复时间：{back}。",
    },
    "closed_unknown": {
        "en": "Nobody is there right now, and I do not know when people are back.",
        "de": "Gerade ist dort niemand zu erreichen, und wann wieder jemand da ist, weiß ich nicht.",
        "zh": "目前无人值班，我也不知道何时恢复。",
    },
    "already": {
        "en": "Your request {number} is already with our staff: {desk}. What you write now reaches the people there.",
        "de": "Ihre Anfrage {number} liegt schon bei uns: {desk}. Was Sie jetzt schreiben, lesen die Menschen dort.",
        "zh": "您的请求 {number} 已在工作人员处：{desk}。您现在所写的内容将由工作人员阅读。",
    },
    "stale": {
        "en": "This choice belongs to a request that is no longer open here.",
        "de": "Diese Auswahl gehört zu einer Anfrage, die hier nicht mehr offen ist.",
        "zh": "此选项所属的请求已不在进行中。",
    },
    # each step's question
    "topic_ask": {
        "en": "What is it about?", "de": "Worum geht es?", "zh": "您想咨询哪方面的事情？",
    },
    "topic_confirm": {
        "en": "Is it about “{topic}”?", "de": "Geht es um „{topic}“?", "zh": "是关于“{topic}”吗？",
    },
    "question_ask": {
        "en": "Please write your question in your own words.",
        "de": "Bitte schreiben Sie Ihre Frage in Ihren Worten.",
        "zh": "请用您自己的话写下您的问题。",
    },
    "question_draft": {
        "en": "Or shall I pass on what you wrote: “{question}”?",
        "de": "Oder soll ich weitergeben, was Sie geschrieben haben: „{question}“?",
        "zh": "或者转交您刚才写的：“{question}”？",
    },
    "reach_ask": {
        "en": "How may our staff answer you?", "de": "Wie dürfen wir Ihnen antworten?", "zh": "您希望以哪种方式收到答复？",
    },
    "email_ask": {
        "en": "To which e-mail address?", "de": "An welche E-Mail-Adresse?", "zh": "请告诉我您的电子邮箱地址。",
    },
    "email_suggested": {
        "en": "Did you mean {suggestion}?", "de": "Meinten Sie {suggestion}?", "zh": "您是指 {suggestion} 吗？",
    },
    "name_ask": {
        "en": "Your name and company, separated by a comma? Both are optional.",
        "de": "Ihr Name und Ihre Firma, mit Komma getrennt? Beides ist freiwillig.",
        "zh": "您的姓名和公司（用逗号隔开）？均为选填。",
    },
    "consent_ask": {
        "en": "To answer you, the staff see your question, what you told me here, and this chat. It is stored for that purpose only and "
        "deleted after the period named in the privacy notice; you can have it deleted earlier in the chat window. Please give no "
        "sensitive data. Do you agree?",
        "de": "Um Ihnen zu antworten, sehen die Mitarbeiterinnen und Mitarbeiter Ihre Frage, Ihre Angaben und diesen Chat. Das wird nur "
        "dafür gespeichert und nach der im Datenschutzhinweis genannten Frist gelöscht; früher löschen können Sie es im Chatfenster. "
        "Bitte geben Sie keine sensiblen Daten an. Sind Sie einverstanden?",
        "zh": "为了答复您，工作人员会看到您的问题、您在此填写的内容以及本次聊天。这些内容仅为此目的保存，并在隐私说明所列期限后删除；"
        "您也可以在聊天窗口提前删除。请勿填写敏感信息。您同意吗？",
    },
    "consent_notice": {
        "en": "Privacy notice: {url}", "de": "Datenschutzhinweis: {url}", "zh": "隐私说明：{url}",
    },
    "summary": {
        "en": "This is what I pass on:", "de": "Das gebe ich weiter:", "zh": "我将转交以下内容：",
    },
    "confirm_ask": {
        "en": "Shall I send it?", "de": "Soll ich es absenden?", "zh": "现在发送吗？",
    },
    "change_ask": {
        "en": "What would you like to change?", "de": "Was möchten Sie ändern?", "zh": "您想修改哪一项？",
    },
    # parts of the summary, and of the choice what to change
    "label_topic": {"en": "Topic", "de": "Thema", "zh": "主题"},
    "label_desk": {"en": "Goes to", "de": "Geht an", "zh": "转交"},
    "label_question": {"en": "Question", "de": "Frage", "zh": "问题"},
    "label_reach": {"en": "Answer", "de": "Antwort", "zh": "答复方式"},
    "label_email": {"en": "E-mail", "de": "E-Mail", "zh": "电子邮箱"},
    "label_name": {"en": "Name, company", "de": "Name, Firma", "zh": "姓名、公司"},
    "reach_email": {"en": "by e-mail to {email}", "de": "per E-Mail an {email}", "zh": "发送邮件至 {email}"},
    "reach_chat": {"en": "here in the chat", "de": "hier im Chat", "zh": "在本聊天中"},
    "not_given": {"en": "not given", "de": "keine Angabe", "zh": "未填写"},
    # what does not fit
    "invalid_topic": {
        "en": "I found no topic of ours in that. Please choose one, or “Something else”.",
        "de": "Darin habe ich keines unserer Themen gefunden. Bitte wählen Sie eines oder „Etwas anderes“.",
        "zh": "我没有从中识别出我们的主题。请选择一项，或选择“其他”。",
    },
    "invalid_empty": {
        "en": "I need a few words to pass on.", "de": "Ich brauche ein paar Worte zum Weitergeben.", "zh": "请至少写几个字，以便转交。",
    },
    "invalid_too_long": {
        "en": "That is too long; {most} characters at most, please.",
        "de": "Das ist zu lang; bitte höchstens {most} Zeichen.",
        "zh": "内容过长，请不要超过 {most} 个字符。",
    },
    "invalid_reach": {
        "en": "Please choose one of the two ways.", "de": "Bitte wählen Sie einen der beiden Wege.", "zh": "请从两种方式中选择一种。",
    },
    "invalid_several": {
        "en": "I see several addresses; please give one.", "de": "Das sind mehrere Adressen; bitte nennen Sie eine.",
        "zh": "其中有多个邮箱地址，请只写一个。",
    },
    "invalid_address": {
        "en": "That is not a complete e-mail address; it looks like name@example.org.",
        "de": "Das ist keine vollständige E-Mail-Adresse; sie sieht aus wie name@example.org.",
        "zh": "这不是完整的邮箱地址，正确格式例如 name@example.org。",
    },
    "invalid_name": {
        "en": "That is too long for a name. You can also skip this.",
        "de": "Das ist zu lang für einen Namen. Sie können das auch überspringen.",
        "zh": "这对姓名来说太长了。您也可以跳过。",
    },
    "invalid_consent": {
        "en": "Here I need a clear yes or no.", "de": "Hier brauche ich ein klares Ja oder Nein.", "zh": "这里我需要明确的“同意”或“不同意”。",
    },
    "invalid_confirmed": {
        "en": "Please choose: send, change or cancel.", "de": "Bitte wählen Sie: absenden, ändern oder abbrechen.",
        "zh": "请选择：发送、修改或取消。",
    },
    "way_out": {
        "en": "This does not seem to work. You can cancel at any time.",
        "de": "Das klappt so wohl nicht. Sie können jederzeit abbrechen.",
        "zh": "这样似乎行不通。您可以随时取消。",
    },
    "way_out_desk": {
        "en": "This does not seem to work. You can cancel, and reach the desk yourself: {ways}.",
        "de": "Das klappt so wohl nicht. Sie können abbrechen und die Stelle selbst erreichen: {ways}.",
        "zh": "这样似乎行不通。您可以取消，并直接联系该部门：{ways}。",
    },
    "first_step": {
        "en": "This is the first step.", "de": "Das ist der erste Schritt.", "zh": "这已是第一步。",
    },
    # the end
    "refused": {
        "en": "All right, then nothing is passed on. No request was stored and your details are dropped.",
        "de": "In Ordnung, dann wird nichts weitergegeben. Es wurde keine Anfrage gespeichert, und Ihre Angaben sind verworfen.",
        "zh": "好的，不会转交任何内容。没有保存任何请求，您填写的信息已丢弃。",
    },
    "cancelled": {
        "en": "Cancelled. Nothing was passed on and no request was stored.",
        "de": "Abgebrochen. Es wurde nichts weitergegeben und keine Anfrage gespeichert.",
        "zh": "已取消。没有转交任何内容，也没有保存请求。",
    },
    "sent": {
        "en": "Your request is with our staff. Its number is {number}. It went to: {desk}.",
        "de": "Ihre Anfrage liegt unseren Mitarbeiterinnen und Mitarbeitern vor. Ihre Nummer ist {number}. Zuständig: {desk}.",
        "zh": "您的请求已转交工作人员，编号为 {number}。负责部门：{desk}。",
    },
    "sent_open": {
        "en": "Somebody is there until {until}.", "de": "Dort ist jemand bis {until}.", "zh": "值班至{until}。",
    },
    "sent_email": {
        "en": "A confirmation goes to {email}.", "de": "Eine Bestätigung geht an {email}.", "zh": "确认邮件将发送至 {email}。",
    },
    "sent_chat": {
        "en": "The answer appears here in this chat.", "de": "Die Antwort erscheint hier in diesem Chat.", "zh": "答复将显示在本聊天中。",
    },
    "sent_silent": {
        "en": "Until then I keep silent, and what you write reaches the staff; or go on with me.",
        "de": "Bis dahin halte ich mich zurück, und was Sie schreiben, lesen Menschen; oder Sie machen mit mir weiter.",
        "zh": "在此期间我不再回复，您所写的内容由工作人员阅读；您也可以继续与我对话。",
    },
    "too_many": {
        "en": "You have sent several requests within an hour, so I cannot take another one yet. Nothing was sent; your details are kept "
        "here, and you can try again later.",
        "de": "Sie haben innerhalb einer Stunde schon mehrere Anfragen gesendet, deshalb kann ich noch keine weitere annehmen. Es wurde "
        "nichts gesendet; Ihre Angaben bleiben hier, Sie können es später erneut versuchen.",
        "zh": "您在一小时内已发送多个请求，暂时无法再接受新的请求。内容没有发送；您填写的信息仍保留在此，可稍后再试。",
    },
    "store_away": {
        "en": "Your request could not be saved just now. Nothing was sent; your details are kept here. Please try again in a moment.",
        "de": "Ihre Anfrage konnte gerade nicht gespeichert werden. Es wurde nichts gesendet; Ihre Angaben bleiben hier. Bitte versuchen "
        "Sie es gleich noch einmal.",
        "zh": "您的请求暂时无法保存。内容没有发送；您填写的信息仍保留在此。请稍后再试。",
    },
    # choices
    "choice_topic_yes": {"en": "Yes: {topic}", "de": "Ja: {topic}", "zh": "是：{topic}"},
    "choice_topic_other": {"en": "Something else", "de": "Etwas anderes", "zh": "其他"},
    "choice_draft": {"en": "Pass on: “{question}”", "de": "Weitergeben: „{question}“", "zh": "转交：“{question}”"},
    "choice_email": {"en": "By e-mail", "de": "Per E-Mail", "zh": "通过电子邮件"},
    "choice_chat": {"en": "Here in the chat", "de": "Hier im Chat", "zh": "在本聊天中"},
    "choice_suggested": {"en": "Yes, {address}", "de": "Ja, {address}", "zh": "是，{address}"},
    "choice_kept": {"en": "No, {address}", "de": "Nein, {address}", "zh": "不，{address}"},
    "choice_skip": {"en": "Skip", "de": "Überspringen", "zh": "跳过"},
    "choice_agree": {"en": "I agree", "de": "Ich bin einverstanden", "zh": "我同意"},
    "choice_refuse": {"en": "I do not agree", "de": "Ich bin nicht einverstanden", "zh": "我不同意"},
    "choice_send": {"en": "Send", "de": "Absenden", "zh": "发送"},
    "choice_retry": {"en": "Try again", "de": "Erneut versuchen", "zh": "重试"},
    "choice_change": {"en": "Change something", "de": "Etwas ändern", "zh": "修改"},
    "choice_back": {"en": "Back", "de": "Zurück", "zh": "上一步"},
    "choice_cancel": {"en": "Cancel", "de": "Abbrechen", "zh": "取消"},
    "choice_resume": {
        "en": "Go on with the assistant", "de": "Mit dem Assistenten weitermachen", "zh": "继续与助手对话",
    },
    "choice_write": {"en": "Write to this desk", "de": "Dieser Stelle schreiben", "zh": "给该部门留言"},
}  # fmt: skip


def word(key: str, language: str, **values: object) -> str:
    """The text in `language` with its values filled in."""
    return WORDS[key][language].format(**values)
