"""Fixed phrases around facts, three languages side by side; a test holds them complete."""

from __future__ import annotations

PHRASES: dict[str, dict[str, str]] = {
    # what stands before facts
    "yes": {"en": "Yes.", "de": "Ja.", "zh": "是的。"},
    "no": {
        "en": "No, my sources say something else:",
        "de": "Nein, meine Quellen sagen etwas anderes:",
        "zh": "不是，我的资料来源说法不同：",
    },
    "differs": {
        "en": "One thing in your question differs from my sources:",
        "de": "Etwas in Ihrer Frage weicht von meinen Quellen ab:",
        "zh": "您的问题中有一处与我的资料来源不一致：",
    },
    "disputed": {
        "en": "My sources differ here:",
        "de": "Meine Quellen unterscheiden sich hier:",
        "zh": "我的资料来源在这一点上说法不一：",
    },
    "undated": {"en": "undated", "de": "ohne Datum", "zh": "未注明日期"},
    "as_of": {"en": "as of {date}", "de": "Stand {date}", "zh": "截至 {date}"},
    "old": {"en": "(as of {date})", "de": "(Stand: {date})", "zh": "（截至{date}）"},
    "own_site": {"en": "the Centre's own website", "de": "Website des Zentrums", "zh": "中心网站"},
    "only_in": {"en": "(only in {written_in})", "de": "(nur auf {written_in})", "zh": "（仅有{written_in}）"},
    "in_en": {"en": "English", "de": "Englisch", "zh": "英文"},
    "in_de": {"en": "German", "de": "Deutsch", "zh": "德文"},
    "in_zh": {"en": "Chinese", "de": "Chinesisch", "zh": "中文"},
    # lists
    "organisations_one": {
        "en": "I know of one{filters}:",
        "de": "Mir ist eine Einrichtung bekannt{filters}:",
        "zh": "据我所知{filters}有1家：",
    },
    "organisations_many": {
        "en": "I know of {count}{filters}:",
        "de": "Mir sind {count} Einrichtungen bekannt{filters}:",
        "zh": "据我所知{filters}有{count}家：",
    },
    "organisations_none": {
        "en": "I know of none{filters}.",
        "de": "Mir ist keine Einrichtung bekannt{filters}.",
        "zh": "据我所知{filters}没有。",
    },
    "main_partners": {
        "en": "The organisations behind the Centre and its partners ({count}):",
        "de": "Die Träger des Zentrums und seine Partner ({count}):",
        "zh": "中心的承办方与合作伙伴（共{count}家）：",
    },
    "chinese_partners": {
        "en": "The Centre's Chinese partners ({count}):",
        "de": "Die chinesischen Partner des Zentrums ({count}):",
        "zh": "中心的中方合作伙伴（共{count}家）：",
    },
    "carriers": {
        "en": "Organisations named as standing behind the Centre ({count}; sources name either the City of Herne or its company WFG):",
        "de": "Als Träger des Zentrums genannt ({count}; die Quellen nennen teils die Stadt Herne, teils ihre Gesellschaft WFG):",
        "zh": "被列为中心承办方的机构（共{count}家；有的资料写黑尔讷市，有的写其经济促进公司WFG）：",
    },
    "filter_city": {"en": " in {value}", "de": " in {value}", "zh": "在{value}"},
    "filter_country": {"en": " in {value}", "de": " in {value}", "zh": "在{value}"},
    "filter_kind": {"en": " ({value})", "de": " ({value})", "zh": "（{value}）"},
    "filter_topic": {
        "en": " on the topic “{value}”", "de": " zum Thema „{value}“", "zh": "在“{value}”方面",
    },
    "twin_cities_many": {
        "en": "Herne has {count} twin cities{filters}:",
        "de": "Herne hat {count} Partnerstädte{filters}:",
        "zh": "黑尔讷{filters}有{count}个友好城市：",
    },
    "twin_cities_one": {
        "en": "Herne has one twin city{filters}:",
        "de": "Herne hat eine Partnerstadt{filters}:",
        "zh": "黑尔讷{filters}有1个友好城市：",
    },
    "twin_cities_none": {
        "en": "I know of no twin city of Herne{filters}.",
        "de": "Mir ist keine Partnerstadt von Herne{filters} bekannt.",
        "zh": "据我所知，黑尔讷{filters}没有友好城市。",
    },
    "twin_cities_matching": {
        "en": "Of Herne's twin cities these match ({count}):",
        "de": "Von Hernes Partnerstädten passen dazu ({count}):",
        "zh": "黑尔讷的友好城市中符合条件的有（{count}个）：",
    },
    "twin_oldest": {
        "en": "Herne's oldest twin city:", "de": "Hernes älteste Städtepartnerschaft:", "zh": "黑尔讷最早的友好城市：",
    },
    "twin_newest": {
        "en": "Herne's newest twin city:", "de": "Hernes jüngste Städtepartnerschaft:", "zh": "黑尔讷最新的友好城市：",
    },
    "twin_suspended": {
        "en": "On hold at present:", "de": "Derzeit ausgesetzt:", "zh": "目前已中止：",
    },
    "since": {"en": "since {date}", "de": "seit {date}", "zh": "始于{date}"},
    "on_hold": {"en": "on hold since {date}", "de": "ruht seit {date}", "zh": "自{date}起中止"},
    "events_head": {
        "en": "{count} entries I know of{filters}:", "de": "{count} Einträge sind mir bekannt{filters}:", "zh": "据我所知{filters}共有{count}条记录：",
    },
    "events_last": {
        "en": "The {shown} latest of {count} entries{filters}:",
        "de": "Die {shown} jüngsten von {count} Einträgen{filters}:",
        "zh": "{filters}共{count}条记录，最近{shown}条：",
    },
    "events_single": {"en": "", "de": "", "zh": ""},
    "filter_year": {"en": " for {value}", "de": " für {value}", "zh": "{value}年"},
    # what stands before facts that may not be the answer
    "unsure": {
        "en": "I am not sure that this answers your question:",
        "de": "Ich bin nicht sicher, ob das Ihre Frage beantwortet:",
        "zh": "我不确定这是否回答了您的问题：",
    },
    "nearest": {
        "en": "I don't know that for certain. What comes nearest in my sources:",
        "de": "Das weiß ich nicht sicher. Am nächsten kommt dem in meinen Quellen:",
        "zh": "这个我不能确定。我的资料中最接近的内容是：",
    },
    "nearest_again": {
        "en": "I cannot answer this one for certain either. The nearest I have found:",
        "de": "Auch das kann ich nicht sicher beantworten. Am nächsten kommt:",
        "zh": "这个问题我也无法确切回答。最接近的资料是：",
    },
    "nearest_third": {
        "en": "I may not have understood you. This is what I have found:",
        "de": "Vielleicht habe ich Sie nicht richtig verstanden. Gefunden habe ich dies:",
        "zh": "我可能没有正确理解您的问题。我找到的是：",
    },
    # questions and limits
    "ask_back": {
        "en": "Which one do you mean: {names}?", "de": "Was meinen Sie: {names}?", "zh": "您指的是哪一个：{names}？",
    },
    "which_one": {
        "en": "I am not sure which one you mean. Please choose or name it.",
        "de": "Ich bin nicht sicher, was Sie meinen. Bitte wählen Sie aus oder nennen Sie den Namen.",
        "zh": "我不确定您指的是哪一个。请选择或说出名称。",
    },
    "nothing_more": {
        "en": "That is all I know about {name}.",
        "de": "Mehr weiß ich über {name} nicht.",
        "zh": "关于{name}，我知道的就是这些。",
    },
    "unknown": {
        "en": "I don't know that: I have no source for it, and I don't guess.",
        "de": "Das weiß ich nicht: Dazu habe ich keine Quelle, und ich rate nicht.",
        "zh": "这个我不知道：我没有相关的资料来源，也不会猜测。",
    },
    "part_unknown": {
        "en": "On “{question}” I have no source, and I don't guess.",
        "de": "Zu „{question}“ habe ich keine Quelle, und ich rate nicht.",
        "zh": "关于“{question}”，我没有资料来源，也不会猜测。",
    },
    "unknown_again": {
        "en": "I have no answer to this one either. A member of staff can look into it.",
        "de": "Auch darauf habe ich keine Antwort. Eine Mitarbeiterin oder ein Mitarbeiter kann sich darum kümmern.",
        "zh": "这个问题我也没有答案。可以请工作人员为您查询。",
    },
    "unknown_third": {
        "en": "I still cannot help with this. You can try other words, or I give you the contact desk.",
        "de": "Hier komme ich nicht weiter. Versuchen Sie es mit anderen Worten, oder ich nenne Ihnen die Anlaufstelle.",
        "zh": "我还是帮不上忙。您可以换一种说法，或者由我提供联系处。",
    },
    "near_known": {
        "en": "I can tell you about {names}.",
        "de": "Ich kann Ihnen etwas sagen zu: {names}.",
        "zh": "我可以为您介绍：{names}。",
    },
    # off topic
    "out_of_scope_weather": {
        "en": "I have no weather data. I can tell you about the Centre, its partners and the twin cities.",
        "de": "Wetterdaten habe ich nicht. Gern sage ich Ihnen etwas über das Zentrum, seine Partner und die Partnerstädte.",
        "zh": "我没有天气信息。我可以为您介绍中心、合作伙伴和友好城市。",
    },
    "out_of_scope_places": {
        "en": "I have no information on that place. I know about Herne, the Middle Ruhr area, Luzhou, Sichuan and Herne's other twin cities.",
        "de": "Zu diesem Ort habe ich keine Informationen. Ich kenne Herne, das Mittlere Ruhrgebiet, Luzhou, Sichuan und Hernes weitere Partnerstädte.",
        "zh": "我没有关于该地的信息。我了解黑尔讷、中鲁尔地区、泸州、四川以及黑尔讷的其他友好城市。",
    },
    "out_of_scope_travel": {
        "en": "I cannot help with flights, hotels, tickets or restaurants. I can tell you about the Centre, its partners and the twin cities.",
        "de": "Bei Flügen, Hotels, Fahrkarten oder Restaurants kann ich nicht helfen. Gern sage ich Ihnen etwas über das Zentrum, seine Partner und die Partnerstädte.",
        "zh": "我无法协助航班、酒店、票务或餐饮。我可以为您介绍中心、合作伙伴和友好城市。",
    },
    "out_of_scope_knowledge": {
        "en": "That is outside what I know. I answer questions about the Centre, its partners and the twin cities.",
        "de": "Das liegt außerhalb meines Wissens. Ich beantworte Fragen zum Zentrum, zu seinen Partnern und zu den Partnerstädten.",
        "zh": "这超出了我的知识范围。我回答有关中心、合作伙伴和友好城市的问题。",
    },
    "what_next": {
        "en": "All right. What would you like to know about the Centre, its partners or the twin cities?",
        "de": "In Ordnung. Was möchten Sie über das Zentrum, seine Partner oder die Partnerstädte wissen?",
        "zh": "好的。关于中心、合作伙伴或友好城市，您想了解什么？",
    },
    # contact
    "contact_for": {"en": "For this, please ask: {desk}.", "de": "Dafür ist zuständig: {desk}.", "zh": "这方面请联系：{desk}。"},
    "contact_not_configured": {
        "en": "No way to reach this desk is stored with me yet.",
        "de": "Wie diese Stelle zu erreichen ist, ist bei mir noch nicht hinterlegt.",
        "zh": "我这里尚未登记该联系处的联系方式。",
    },
    "contact_general": {
        "en": "You can also turn to: {desk}.", "de": "Sie können sich auch wenden an: {desk}.", "zh": "您也可以联系：{desk}。",
    },
    "contact_none_at_all": {
        "en": "The Centre's website is {url}.", "de": "Die Website des Zentrums ist {url}.", "zh": "中心网站：{url}。",
    },
    "contact_language": {
        "en": "It answers in {languages}.", "de": "Dort wird {languages} gesprochen.", "zh": "该处使用{languages}。",
    },
    "human_intro": {
        "en": "You would like to speak with a person.",
        "de": "Sie möchten mit einem Menschen sprechen.",
        "zh": "您希望与工作人员联系。",
    },
    "website": {"en": "Website", "de": "Website", "zh": "网站"},
    "email": {"en": "E-mail", "de": "E-Mail", "zh": "电子邮件"},
    "phone": {"en": "Phone", "de": "Telefon", "zh": "电话"},
    "hours": {"en": "Hours", "de": "Zeiten", "zh": "办公时间"},
    "role": {"en": "Role", "de": "Rolle", "zh": "角色"},
    "place": {"en": "Place", "de": "Ort", "zh": "所在地"},
    "address": {"en": "Address", "de": "Adresse", "zh": "地址"},
    # choices
    "choice_more": {"en": "Tell me more", "de": "Mehr dazu", "zh": "了解更多"},
    "choice_human": {"en": "Speak with a person", "de": "Mit einem Menschen sprechen", "zh": "联系工作人员"},
    "choice_partners": {"en": "Show the partners", "de": "Partner zeigen", "zh": "查看合作伙伴"},
    "choice_twin_cities": {"en": "Show the twin cities", "de": "Partnerstädte zeigen", "zh": "查看友好城市"},
    "choice_centre": {"en": "What is the Centre?", "de": "Was ist das Zentrum?", "zh": "中心是什么？"},
    "choice_contact": {"en": "Whom do I ask?", "de": "Wen frage ich dazu?", "zh": "我该联系谁？"},
    # language
    "language_fixed": {
        "en": "From now on I answer in English.",
        "de": "Ab jetzt antworte ich auf Deutsch.",
        "zh": "从现在起我用中文回答。",
    },
    "language_not_spoken": {
        "en": "I answer in English, German and Chinese. Which of them would you like?",
        "de": "Ich antworte auf Deutsch, Englisch und Chinesisch. Welche Sprache möchten Sie?",
        "zh": "我可以用中文、英文和德文回答。您想用哪一种？",
    },
}  # fmt: skip
LIST_SEPARATOR = {"en": ", ", "de": ", ", "zh": "、"}
SENTENCE_SEPARATOR = {"en": " ", "de": " ", "zh": ""}


def phrase(key: str, language: str, **values: object) -> str:
    """The phrase in `language` with its values filled in."""
    return PHRASES[key][language].format(**values)


def join(parts: list[str], language: str) -> str:
    """Sentences put together as the language does it; empty ones are left out."""
    return SENTENCE_SEPARATOR[language].join(part for part in parts if part)


def listing(items: list[str], language: str) -> str:
    """Items in a row."""
    return LIST_SEPARATOR[language].join(items)
