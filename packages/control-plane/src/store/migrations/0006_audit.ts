/** The audit log, chained by hash, and keys of encrypted data. */
export const audit: readonly string[] = [
  // `at` keeps milliseconds, as the hash does: a finer one could be changed without anybody seeing it
  `create table audit_entry (
    seq bigint primary key,
    at timestamptz(3) not null,
    kind text collate "C" not null,
    actor text collate "C" not null,
    action text collate "C" not null,
    subject text collate "C" not null,
    allow boolean,
    because text not null,
    from_address text,
    data text not null,
    previous text collate "C" not null,
    hash text collate "C" not null
  )`,
  `create index audit_entry_by_at on audit_entry (at)`,
  `create index audit_entry_by_actor on audit_entry (actor, seq)`,
  `create index audit_entry_by_subject on audit_entry (subject, seq)`,
  `create function audit_append_only() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' and current_setting('datamesh.audit_retention', true) = 'on' then
      return old;
    end if;
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
  end $$`,
  `create trigger audit_entry_append_only before update or delete on audit_entry
    for each row execute function audit_append_only()`,
  `create trigger audit_entry_not_truncated before truncate on audit_entry
    for each statement execute function audit_append_only()`,

  // the key itself only wrapped by the master key; null once it is destroyed
  `create table data_key (
    id text collate "C" primary key,
    product text collate "C" not null,
    wrapped text,
    master text collate "C" not null,
    created_at timestamptz not null,
    rewrapped_at timestamptz,
    destroyed_at timestamptz
  )`,
  `create index data_key_by_product on data_key (product, created_at desc)`,
]
