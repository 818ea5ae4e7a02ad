package governance.one_key

import rego.v1

keys := [field.name | some field in input.spec.schema.fields; field.primary_key]

deny contains "there is no primary key" if count(keys) == 0

deny contains msg if {
	count(keys) > 3
	msg := sprintf("the primary key has %d columns: %s", [count(keys), concat(", ", keys)])
}
