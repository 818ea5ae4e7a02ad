package governance.id_format

import rego.v1

import data.governance.lib

deny contains {"msg": msg, "path": lib.path(field)} if {
	some field in input.spec.schema.fields
	field.primary_key
	not field.type in {"uuid", "bigint", "varchar"}
	msg := sprintf("the key %s has type %s", [field.name, field.type])
}
