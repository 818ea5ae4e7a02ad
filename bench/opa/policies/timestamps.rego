package governance.timestamps

import rego.v1

import data.governance.lib

deny contains {"msg": msg, "path": lib.path(field)} if {
	some field in input.spec.schema.fields
	endswith(field.name, "_at")
	field.type != "timestamptz"
	msg := sprintf("%s is a %s and not a timestamptz", [field.name, field.type])
}
