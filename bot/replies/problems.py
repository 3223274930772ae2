"""What is said when a request cannot be served: one text per stable code, three languages side by side."""

LANGUAGES = ("en", "de", "zh")

# code -> (HTTP status, text per language)
PROBLEMS: dict[str, tuple[int, dict[str, str]]] = {
    "bad_request": (
        400,
        {
            "en": "That request could not be read. Please send it again.",
            "de": "Diese Anfrage konnte nicht gelesen werden. Bitte senden Sie sie erneut.",
            "zh": "无法读取该请求，请重新发送。",
        },
    ),
    "contact_data_sealed": (
        503,
        {
            "en": "Your contact data are sealed and cannot be opened here at the moment, so the download would be incomplete. The Centre has to put its key in place; please try again later.",
            "de": "Ihre Kontaktdaten sind versiegelt und lassen sich hier zurzeit nicht öffnen; der Download wäre unvollständig. Das Zentrum muss seinen Schlüssel wieder einsetzen; bitte versuchen Sie es später erneut.",
            "zh": "您的联系信息已加密，目前无法在此打开，因此无法提供完整下载。需由中心恢复密钥，请稍后再试。",
        },
    ),
    "notice_not_accepted": (
        400,
        {
            "en": "Please read and accept the notice about the automated assistant first.",
            "de": "Bitte lesen und bestätigen Sie zuerst den Hinweis zum automatischen Assistenten.",
            "zh": "请先阅读并同意关于自动助手的说明。",
        },
    ),
    "message_too_long": (
        400,
        {
            "en": "Your message is longer than 2,000 characters. Please shorten it or send it in parts.",
            "de": "Ihre Nachricht ist länger als 2.000 Zeichen. Bitte kürzen Sie sie oder senden Sie sie in Teilen.",
            "zh": "您的消息超过 2000 个字符。请缩短内容或分几条发送。",
        },
    ),
    "choice_unavailable": (
        400,
        {
            "en": "This button no longer works. Please type your question instead.",
            "de": "Diese Schaltfläche funktioniert nicht mehr. Bitte schreiben Sie Ihre Frage stattdessen.",
            "zh": "该按钮已失效，请直接输入您的问题。",
        },
    ),
    "unauthorized": (
        401,
        {
            "en": "This chat session is not valid. Please start a new chat.",
            "de": "Diese Chatsitzung ist nicht gültig. Bitte beginnen Sie einen neuen Chat.",
            "zh": "该聊天会话无效，请开始新的聊天。",
        },
    ),
    "session_ended": (
        401,
        {
            "en": "This chat has ended. Please start a new chat.",
            "de": "Dieser Chat ist beendet. Bitte beginnen Sie einen neuen Chat.",
            "zh": "本次聊天已结束，请开始新的聊天。",
        },
    ),
    "link_ended": (
        401,
        {
            "en": "This link no longer works. Please start a new chat.",
            "de": "Dieser Link gilt nicht mehr. Bitte beginnen Sie einen neuen Chat.",
            "zh": "该链接已失效，请开始新的聊天。",
        },
    ),
    "origin_refused": (
        403,
        {
            "en": "The chat cannot be used from this website.",
            "de": "Der Chat kann von dieser Website aus nicht genutzt werden.",
            "zh": "无法从该网站使用聊天功能。",
        },
    ),
    "not_found": (
        404,
        {
            "en": "There is nothing at this address.",
            "de": "Unter dieser Adresse gibt es nichts.",
            "zh": "该地址没有内容。",
        },
    ),
    "message_not_found": (
        404,
        {
            "en": "This message is not part of this chat.",
            "de": "Diese Nachricht gehört nicht zu diesem Chat.",
            "zh": "本次聊天中没有这条消息。",
        },
    ),
    "method_not_allowed": (
        405,
        {
            "en": "This address does not take that kind of request.",
            "de": "Diese Adresse nimmt solche Anfragen nicht an.",
            "zh": "该地址不接受此类请求。",
        },
    ),
    "body_timeout": (
        408,
        {
            "en": "The message took too long to arrive. Please send it again.",
            "de": "Die Nachricht kam nicht rechtzeitig an. Bitte senden Sie sie erneut.",
            "zh": "消息传输超时，请重新发送。",
        },
    ),
    "body_too_large": (
        413,
        {
            "en": "The request is too large. A message may have up to 2,000 characters.",
            "de": "Die Anfrage ist zu groß. Eine Nachricht darf bis zu 2.000 Zeichen haben.",
            "zh": "请求过大。每条消息最多 2000 个字符。",
        },
    ),
    "too_many_messages": (
        429,
        {
            "en": "That was a lot of messages in a short time. Please wait a moment and send it again.",
            "de": "Das waren viele Nachrichten in kurzer Zeit. Bitte warten Sie einen Moment und senden Sie sie erneut.",
            "zh": "短时间内消息过多，请稍候再发送。",
        },
    ),
    "too_many_sessions": (
        429,
        {
            "en": "Many chats were started from your connection. Please try again in a minute.",
            "de": "Von Ihrem Anschluss wurden viele Chats begonnen. Bitte versuchen Sie es in einer Minute erneut.",
            "zh": "您的网络在短时间内开启了过多聊天，请一分钟后再试。",
        },
    ),
    "too_many_requests": (
        429,
        {
            "en": "Too many calls at once. Please try again in a minute.",
            "de": "Zu viele Aufrufe auf einmal. Bitte versuchen Sie es in einer Minute erneut.",
            "zh": "调用过于频繁，请一分钟后再试。",
        },
    ),
    "too_many_logins": (
        429,
        {
            "en": "Too many passwords were tried from your connection. Please try again in a minute.",
            "de": "Von Ihrem Anschluss wurden zu viele Passwörter versucht. Bitte versuchen Sie es in einer Minute erneut.",
            "zh": "您的网络尝试密码次数过多，请一分钟后再试。",
        },
    ),
    "too_many_streams": (
        429,
        {
            "en": "This chat is open in too many windows. Please close one of them.",
            "de": "Dieser Chat ist in zu vielen Fenstern geöffnet. Bitte schließen Sie eines davon.",
            "zh": "该聊天打开的窗口过多，请关闭其中一个。",
        },
    ),
    "internal_error": (
        500,
        {
            "en": "Something went wrong on our side. We are sorry. Please try again.",
            "de": "Bei uns ist etwas schiefgelaufen. Das tut uns leid. Bitte versuchen Sie es erneut.",
            "zh": "很抱歉，我们这边出现了问题，请重试。",
        },
    ),
    "assistant_away": (
        503,
        {
            "en": "We are sorry, the assistant cannot answer at the moment. Your message is kept; "
            "please try again shortly.",
            "de": "Es tut uns leid, der Assistent kann gerade nicht antworten. Ihre Nachricht bleibt erhalten; "
            "bitte versuchen Sie es gleich noch einmal.",
            "zh": "很抱歉，助手暂时无法回答。您的消息已保留，请稍后重试。",
        },
    ),
    "store_away": (
        503,
        {
            "en": "We are sorry, we cannot save your message at the moment. Please try again shortly.",
            "de": "Es tut uns leid, wir können Ihre Nachricht gerade nicht speichern. Bitte versuchen Sie es gleich "
            "noch einmal.",
            "zh": "很抱歉，目前无法保存您的消息，请稍后重试。",
        },
    ),
    "assistant_slow": (
        504,
        {
            "en": "We are sorry, the answer is taking too long. Please try again.",
            "de": "Es tut uns leid, die Antwort dauert zu lange. Bitte versuchen Sie es noch einmal.",
            "zh": "很抱歉，回答用时过长，请重试。",
        },
    ),
}

