package datamesh.starter.id_standard_test

import data.datamesh.starter.id_standard

declaring(format) := {"spec": {"global_standards": {"id_format": format}}, "_facts": {"columns": []}}

test_the_standard_passes if {
	count(id_standard.deny) == 0 with input as declaring("UUID v4")
}

test_another_format_is_told if {
	some hit in id_standard.deny with input as declaring("integer")
	hit.path == "spec.global_standards.id_format"
}

test_a_table_without_key_is_a_hint if {
	some hit in id_standard.deny with input as {"spec": {}, "_facts": {"columns": [{"table": "orders", "name": "id", "key": false}]}}
	hit.severity == "inform"
}

test_a_table_with_key_passes if {
	count(id_standard.deny) == 0 with input as {"spec": {}, "_facts": {"columns": [{"table": "orders", "name": "id", "key": true}]}}
}
