/** Policies, their history, verdicts and waivers. */
export const policies: readonly string[] = [
  // the manifest as plain values, as its owner wrote it: what policies judge. Null: of before; read from `files` when it is needed.
  `alter table release add column written jsonb`,

  // files: path → text of the document and of what it names; definition: the same as read; mode: as rolled out, which the files do not know
  `create table policy (
    id text collate "C" primary key,
    domain text collate "C" references domain (name),
    definition jsonb not null,
    files jsonb not null,
    digest text collate "C" not null,
    mode text not null check (mode in ('off', 'shadow', 'warn', 'block')),
    version integer not null,
    starter boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    updated_by text collate "C" not null,
    removed_at timestamptz
  )`,

  // every version there ever was: who, when, what, why, and the files to compare
  `create table policy_change (
    policy text collate "C" not null references policy (id),
    version integer not null,
    at timestamptz not null,
    actor text collate "C" not null,
    what text not null,
    reason text,
    digest text collate "C" not null,
    mode text not null,
    files jsonb not null,
    primary key (policy, version)
  )`,

  // what was looked at and when; seen: releases, snapshots and policies as they stood. judged: policies that were about it
  `create table policy_look (
    product text collate "C" primary key references product (id),
    seen text not null,
    judged text[] not null,
    at timestamptz not null
  )`,

  // only what is not simply passed. hits: before roll-out and waivers
  `create table policy_finding (
    product text collate "C" not null references product (id),
    policy text collate "C" not null references policy (id),
    hits jsonb not null,
    value double precision,
    error text,
    outcome text not null,
    since timestamptz not null,
    at timestamptz not null,
    primary key (product, policy)
  )`,
  `create index policy_finding_by_policy on policy_finding (policy, product)`,

  `create table waiver (
    id text collate "C" primary key,
    policy text collate "C" not null references policy (id),
    product text collate "C" not null references product (id),
    path text,
    owner text not null,
    reason text not null,
    until timestamptz not null,
    granted_by text collate "C" not null,
    granted_at timestamptz not null,
    ended_at timestamptz,
    ended_by text collate "C",
    told_ending boolean not null default false,
    told_expired boolean not null default false
  )`,
  `create index waiver_by_policy on waiver (policy, product)`,
  `create index waiver_by_end on waiver (until) where ended_at is null`,

  // what other tools found, the newest of each product
  `create table policy_result (
    policy text collate "C" not null references policy (id),
    product text collate "C" not null references product (id),
    results jsonb not null,
    at timestamptz not null,
    reported_by text collate "C" not null,
    primary key (policy, product)
  )`,
]
