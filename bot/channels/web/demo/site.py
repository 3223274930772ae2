"""The demo website as an application: its own origin, and the strictest policy under which the chat works."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).resolve().parent


def policy(server: str) -> str:
    """Content-Security-Policy: nothing but the page's own files and the assistant."""
    return (
        f"default-src 'none'; script-src 'self' {server}; connect-src {server}; style-src 'self'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def make_site(server: str) -> Starlette:
    """A website whose chat is that of `server`, an address without a slash at the end."""
    page = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"])).get_template(
        "demo.html"
    )

    async def show(request: Request) -> Response:
        html = page.render(server=server, language=request.query_params.get("lang", "en"))
        return HTMLResponse(html, headers={"Content-Security-Policy": policy(server)})

    async def own_file(request: Request) -> Response:
        return FileResponse(FOLDER / request.url.path.removeprefix("/"))

    return Starlette(routes=[Route("/", show), Route("/demo.css", own_file), Route("/demo.js", own_file)])
