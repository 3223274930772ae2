"""Telegram's and WeChat's side on the stage: fakes at their published contracts, and how the gateway finds them."""

from __future__ import annotations

from tests.channels.telegram.fake_bot_api import TOKEN, FakeBotApi
from tests.channels.telegram.visitors import SECRET, Telegram
from tests.channels.wechat import fake_platform
from tests.channels.wechat.fake_platform import FakePlatform
from tests.gateway.fake_core import RunningServer

CHANNELS = ("telegram", "wechat")
AES_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"


class Platforms:
    """Both platforms, each served by a thread of its own; `url` is where the gateway is."""

    def __init__(self, url: str) -> None:
        self.bot_api, self.accounts = FakeBotApi(), FakePlatform()
        self.telegram = Telegram(self.bot_api, url)  # numbers the updates
        apps = {"telegram": self.bot_api.app(), "wechat": self.accounts.app()}
        self._servers = {name: RunningServer(app) for name, app in apps.items()}

    @property
    def ports(self) -> dict[str, int]:
        return {name: server.port for name, server in self._servers.items()}

    @staticmethod
    def settings(ports: dict[str, int]) -> dict[str, str]:
        """What the gateway is told; `ports` are those by which it reaches the platforms."""
        return {
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_SECRET": SECRET,
            "TELEGRAM_API_URL": f"http://127.0.0.1:{ports['telegram']}",
            "TELEGRAM_TIMEOUT_SECONDS": "5",
            "WECHAT_APP_ID": fake_platform.APP_ID,
            "WECHAT_APP_SECRET": fake_platform.SECRET,
            "WECHAT_TOKEN": fake_platform.TOKEN,
            "WECHAT_AES_KEY": AES_KEY,
            "WECHAT_API_URL": f"http://127.0.0.1:{ports['wechat']}",
            "WECHAT_TIMEOUT_SECONDS": "5",
        }

    def stop(self) -> None:
        self.telegram.http.close()
        for server in self._servers.values():
            server.stop()
