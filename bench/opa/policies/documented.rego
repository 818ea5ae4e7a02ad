package governance.documented

import rego.v1

import data.governance.lib

deny contains msg if {
	count(input.metadata.description) < 40
	msg := sprintf("the description has only %d characters", [count(input.metadata.description)])
}

deny contains {"msg": msg, "path": lib.path(field)} if {
	some field in input.spec.schema.fields
	object.get(field, "description", "") == ""
	msg := sprintf("the field %s is not described", [field.name])
}
