package governance.money

import rego.v1

import data.governance.lib

money := {"price", "amount", "cost", "fee", "total"}

has_currency if {
	some field in input.spec.schema.fields
	field.name == "currency"
}

deny contains {"msg": msg, "path": lib.path(field)} if {
	some field in input.spec.schema.fields
	some word in money
	contains(field.name, word)
	not startswith(field.type, "decimal")
	msg := sprintf("money in %s is a %s", [field.name, field.type])
}

deny contains "amounts have no currency" if {
	some field in input.spec.schema.fields
	field.name in money
	not has_currency
}
