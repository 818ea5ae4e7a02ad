package governance.unique_fields

import rego.v1

names := [field.name | some field in input.spec.schema.fields]

deny contains msg if {
	some i, name in names
	some j, name2 in names
	i < j
	name == name2
	msg := sprintf("the field %s stands twice", [name])
}
