/** Sign-in by OpenID Connect: passwords, clients, what the embedded issuer keeps, memberships from groups. */
export const signIn: readonly string[] = [
  // Who signs in through an issuer of somebody else. claims_at: the time of issue of the newest token whose groups were taken over.
  `alter table principal
    add column issuer text,
    add column subject text,
    add column claims_at timestamptz`,
  `create unique index principal_by_subject on principal (issuer, subject) where subject is not null`,

  // 'direct': given here, by a person; 'group': from the issuer's groups, replaced with every newer token
  `alter table team_member
    add column source text not null default 'direct' check (source in ('direct', 'group')),
    drop constraint team_member_pkey,
    add primary key (team, principal, source)`,
  `alter table role_binding
    add column source text not null default 'direct' check (source in ('direct', 'group')),
    drop constraint role_binding_principal_role_domain_key,
    add unique nulls not distinct (principal, role, domain, source)`,

  // not a membership: what a machine may read is not what its owners may read
  `create table machine_owner (
    machine text collate "C" not null references principal (id) on delete cascade,
    owner text collate "C" not null references principal (id) on delete cascade,
    primary key (machine, owner)
  )`,
  `create index machine_owner_by_owner on machine_owner (owner)`,

  `create table password (
    principal text collate "C" primary key references principal (id) on delete cascade,
    hash text not null,
    changed_at timestamptz not null
  )`,
  // key: sha256 of what is slowed down; a name that nobody has is counted like one that somebody has
  `create table sign_in_failure (
    key text collate "C" primary key,
    failures integer not null,
    last_at timestamptz not null,
    blocked_until timestamptz
  )`,
  `create index sign_in_failure_by_age on sign_in_failure (last_at)`,

  `create table oauth_client (
    id text collate "C" primary key,
    principal text collate "C" not null references principal (id) on delete cascade,
    name text not null,
    hash text collate "C" not null,
    created_by text collate "C" not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
  )`,
  `create index oauth_client_by_principal on oauth_client (principal)`,

  // what the embedded issuer remembers: interactions, codes, grants, refresh tokens
  `create table oidc_record (
    kind text collate "C" not null,
    id text collate "C" not null,
    payload jsonb not null,
    account text collate "C",
    grant_id text collate "C",
    uid text collate "C",
    expires_at timestamptz,
    consumed_at timestamptz,
    primary key (kind, id)
  )`,
  `create index oidc_record_by_grant on oidc_record (grant_id) where grant_id is not null`,
  `create index oidc_record_by_account on oidc_record (account) where account is not null`,
  `create index oidc_record_by_uid on oidc_record (kind, uid) where uid is not null`,
  `create index oidc_record_by_end on oidc_record (expires_at)`,

  // 'code', 'key', 'password', 'oidc'
  `alter table session add column method text`,
]
