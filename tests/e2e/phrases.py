"""Sentences that several tests say, in each language, and words of the answers."""

INNOBANX = {"en": "What is Innobanx?", "de": "Was ist Innobanx?", "zh": "Innobanx是什么公司？"}
AND_WHERE = {"en": "and where?", "de": "und wo?", "zh": "它在哪里？"}
DUESSELDORF = {"en": "Düsseldorf", "de": "Düsseldorf", "zh": "杜塞尔多夫"}
PERSON = {
    "en": "I want to talk to a person",
    "de": "Ich möchte mit einem Menschen sprechen",
    "zh": "我想联系工作人员",
}
