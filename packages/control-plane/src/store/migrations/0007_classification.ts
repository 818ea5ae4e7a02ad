/** Guesses about columns and what stewards said of them; tags that a column has inherited along lineage. */
export const classification: readonly string[] = [
  `create table column_tag (
    id text collate "C" primary key,
    product text collate "C" not null references product (id),
    table_name text collate "C" not null,
    column_name text collate "C" not null,
    kind text,
    personal boolean not null,
    classification text not null check (classification in ('public', 'internal', 'confidential', 'restricted')),
    confidence double precision not null check (confidence between 0 and 1),
    because jsonb not null,
    source text not null check (source in ('name', 'data', 'name-and-data', 'lineage')),
    state text not null check (state in ('proposed', 'accepted', 'rejected')),
    decided_by text collate "C",
    decided_at timestamptz,
    at timestamptz not null
  )`,
  `create unique index column_tag_once on column_tag (product, table_name, lower(column_name))`,
  // judged again by policies at the next start
  `alter table product drop column certifiable, add column certifiable jsonb`,
  // the tier that was last told: an event says when it is gained or lost
  `alter table product add column tier text check (tier in ('gold', 'silver', 'bronze'))`,
  `create index column_tag_waiting on column_tag (at) where state = 'proposed'`,
]
