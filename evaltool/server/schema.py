"""The tables of the collecting database."""

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint

VERSION = 1

metadata = MetaData()

deployments = Table(
    "deployment",
    metadata,
    Column("id", String, primary_key=True),
    Column("record", String, nullable=False),
    Column("survey", String, nullable=False),
    Column("closed_at", String),
)

interviews = Table(
    "interview",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("deployment", String, ForeignKey("deployment.id"), nullable=False),
    Column("unit", String, nullable=False),
    Column("person", String, nullable=False),
    Column("interview", String, nullable=False, unique=True),
    Column("language", String, nullable=False),
    Column("attributes", String, nullable=False),
    Column("status", String, nullable=False, default=""),
    Column("revision", Integer, nullable=False, default=0),
    Column("change", Integer),
    Column("opened_at", String),
    Column("saved_at", String),
    Column("completed_at", String),
    Column("answers", String, nullable=False, default="{}"),
    Column("pages", String, nullable=False, default="[]"),
    Column("reopened", String, nullable=False, default="[]"),
    UniqueConstraint("deployment", "unit"),
    Index("interview_changes", "deployment", "change", unique=True),
)

# A counter of its own, since max(change) would fall when an interview is erased.
changes = Table("last_change", metadata, Column("number", Integer, nullable=False))

# One row: which database this is, and how often a survey in it was marked anew.
database = Table(
    "database",
    metadata,
    Column("identity", String, nullable=False),
    Column("edition", Integer, nullable=False),
)