# Said by the assistant as an ordinary message, because the request itself was fine.
NOTICES: dict[str, dict[str, str]] = {
    "nothing_written": {
        "en": "I could not see any words in that message. You can ask me about the Centre, its partners and its twin "
        "cities, for example: “Who is behind the Centre?”",
        "de": "In dieser Nachricht konnte ich keine Wörter erkennen. Fragen Sie mich gern nach dem Zentrum, seinen "
        "Partnern und den Partnerstädten, zum Beispiel: „Wer steht hinter dem Zentrum?“",
        "zh": "这条消息中没有可识别的文字。您可以询问本中心、合作伙伴和友好城市的情况，例如：“本中心由哪些机构支撑？”",
    },
    "no_answer": {
        "en": "I have no answer to that. Please put it differently, or ask for a member of staff.",
        "de": "Darauf habe ich keine Antwort. Bitte formulieren Sie es anders, oder verlangen Sie eine Mitarbeiterin "
        "oder einen Mitarbeiter.",
        "zh": "我无法回答这个问题。请换一种说法，或要求转接工作人员。",
    },
}


def problem_text(code: str, language: str) -> str:
    """The visitor's text for a problem code; an unknown language reads English."""
    texts = PROBLEMS[code][1]
    return texts.get(language, texts["en"])


def problem_status(code: str) -> int:
    """The HTTP status a problem code is sent with."""
    return PROBLEMS[code][0]


def notice(key: str, language: str) -> str:
    """One assistant notice in the visitor's language."""
    texts = NOTICES[key]
    return texts.get(language, texts["en"])
