"""Every setting, read once from the environment, each with its default and meaning."""

import secrets
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one installation; environment variables are the upper-case names below."""

    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore")

    home: Path = Field(
        default=Path(".taskforce"),
        alias="TASKFORCE_HOME",
        description="Folder of the installation's data: the embedded database and its logs.",
    )
    database_url: str | None = Field(
        default=None,
        alias="TASKFORCE_DATABASE_URL",
        description="PostgreSQL 18 or later, as the role tf_app. Without it the embedded server is used.",
    )
    admin_database_url: str | None = Field(
        default=None,
        alias="TASKFORCE_ADMIN_DATABASE_URL",
        description="The same database as a role that may create roles; for migrate, init, backup and restore only.",
    )
    port: int = Field(default=8000, alias="PORT", ge=1, le=65535, description="Port on which the pages are served.")
    host: str = Field(default="127.0.0.1", alias="TASKFORCE_HOST", description="Address on which the server listens.")
    base_url: str | None = Field(
        default=None,
        alias="TASKFORCE_BASE_URL",
        description="Address that users see, https in production. Without it: http://localhost:PORT.",
    )
    secret: str | None = Field(
        default=None,
        alias="TASKFORCE_SECRET",
        min_length=32,
        description="Signs what the database is told of who acts; the same in every process. Without it: HOME/secret.",
    )
    allowed_hosts: str = Field(
        default="",
        alias="TASKFORCE_ALLOWED_HOSTS",
        description="More hosts, with ports, under which browsers may ask, separated by commas; others get 400.",
    )
    smtp_url: str | None = Field(
        default=None,
        alias="TASKFORCE_SMTP_URL",
        pattern=r"^smtp(s|\+starttls)?://[^/\s]+/?$",
        description="Mail server: smtp://HOST:25, smtp+starttls://USER:PASSWORD@HOST:587 or smtps://…:465. "
        "Without it mail waits in the outbox.",
    )
    mail_from: str | None = Field(
        default=None,
        alias="TASKFORCE_MAIL_FROM",
        description="Address from which mail is sent. Without it: taskforce@ and the host of TASKFORCE_BASE_URL.",
    )
    proxies: str = Field(
        default="",
        alias="TASKFORCE_PROXIES",
        description="Addresses or networks, with commas, of the proxies whose X-Forwarded-For is believed.",
    )
    most_tries_from_address: int = Field(
        default=10,
        alias="TASKFORCE_MOST_TRIES_FROM_ADDRESS",
        ge=1,
        description="Failed sign-ins from one address within 15 minutes; more where a whole office shares one.",
    )
    workers: int = Field(default=1, alias="TASKFORCE_WORKERS", ge=1, le=64, description="Server processes.")
    log_level: Literal["info", "warning"] = Field(
        default="info",
        alias="TASKFORCE_LOG_LEVEL",
        description="info writes a line for each request; warning only what went wrong.",
    )
    statement_cache_size: int = Field(
        default=100,
        alias="TASKFORCE_STATEMENT_CACHE_SIZE",
        ge=0,
        description="Prepared statements kept per connection; 0 behind PgBouncer in transaction mode.",
    )
    argon2_memory_kib: int = Field(
        default=65536,
        alias="TASKFORCE_ARGON2_MEMORY_KIB",
        ge=8,
        description="Memory of one password hash, in KiB; tests use little.",
    )

    @property
    def address(self) -> str:
        """The address that users see, without a slash at its end."""
        return (self.base_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def signing_key(self) -> bytes:
        """The secret of the installation; without a setting it is made once, in a file that only its owner reads."""
        if self.secret:
            return self.secret.encode()
        path = self.home / "secret"
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError), NamedTemporaryFile(dir=self.home) as made:  # readable by its owner alone
            made.write(secrets.token_hex(32).encode())
            made.flush()
            path.hardlink_to(made.name)  # of several starters one wins, and nobody reads half of it
        return path.read_bytes()


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def project_folder(name: str) -> Path:
    """The folder `templates`, `alembic` or `plans`, in a checkout or inside the installed wheel.

    Raises:
        FileNotFoundError: neither place has it, so the installation is incomplete.
    """
    package = Path(str(files("taskforce")))
    for folder in (package / f"_{name}", package.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the folder {name} is neither in the package nor beside it: install taskforce again")


def newest_revision() -> str:
    """The revision of the schema that this version wants; a migration's file begins with it."""
    return max(path.name.partition("_")[0] for path in (project_folder("alembic") / "versions").glob("[0-9]*.py"))
