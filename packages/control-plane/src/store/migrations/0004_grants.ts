/** What access needs beside a grant: approvals, conditions, and a history that nobody changes. */
export const grants: readonly string[] = [
  // approvals: [{by, approvedBy, at}], empty: granted by nobody's hand. masks: as in core/access. The filter is kept as it was written.
  `alter table access_grant
    add column approvals jsonb not null default '[]',
    add column masks jsonb not null default '[]',
    add column row_filter text,
    add column detokenise boolean not null default false,
    add column renews text collate "C",
    add column reminded_at timestamptz`,
  `create index access_grant_by_end on access_grant (until) where state in ('requested', 'granted') and until is not null`,

  // terms: everything that the right consists of at that moment, so that what may be read can be worked out from here alone
  `create table access_history (
    seq bigint generated always as identity primary key,
    access text collate "C" not null,
    at timestamptz not null,
    what text collate "C" not null,
    by text collate "C" not null,
    reason text,
    terms jsonb not null
  )`,
  `create index access_history_by_access on access_history (access, seq)`,
  `insert into access_history (access, at, what, by, reason, terms)
    select g.id, s.at, s.what, s.by, s.reason, jsonb_build_object(
      'product', g.product, 'ports', to_jsonb(g.ports), 'principal', g.principal, 'role', g.role, 'until', to_jsonb(g.until),
      'masks', '[]'::jsonb, 'rowFilter', null, 'detokenise', false)
    from access_grant g
    cross join lateral (
      select 1 as nth, g.requested_at as at, 'requested' as what, g.requested_by as by, null as reason
      union all
      select 2, g.decided_at, 'granted', coalesce(g.decided_by, 'system'), null where g.state in ('revoked', 'expired') and g.decided_at is not null
      union all
      select 3, coalesce(g.decided_at, g.requested_at), g.state, coalesce(g.decided_by, 'system'), g.reason where g.state <> 'requested'
    ) s
    order by s.at, g.id, s.nth`,
  `create function access_history_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'the history of access is append-only' using errcode = 'insufficient_privilege';
    end $$`,
  `create trigger access_history_append_only before update or delete on access_history
    for each row execute function access_history_append_only()`,
  `create trigger access_history_not_truncated before truncate on access_history
    for each statement execute function access_history_append_only()`,
]
