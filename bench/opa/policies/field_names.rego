package governance.field_names

import rego.v1

import data.governance.lib

deny contains {"msg": msg, "path": lib.path(field)} if {
	some field in input.spec.schema.fields
	not regex.match(`^[a-z][a-z0-9_]*$`, field.name)
	msg := sprintf("the field %q is not in snake case", [field.name])
}
