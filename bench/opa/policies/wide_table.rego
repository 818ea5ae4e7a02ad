package governance.wide_table

import rego.v1

default limit := 60

limit := 100 if input.spec.alignment == "consumer-aligned"

deny contains msg if {
	n := count(input.spec.schema.fields)
	n > limit
	msg := sprintf("%d columns, more than %d", [n, limit])
}
