package datamesh.starter.timestamp_standard_test

import data.datamesh.starter.timestamp_standard

test_the_standard_passes if {
	count(timestamp_standard.deny) == 0 with input as {"spec": {"global_standards": {"timestamp_format": "ISO 8601 UTC"}}, "_facts": {"columns": []}}
}

test_another_format_is_told if {
	count(timestamp_standard.deny) == 1 with input as {"spec": {"global_standards": {"timestamp_format": "local time"}}, "_facts": {"columns": []}}
}

test_a_time_in_a_text_is_a_hint if {
	some hit in timestamp_standard.deny with input as {"_facts": {"columns": [{"table": "orders", "name": "created_at", "sql_type": "varchar", "path": "spec.schema.fields[0]"}]}}
	hit.path == "spec.schema.fields[0].type"
}

test_a_timestamp_passes if {
	count(timestamp_standard.deny) == 0 with input as {"_facts": {"columns": [{"table": "orders", "name": "created_at", "sql_type": "timestamp", "path": "spec.schema.fields[0]"}]}}
}
