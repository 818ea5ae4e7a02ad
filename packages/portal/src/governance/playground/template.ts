type Me = { roles: readonly { role: string; domain?: string | undefined }[] }

/** A small policy that works, for who begins: global for governance, of their own domain for its owners. */
export const templateFor = (me: Me): Record<string, string> => {
  const governs = me.roles.some(({ role, domain }) => (role === 'governance' || role === 'platform-admin') && !domain)
  const domain = governs ? undefined : me.roles.find(({ role, domain: of }) => role === 'domain-owner' && of)?.domain
  const under = domain === undefined ? 'mesh' : domain.replaceAll('-', '_')
  return {
    'columns_described.rego': `package ${under}.columns_described

# Who reads a column must know what it means.
deny contains {
	"msg": sprintf("%s.%s says nothing about itself", [column.table, column.name]),
	"path": column.path,
	"fix": "write description: what the value means, and its unit",
} if {
	some column in input._facts.columns
	not described(column)
}

described(column) if count(object.get(column, "description", "")) >= 10
`,
    'columns_described_test.rego': `package ${under}.columns_described_test

import data.${under}.columns_described

about(text) := {"_facts": {"columns": [{"table": "orders", "name": "total", "path": "spec.schema", "description": text}]}}

test_a_column_without_a_word_is_found if {
	count(columns_described.deny) == 1 with input as about("")
}

test_a_described_column_passes if {
	count(columns_described.deny) == 0 with input as about("Sum of all lines, in EUR")
}
`,
    'columns_described.yaml': `apiVersion: datamesh/v1
kind: Policy
metadata:
  name: columns-described
  title: Columns are described
${domain === undefined ? '' : `  domain: ${domain}\n`}  owner: ${domain ?? 'data-governance'}
  description: Every column says what it means.
spec:
  when: [plan, schedule]
  severity: warn
  mode: shadow
  rego: columns_described.rego
  tests: columns_described_test.rego
`,
  }
}
