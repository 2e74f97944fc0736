"""Hostile text, and the addresses under which a world's things are found: what fuzzing and script tests send."""

import itertools
from typing import Any

from taskforce.models import Assignment, Attachment, CostItem, Instrument, Place
from tests.use.questions import appointment_of, membership_of
from tests.world import World

# What a script says if it ever runs; the browser test listens for it.
SAYS = "alert(7)"
_TAGS = (
    "<script>{0}</script>",
    "<ScRiPt>{0}</sCrIpT>",
    "<script src=data:text/javascript,{0}></script>",
    "<script/x>{0}</script>",
    "<img src=x onerror={0}>",
    '<img src=x onerror="{0}">',
    "<img/src=x/onerror={0}>",
    "<svg onload={0}>",
    "<svg/onload={0}//",
    "<svg><script>{0}</script></svg>",
    "<svg><animate onbegin={0} attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:{0}><text>x",
    "<math><mtext></mtext><mglyph><style><img src=x onerror={0}>",
    "<body onload={0}>",
    "<iframe srcdoc='<script>{0}</script>'>",
    "<iframe src=javascript:{0}>",
    "<object data=javascript:{0}>",
    "<embed src=javascript:{0}>",
    "<form action=javascript:{0}><button>x",
    "<input autofocus onfocus={0}>",
    "<select autofocus onfocus={0}>",
    "<textarea autofocus onfocus={0}>",
    "<details open ontoggle={0}>",
    "<video><source onerror={0}>",
    "<audio src=x onerror={0}>",
    "<marquee onstart={0}>",
    "<a href=javascript:{0} autofocus onfocus={0}>x</a>",
    "<link rel=stylesheet href=data:text/css,*{{color:red}}>",
    "<style>@import'data:text/css,*{{}}';</style>",
    "<style onload={0}></style>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:{0}'>",
    "<div style=background:url(javascript:{0})>",
    "<template><script>{0}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={0}>'>",
    "<x contenteditable autofocus onfocus={0}>",
)
# What ends the place in which text stands, before the tag.
_ENDS = ("", '">', "'>", "</title>", "</textarea>", "</script>", "-->", '"/>', "&quot;>", '\\">')
_ALONE = (
    '" autofocus onfocus={0} x="',
    "' autofocus onfocus={0} x='",
    "javascript:{0}",
    "JaVaScRiPt:{0}",
    "java script:{0}",
    "data:text/html,<script>{0}</script>",
    "vbscript:{0}",
    "{{{{ 7*7 }}}}{{{{ config }}}}",
    "{{% for x in (1,2) %}}{0}{{% endfor %}}",
    "${{{0}}}",
    "#{{{0}}}",
    "<%= {0} %>",
    "&lt;script&gt;{0}&lt;/script&gt;",
    "&#60;script&#62;{0}&#60;/script&#62;",
    "%3Cscript%3E{0}%3C/script%3E",
    "\uff1cscript\uff1e{0}\uff1c/script\uff1e",
    "+ADw-script+AD4-{0}+ADw-/script+AD4-",
    "<!--<script>{0}</script>",
    "<![CDATA[<script>{0}</script>]]>",
    "\\u003cscript\\u003e{0}\\u003c/script\\u003e",
    "';{0}//",
    '";{0}//',
    "`;{0}//",
    "</script><script>{0}//",
)
# Each tag behind several ends, and each end before many tags.
_BROKEN_OUT = (
    _ENDS[(place + turn) % len(_ENDS)] + tag for turn in range(len(_ENDS)) for place, tag in enumerate(_TAGS)
)
PAYLOADS = tuple(each.format(SAYS) for each in itertools.islice((*_ALONE, *_BROKEN_OUT), 200))
# Text that broke other systems: SQL, formulas, directions of writing, what folds and what grows.
ODD = (
    "'; drop table activity; --",
    "' or '1'='1",
    "%' or 1=1 --",
    "\\'; select pg_sleep(9); --",
    "$$; select 1; $$",
    "{0} %s %(x)s %%",
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "\u0130\u0131\u1e9e\ufb03",
    "a\u0301\u0301\u0301" * 20,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
    "\ufeff\u200b\u00a0x",
    "NaN",
    "Infinity",
    "-0",
    "1e400",
    "9" * 400,
    "null",
    "true",
    "0000-00-00",
    "9999-12-31",
    "00000000-0000-0000-0000-000000000000",
)


async def places_of(world: World) -> dict[str, Any]:
    """A stored thing for each parameter of a path, under the parameter's name."""
    instrument = await world.add(Instrument(kind="law", citation="Act 1"))
    responsibility = await world.responsibility()
    assignment = await world.add(
        Assignment(responsibility_id=responsibility.id, agency_id=world.police.id, role="accountable")
    )
    item = await world.add(CostItem(code="C1", title="Salaries"))
    line = await world.line(code="A9", title="Another")
    budget_line = await world.pay(line, "100", source=world.source)
    alert = await world.alert(world.activity, line)
    appointment = await appointment_of(world, "observer")
    place = await world.add(Place(code="P1", title="Coast"))
    indicator = await world.indicator()
    membership = await membership_of(world, world.education)
    attachment = await world.add(
        Attachment(
            activity_id=line.id,
            name="a.txt",
            note="A",
            media_type="text/plain",
            byte_count=1,
            sha256=f"{line.id.hex:0>64}",
        )
    )
    return {
        "activity_id": world.activity.id,
        "agency_id": world.police.id,
        "alert_id": alert.id,
        "appointment_id": appointment.id,
        "attachment_id": attachment.id,
        "assignment_id": assignment.id,
        "code": world.mechanism.code,
        "cost_item_id": item.id,
        "indicator_id": indicator.id,
        "instrument_id": instrument.id,
        "line_id": budget_line.id,
        "membership_id": membership.id,
        "objective_id": world.objective.id,
        "output_id": world.output.id,
        "place_id": place.id,
        "plan_id": world.plan.id,
        "responsibility_id": responsibility.id,
        "source_id": world.source.id,
        "user_id": world.observer.id,
    }
