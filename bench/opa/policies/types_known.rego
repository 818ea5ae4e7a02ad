package governance.types_known

import rego.v1

import data.governance.lib

known := {"uuid", "bigint", "integer", "varchar", "boolean", "date", "timestamptz", "double"}

good(type) if type in known

good(type) if regex.match(`^decimal\([0-9]+,[0-9]+\)$`, type)

deny contains {"msg": msg, "path": lib.path(field)} if {
	some field in input.spec.schema.fields
	not good(field.type)
	msg := sprintf("the type %s of %s is not known", [field.type, field.name])
}
