package governance.quality_checks

import rego.v1

import data.governance.lib

checked contains check.column if some check in input.spec.checks

deny contains {"msg": msg, "path": lib.path(field)} if {
	some field in input.spec.schema.fields
	field.primary_key
	not field.name in checked
	msg := sprintf("no check looks at %s", [field.name])
}

deny contains "a product needs three checks" if count(input.spec.checks) < 3
