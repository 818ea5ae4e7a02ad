package datamesh.starter.currency_standard_test

import data.datamesh.starter.currency_standard

amount := {"table": "orders", "name": "total_amount", "path": "spec.schema.fields[1]"}

currency := {"table": "orders", "name": "currency", "path": "spec.schema.fields[2]"}

test_another_format_is_told if {
	count(currency_standard.deny) == 1 with input as {"spec": {"global_standards": {"currency_format": "symbols"}}, "_facts": {"columns": []}}
}

test_an_amount_alone_is_a_hint if {
	some hit in currency_standard.deny with input as {"spec": {}, "_facts": {"columns": [amount]}}
	hit.path == "spec.schema.fields[1]"
	hit.severity == "inform"
}

test_an_amount_with_its_currency_passes if {
	count(currency_standard.deny) == 0 with input as {"spec": {}, "_facts": {"columns": [amount, currency]}}
}

test_a_stated_standard_passes if {
	count(currency_standard.deny) == 0 with input as {"spec": {"global_standards": {"currency_format": "ISO 4217"}}, "_facts": {"columns": [amount]}}
}
