"""`python -m bot.channels.web.demo`: serve the demo website on this machine, beside a running assistant."""

from argparse import ArgumentParser

import uvicorn

from bot.channels.web.demo.site import make_site

if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:8080", help="where the assistant is")
    parser.add_argument("--port", type=int, default=8090, help="where this website is to be")
    options = parser.parse_args()
    uvicorn.run(make_site(options.server.rstrip("/")), host="127.0.0.1", port=options.port, log_level="warning")
