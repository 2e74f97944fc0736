"""Every setting, read once from the environment, each with its default and meaning."""

from functools import cache
from importlib.resources import files
from pathlib import Path

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
        description="The same database as a role that may create roles; used by migrate and init only.",
    )
    port: int = Field(default=8000, alias="PORT", ge=1, le=65535, description="Port on which the pages are served.")
    host: str = Field(default="127.0.0.1", alias="TASKFORCE_HOST", description="Address on which the server listens.")
    base_url: str | None = Field(
        default=None,
        alias="TASKFORCE_BASE_URL",
        description="Address that users see, https in production. Without it: http://localhost:PORT.",
    )
    workers: int = Field(default=1, alias="TASKFORCE_WORKERS", ge=1, le=64, description="Server processes.")
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
