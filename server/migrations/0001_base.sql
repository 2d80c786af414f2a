-- One schema for SQLite and PostgreSQL: text, bigint, and no type that only one of them has. Moments are
-- milliseconds since the epoch; what has structure is JSON text that only the server reads.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE projects (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- Lowest first; what `min_role` may name.
    roles TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE environments (
    project TEXT NOT NULL REFERENCES projects (key),
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    production BIGINT NOT NULL,
    position BIGINT NOT NULL,
    -- The version of its newest snapshot; without gaps from 0, the empty one.
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project, key)
);

-- What an entry is in all environments.
CREATE TABLE entries (
    project TEXT NOT NULL REFERENCES projects (key),
    key TEXT NOT NULL,
    identity TEXT NOT NULL,
    revision BIGINT NOT NULL,
    archived_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project, key)
);

-- What was changed together, by whom and why.
CREATE TABLE changes (
    id TEXT PRIMARY KEY,
    project TEXT,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT,
    ticket TEXT,
    request_id TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX changes_by_project ON changes (project, created_at);

-- Every definition that an entry ever had in an environment; without one it was archived.
CREATE TABLE revisions (
    project TEXT NOT NULL,
    environment TEXT NOT NULL,
    key TEXT NOT NULL,
    revision BIGINT NOT NULL,
    -- The version of the environment that it came with.
    version BIGINT NOT NULL,
    change_id TEXT NOT NULL REFERENCES changes (id),
    definition TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project, environment, key, revision),
    FOREIGN KEY (project, environment) REFERENCES environments (project, key)
);
CREATE INDEX revisions_by_version ON revisions (project, environment, version);

CREATE TABLE versions (
    project TEXT NOT NULL,
    environment TEXT NOT NULL,
    version BIGINT NOT NULL,
    change_id TEXT NOT NULL REFERENCES changes (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project, environment, version),
    FOREIGN KEY (project, environment) REFERENCES environments (project, key)
);

-- The hash chain. `text` is what was hashed, byte for byte; the other columns are for finding it.
CREATE TABLE audit (
    sequence BIGINT PRIMARY KEY,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    project TEXT,
    environment TEXT,
    target TEXT
);
CREATE INDEX audit_by_target ON audit (project, target);

-- What other systems have yet to be told. Written with the change, removed once it was told.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    topic TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- SDK keys and API tokens; only the hash of their secret.
CREATE TABLE credentials (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    project TEXT,
    environment TEXT,
    tenant TEXT,
    grants TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    -- The one that takes its place, where it was rotated.
    successor TEXT
);

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    grants TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (id),
    csrf TEXT NOT NULL,
    address TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    public TEXT NOT NULL,
    -- `next` is published before it signs, `active` signs, `retired` still verifies.
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What a write with an idempotency key came to.
CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    outcome TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (actor, key)
);

-- How often an entry was evaluated to what. A row is of one span of time, by its beginning: a minute, or later an hour.
CREATE TABLE evaluation_counts (
    project TEXT NOT NULL,
    environment TEXT NOT NULL,
    key TEXT NOT NULL,
    -- Empty where the value was no variation's.
    variation TEXT NOT NULL,
    reason TEXT NOT NULL,
    span BIGINT NOT NULL,
    at BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (project, environment, key, span, at, variation, reason)
);
CREATE INDEX evaluation_counts_by_time ON evaluation_counts (span, at);

-- Which unit was exposed to which variant.
CREATE TABLE exposures (
    project TEXT NOT NULL,
    environment TEXT NOT NULL,
    experiment TEXT NOT NULL,
    variant TEXT NOT NULL,
    -- What the unit is: `user.id`.
    attribute TEXT NOT NULL,
    unit TEXT NOT NULL,
    -- How many of 100,000 units were noted, at the highest rate that the row was seen under.
    sample BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (project, environment, experiment, unit, attribute, variant)
);
CREATE INDEX exposures_by_time ON exposures (last_at);

-- Which process runs which version.
CREATE TABLE instances (
    project TEXT NOT NULL,
    environment TEXT NOT NULL,
    instance TEXT NOT NULL,
    service TEXT NOT NULL,
    sdk TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- By its own clock; when this version was applied.
    applied_at BIGINT,
    first_seen_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- What it had to drop before it could send it.
    dropped BIGINT NOT NULL,
    PRIMARY KEY (project, environment, instance)
);
CREATE INDEX instances_by_time ON instances (seen_at);

-- Batches that were taken over, large ones in parts, so that a repeated one does not count twice.
CREATE TABLE telemetry_batches (
    project TEXT NOT NULL,
    environment TEXT NOT NULL,
    id TEXT NOT NULL,
    part BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (project, environment, id, part)
);
CREATE INDEX telemetry_batches_by_time ON telemetry_batches (received_at);
