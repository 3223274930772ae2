"""Words of the page with the timeline and the map of partners; what they show is told by facts."""

type Text = dict[str, str]

EXPLORE: dict[str, dict[str, str]] = {
    "en": {
        "page_title": "Herne and Luzhou, partners and links – China Competence Centre Middle Ruhr Area",
        "heading": "Herne, Luzhou and the partners",
        "back": "Questions and answers",
        "timeline": "Herne and Luzhou year by year",
        "timeline_picture": "{count} events between {first} and {last} on an axis of time; they are told one by one below.",
        "network": "Who works with whom",
        "network_picture": "{count} organisations and places: the German side on the left, the Chinese side on the right, "
        "the Centre between them, and {ties} links. All are told one by one below.",
        "legend": "Links",
        "organisations": "Organisations and places",
        "links": "Links between them",
        "in_full": "{title} – in full, with sources",
        "source": "Source",
        "as_of": "as of {date}",
        "since": "since {date}",
        "nothing": "The partner database holds nothing on this yet.",
    },
    "de": {
        "page_title": "Herne und Luzhou, Partner und Verbindungen – China-Kompetenz-Zentrum Mittleres Ruhrgebiet",
        "heading": "Herne, Luzhou und die Partner",
        "back": "Fragen und Antworten",
        "timeline": "Herne und Luzhou Jahr für Jahr",
        "timeline_picture": "{count} Ereignisse zwischen {first} und {last} auf einer Zeitachse; darunter werden sie einzeln "
        "erzählt.",
        "network": "Wer mit wem zusammenarbeitet",
        "network_picture": "{count} Organisationen und Orte: links die deutsche, rechts die chinesische Seite, das Zentrum "
        "dazwischen, und {ties} Verbindungen. Darunter werden alle einzeln genannt.",
        "legend": "Verbindungen",
        "organisations": "Organisationen und Orte",
        "links": "Verbindungen zwischen ihnen",
        "in_full": "{title} – ausführlich und mit Quellen",
        "source": "Quelle",
        "as_of": "Stand: {date}",
        "since": "seit {date}",
        "nothing": "In der Partnerdatenbank steht dazu noch nichts.",
    },
    "zh": {
        "page_title": "黑尔讷与泸州、合作伙伴与联系——中鲁尔地区中国能力中心",
        "heading": "黑尔讷、泸州与合作伙伴",
        "back": "问与答",
        "timeline": "黑尔讷与泸州交往大事",
        "timeline_picture": "时间轴上有 {first} 至 {last} 年间的 {count} 件大事，下文逐一说明。",
        "network": "谁与谁合作",
        "network_picture": "共 {count} 个机构和地点：左侧为德方，右侧为中方，能力中心居中，另有 {ties} 条联系。下文逐一说明。",
        "legend": "联系",
        "organisations": "机构与地点",
        "links": "相互联系",
        "in_full": "{title}（完整内容及来源）",
        "source": "来源",
        "as_of": "截至{date}",
        "since": "自{date}起",
        "nothing": "合作伙伴数据库中尚无相关内容。",
    },
}

# How a link is called, by its kind in the database or by the part that an organisation plays for the Centre.
LINK_KINDS: dict[str, Text] = {
    "carrier": {"en": "stands behind the Centre", "de": "trägt das Zentrum", "zh": "中心承办方"},
    "partner": {"en": "partner of the Centre", "de": "Partner des Zentrums", "zh": "中心合作伙伴"},
    "twin_city": {"en": "twin cities", "de": "Städtepartnerschaft", "zh": "友好城市"},
    "partner_region": {"en": "partner regions", "de": "Partnerregionen", "zh": "友好省州"},
    "cooperation_agreement": {"en": "agreement", "de": "Vereinbarung", "zh": "合作协议"},
    "university_cooperation": {"en": "university cooperation", "de": "Hochschulkooperation", "zh": "高校合作"},
    "membership": {"en": "membership", "de": "Mitgliedschaft", "zh": "成员关系"},
    "support": {"en": "support", "de": "Unterstützung", "zh": "支持"},
    "visit": {"en": "visit", "de": "Besuch", "zh": "访问"},
    "invitation": {"en": "invitation", "de": "Einladung", "zh": "邀请"},
    "council_decision": {"en": "council decision", "de": "Ratsbeschluss", "zh": "市议会决议"},
    "friendship": {"en": "friendship agreement", "de": "Freundschaftsvertrag", "zh": "友好协议"},
    "approval": {"en": "approval", "de": "Genehmigung", "zh": "批准"},
    "office": {"en": "office", "de": "Büro", "zh": "办事处"},
    "aid": {"en": "aid", "de": "Hilfe", "zh": "援助"},
    "statement": {"en": "statement", "de": "Erklärung", "zh": "表态"},
}


def link_kind(kind: str, language: str) -> str:
    """What a kind of link is called; a kind without words by its own name."""
    return LINK_KINDS.get(kind, {}).get(language) or kind.replace("_", " ")
