package governance.summary

import rego.v1

by_type[type] := names if {
	some field in input.spec.schema.fields
	type := field.type
	names := {other.name | some other in input.spec.schema.fields; other.type == type}
}

deny contains msg if {
	some type, names in by_type
	count(names) > 12
	msg := sprintf("%d columns of type %s: %s, …", [count(names), type, concat(", ", array.slice(sort([n | some n in names]), 0, 3))])
}
