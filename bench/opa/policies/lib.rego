package governance.lib

import rego.v1

fields contains field if some field in input.spec.schema.fields

personal contains field if {
	some field in input.spec.schema.fields
	"pii" in field.tags
}

is_public if input.spec.classification == "public"

percent(text) := to_number(trim_suffix(text, "%"))

days(text) := n if {
	endswith(text, "d")
	n := to_number(trim_suffix(text, "d"))
}

days(text) := n * 365 if {
	endswith(text, "y")
	n := to_number(trim_suffix(text, "y"))
}

blank(text) if trim_space(text) == ""

path(field) := sprintf("spec.schema.fields.%s", [field.name])
