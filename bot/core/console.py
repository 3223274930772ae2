"""How `python -m bot.core shell` prints an answer: text, numbered choices, then the sources as short lines."""
from typing import Any, Dict, List, Optional, Text

GREY = "\033[90m"
BLUE = "\033[94m"
PLAIN = "\033[0m"


def lines(message: Dict[Text, Any]) -> List[Text]:
    """Returns a bot message as lines for a terminal."""
    custom = message.get("custom") if isinstance(message.get("custom"), dict) else {}
    result: List[Text] = []
    if message.get("text"):
        result.append(f"{BLUE}{message['text']}{PLAIN}")
    result += card_lines(custom.get("card"))
    for number, button in enumerate(message.get("buttons") or [], start=1):
        result.append(f"  {number}. {button.get('title')}  {GREY}{button.get('payload')}{PLAIN}")
    for source in custom.get("sources") or []:
        parts = [str(source.get(key)) for key in ("title", "as_of", "url") if source.get(key)]
        result.append(f"{GREY}  [{' · '.join(parts)}]{PLAIN}")
    return result


def card_lines(card: Any) -> List[Text]:
    """Returns the plain fields of a card, one a line."""
    if not isinstance(card, dict):
        return []
    return [f"  {name}: {value}" for name, value in card.items() if isinstance(value, (str, int, float)) and value != ""]


def print_message(message: Dict[Text, Any], is_latest_message: bool = False, color: Optional[Text] = None) -> None:
    """Prints one bot message; takes the place of Rasa's `_print_bot_output`."""
    for line in lines(message):
        print(line)


def install() -> None:
    """Puts this in place in Rasa's shell; a bot message stays one message there too."""
    import rasa.core.channels.console as console
    import rasa.core.channels.rest as rest

    console._print_bot_output = print_message

    async def send_whole(self: Any, recipient_id: Text, message: Dict[Text, Any]) -> None:
        whole = {key: message[key] for key in ("text", "buttons", "custom") if message.get(key)}
        await self._persist_message({"recipient_id": recipient_id, **whole})

    rest.QueueOutputChannel.send_response = send_whole
