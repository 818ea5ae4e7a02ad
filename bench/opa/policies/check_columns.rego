package governance.check_columns

import rego.v1

names := {field.name | some field in input.spec.schema.fields}

deny contains msg if {
	missing := {check.column | some check in input.spec.checks} - names
	some column in missing
	msg := sprintf("a check looks at %s, which is no column", [column])
}
