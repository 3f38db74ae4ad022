"""Which matters are told now, which wait, which are held back: the rules that keep notifications few.

Pure, no Qt: moments are handed in. Rules:

* each matter is told once, also across restarts (``toldbook``); what had happened before the tray's first look is old,
  what still lasts is not. A stop or an outage that was over may be told anew;
* of each kind one a minute, of all ``MOST_AN_HOUR`` unless they are critical, of suggestions ``MOST_A_DAY``; what comes
  too fast waits and is told together;
* a snooze, quiet hours and the desktop's do-not-disturb hold everything back; at their end one notification sums it up
  (one thing that still is so is told itself);
* what is over is taken back from the screen, and from the waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trayapp.desktop import gathering
from trayapp.desktop.announcing import Announcement, Kind, Scene
from trayapp.desktop.toldbook import HOUR_US, Held, ToldBook
from trayapp.quiethours import MINUTE_US, QuietHours, local

MOST_AN_HOUR: Final = 6
MOST_A_DAY: Final = 2
ASK_AGAIN_US: Final = MINUTE_US
"""How soon a desktop that is not to be disturbed is asked again; most say it by themselves."""
_DROPPED: Final = (Kind.WINDOW, Kind.SUGGESTION)
"""Of these nothing is to be said once they are over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When, and what holds then."""

    now_us: int
    day: str
    """Local date, ISO."""
    level: str = "all"
    quiet: QuietHours | None = None
    inhibited: bool = False
    """The desktop is not to be disturbed."""
    seen: bool = False
    """The popover is open: a suggestion is in sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Why nothing is told."""

    why: str = ""
    """``snooze``, ``quiet``, ``busy``, ``none`` (the setting); ``important`` and empty: something is told."""
    until_us: int = 0
    """0: nobody knows."""

    @property
    def holds(self) -> bool:
        """Whether what comes is held back for later."""
        return self.why in ("snooze", "quiet", "busy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is to be done."""

    show: tuple[Announcement, ...] = ()
    withdraw: tuple[Kind, ...] = ()
    silence: Silence = Silence()
    wake_us: int | None = None
    """When to look again, if nothing happens before."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a notification was made of."""

    batch: tuple[Announcement, ...]
    held: tuple[Held, ...] = ()


