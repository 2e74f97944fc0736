"""How each rule of the tables is broken: by the end of its name, or, where that does not say it, one by one."""

from sqlalchemy import CheckConstraint, Table

# A CHECK is called ck_TABLE_COLUMN_ENDING; by its ending, values (SQL) that the column must refuse.
BY_ENDING = {
    "is_given": ("''", "'  '"),
    "is_known": ("'nonsense'",),
    "is_a_year": ("1899", "2201"),
    "is_iso_4217": ("'euro'", "'tzs'", "''"),
    "is_iso_3166": ("'TZA'", "'tz'", "''"),
    "is_a_share": ("-0.01", "1.01"),
    "is_positive": ("0",),
    "is_not_negative": ("-0.01",),
}
BACKWARDS = "starts_on = '2026-03-02', ends_on = '2026-03-01'"
SOLVED = "state = 'resolved', resolved_at = now()"
# Changes (SQL, after SET) of a row that the CHECK must refuse.
CHECKS = {
    "ck_account_email_is_an_address": ("email = 'nobody'", "email = 'Nobody@example.org'"),
    "ck_activity_ended_after_it_started": ("actual_starts_on = '2026-03-02', actual_ends_on = '2026-03-01'",),
    "ck_activity_ends_after_it_starts": (BACKWARDS,),
    "ck_activity_is_not_carried_over_from_itself": ("carried_over_from_id = id",),
    "ck_activity_joint_lower_id_comes_first": (
        "activity_id = other_id, other_id = activity_id",
        "other_id = activity_id",
    ),
    "ck_activity_own_plan_is_yes_or_no": ("own_plan = 'perhaps'",),
    "ck_agency_is_not_its_own_parent": ("parent_id = id",),
    "ck_agency_is_not_merged_into_itself": ("merged_into_id = id",),
    "ck_agreement_expires_after_it_is_signed": ("signed_on = '2026-03-02', expires_on = '2026-03-01'",),
    "ck_api_token_expires_after_it_is_made": ("expires_at = created_at",),
    "ck_api_token_scopes_are_given": ("scopes = '{}'",),
    "ck_api_token_scopes_are_known": ("scopes = '{read,nonsense}'", "scopes = '{null}'"),
    "ck_appointment_does_not_follow_itself": ("follows_id = id",),
    "ck_appointment_ends_after_it_starts": (BACKWARDS,),
    "ck_appointment_role_names_its_agency": tuple(
        f"agency_id = null, role = '{role}'" for role in ("focal_point", "authorised_officer", "donor")
    ),
    "ck_assignment_ends_after_it_starts": (BACKWARDS,),
    "ck_attachment_byte_count_is_allowed": ("byte_count = 0", "byte_count = 10485761"),
    "ck_attachment_hangs_on_one_thing": (
        "activity_id = null, instrument_id = null, cost_item_id = null",
        "activity_id = id, instrument_id = id, cost_item_id = null",
    ),
    "ck_attachment_purged_says_when_and_why": (
        "purged_at = now()",
        "purge_reason = 'a face'",
        "purged_at = now(), purge_reason = ' '",
    ),
    "ck_attachment_sha256_is_a_hash": ("sha256 = 'a'", "sha256 = repeat('A', 64)", "sha256 = repeat('g', 64)"),
    "ck_audit_link_is_open_or_sealed": ("digest = null", "position = null"),
    "ck_baseline_digest_is_a_sha256": ("digest = 'a'", "digest = repeat('A', 64)"),
    "ck_baseline_number_is_from_one": ("number = 0",),
    "ck_baseline_record_count_is_not_negative": ("record_count = -1",),
    "ck_budget_line_amounts_are_not_negative": ("asked_amount = -1", "refused_amount = -1", "secured_amount = -1"),
    "ck_budget_line_weight_is_a_share": ("weight = 0", "weight = 1.01"),
    "ck_context_key_is_one_row": ("id = 2",),
    "ck_context_key_pads_are_one_block": ("inner_pad = '\\x00'", "outer_pad = '\\x00'"),
    "ck_duplication_alert_complements_have_no_band": (
        "kind = 'complement', band = 'likely'",
        "kind = 'duplicate', band = null",
    ),
    "ck_duplication_alert_lower_id_comes_first": (
        "first_id = second_id, second_id = first_id",
        "second_id = first_id",
    ),
    "ck_duplication_alert_not_a_duplicate_has_a_reason": (
        f"{SOLVED}, resolution = 'not_a_duplicate', reason = ' '",
        f"{SOLVED}, resolution = 'not_a_duplicate', reason = null",
    ),
    "ck_duplication_alert_resolved_says_how_and_when": (
        f"{SOLVED}, resolution = null",
        "state = 'resolved', resolution = 'joint', resolved_at = null",
        "state = 'open', resolution = 'joint', resolved_at = now()",
    ),
    "ck_funding_source_ends_after_it_starts": (BACKWARDS,),
    "ck_installation_is_one_row": ("id = 2",),
    "ck_installation_setup_link_has_an_end": ("setup_until = now(), setup_token_hash = null",),
    "ck_mechanism_code_is_short_capitals": ("code = 'tz-1'", "code = 'T'", "code = '-TZ'", "code = repeat('T', 41)"),
    "ck_mechanism_ends_after_it_starts": ("established_on = '2026-03-02', ended_on = '2026-03-01'",),
    "ck_mechanism_fiscal_year_starts_in_a_month": ("fiscal_year_start_month = 0", "fiscal_year_start_month = 13"),
    "ck_mechanism_reporting_due_days_fit_a_year": ("reporting_due_days = -1", "reporting_due_days = 367"),
    "ck_membership_ends_after_it_starts": (BACKWARDS,),
    "ck_message_audience_is_a_target_group": ("audience_id = 'kind:training'",),
    "ck_outbox_sent_or_failed": ("sent_at = now(), failed_at = now()",),
    "ck_second_factor_pending_has_an_end": ("pending_until = now()", "pending_secret = '1'"),
    "ck_second_factor_secret_has_its_last_step": ("last_step = 1", "totp_secret = '1'"),
    "ck_place_is_not_inside_itself": ("parent_id = id",),
    "ck_place_is_not_the_whole_country": ("code = 'National'",),
    "ck_plan_is_endorsed_by_another": (
        "submitted_by_id = (select id from account limit 1), endorsed_by_id = (select id from account limit 1)",
    ),
    "ck_plan_set_back_says_why": (
        "is_imported = false, status = 'returned', status_reason = null",
        "is_imported = false, status = 'suspended', status_reason = ' '",
        "is_imported = false, status = 'cancelled', status_reason = null",
    ),
    "ck_plan_does_not_follow_itself": ("follows_id = id",),
    "ck_plan_ends_after_it_starts": ("starts_on = '2026-03-01', ends_on = '2026-03-01'",),
    "ck_plan_is_about_a_year": ("starts_on = '2026-03-01', ends_on = '2028-03-01'",),
    "ck_vocabulary_term_vocabulary_is_known": ("vocabulary = 'nonsense', id = 'nonsense:' || code",),
    "ck_vocabulary_term_id_says_vocabulary_and_code": ("id = 'kind:nonsense', vocabulary = 'kind', code = 'other'",),
}
# What else a copy of a row must change (by column), so that it breaks this rule alone.
COPIES: dict[str, dict[str, object]] = {
    "ex_plan_one_a_year": {"code": "another"},
    "uq_agency_country_code": {"iati_identifier": None},
    "uq_agency_iati_identifier": {"code": "another"},
    "uq_plan_mechanism_id_code": {"status": "cancelled"},  # which may overlap with others
}
# What else must change for a reference (by its name) to be the only rule that breaks.
BESIDE = {
    "fk_attachment_mechanism_id_cost_item_id": "activity_id = null",
    "fk_attachment_mechanism_id_instrument_id": "activity_id = null",
}
# The id of a term is made of both, as a CHECK says; so a second one always meets the key first.
SEEN_BEFORE = {"uq_vocabulary_term_vocabulary_code": "pk_vocabulary_term"}


def changes_that_break(table: Table, check: CheckConstraint) -> tuple[str, ...]:
    """Changes of a row, as SQL after SET; none where neither the table above nor the name of the CHECK says any."""
    name = str(check.name)
    if name in CHECKS:
        return CHECKS[name]
    rule = name.removeprefix(f"ck_{table.name}_")
    for ending, values in BY_ENDING.items():
        column = rule.removesuffix(f"_{ending}")
        if column in table.c and column != rule:
            return tuple(f'"{column}" = {value}' for value in values)
    column = f"{rule.removesuffix('_is_one')}_id"  # names a term of one vocabulary
    return (f"\"{column}\" = 'nonsense:1'",) if column in table.c else ()
