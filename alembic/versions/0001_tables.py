"""The first tables."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("is_administrator", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_account_title_is_given")),
        sa.CheckConstraint("email = lower(email) and email like '%_@_%'", name=op.f("ck_account_email_is_an_address")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "agency",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("acronym", sa.Text(), nullable=True),
        sa.Column("other_names", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("iati_identifier", sa.Text(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("btrim(code) <> ''", name=op.f("ck_agency_code_is_given")),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_agency_title_is_given")),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_agency_country_is_iso_3166")),
        sa.CheckConstraint(
            "sector in ('government', 'local_government', 'police', 'justice', 'regulator', 'ngo', 'industry', 'un', 'donor', 'academia', 'other')",
            name=op.f("ck_agency_sector_is_known"),
        ),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_agency_is_not_merged_into_itself")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_agency_is_not_its_own_parent")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["agency.id"], name=op.f("fk_agency_merged_into_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["agency.id"], name=op.f("fk_agency_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("country", "code", name="uq_agency_country_code", postgresql_nulls_not_distinct=True),
        sa.UniqueConstraint("iati_identifier", name=op.f("uq_agency_iati_identifier")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("mechanism_id", sa.Uuid(), nullable=True),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "happened_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "operation in ('insert', 'update', 'delete')", name=op.f("ck_audit_event_operation_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_row", "audit_event", ["mechanism_id", "row_id"], unique=False)
    op.create_table(
        "exchange_rate",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("base_currency", sa.Text(), nullable=False),
        sa.Column("rate_on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=24, scale=10), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("base_currency ~ '^[A-Z]{3}$'", name=op.f("ck_exchange_rate_base_currency_is_iso_4217")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_exchange_rate_currency_is_iso_4217")),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rate_rate_is_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
        sa.UniqueConstraint(
            "currency",
            "base_currency",
            "rate_on",
            "source",
            name=op.f("uq_exchange_rate_currency_base_currency_rate_on_source"),
        ),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), server_default=sa.text("1"), autoincrement=False, nullable=False),
        sa.Column("is_demonstration", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("demonstration_on", sa.Date(), nullable=True),
        sa.Column("setup_token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("setup_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(setup_token_hash is null) = (setup_until is null)", name=op.f("ck_installation_setup_link_has_an_end")
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_is_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_run")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "next_try_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["next_try_at"], unique=False, postgresql_where=sa.text("sent_at is null")
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_address", "sign_in_attempt", ["address", "tried_at"], unique=False)
    op.create_index("ix_sign_in_attempt_email", "sign_in_attempt", ["email", "tried_at"], unique=False)
    op.create_table(
        "vocabulary_term",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("btrim(label) <> ''", name=op.f("ck_vocabulary_term_label_is_given")),
        sa.CheckConstraint(
            "id = vocabulary || ':' || code", name=op.f("ck_vocabulary_term_id_says_vocabulary_and_code")
        ),
        sa.CheckConstraint(
            "vocabulary in ('capability', 'target_group', 'kind', 'cost_type')",
            name=op.f("ck_vocabulary_term_vocabulary_is_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_term")),
        sa.UniqueConstraint("vocabulary", "code", name=op.f("uq_vocabulary_term_vocabulary_code")),
    )
    op.create_table(
        "api_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_token_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_api_token")),
    )
    op.create_table(
        "auth_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("csrf_secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("absolute_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_auth_session_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_auth_session")),
    )
    op.create_index("ix_auth_session_account_id", "auth_session", ["account_id"], unique=False)
    op.create_table(
        "mechanism",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("legal_basis_is_seen", sa.Boolean(), nullable=True),
        sa.Column("established_on", sa.Date(), nullable=True),
        sa.Column("established_is_year_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_is_year_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("predecessor", sa.Text(), nullable=True),
        sa.Column("lead_agency_id", sa.Uuid(), nullable=True),
        sa.Column("chair_agency_id", sa.Uuid(), nullable=True),
        sa.Column("secretariat_agency_id", sa.Uuid(), nullable=True),
        sa.Column("start_up_funder", sa.Text(), nullable=True),
        sa.Column("fiscal_year_start_month", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("weekend_days", sa.ARRAY(sa.SmallInteger()), server_default=sa.text("'{6,7}'"), nullable=False),
        sa.Column("holidays", sa.ARRAY(sa.Date()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default=sa.text("'{en}'"), nullable=False),
        sa.Column("reporting_frequency", sa.Text(), server_default="quarterly", nullable=False),
        sa.Column("reporting_due_days", sa.Integer(), server_default="15", nullable=False),
        sa.Column("reporting_is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("reporting_fact", sa.Text(), nullable=True),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_mechanism_title_is_given")),
        sa.CheckConstraint("code ~ '^[A-Z0-9][A-Z0-9-]{1,39}$'", name=op.f("ck_mechanism_code_is_short_capitals")),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_mechanism_country_is_iso_3166")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_mechanism_currency_is_iso_4217")),
        sa.CheckConstraint(
            "kind in ('task_force', 'council', 'working_group', 'technical_working_group', 'programme', 'statutory_body', 'committee')",
            name=op.f("ck_mechanism_kind_is_known"),
        ),
        sa.CheckConstraint(
            "reporting_frequency in ('monthly', 'quarterly', 'semiannual', 'annual')",
            name=op.f("ck_mechanism_reporting_frequency_is_known"),
        ),
        sa.CheckConstraint(
            "status in ('forming', 'active', 'dormant', 'dissolved')", name=op.f("ck_mechanism_status_is_known")
        ),
        sa.CheckConstraint("ended_on >= established_on", name=op.f("ck_mechanism_ends_after_it_starts")),
        sa.CheckConstraint(
            "fiscal_year_start_month between 1 and 12", name=op.f("ck_mechanism_fiscal_year_starts_in_a_month")
        ),
        sa.CheckConstraint(
            "reporting_due_days between 0 and 366", name=op.f("ck_mechanism_reporting_due_days_fit_a_year")
        ),
        sa.ForeignKeyConstraint(["chair_agency_id"], ["agency.id"], name=op.f("fk_mechanism_chair_agency_id")),
        sa.ForeignKeyConstraint(["lead_agency_id"], ["agency.id"], name=op.f("fk_mechanism_lead_agency_id")),
        sa.ForeignKeyConstraint(
            ["secretariat_agency_id"], ["agency.id"], name=op.f("fk_mechanism_secretariat_agency_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mechanism")),
        sa.UniqueConstraint("code", name=op.f("uq_mechanism_code")),
    )
    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose in ('sign_in', 'invitation', 'reset')", name=op.f("ck_one_time_link_purpose_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_one_time_link_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_link")),
    )
    op.create_table(
        "appointment",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_deputy", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("mechanism_id"), "="),
            (sa.column("account_id"), "="),
            (sa.column("role"), "="),
            (sa.text("coalesce(agency_id, mechanism_id)"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_appointment_once_at_a_time",
        ),
        sa.CheckConstraint(
            "agency_id is not null or role not in ('focal_point', 'authorised_officer', 'donor')",
            name=op.f("ck_appointment_role_names_its_agency"),
        ),
        sa.CheckConstraint(
            "role in ('observer', 'focal_point', 'authorised_officer', 'secretariat', 'chair', 'donor', 'treasury')",
            name=op.f("ck_appointment_role_is_known"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_appointment_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_appointment_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_appointment_agency_id")),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_appointment_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_appointment")),
    )
    op.create_index("ix_appointment_account_id", "appointment", ["account_id"], unique=False)
    op.create_table(
        "funding_history",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "payer in ('donor', 'government', 'industry', 'ngo', 'other')",
            name=op.f("ck_funding_history_payer_is_known"),
        ),
        sa.CheckConstraint("fiscal_year between 1900 and 2200", name=op.f("ck_funding_history_fiscal_year_is_a_year")),
        sa.CheckConstraint("share between 0 and 1", name=op.f("ck_funding_history_share_is_a_share")),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_funding_history_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_funding_history")),
        sa.UniqueConstraint(
            "mechanism_id", "fiscal_year", "payer", name=op.f("uq_funding_history_mechanism_id_fiscal_year_payer")
        ),
    )
    op.create_table(
        "instrument",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("is_seen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("btrim(citation) <> ''", name=op.f("ck_instrument_citation_is_given")),
        sa.CheckConstraint(
            "kind in ('law', 'decree', 'policy', 'protocol', 'agreement', 'terms_of_reference', 'other')",
            name=op.f("ck_instrument_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_instrument_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_instrument")),
        sa.UniqueConstraint(
            "mechanism_id", "citation", "article", name="uq_instrument_citation", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "place",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("lower(code) <> 'national'", name=op.f("ck_place_is_not_the_whole_country")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_place_is_not_inside_itself")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "parent_id"],
            ["place.mechanism_id", "place.id"],
            name=op.f("fk_place_mechanism_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_place_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_place")),
        sa.UniqueConstraint("mechanism_id", "code", name=op.f("uq_place_mechanism_id_code")),
    )
    op.create_table(
        "provenance",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_provenance_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_provenance")),
        sa.UniqueConstraint("mechanism_id", "code", name=op.f("uq_provenance_mechanism_id_code")),
    )
    op.create_table(
        "agreement",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("parties", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("is_seen", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(subject) <> ''", name=op.f("ck_agreement_subject_is_given")),
        sa.CheckConstraint("expires_on >= signed_on", name=op.f("ck_agreement_expires_after_it_is_signed")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_agreement_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_agreement_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("mechanism_id", "subject", name=op.f("uq_agreement_mechanism_id_subject")),
    )
    op.create_table(
        "funding_source",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("provider_agency_id", sa.Uuid(), nullable=True),
        sa.Column("agreement_reference", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_earmarked", sa.Boolean(), nullable=True),
        sa.Column("budget_channel", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("is_start_up", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_funding_source_title_is_given")),
        sa.CheckConstraint(
            "budget_channel in ('on_budget', 'on_treasury', 'off_budget')",
            name=op.f("ck_funding_source_budget_channel_is_known"),
        ),
        sa.CheckConstraint(
            "class in ('government', 'local_government', 'donor_grant', 'loan', 'pooled', 'ngo_own', 'industry', 'in_kind')",
            name=op.f("ck_funding_source_class_is_known"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_funding_source_currency_is_iso_4217")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_funding_source_ends_after_it_starts")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_funding_source_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_funding_source_mechanism_id")),
        sa.ForeignKeyConstraint(
            ["provider_agency_id"], ["agency.id"], name=op.f("fk_funding_source_provider_agency_id")
        ),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_funding_source")),
        sa.UniqueConstraint("mechanism_id", "code", name=op.f("uq_funding_source_mechanism_id_code")),
    )
    op.create_table(
        "membership",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), server_default="member", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("instrument_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("mechanism_id"), "="),
            (sa.column("agency_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_membership_one_at_a_time",
        ),
        sa.CheckConstraint(
            "role in ('lead', 'chair', 'co-chair', 'secretariat', 'member', 'donor', 'treasury', 'observer')",
            name=op.f("ck_membership_role_is_known"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_membership_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_membership_agency_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_membership_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "instrument_id"],
            ["instrument.mechanism_id", "instrument.id"],
            name=op.f("fk_membership_mechanism_id_instrument_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_membership_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_membership")),
    )
    op.create_table(
        "message",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("audience_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("fixed_facts", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("audience_id like 'target_group:%'", name=op.f("ck_message_audience_is_a_target_group")),
        sa.CheckConstraint("btrim(text) <> ''", name=op.f("ck_message_text_is_given")),
        sa.ForeignKeyConstraint(["audience_id"], ["vocabulary_term.id"], name=op.f("fk_message_audience_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_message_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_message_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_message")),
        sa.UniqueConstraint("mechanism_id", "code", name=op.f("uq_message_mechanism_id_code")),
    )
    op.create_table(
        "plan",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default=sa.text("'{en}'"), nullable=False),
        sa.Column("is_imported", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("pair_labels", postgresql.JSONB(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("mechanism_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=sa.text("status <> 'cancelled'"),
            using="gist",
            name="ex_plan_one_a_year",
        ),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_plan_title_is_given")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_plan_currency_is_iso_4217")),
        sa.CheckConstraint("ends_on < starts_on + interval '2 years'", name=op.f("ck_plan_is_about_a_year")),
        sa.CheckConstraint(
            "status in ('draft', 'consultation', 'submitted', 'returned', 'endorsed', 'active', 'closing', 'closed', 'suspended', 'cancelled')",
            name=op.f("ck_plan_status_is_known"),
        ),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_plan_ends_after_it_starts")),
        sa.CheckConstraint("follows_id <> id", name=op.f("ck_plan_does_not_follow_itself")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_plan_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "follows_id"],
            ["plan.mechanism_id", "plan.id"],
            name=op.f("fk_plan_mechanism_id_follows_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_plan_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_plan")),
        sa.UniqueConstraint("mechanism_id", "code", name=op.f("uq_plan_mechanism_id_code")),
    )
    op.create_table(
        "responsibility",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("capability_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(statement) <> ''", name=op.f("ck_responsibility_statement_is_given")),
        sa.CheckConstraint("capability_id like 'capability:%'", name=op.f("ck_responsibility_capability_is_one")),
        sa.ForeignKeyConstraint(
            ["capability_id"], ["vocabulary_term.id"], name=op.f("fk_responsibility_capability_id")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_responsibility_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_responsibility_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_responsibility")),
        sa.UniqueConstraint("mechanism_id", "code", name=op.f("uq_responsibility_mechanism_id_code")),
    )
    op.create_table(
        "adoption",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_adoption_agency_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "message_id"],
            ["message.mechanism_id", "message.id"],
            name=op.f("fk_adoption_mechanism_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_adoption_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "message_id", "agency_id", name=op.f("pk_adoption")),
    )
    op.create_table(
        "assignment",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("responsibility_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_disputed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("mechanism_id"), "="),
            (sa.column("responsibility_id"), "="),
            (sa.column("agency_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_assignment_one_part_at_a_time",
        ),
        sa.CheckConstraint(
            "role in ('accountable', 'responsible', 'consulted', 'informed')", name=op.f("ck_assignment_role_is_known")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_assignment_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_assignment_agency_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "responsibility_id"],
            ["responsibility.mechanism_id", "responsibility.id"],
            name=op.f("fk_assignment_mechanism_id_responsibility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_assignment_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_assignment")),
    )
    op.create_table(
        "objective",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_objective_title_is_given")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_objective_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "plan_id"],
            ["plan.mechanism_id", "plan.id"],
            name=op.f("fk_objective_mechanism_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_objective_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_objective")),
        sa.UniqueConstraint("mechanism_id", "plan_id", "code", name=op.f("uq_objective_mechanism_id_plan_id_code")),
    )
    op.create_table(
        "responsibility_instrument",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("responsibility_id", sa.Uuid(), nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "instrument_id"],
            ["instrument.mechanism_id", "instrument.id"],
            name=op.f("fk_responsibility_instrument_mechanism_id_instrument_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "responsibility_id"],
            ["responsibility.mechanism_id", "responsibility.id"],
            name=op.f("fk_responsibility_instrument_mechanism_id_responsibility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name=op.f("fk_responsibility_instrument_mechanism_id")
        ),
        sa.PrimaryKeyConstraint(
            "mechanism_id", "responsibility_id", "instrument_id", name=op.f("pk_responsibility_instrument")
        ),
    )
    op.create_table(
        "objective_capability",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("objective_id", sa.Uuid(), nullable=False),
        sa.Column("capability_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("capability_id like 'capability:%'", name=op.f("ck_objective_capability_capability_is_one")),
        sa.ForeignKeyConstraint(
            ["capability_id"], ["vocabulary_term.id"], name=op.f("fk_objective_capability_capability_id")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "objective_id"],
            ["objective.mechanism_id", "objective.id"],
            name=op.f("fk_objective_capability_mechanism_id_objective_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_objective_capability_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "objective_id", "capability_id", name=op.f("pk_objective_capability")),
    )
    op.create_table(
        "output",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("objective_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_output_title_is_given")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_output_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "objective_id"],
            ["objective.mechanism_id", "objective.id"],
            name=op.f("fk_output_mechanism_id_objective_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "plan_id"], ["plan.mechanism_id", "plan.id"], name=op.f("fk_output_mechanism_id_plan_id")
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_output_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_output")),
        sa.UniqueConstraint("mechanism_id", "plan_id", "code", name=op.f("uq_output_mechanism_id_plan_id_code")),
    )
    op.create_table(
        "activity",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("output_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("kind_id", sa.Text(), nullable=True),
        sa.Column("lead_agency_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("actual_starts_on", sa.Date(), nullable=True),
        sa.Column("actual_ends_on", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="not_started", nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("is_national", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("own_plan", sa.Text(), nullable=True),
        sa.Column("own_plan_reference", sa.Text(), nullable=True),
        sa.Column("is_confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("carried_over_from_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(code) <> ''", name=op.f("ck_activity_code_is_given")),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_activity_title_is_given")),
        sa.CheckConstraint("kind_id like 'kind:%'", name=op.f("ck_activity_kind_is_one")),
        sa.CheckConstraint("own_plan in ('yes', 'no')", name=op.f("ck_activity_own_plan_is_yes_or_no")),
        sa.CheckConstraint(
            "status in ('not_started', 'on_track', 'constrained', 'no_progress', 'met', 'cancelled')",
            name=op.f("ck_activity_status_is_known"),
        ),
        sa.CheckConstraint("actual_ends_on >= actual_starts_on", name=op.f("ck_activity_ended_after_it_started")),
        sa.CheckConstraint("carried_over_from_id <> id", name=op.f("ck_activity_is_not_carried_over_from_itself")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_activity_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["kind_id"], ["vocabulary_term.id"], name=op.f("fk_activity_kind_id")),
        sa.ForeignKeyConstraint(["lead_agency_id"], ["agency.id"], name=op.f("fk_activity_lead_agency_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "carried_over_from_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_mechanism_id_carried_over_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_activity_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "output_id"],
            ["output.mechanism_id", "output.id"],
            name=op.f("fk_activity_mechanism_id_output_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "plan_id"], ["plan.mechanism_id", "plan.id"], name=op.f("fk_activity_mechanism_id_plan_id")
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_activity_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_activity")),
        sa.UniqueConstraint("mechanism_id", "plan_id", "code", name=op.f("uq_activity_mechanism_id_plan_id_code")),
    )
    op.create_index("ix_activity_lead", "activity", ["mechanism_id", "lead_agency_id"], unique=False)
    op.create_index("ix_activity_output", "activity", ["mechanism_id", "output_id"], unique=False)
    op.create_index("ix_activity_plan", "activity", ["mechanism_id", "plan_id", "position"], unique=False)
    op.create_table(
        "indicator",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("output_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("roll_up_periods", sa.Text(), server_default="sum", nullable=False),
        sa.Column("roll_up_places", sa.Text(), server_default="sum", nullable=False),
        sa.Column("baseline", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("baseline_year", sa.Integer(), nullable=True),
        sa.Column("disaggregation", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("target_fact_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_indicator_title_is_given")),
        sa.CheckConstraint("btrim(unit) <> ''", name=op.f("ck_indicator_unit_is_given")),
        sa.CheckConstraint(
            "roll_up_periods in ('sum', 'max', 'latest', 'average', 'ratio')",
            name=op.f("ck_indicator_roll_up_periods_is_known"),
        ),
        sa.CheckConstraint(
            "roll_up_places in ('sum', 'max', 'latest', 'average', 'ratio')",
            name=op.f("ck_indicator_roll_up_places_is_known"),
        ),
        sa.CheckConstraint("baseline_year between 1900 and 2200", name=op.f("ck_indicator_baseline_year_is_a_year")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_indicator_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "output_id"],
            ["output.mechanism_id", "output.id"],
            name=op.f("fk_indicator_mechanism_id_output_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "plan_id"],
            ["plan.mechanism_id", "plan.id"],
            name=op.f("fk_indicator_mechanism_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "target_fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_indicator_mechanism_id_target_fact_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_indicator_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("mechanism_id", "plan_id", "code", name=op.f("uq_indicator_mechanism_id_plan_id_code")),
    )
    op.create_table(
        "activity_capability",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("capability_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("capability_id like 'capability:%'", name=op.f("ck_activity_capability_capability_is_one")),
        sa.ForeignKeyConstraint(
            ["capability_id"], ["vocabulary_term.id"], name=op.f("fk_activity_capability_capability_id")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_capability_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_activity_capability_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "activity_id", "capability_id", name=op.f("pk_activity_capability")),
    )
    op.create_table(
        "activity_joint",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("activity_id < other_id", name=op.f("ck_activity_joint_lower_id_comes_first")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_joint_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "other_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_joint_mechanism_id_other_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_activity_joint_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "activity_id", "other_id", name=op.f("pk_activity_joint")),
    )
    op.create_table(
        "activity_message",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_message_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "message_id"],
            ["message.mechanism_id", "message.id"],
            name=op.f("fk_activity_message_mechanism_id_message_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_activity_message_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "activity_id", "message_id", name=op.f("pk_activity_message")),
    )
    op.create_table(
        "activity_place",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_place_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "place_id"],
            ["place.mechanism_id", "place.id"],
            name=op.f("fk_activity_place_mechanism_id_place_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_activity_place_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "activity_id", "place_id", name=op.f("pk_activity_place")),
    )
    op.create_index("ix_activity_place_place", "activity_place", ["mechanism_id", "place_id"], unique=False)
    op.create_table(
        "activity_responsibility",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("responsibility_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_responsibility_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "responsibility_id"],
            ["responsibility.mechanism_id", "responsibility.id"],
            name=op.f("fk_activity_responsibility_mechanism_id_responsibility_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name=op.f("fk_activity_responsibility_mechanism_id")
        ),
        sa.PrimaryKeyConstraint(
            "mechanism_id", "activity_id", "responsibility_id", name=op.f("pk_activity_responsibility")
        ),
    )
    op.create_table(
        "activity_support",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_activity_support_agency_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_support_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_activity_support_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "activity_id", "agency_id", name=op.f("pk_activity_support")),
    )
    op.create_table(
        "activity_target_group",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("target_group_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "target_group_id like 'target_group:%'", name=op.f("ck_activity_target_group_target_group_is_one")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_target_group_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_activity_target_group_mechanism_id")),
        sa.ForeignKeyConstraint(
            ["target_group_id"], ["vocabulary_term.id"], name=op.f("fk_activity_target_group_target_group_id")
        ),
        sa.PrimaryKeyConstraint(
            "mechanism_id", "activity_id", "target_group_id", name=op.f("pk_activity_target_group")
        ),
    )
    op.create_table(
        "cost_item",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), server_default="programming", nullable=False),
        sa.Column("is_recurrent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_salaries", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("handover_from_id", sa.Uuid(), nullable=True),
        sa.Column("handover_to_id", sa.Uuid(), nullable=True),
        sa.Column("handover_on", sa.Date(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_cost_item_title_is_given")),
        sa.CheckConstraint(
            "domain in ('leadership', 'financing', 'programming', 'service_delivery')",
            name=op.f("ck_cost_item_domain_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_cost_item_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_cost_item_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "handover_from_id"],
            ["funding_source.mechanism_id", "funding_source.id"],
            name=op.f("fk_cost_item_mechanism_id_handover_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "handover_to_id"],
            ["funding_source.mechanism_id", "funding_source.id"],
            name=op.f("fk_cost_item_mechanism_id_handover_to_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_cost_item_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_cost_item")),
        sa.UniqueConstraint("mechanism_id", "code", name=op.f("uq_cost_item_mechanism_id_code")),
    )
    op.create_index("ix_cost_item_activity", "cost_item", ["mechanism_id", "activity_id"], unique=False)
    op.create_table(
        "duplication_alert",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("first_agency_id", sa.Uuid(), nullable=True),
        sa.Column("second_agency_id", sa.Uuid(), nullable=True),
        sa.Column("is_confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("signals", postgresql.JSONB(), nullable=False),
        sa.Column("sides", postgresql.JSONB(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'complement') = (band is null)", name=op.f("ck_duplication_alert_complements_have_no_band")
        ),
        sa.CheckConstraint(
            "(state = 'resolved') = (resolution is not null and resolved_at is not null)",
            name=op.f("ck_duplication_alert_resolved_says_how_and_when"),
        ),
        sa.CheckConstraint("band in ('likely', 'possible')", name=op.f("ck_duplication_alert_band_is_known")),
        sa.CheckConstraint(
            "kind in ('duplicate', 'overlap', 'complement')", name=op.f("ck_duplication_alert_kind_is_known")
        ),
        sa.CheckConstraint(
            "resolution in ('joint', 'split', 'coordinated', 'complement', 'merged', 'not_a_duplicate')",
            name=op.f("ck_duplication_alert_resolution_is_known"),
        ),
        sa.CheckConstraint(
            "resolution is distinct from 'not_a_duplicate' or coalesce(btrim(reason), '') <> ''",
            name=op.f("ck_duplication_alert_not_a_duplicate_has_a_reason"),
        ),
        sa.CheckConstraint(
            "state in ('open', 'acknowledged', 'proposed', 'resolved', 'snoozed', 'stale')",
            name=op.f("ck_duplication_alert_state_is_known"),
        ),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_duplication_alert_lower_id_comes_first")),
        sa.CheckConstraint("score between 0 and 1", name=op.f("ck_duplication_alert_score_is_a_share")),
        sa.ForeignKeyConstraint(["first_agency_id"], ["agency.id"], name=op.f("fk_duplication_alert_first_agency_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "first_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_duplication_alert_mechanism_id_first_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "plan_id"],
            ["plan.mechanism_id", "plan.id"],
            name=op.f("fk_duplication_alert_mechanism_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "second_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_duplication_alert_mechanism_id_second_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_duplication_alert_mechanism_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["account.id"], name=op.f("fk_duplication_alert_resolved_by_id")),
        sa.ForeignKeyConstraint(
            ["second_agency_id"], ["agency.id"], name=op.f("fk_duplication_alert_second_agency_id")
        ),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_duplication_alert")),
        sa.UniqueConstraint(
            "mechanism_id", "first_id", "second_id", name=op.f("uq_duplication_alert_mechanism_id_first_id_second_id")
        ),
    )
    op.create_index(
        "ix_duplication_alert_plan", "duplication_alert", ["mechanism_id", "plan_id", "state"], unique=False
    )
    op.create_index("ix_duplication_alert_second", "duplication_alert", ["mechanism_id", "second_id"], unique=False)
    op.create_table(
        "target",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=2), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("fiscal_year between 1900 and 2200", name=op.f("ck_target_fiscal_year_is_a_year")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "indicator_id"],
            ["indicator.mechanism_id", "indicator.id"],
            name=op.f("fk_target_mechanism_id_indicator_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_target_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_target")),
        sa.UniqueConstraint(
            "mechanism_id", "indicator_id", "fiscal_year", name=op.f("uq_target_mechanism_id_indicator_id_fiscal_year")
        ),
    )
    op.create_table(
        "budget_line",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cost_item_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("cost_type_id", sa.Text(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("asked_amount", sa.Numeric(precision=20, scale=2), server_default=sa.text("0"), nullable=False),
        sa.Column("refused_amount", sa.Numeric(precision=20, scale=2), server_default=sa.text("0"), nullable=False),
        sa.Column("secured_amount", sa.Numeric(precision=20, scale=2), server_default=sa.text("0"), nullable=False),
        sa.Column("is_in_kind", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("vote_code", sa.Text(), nullable=True),
        sa.Column("weight", sa.Numeric(precision=5, scale=4), server_default=sa.text("1"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("cost_type_id like 'cost_type:%'", name=op.f("ck_budget_line_cost_type_is_one")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_budget_line_currency_is_iso_4217")),
        sa.CheckConstraint(
            "asked_amount >= 0 and refused_amount >= 0 and secured_amount >= 0",
            name=op.f("ck_budget_line_amounts_are_not_negative"),
        ),
        sa.CheckConstraint("fiscal_year between 1900 and 2200", name=op.f("ck_budget_line_fiscal_year_is_a_year")),
        sa.CheckConstraint("weight > 0 and weight <= 1", name=op.f("ck_budget_line_weight_is_a_share")),
        sa.ForeignKeyConstraint(["cost_type_id"], ["vocabulary_term.id"], name=op.f("fk_budget_line_cost_type_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_budget_line_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "cost_item_id"],
            ["cost_item.mechanism_id", "cost_item.id"],
            name=op.f("fk_budget_line_mechanism_id_cost_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "fact_id"],
            ["provenance.mechanism_id", "provenance.id"],
            name=op.f("fk_budget_line_mechanism_id_fact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "source_id"],
            ["funding_source.mechanism_id", "funding_source.id"],
            name=op.f("fk_budget_line_mechanism_id_source_id"),
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_budget_line_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_budget_line")),
        sa.UniqueConstraint(
            "mechanism_id",
            "cost_item_id",
            "activity_id",
            "source_id",
            "cost_type_id",
            "fiscal_year",
            "is_in_kind",
            name="uq_budget_line_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_budget_line_activity", "budget_line", ["mechanism_id", "activity_id"], unique=False)
    op.create_index(
        "ix_budget_line_order",
        "budget_line",
        ["mechanism_id", sa.literal_column("fiscal_year desc"), "cost_item_id", "position", "id"],
        unique=False,
    )
    op.create_index("ix_budget_line_source", "budget_line", ["mechanism_id", "source_id", "fiscal_year"], unique=False)
    op.create_table(
        "cost_requirement",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("cost_item_id", sa.Uuid(), nullable=False),
        sa.Column("cost_type_id", sa.Text(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("required_amount", sa.Numeric(precision=20, scale=2), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("cost_type_id like 'cost_type:%'", name=op.f("ck_cost_requirement_cost_type_is_one")),
        sa.CheckConstraint("fiscal_year between 1900 and 2200", name=op.f("ck_cost_requirement_fiscal_year_is_a_year")),
        sa.CheckConstraint("required_amount >= 0", name=op.f("ck_cost_requirement_required_amount_is_not_negative")),
        sa.ForeignKeyConstraint(
            ["cost_type_id"], ["vocabulary_term.id"], name=op.f("fk_cost_requirement_cost_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "cost_item_id"],
            ["cost_item.mechanism_id", "cost_item.id"],
            name=op.f("fk_cost_requirement_mechanism_id_cost_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_cost_requirement_mechanism_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_cost_requirement")),
        sa.UniqueConstraint(
            "mechanism_id", "cost_item_id", "cost_type_id", "fiscal_year", name="uq_cost_requirement_once"
        ),
    )


def downgrade() -> None:
    op.drop_table("cost_requirement")
    op.drop_index("ix_budget_line_source", table_name="budget_line")
    op.drop_index("ix_budget_line_order", table_name="budget_line")
    op.drop_index("ix_budget_line_activity", table_name="budget_line")
    op.drop_table("budget_line")
    op.drop_table("target")
    op.drop_index("ix_duplication_alert_second", table_name="duplication_alert")
    op.drop_index("ix_duplication_alert_plan", table_name="duplication_alert")
    op.drop_table("duplication_alert")
    op.drop_index("ix_cost_item_activity", table_name="cost_item")
    op.drop_table("cost_item")
    op.drop_table("activity_target_group")
    op.drop_table("activity_support")
    op.drop_table("activity_responsibility")
    op.drop_index("ix_activity_place_place", table_name="activity_place")
    op.drop_table("activity_place")
    op.drop_table("activity_message")
    op.drop_table("activity_joint")
    op.drop_table("activity_capability")
    op.drop_table("indicator")
    op.drop_index("ix_activity_plan", table_name="activity")
    op.drop_index("ix_activity_output", table_name="activity")
    op.drop_index("ix_activity_lead", table_name="activity")
    op.drop_table("activity")
    op.drop_table("output")
    op.drop_table("objective_capability")
    op.drop_table("responsibility_instrument")
    op.drop_table("objective")
    op.drop_table("assignment")
    op.drop_table("adoption")
    op.drop_table("responsibility")
    op.drop_table("plan")
    op.drop_table("message")
    op.drop_table("membership")
    op.drop_table("funding_source")
    op.drop_table("agreement")
    op.drop_table("provenance")
    op.drop_table("place")
    op.drop_table("instrument")
    op.drop_table("funding_history")
    op.drop_index("ix_appointment_account_id", table_name="appointment")
    op.drop_table("appointment")
    op.drop_table("one_time_link")
    op.drop_table("mechanism")
    op.drop_index("ix_auth_session_account_id", table_name="auth_session")
    op.drop_table("auth_session")
    op.drop_table("api_token")
    op.drop_table("vocabulary_term")
    op.drop_index("ix_sign_in_attempt_email", table_name="sign_in_attempt")
    op.drop_index("ix_sign_in_attempt_address", table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_index("ix_outbox_due", table_name="outbox", postgresql_where=sa.text("sent_at is null"))
    op.drop_table("outbox")
    op.drop_table("job_run")
    op.drop_table("installation")
    op.drop_table("idempotency_key")
    op.drop_table("exchange_rate")
    op.drop_index("ix_audit_event_row", table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("agency")
    op.drop_table("account")
