package datamesh.starter.naming_test

import data.datamesh.starter.naming

with_column(name) := {"_facts": {"columns": [{"table": "orders", "name": name, "path": "spec.schema.fields[0]"}]}}

test_snake_case_passes if {
	count(naming.deny) == 0 with input as with_column("order_id2")
}

test_camel_case_is_told_with_the_better_name if {
	some hit in naming.deny with input as with_column("customerId")
	hit.fix == "write name: customer_id"
	hit.path == "spec.schema.fields[0].name"
}

test_spaces_are_told if {
	some hit in naming.deny with input as with_column("Customer ID")
	hit.fix == "write name: customer_id"
}

test_one_letter_is_a_hint if {
	some hit in naming.deny with input as with_column("x")
	hit.severity == "inform"
}
