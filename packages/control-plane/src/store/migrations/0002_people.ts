/** What people keep for themselves: products they follow, queries they ran and saved. */
export const people: readonly string[] = [
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
]