class Teller:
    """Decides, from one look to the next."""

    def __init__(self, book: ToldBook) -> None:
        self.book = book
        self._old: frozenset[str] | None = None
        """Events that have been dealt with; ``None`` before the first look at an engine."""
        self._since: dict[str, int] = {}
        """From when on what is not told yet has been so."""
        self._waiting: dict[str, Announcement] = {}
        self._texts: dict[str, Announcement] = {}
        """What was held back, as far as this process knows its words."""
        self._shown: dict[Kind, tuple[str, ...]] = {}
        self._last: dict[Kind, _Shown] = {}
        self._wakes: list[int] = []
        self._quiet_change: tuple[QuietHours, bool, int, int] | None = None

    def look(self, scene: Scene, at: Moment) -> Turn:
        """Take in what is so now."""
        self.book.turn(at.now_us, at.day)
        self._wakes = [self.book.snoozed_us] if self.book.snoozed_us else []
        withdraw = tuple(kind for kind, keys in self._shown.items() if keys and all(map(scene.gone, keys)))
        for kind in withdraw:
            del self._shown[kind]
        self._take_in(scene, at)
        silence = self._silence(at)
        show: tuple[Announcement, ...] = ()
        if silence.why == "none":
            self._waiting.clear()
            self.book.drop_held()
        elif silence.holds:
            self._hold()
            if silence.until_us:
                self._wakes.append(silence.until_us)
            elif self.book.held:
                self._wakes.append(at.now_us + ASK_AGAIN_US)
        else:
            self._release(scene)
            show = self._show(scene, at)
        wake = min((us for us in self._wakes if us > at.now_us), default=None)
        return Turn(show=show, withdraw=withdraw, silence=silence, wake_us=wake)

    def refused(self, kind: Kind) -> None:
        """The desktop was not to be disturbed after all: what was to be shown is held back."""
        last = self._last.pop(kind, None)
        self._shown.pop(kind, None)
        if last is None:
            return
        book = self.book
        book.times = [each for each in book.times if each[0] is not kind]
        book.held = [*last.held, *book.held]
        for matter in last.batch:
            book.forget(matter.key)
            if not matter.after:
                self._hold_one(matter)
        if kind is Kind.SUGGESTION:
            book.today = max(book.today - 1, 0)
        book.dirty = True

    def closed(self, kind: Kind) -> None:
        """A notification is no longer on the screen."""
        self._shown.pop(kind, None)

    def snooze(self, kind: Kind, subjects: tuple[str, ...], until_us: int) -> None:
        """Nothing is told of these for a while; an outage that lasts longer is told again then."""
        self.closed(kind)
        for subject in subjects:
            self.book.silence(subject, until_us)
        if kind is Kind.TROUBLE:
            for matter in self._last.get(kind, _Shown(())).batch:
                self.book.forget(matter.key)

    # what is new

    def _take_in(self, scene: Scene, at: Moment) -> None:
        self._let_go(scene)
        events = {matter.key for matter in scene.matters if matter.event}
        if scene.live and self._old is None:
            self._old = frozenset(events)
        old = set(self._old or ()) & events if scene.live else set(self._old or ())
        for matter in scene.matters:
            old.update(matter.covers)
            if matter.after:
                # All of them: what was told is over with it.
                if [key for key in matter.after if self.book.forget(key)] and self._wanted(matter, at):
                    self._waiting[matter.key] = matter
            elif matter.key in self._waiting:
                del self._waiting[matter.key]
                if self._wanted(matter, at):
                    self._waiting[matter.key] = matter
            elif not self._is_known(matter, old) and self._has_settled(matter, at):
                if matter.event:
                    old.add(matter.key)
                if self._wanted(matter, at):
                    self._waiting[matter.key] = matter
        if self._old is not None:
            self._old = frozenset(old)
        for key in scene.over:
            self.book.forget(key)

    def _let_go(self, scene: Scene) -> None:
        """What waits and is no longer so is not told; without an engine only outages are known to be so or not."""
        found = {matter.key for matter in scene.matters}
        covered = {key for matter in scene.matters for key in matter.covers}
        for key, matter in list(self._waiting.items()):
            gone = key not in found if scene.live or matter.kind is Kind.TROUBLE else False
            if key in covered or (gone and key not in scene.unsure):
                del self._waiting[key]
        self._since = {key: since for key, since in self._since.items() if key in found}

    def _is_known(self, matter: Announcement, old: set[str]) -> bool:
        if matter.event:
            return matter.key in old
        return self.book.has_told(matter) or self.book.is_held(matter.key)

    def _has_settled(self, matter: Announcement, at: Moment) -> bool:
        since = min(self._since.setdefault(matter.key, at.now_us), at.now_us)
        self._since[matter.key] = since
        if at.now_us - since >= matter.settle_us:
            return True
        self._wakes.append(since + matter.settle_us)
        return False

    def _wanted(self, matter: Announcement, at: Moment) -> bool:
        if at.level == "none" or (at.level == "important" and not matter.important):
            return False
        snoozed = max((self.book.silent_until(subject) for subject in matter.subjects), default=0)
        if snoozed > at.now_us:
            self._wakes.append(snoozed)
            return False
        if matter.kind is Kind.SUGGESTION and at.seen:
            self.book.tell(matter)  # as good as told, and not one of today's
            return False
        return matter.kind is not Kind.SUGGESTION or self.book.today < MOST_A_DAY

    # silence

    def _silence(self, at: Moment) -> Silence:
        if at.level == "none":
            return Silence(why="none")
        if self.book.snoozed_us:
            return Silence(why="snooze", until_us=self.book.snoozed_us)
        if at.quiet is not None:
            holds, change = self._change(at.quiet, at.now_us)
            if holds:
                return Silence(why="quiet", until_us=change)
            self._wakes.append(change)
        if at.inhibited:
            return Silence(why="busy")
        return Silence(why="important" if at.level == "important" else "")

    def _change(self, quiet: QuietHours, now_us: int) -> tuple[bool, int]:
        """Whether it is quiet now, and when that changes; reckoned once for as long as it is so."""
        holds, known = quiet.hold(local(now_us)), self._quiet_change
        if known is None or known[:2] != (quiet, holds) or not known[2] <= now_us < known[3]:
            self._quiet_change = known = (quiet, holds, now_us, quiet.change_after(now_us))
        return holds, known[3]

    def _hold(self) -> None:
        for matter in self._waiting.values():
            if not matter.after:
                self._hold_one(matter)
        self._waiting.clear()

    def _hold_one(self, matter: Announcement) -> None:
        if matter.kind is not Kind.SUMMARY and not self.book.is_held(matter.key):
            self.book.hold(matter)
            self._texts = {each.key: each for each in (*self._texts.values(), matter) if self.book.is_held(each.key)}

    def _release(self, scene: Scene) -> None:
        """The silence is over: what was held back becomes one notification."""
        over = {each.key for each in self.book.held if each.kind in _DROPPED and scene.gone(each.key)}
        self.book.drop_held(over)
        held = self.book.held
        if not held:
            self._waiting.pop("summary", None)
            return
        matters = {each.key: scene.find(each.key) or self._event(each.key) for each in held}
        only = next(iter(matters.values()))
        if len(held) == 1 and only is not None:
            self.book.drop_held()
            self._waiting[only.key] = only
            return
        kinds = [(each.kind, scene.gone(each.key) and self._event(each.key) is None) for each in held]
        known = (matter for matter in matters.values() if matter is not None)
        titles = [matter.title for matter in sorted(known, key=lambda matter: -matter.urgency)]
        critical = any(each.critical and scene.find(each.key) is not None for each in held)
        self._waiting["summary"] = gathering.summary(kinds, titles, critical=critical)

    def _event(self, key: str) -> Announcement | None:
        known = self._texts.get(key)
        return known if known is not None and known.event else None

    # telling

    def _show(self, scene: Scene, at: Moment) -> tuple[Announcement, ...]:
        shown = []
        for kind in Kind:
            batch = tuple(matter for matter in self._waiting.values() if matter.kind is kind)
            if not batch or not self._has_room(kind, at.now_us, critical=any(matter.critical for matter in batch)):
                continue
            batch = tuple(sorted(batch, key=lambda matter: -matter.urgency))
            shown.append(gathering.together(batch))
            self._note(kind, batch, scene, at)
        return tuple(shown)

    def _has_room(self, kind: Kind, now_us: int, *, critical: bool) -> bool:
        times = self.book.times
        last = max((us for each, us in times if each is kind), default=None)
        if last is not None and now_us - last < MINUTE_US:
            self._wakes.append(last + MINUTE_US)
            return False
        if not critical and len(times) >= MOST_AN_HOUR:
            self._wakes.append(sorted(us for _, us in times)[-MOST_AN_HOUR] + HOUR_US)
            return False
        return True

    def _note(self, kind: Kind, batch: tuple[Announcement, ...], scene: Scene, at: Moment) -> None:
        book = self.book
        held: tuple[Held, ...] = ()
        for matter in batch:
            del self._waiting[matter.key]
            if not (matter.event or matter.after or kind is Kind.SUMMARY):
                book.tell(matter)
        if kind is Kind.SUMMARY:
            held = tuple(book.held)
            for each in held:
                matter_now = scene.find(each.key)
                if matter_now is not None and not matter_now.event:
                    book.tell(matter_now)
            book.drop_held()
            self._texts.clear()
        book.today += kind is Kind.SUGGESTION
        book.times = [*book.times, (kind, at.now_us)]
        book.dirty = True
        # What has merely happened is never over; a click or the desktop takes it away.
        lasts = kind is not Kind.SUMMARY and not any(matter.event for matter in batch)
        self._shown[kind] = tuple(matter.key for matter in batch) if lasts else ()
        self._last[kind] = _Shown(batch, held)
