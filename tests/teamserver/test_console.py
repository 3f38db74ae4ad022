"""The console: who gets in, what the pages hold, and that they need no script."""

from __future__ import annotations

import base64
import re
import secrets
from html.parser import HTMLParser

import pytest
from teamworld import HOUR, Device, World, bucket

from trayapp.team import wire
from trayapp.teamserver import policies, pools, releases

PICO = 10**12


def link(device: Device, at: int | None = None, nonce: str | None = None, device_name: str = "") -> str:
    """What ``spendlight team console`` prints."""
    at = device.world.now() if at is None else at
    nonce = nonce or secrets.token_hex(16)
    signed = device.key.sign(wire.console_proof(device.id, at, nonce))
    signature = base64.urlsafe_b64encode(signed).decode().rstrip("=")
    return f"/console/enter?device={device_name or device.id}&at={at}&nonce={nonce}&signature={signature}"


def filled(world: World) -> tuple[Device, list[Device]]:
    """A tenant with two teams, pools, a commitment and some weeks."""
    commitment = wire.Commitment(
        name="Anthropic 2026", vendor="anthropic", pico=str(20_000 * PICO), since="2026-01-01", until="2026-12-31"
    )
    terms = policies.Terms(sync=wire.SyncTerms(dimensions=wire.DIMENSIONS), commitments=(commitment,))
    world.do(lambda c: policies.publish(c, world.keys, world.tenant, world.team, terms, world.now()))
    small = world.add_team("Research")
    world.do(lambda c: pools.make(c, world.tenant, "Everyone", 5000 * PICO))
    world.do(lambda c: pools.make(c, world.tenant, "Research", 400 * PICO, team=small, kind="hard", period="week"))
    boss = world.join(roles="member lead finance")
    devices = [boss, *(world.join() for _ in range(11)), *(world.join(team=small) for _ in range(3))]
    for week, monday in enumerate(releases.weeks(world.now())[:3]):
        for number, device in enumerate(devices):
            model = ("claude-opus-5.5", "claude-haiku-5.5", "gpt-6")[0 if number < 6 else 1 if number < 12 else 2]
            tool = "codex" if number % 2 else "claude-code"
            pico = (number + 1) * (week + 3) * 1_234_567_890_123
            device.put(
                bucket(monday + (number % 5) * 86_400, pico=pico, model_served=model, tool=tool, calls=number + 3)
            )
    for device in devices:
        device.put(bucket((world.now() // HOUR - 1) * HOUR, 2, pico=57 * PICO, model_served="claude-opus-5.5"))
    return boss, devices


def test_a_signed_link_opens_the_console_once(world):
    device = world.join()
    client = world.client()
    address = link(device)
    answer = client.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    cookie = answer.headers["set-cookie"]
    for word in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert word.lower() in cookie.lower()
    page = client.get("/console")
    assert page.status_code == 200
    assert "There are no pools" in page.text
    again = world.client().get(address)
    assert again.status_code == 401
    assert "This link opens nothing" in again.text
    assert client.post("/console/leave").status_code == 303
    assert "Sign in" in client.get("/console").text


def test_links_that_are_forged_old_or_anothers_open_nothing(world):
    device, other = world.join(), world.join()
    token = base64.urlsafe_b64encode(device.key.sign(wire.proof(device.id, world.now(), "1" * 32))).decode()
    tried = [
        link(device, at=world.now() - 302),
        link(device, device_name=other.id),
        link(device, device_name="nobody"),
        f"/console/enter?device={device.id}&at={world.now()}&nonce={'1' * 32}&signature={token.rstrip('=')}",
        "/console/enter",
        f"/console/enter?device={device.id}&at=1e9&nonce=x&signature=%00",
    ]
    for address in tried:
        answer = world.client().get(address)
        assert answer.status_code == 401, address
        assert "set-cookie" not in answer.headers


def test_a_cookie_opens_no_api_and_a_token_no_console(world):
    device = world.join()
    client = world.client()
    cookie = client.get(link(device)).headers["set-cookie"].split("=", 1)[1].partition(";")[0]
    assert client.get("/v1/pools", headers={"Authorization": f"Bearer {cookie}"}).status_code == 401
    for token in (device.sign_in(), world.role_token("admin")):
        assert "Sign in" in world.client().get("/console", headers={"Cookie": f"spendlight={token}"}).text
    assert world.client().post("/console/token", data={"token": device.token}).status_code == 401
    admin = world.client()
    assert admin.post("/console/token", data={"token": world.role_token("admin")}).status_code == 303
    assert admin.get("/console").status_code == 200
    foreign = {"Origin": "https://elsewhere.example"}
    assert admin.post("/console/leave", headers=foreign).status_code == 403
    assert admin.post("/console/leave", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_first_page_shows_what_the_role_may_see_and_no_script(world):
    boss, devices = filled(world)
    client = world.client()
    client.get(link(boss))
    page = client.get("/console")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert not re.search(r"<script|\son\w+=|javascript:|style=|https?://", page.text)
    for word in ("Everyone: spending by week", "Your team: spending by week", "together (fewer than 5 people apart)"):
        assert word in page.text
    assert "Anthropic 2026" in page.text
    for device in devices:
        assert device.id not in page.text
        assert device.ask("GET", "/v1/me/export").json()["member"] not in page.text
    member = world.client()
    member.get(link(devices[1]))
    plain = member.get("/console").text
    assert "spending by week" not in plain
    assert "finance read “console: tenant”, about everyone" in plain
    style = client.get("/console/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in style.text


class Page(HTMLParser):
    """What a browser without scripts can do on a page: forms with their fields, links, what opens and closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, list[str]]] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        if tag == "form":
            self.forms.append((named.get("method") or "get", named.get("action") or "", []))
        if tag in ("input", "textarea") and self.forms and named.get("name"):
            self.forms[-1][2].append(str(named["name"]))


def test_all_of_the_console_can_be_used_without_scripts(world):
    """Only by what the pages themselves offer: signing in, reading every week, signing out."""
    filled(world)
    client = world.client()
    ((method, action, fields),) = Page(client.get("/console").text).forms
    assert (method.lower(), fields) == ("post", ["token"])
    own = {"Origin": world.url, "Sec-Fetch-Site": "same-origin"}
    answer = client.post(action, data={fields[0]: world.role_token("finance", "lead")}, headers=own)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    page = client.get(answer.headers["location"])
    parsed = Page(page.text)
    assert parsed.tags.count("details") == parsed.tags.count("summary") == 2 * releases.WEEKS
    assert not {"script", "iframe", "object", "embed", "button_"} & set(parsed.tags)
    ((method, action, _),) = parsed.forms
    assert client.request(method, action, headers=own).status_code == 303
    assert Page(client.get("/console").text).forms[0][2] == ["token"]


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_a_revoked_device_is_out_of_the_console_too(world):
    device = world.join()
    client = world.client()
    client.get(link(device))
    admin = {"Authorization": f"Bearer {world.role_token('admin')}"}
    world.client().delete(f"/v1/devices/{device.id}", headers=admin)
    assert client.get("/console").status_code == 401
    assert world.client().get(link(device)).status_code == 401
