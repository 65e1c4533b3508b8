"""What a worker does on hearing what was decided elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING

from asklepion.kit.log import get_log

from ..model import read_look
from .passing import (
    Brought,
    CameTogether,
    Decided,
    Dismiss,
    Dress,
    Erase,
    Expel,
    Lifted,
    Merge,
    Opened,
    Passed,
    SelfSet,
    Tell,
    Tie,
    WentApart,
)
from .visit import Visit

if TYPE_CHECKING:
    from .workers import Workers
    from .world import World

log = get_log(__name__)

_running: set[asyncio.Task[None]] = set()


def take_in(world: World, workers: Workers, message: Passed) -> None:
    """Do it here, as far as it concerns somebody who is here."""
    match message:
        case Tie():
            message.apply(world.ties)
            _follow(world, message)
        case Opened(account=account, at_us=at_us):
            world.leave_for(account, at_us)
        case Tell(account=account, frame=frame):
            if (visit := _served(world, workers, account)) is not None:
                visit.pass_frame(frame)
        case Expel(account=account, place=place, code=code):
            world.expel(account, place, code)
        case Dress(account=account, look=look):
            if chosen := read_look(look):
                world.dress(account, chosen)
        case Dismiss(account=account):
            workers.tickets.drop(account)
            world.dismiss(account)
        case Brought(id=id, hall=hall):
            if world.uploads:
                world.uploads.learn(id, hall)
        case Erase(patient=patient):
            begin(world.erase_here(patient))
        case Merge(old=old, new=new, only=only):
            begin(world.merge_here(old, new, only))
        case _:
            pass


def _served(world: World, workers: Workers, account: str) -> Visit | None:
    visit = world.visit_here(account)
    return visit if visit and workers.serves(visit) else None


def _follow(world: World, tie: Tie) -> None:
    """What follows from it for those who are here."""
    match tie:
        case WentApart(account=one, other=two) | CameTogether(account=one, other=two):
            world.look_again(one, two)
        case SelfSet(account=account):
            if visit := world.visit_here(account):
                world.stand_again(visit)
        case Decided(act=act) | Lifted(act=act):
            for visit in world.visits_in(act.place):
                if act.account in ("", visit.account):
                    world.stand_again(visit)
        case _:
            pass


def begin(work: Coroutine[None, None, None]) -> None:
    """Do something beside the rest; what fails is logged."""

    async def go() -> None:
        try:
            await work
        except Exception as error:
            log.fault("what was decided was not carried out here", error)

    task = asyncio.create_task(go())
    _running.add(task)
    task.add_done_callback(_running.discard)
