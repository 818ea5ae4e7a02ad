/** A browser that a key signed in; what people keep for themselves: products they follow, queries they ran and saved. */
export const people: readonly string[] = [
  `alter table session add column key_id text collate "C" references api_key (id) on delete cascade`,

  `create table follow (
    principal text collate "C" not null references principal (id),
    product text collate "C" not null references product (id),
    since timestamptz not null,
    primary key (principal, product)
  )`,

  `create table saved_query (
    id text collate "C" primary key,
    owner text collate "C" not null references principal (id),
    name text not null,
    sql text not null,
    shared boolean not null default false,
    updated_at timestamptz not null
  )`,
  `create index saved_query_by_owner on saved_query (owner)`,
  `create index saved_query_shared on saved_query (updated_at) where shared`,

  `create table query (
    id text collate "C" primary key,
    principal text collate "C" not null,
    sql text not null,
    state text not null check (state in ('running', 'succeeded', 'failed', 'cancelled')),
    started_at timestamptz not null,
    finished_at timestamptz,
    row_count bigint not null default 0,
    detail jsonb
  )`,
  `create index query_by_principal on query (principal, started_at desc)`,

  `alter table access_grant
    drop constraint access_grant_state_check,
    add constraint access_grant_state_check
      check (state in ('requested', 'granted', 'denied', 'revoked', 'withdrawn', 'expired'))`,
  // asking twice is asking once
  `create unique index access_grant_waiting on access_grant (product, principal, ports) where state = 'requested'`,

  `alter table product
    add column certifiable text check (certifiable in ('gold', 'silver', 'bronze', 'none'))`,
  `alter table run add column outcome text check (outcome in ('failed', 'warned', 'passed'))`,
  `update run set outcome = case
      when error ->> 'code' = 'quality-failed' then 'failed'
      when jsonb_path_exists(result, '$.report.checks[*] ? (@.outcome == "warned")') then 'warned'
      else 'passed' end
    where jsonb_typeof(result -> 'report') = 'object'`,
  `create index run_by_domain on run (domain, id desc) where kind = 'publish'`,
  `create index run_by_outcome on run (product, created_at desc) where outcome is not null`,
]
