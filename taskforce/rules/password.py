"""Which passwords are too easy to guess; no rule on what they must be composed of."""

import re

SHORTEST = (
    12  # characters. Source: NIST SP 800-63B-4 section 3.1.1.2, for a password beside a second factor 8; ours is longer
)
# What guessing programs try first, without the digits and signs that people add. Each is 4 letters or longer.
COMMON = frozenset(
    {
        *("password", "passphrase", "passwort", "parola", "letmein", "welcome", "welcomehome", "iloveyou", "changeme"),
        *(
            "administrator",
            "administration",
            "admin",
            "superuser",
            "taskforce",
            "secretariat",
            "government",
            "ministry",
        ),
        *("qwerty", "qwertyuiop", "qwertyuiopas", "azerty", "asdfghjkl", "zxcvbnm", "abcdefgh", "abcdefghijkl"),
        *("football", "baseball", "basketball", "sunshine", "princess", "superman", "trustno", "monkey", "dragon"),
        *("login", "secret", "secretpassword", "mypassword", "newpassword", "thisispassword"),
        *("ministry", "onetwothreefour", "january", "february", "september", "october", "november"),
    }
)
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)
FEWEST_SIGNS = 5  # different characters


def weakness(password: str, *, known: tuple[str, ...] = ()) -> str | None:
    """Why a password is easy to guess, as a sentence that says what to do; None for one that is good enough.

    `known` are words that others know of its holder, such as the e-mail address; they are not counted as length.
    """
    if len(password) < SHORTEST:
        return f"The password must have {SHORTEST} characters or more. Use a few words."
    folded = password.casefold()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    is_repeated = bool(re.fullmatch(r"(.{1,6})\1+.{0,5}", folded))
    is_a_row = any(folded in row * 2 or folded in row[::-1] * 2 for row in ROWS)
    rest = folded
    for word in sorted(known, key=len, reverse=True):
        rest = rest.replace(word.casefold(), "") if len(word) >= 4 else rest
    is_known = rest != folded and len(rest) < SHORTEST // 2
    if core in COMMON or not core or is_repeated or is_a_row or is_known or len(set(folded)) < FEWEST_SIGNS:
        return "This password is easy to guess. Use a few words that do not belong together."
    return None
