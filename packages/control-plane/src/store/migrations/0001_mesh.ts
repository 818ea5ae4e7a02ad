/** The first shape of the state. Postgres 15 and PGlite alike; words of the glossary; every time is written by the caller's clock. */
export const mesh: readonly string[] = [
  `create table domain (
    name text collate "C" primary key,
    owner text not null,
    parent text collate "C" references domain (name) deferrable,
    definition jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,

  `create table product (
    id text collate "C" primary key,
    domain text collate "C" not null references domain (name),
    name text collate "C" not null,
    title text not null default '',
    description text not null default '',
    owner text not null default '',
    alignment text,
    classification text,
    tags text[] not null default '{}',
    port_kinds text[] not null default '{}',
    lifecycle text not null default 'active' check (lifecycle in ('active', 'deprecated', 'retired')),
    current_version text,
    search tsvector,
    retire_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (domain, name),
    check (id = domain || '/' || name)
  )`,
  `create index product_search on product using gin (search)`,
  `create index product_tags on product using gin (tags)`,

  `create table release (
    product text collate "C" not null references product (id),
    version text collate "C" not null,
    digest text not null,
    manifest jsonb not null,
    files jsonb not null,
    changes jsonb,
    created_by text not null,
    created_at timestamptz not null,
    primary key (product, version)
  )`,

  `create table snapshot (
    id text collate "C" primary key,
    product text collate "C" not null references product (id),
    version text collate "C" not null,
    sequence bigint not null check (sequence > 0),
    parent text collate "C" references snapshot (id) deferrable,
    mode text not null check (mode in ('full', 'append', 'merge')),
    tables jsonb not null,
    inputs jsonb not null,
    report jsonb not null,
    rule_set text,
    lineage jsonb,
    stats jsonb,
    row_count bigint not null default 0,
    size_bytes bigint not null default 0,
    run_id text collate "C",
    created_by text,
    at timestamptz not null,
    pinned boolean not null default false,
    expired_at timestamptz,
    unique (product, sequence),
    foreign key (product, version) references release (product, version)
  )`,
  `create index snapshot_by_time on snapshot (product, at desc)`,

  `create table head (
    product text collate "C" primary key references product (id),
    snapshot_id text collate "C" references snapshot (id),
    sequence bigint not null default 0,
    updated_at timestamptz not null
  )`,

  `create table profile (
    snapshot_id text collate "C" not null references snapshot (id) on delete cascade,
    table_name text collate "C" not null,
    profile jsonb not null,
    sample jsonb,
    at timestamptz not null,
    primary key (snapshot_id, table_name)
  )`,

  `create table snapshot_pin (
    id text collate "C" primary key,
    snapshot_id text collate "C" not null references snapshot (id),
    pinned_by text not null,
    until timestamptz not null
  )`,
  `create index snapshot_pin_by_snapshot on snapshot_pin (snapshot_id, until)`,

  `create table lineage_edge (
    id bigint generated always as identity primary key,
    product text collate "C" not null references product (id),
    version text collate "C" not null,
    level text not null check (level in ('product', 'model', 'column')),
    from_kind text not null,
    from_ref text collate "C" not null,
    from_column text collate "C",
    to_kind text not null,
    to_ref text collate "C" not null,
    to_column text collate "C",
    transform text
  )`,
  `create index lineage_edge_from on lineage_edge (from_ref, level)`,
  `create index lineage_edge_to on lineage_edge (to_ref, level)`,
  `create index lineage_edge_owner on lineage_edge (product, version)`,

  `create table run (
    id text collate "C" primary key,
    product text collate "C" not null,
    domain text collate "C" not null,
    kind text not null,
    state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    requested_by text not null,
    trigger jsonb not null,
    params jsonb not null,
    attempt integer not null default 0,
    max_attempts integer not null default 1,
    priority integer not null default 0,
    not_before timestamptz,
    worker jsonb,
    lease_until timestamptz,
    cancel_requested_at timestamptz,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    result jsonb,
    error jsonb
  )`,
  `create index run_to_claim on run (priority desc, created_at) where state = 'queued'`,
  `create index run_in_flight on run (lease_until) where state = 'running'`,
  `create index run_by_product on run (product, created_at desc)`,
  `create index run_by_time on run (created_at desc)`,

  `create table run_log (
    run_id text collate "C" not null references run (id) on delete cascade,
    seq bigint not null,
    at timestamptz not null,
    entry jsonb not null,
    primary key (run_id, seq)
  )`,

  `create table event (
    seq bigint generated always as identity primary key,
    at timestamptz not null,
    type text collate "C" not null,
    subject text collate "C" not null,
    actor text collate "C" not null,
    data jsonb not null
  )`,
  `create index event_by_subject on event (subject, seq)`,
  `create index event_by_type on event (type, seq)`,
  `create function event_is_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'an event is never changed' using errcode = 'integrity_constraint_violation';
    end $$`,
  `create trigger event_is_append_only before update on event for each row execute function event_is_append_only()`,

  `create table principal (
    id text collate "C" primary key,
    name text not null,
    kind text not null check (kind in ('person', 'team', 'machine')),
    email text,
    created_at timestamptz not null,
    disabled_at timestamptz
  )`,
  `create table team_member (
    team text collate "C" not null references principal (id) on delete cascade,
    principal text collate "C" not null references principal (id) on delete cascade,
    primary key (team, principal)
  )`,
  `create index team_member_by_principal on team_member (principal)`,

  `create table role_binding (
    id bigint generated always as identity primary key,
    principal text collate "C" not null references principal (id) on delete cascade,
    role text collate "C" not null,
    domain text collate "C",
    created_at timestamptz not null,
    unique nulls not distinct (principal, role, domain)
  )`,

  `create table api_key (
    id text collate "C" primary key,
    principal text collate "C" not null references principal (id) on delete cascade,
    name text not null,
    prefix text not null,
    hash text collate "C" not null unique,
    created_at timestamptz not null,
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz
  )`,
  `create index api_key_by_principal on api_key (principal)`,

  `create table login_code (
    hash text collate "C" primary key,
    principal text collate "C" not null references principal (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
  )`,

  `create table session (
    hash text collate "C" primary key,
    principal text collate "C" not null references principal (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_seen_at timestamptz,
    ended_at timestamptz
  )`,

  `create table access_grant (
    id text collate "C" primary key,
    product text collate "C" not null references product (id),
    ports text[] not null default '{}',
    principal text collate "C" references principal (id),
    role text collate "C",
    purpose text not null,
    state text not null check (state in ('requested', 'granted', 'denied', 'revoked', 'expired')),
    requested_by text collate "C" not null,
    requested_at timestamptz not null,
    decided_by text collate "C",
    decided_at timestamptz,
    reason text,
    until timestamptz,
    check (num_nonnulls(principal, role) = 1)
  )`,
  `create index access_grant_by_principal on access_grant (principal, state)`,
  `create index access_grant_by_product on access_grant (product, state)`,

  `create table schedule (
    id text collate "C" primary key,
    product text collate "C" not null references product (id),
    trigger jsonb not null,
    enabled boolean not null default true,
    next_at timestamptz,
    last_at timestamptz,
    last_run_id text collate "C",
    updated_at timestamptz not null
  )`,
  `create index schedule_due on schedule (next_at) where enabled`,
  `create index schedule_by_product on schedule (product)`,

  `create table port_read (
    product text collate "C" not null,
    port text collate "C" not null,
    principal text collate "C" not null,
    day date not null,
    reads bigint not null default 0,
    row_count bigint not null default 0,
    size_bytes bigint not null default 0,
    primary key (product, port, principal, day)
  )`,

  `create table slo_measurement (
    product text collate "C" not null,
    slo text collate "C" not null,
    at timestamptz not null,
    value double precision,
    met boolean not null,
    detail jsonb,
    primary key (product, slo, at)
  )`,

  `create table setting (
    key text collate "C" primary key,
    value jsonb not null,
    updated_at timestamptz not null
  )`,
]
