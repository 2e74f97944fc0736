"""What follows an invitation on every page that makes one: the mail, and the page with the link that is shown once."""

import datetime as dt

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.queries.mechanism import Head
from taskforce.render import mail
from taskforce.services import outbox
from taskforce.services.account import LINK_LIFE
from taskforce.services.appointment import Invitation
from taskforce.services.mechanism import Founded
from taskforce.views.appointment import InvitationView
from taskforce.views.mechanism import MechanismHead
from taskforce.web.secret_reply import SecretReply


async def invited(
    session: Session, actor: Actor, mechanism: Head | Founded, invitation: Invitation, now: dt.datetime
) -> SecretReply[InvitationView]:
    """Put the mail into the outbox and show the link.

    `mechanism` is its head for a reader who is in it, and what was founded for an administrator who is not.
    """
    account, secret = invitation.account, invitation.secret
    is_own = account.id == actor.account_id
    if not is_own:
        words = mail.invitation(mechanism.title, secret, account.language)
        await outbox.put(session, account.email, words.subject, words.body)
    head = MechanismHead.model_validate(mechanism) if isinstance(mechanism, Head) else None
    view = InvitationView(
        mechanism=head,
        mechanism_code=mechanism.code,
        mechanism_title=mechanism.title,
        appointment_id=invitation.appointment.id,
        email=account.email,
        title=account.title,
        role=invitation.appointment.role,
        is_own=is_own,
        link=mail.sign_in_address(secret) if secret else None,
        link_ends_at=now + LINK_LIFE if secret else None,
    )
    afterwards = f"/mechanisms/{mechanism.code}/agencies" if head else "/mechanisms"
    return SecretReply(view, template="appointment/invited.html", afterwards=afterwards)
