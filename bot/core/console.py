"""How `python -m bot.core shell` prints an answer: text, numbered choices, then the sources as short lines."""
import asyncio
from typing import Any

GREY = "\033[90m"
BLUE = "\033[94m"
PLAIN = "\033[0m"
PROMPT = "Your input -> "


def lines(message: dict[str, Any]) -> list[str]:
    """Returns a bot message as lines for a terminal."""
    custom = message.get("custom") if isinstance(message.get("custom"), dict) else {}
    result: list[str] = []
    if message.get("text"):
        result.append(f"{BLUE}{message['text']}{PLAIN}")
    result += card_lines(custom.get("card"))
    for number, button in enumerate(message.get("buttons") or [], start=1):
        result.append(f"  {number}. {button.get('title')}  {GREY}{button.get('payload')}{PLAIN}")
    for source in custom.get("sources") or []:
        parts = [str(source.get(key)) for key in ("title", "as_of", "url") if source.get(key)]
        result.append(f"{GREY}  [{' · '.join(parts)}]{PLAIN}")
    return result


def card_lines(card: Any) -> list[str]:
    """Returns the plain fields of a card, one a line."""
    if not isinstance(card, dict):
        return []
    return [f"  {name}: {value}" for name, value in card.items() if isinstance(value, (str, int, float)) and value != ""]


def print_message(message: dict[str, Any], is_latest_message: bool = False, color: str | None = None) -> None:
    """Prints one bot message; takes the place of Rasa's `_print_bot_output`."""
    for line in lines(message):
        print(line)


def chosen(text: str, message: dict[str, Any] | None) -> str:
    """Returns the payload of the choice whose number was typed, else the text itself."""
    buttons = (message or {}).get("buttons") or []
    if text.isascii() and text.isdigit() and 0 < int(text) <= len(buttons):
        return str(buttons[int(text) - 1].get("payload") or text)
    return text


async def read_input(previous: dict[str, Any] | None) -> str | None:
    """Prints the last message and returns the next line, None at its end; takes the place of `_get_user_input`."""
    if previous is not None:
        print_message(previous)
    try:
        text = await asyncio.get_running_loop().run_in_executor(None, input, PROMPT)
    except EOFError:
        return None
    return chosen(text.strip(), previous)


def install() -> None:
    """Puts this in place in Rasa's shell; a bot message stays one message there too."""
    from rasa.core.channels import console, rest

    console._print_bot_output = print_message
    console._get_user_input = read_input

    async def send_whole(self: Any, recipient_id: str, message: dict[str, Any]) -> None:
        whole = {key: message[key] for key in ("text", "buttons", "custom") if message.get(key)}
        await self._persist_message({"recipient_id": recipient_id, **whole})

    rest.QueueOutputChannel.send_response = send_whole
