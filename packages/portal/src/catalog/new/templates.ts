/** Deliveries to begin with when no file is at hand: each is uploaded as if it were somebody's own, and replaced later by the real one. */
export const templates: readonly { title: string; file: string; text: string }[] = [
  {
    title: 'Transactions',
    file: 'transactions.csv',
    text: `transaction_id,customer_email,amount,currency,created_at
1,ada@example.org,12.50,EUR,2026-01-02T09:15:00
2,grace@example.org,7.00,EUR,2026-01-02T11:40:00
3,alan@example.org,129.99,CHF,2026-01-03T08:05:00
4,ada@example.org,45.00,EUR,2026-01-03T16:20:00
`,
  },
  {
    title: 'Events',
    file: 'events.csv',
    text: `event_id,event_type,subject_id,occurred_at,duration_seconds
e-0001,opened,a-17,2026-01-02T09:15:00,12
e-0002,closed,a-17,2026-01-02T09:15:12,0
e-0003,opened,a-18,2026-01-02T10:01:30,61
e-0004,closed,a-18,2026-01-02T10:02:31,0
`,
  },
  {
    title: 'Reference list',
    file: 'reference.csv',
    text: `code,name,valid_from,valid_to
AT,Austria,2020-01-01,
CH,Switzerland,2020-01-01,
DE,Germany,2020-01-01,
FR,France,2020-01-01,
`,
  },
]
